"""Pipelines and users without a password, taken back: what Tarmac made goes, nothing else."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.setup.sandboxed import actions, applied, blueprint, planned
from tests.setup.taken_back import by_hand, dump, undone
from wizards.blueprint import Blueprint, Pipeline
from wizards.cloud.build_things import BuildTrigger
from wizards.cloud.google_cloud import GoogleCloud
from wizards.cloud.things import PolicyOf
from wizards.plan import Action, FieldDiff
from wizards.postgres.sandbox_address import SandboxAddress
from wizards.setup.desired import resources
from wizards.setup.resource import Made

REGION = "asia-northeast3"
LISTENING = Pipeline(github="ann/notes")
FEDERATED = Pipeline(kind="github", github="ann/notes", github_id="4711")


def with_pipeline(pipeline: Pipeline) -> Blueprint:
    return replace(blueprint(database=False), pipeline=pipeline)


@pytest.mark.parametrize("pipeline", [LISTENING, FEDERATED], ids=["cloud-build", "github"])
def test_a_pipeline_that_is_taken_back_leaves_the_project_as_it_was(
    pipeline: Pipeline, cloud: GoogleCloud, sandbox: SandboxAddress, tmp_path: Path
) -> None:
    wanted = with_pipeline(pipeline)
    project = wanted.project.id
    by_hand(cloud, project)
    before = dump(sandbox, project)
    assert applied(tmp_path, wanted, cloud).failures == ()
    assert undone(tmp_path, cloud).failures == ()
    after = dump(sandbox, project)
    pools = [key for key, body in after.items() if "workload-pool" in key and body["deleted"]]
    inside = tuple(pool.removeprefix("workload-pool ") for pool in pools)
    gone = {key for key in after if inside and key.split(" ")[1].startswith(inside)}
    left = {key: body for key, body in after.items() if key not in gone}
    assert left == before
    assert len(pools) == (pipeline.kind == "github")


def test_the_new_number_of_the_project_leaves_no_grant_behind(
    cloud: GoogleCloud, tmp_path: Path
) -> None:
    """The journal of a first apply knows the members only by the place of the number."""
    wanted = with_pipeline(FEDERATED)
    assert applied(tmp_path, wanted, cloud).failures == ()
    project = wanted.project.id
    of = PolicyOf("project", f"projects/{project}")
    cloud.set_policy(
        of, cloud.policy(of).with_members("roles/run.developer", ("user:ann@example.com",))
    )
    assert undone(tmp_path, cloud, names=()).failures == ()
    left = cloud.policy(of)
    assert left.members("roles/run.developer") <= {"user:ann@example.com"}


def test_a_trigger_of_somebody_gets_its_own_branch_back(cloud: GoogleCloud, tmp_path: Path) -> None:
    wanted = with_pipeline(LISTENING)
    assert applied(tmp_path / "one", wanted, cloud).failures == ()
    project = wanted.project.id
    made = cloud.build_trigger(project, REGION, "notes")
    assert made is not None
    theirs = replace(made, branch="^trunk$", substitutions={"_TEAM": "blue"})
    cloud.change_build_trigger(project, REGION, theirs, ("branch", "substitutions"))
    (tmp_path / "two").mkdir()
    plan = planned(wanted, cloud)
    assert actions(plan)["build.trigger:notes"] is Action.UPDATE
    assert applied(tmp_path / "two", wanted, cloud).failures == ()
    assert undone(tmp_path / "two", cloud).failures == ()
    after = cloud.build_trigger(project, REGION, "notes")
    assert after == BuildTrigger(
        name="notes",
        id=made.id,
        repository=made.repository,
        branch="^trunk$",
        file=made.file,
        account=made.account,
        description=made.description,
        substitutions={"_TEAM": "blue"},
    )


@pytest.mark.slow
def test_what_was_brought_back_and_is_gone_again_is_not_taken_back_once_more(
    cloud: GoogleCloud, tmp_path: Path
) -> None:
    wanted = with_pipeline(FEDERATED)
    assert applied(tmp_path, wanted, cloud).failures == ()
    project = wanted.project.id
    written = (FieldDiff("state", "DELETED", "ACTIVE"),)
    for resource in resources(wanted):
        if resource.kind.startswith("federation."):
            made = Made(id=resource.id, diff=written)
            assert resource.standing(cloud, made) == written
    cloud.wait(cloud.start_pool_removal(project, "notes-github"))
    pool = next(one for one in resources(wanted) if one.kind == "federation.pool")
    assert pool.standing(cloud, Made(id=pool.id, diff=written)) == ()


@pytest.mark.slow
def test_users_without_a_password_and_changed_settings_are_taken_back(
    cloud: GoogleCloud, tmp_path: Path
) -> None:
    plain = blueprint()
    assert applied(tmp_path / "one", plain, cloud).failures == ()
    project = plain.project.id
    before = cloud.sql_instance(project, "notes-db")
    users = cloud.sql_users(project, "notes-db")
    assert before is not None
    assert plain.database is not None
    database = replace(plain.database, iam_login=True, backups=14, log_days=5)
    (tmp_path / "two").mkdir()
    assert applied(tmp_path / "two", replace(plain, database=database), cloud).failures == ()
    changed = cloud.sql_instance(project, "notes-db")
    assert changed is not None
    assert (changed.settings.backups, changed.settings.log_days) == (14, 5)
    assert undone(tmp_path / "two", cloud).failures == ()
    after = cloud.sql_instance(project, "notes-db")
    assert after is not None
    assert after.settings == before.settings
    assert cloud.sql_users(project, "notes-db") == users
