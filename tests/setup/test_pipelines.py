"""Pipelines: Cloud Build that listens to GitHub, and GitHub Actions that log in without a key."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.setup.sandboxed import actions, applied, ask, blueprint, fault, planned
from wizards.blueprint import Blueprint, Pipeline
from wizards.cancel import Cancel
from wizards.cloud.build_things import BuildTrigger
from wizards.cloud.google_cloud import GoogleCloud
from wizards.cloud.things import PolicyOf
from wizards.events import Event
from wizards.plan import Action
from wizards.postgres.sandbox_address import SandboxAddress
from wizards.runner import State
from wizards.setup.applying import apply

REGION = "asia-northeast3"


def with_pipeline(**parts: str) -> Blueprint:
    """Return a blueprint without a database whose pipeline is these parts."""
    plain = blueprint(database=False)
    return replace(plain, pipeline=replace(Pipeline(), **parts))  # type: ignore[arg-type]


def listening() -> Blueprint:
    return with_pipeline(github="ann/notes", branch="release/1.0")


def trigger_of(wanted: Blueprint, cloud: GoogleCloud) -> BuildTrigger:
    found = cloud.build_trigger(wanted.project.id, REGION, "notes")
    assert found is not None
    return found


def test_cloud_build_listens_to_the_branch_and_a_second_plan_is_empty(
    cloud: GoogleCloud, tmp_path: Path
) -> None:
    wanted = listening()
    assert applied(tmp_path, wanted, cloud).failures == ()
    made = trigger_of(wanted, cloud)
    project = wanted.project.id
    place = f"projects/{project}/locations/{REGION}/connections/github/repositories"
    assert made.repository == f"{place}/ann-notes"
    assert made.branch == r"^release/1\.0$"
    assert made.file == "cloudbuild.yaml"
    assert made.account.endswith(f"/notes-build@{project}.iam.gserviceaccount.com")
    number = cloud.project_number(project)
    admins = cloud.policy(PolicyOf("project", f"projects/{project}"))
    agent = f"serviceAccount:service-{number}@gcp-sa-cloudbuild.iam.gserviceaccount.com"
    assert agent in admins.members("roles/secretmanager.admin")
    again = planned(wanted, cloud)
    assert again.todo == ()
    assert again.calls <= 2 * len(again.changes)


def test_github_actions_log_in_by_the_number_of_the_repository(
    cloud: GoogleCloud, tmp_path: Path
) -> None:
    wanted = with_pipeline(kind="github", github="ann/notes", github_id="4711")
    assert applied(tmp_path, wanted, cloud).failures == ()
    project = wanted.project.id
    provider = cloud.identity_provider(project, "notes-github", "github")
    assert provider is not None
    assert provider.mapping == {
        "google.subject": "assertion.sub",
        "attribute.repository_id": "assertion.repository_id",
    }
    assert provider.condition == (
        "assertion.repository_id=='4711' && assertion.ref=='refs/heads/main'"
    )
    number = cloud.project_number(project)
    who = (
        f"principalSet://iam.googleapis.com/projects/{number}/locations/global/"
        "workloadIdentityPools/notes-github/attribute.repository_id/4711"
    )
    assert who in cloud.policy(PolicyOf("project", f"projects/{project}")).members(
        "roles/run.developer"
    )
    assert cloud.service_account(project, "notes-build") is None
    assert planned(wanted, cloud).todo == ()


def test_a_deleted_pool_is_brought_back_instead_of_made_again(
    cloud: GoogleCloud, tmp_path: Path
) -> None:
    wanted = with_pipeline(kind="github", github="ann/notes")
    assert applied(tmp_path, wanted, cloud).failures == ()
    cloud.wait(cloud.start_pool_removal(wanted.project.id, "notes-github"))
    plan = planned(wanted, cloud)
    assert actions(plan)["federation.pool:notes-github"] is Action.UPDATE
    assert applied(tmp_path, wanted, cloud).failures == ()
    pool = cloud.identity_pool(wanted.project.id, "notes-github")
    assert pool is not None
    assert pool.state == "ACTIVE"
    assert planned(wanted, cloud).todo == ()


def test_a_trigger_that_somebody_extended_keeps_what_is_theirs(
    cloud: GoogleCloud, tmp_path: Path
) -> None:
    wanted = listening()
    assert applied(tmp_path, wanted, cloud).failures == ()
    project = wanted.project.id
    theirs = replace(trigger_of(wanted, cloud), substitutions={"_TEAM": "blue"})
    cloud.change_build_trigger(project, REGION, theirs, ("substitutions",))
    assert planned(wanted, cloud).todo == ()
    moved = replace(wanted, pipeline=replace(wanted.pipeline, branch="main"))
    (change,) = planned(moved, cloud).todo
    assert [(part.field, part.after) for part in change.diff] == [("branch", "^main$")]
    assert applied(tmp_path, moved, cloud).failures == ()
    after = trigger_of(wanted, cloud)
    assert (after.id, after.branch) == (theirs.id, "^main$")
    assert after.substitutions == {"_TEAM": "blue"}


def test_without_anybody_to_agree_the_rest_is_done_and_a_card_names_the_address(
    cloud: GoogleCloud, sandbox: SandboxAddress, tmp_path: Path
) -> None:
    wanted = listening()
    project = wanted.project.id
    ask(sandbox, "POST", "agreement", {"project": project, "after": None})
    plan = planned(wanted, cloud)
    told: list[str] = []

    def listen(event: Event) -> None:
        if event.event == "plan.step":
            told.append(str(event.fields.get("says", "")))

    done = apply(tmp_path, wanted, cloud, plan, {}, listen, Cancel(), attended=False)
    ((step, failure),) = done.failures
    assert (step, failure.code) == ("build.connection:github", "connection-unagreed")
    assert failure.next[0].startswith("https://")
    assert failure.next[-1] == "tarmac apply --resume"
    assert any(failure.next[0] in says for says in told)
    ended = {key: end.state for key, end in done.steps.items()}
    assert ended["build.trigger:notes"] is State.SKIPPED
    assert ended["repository:notes"] is State.DONE
    assert ended[f"iam:project:{project}"] is State.DONE
    waiting = planned(wanted, cloud)
    (change,) = (part for part in waiting.todo if part.kind == "build.connection")
    assert change.action is Action.UPDATE
    assert failure.next[0] in change.breaks
    ask(sandbox, "POST", "agreement", {"project": project, "after": 0})
    assert applied(tmp_path, wanted, cloud).failures == ()
    assert planned(wanted, cloud).todo == ()


def test_the_grant_that_github_needed_may_be_taken_back_once_it_is_connected(
    cloud: GoogleCloud, tmp_path: Path
) -> None:
    wanted = listening()
    assert applied(tmp_path, wanted, cloud).failures == ()
    of = PolicyOf("project", f"projects/{wanted.project.id}")
    (agent,) = (
        member
        for member in cloud.policy(of).members("roles/secretmanager.admin")
        if "gcp-sa-cloudbuild" in member
    )
    cloud.set_policy(of, cloud.policy(of).without_member("roles/secretmanager.admin", agent))
    assert planned(wanted, cloud).todo == ()


@pytest.mark.parametrize("kind", ["cloud-build", "github"])
def test_an_answer_that_is_lost_after_the_effect_makes_nothing_twice(
    kind: str, cloud: GoogleCloud, sandbox: SandboxAddress, tmp_path: Path
) -> None:
    wanted = with_pipeline(kind=kind, github="ann/notes")
    methods = (
        (r"connections\.create", r"connections\.repositories\.create", r"triggers\.create")
        if kind == "cloud-build"
        else (r"workloadIdentityPools\.create", r"providers\.create")
    )
    for method in methods:
        fault(sandbox, method, kind="reset", after=True)
    assert applied(tmp_path, wanted, cloud).failures == ()
    assert planned(wanted, cloud).todo == ()
