"""Verdicts before any write: what would fail is red with a command that cures it."""

from __future__ import annotations

import re
import shlex
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.setup.sandboxed import applied, ask, blueprint, fault, log_length, planned
from wizards.blueprint import Blueprint, Pipeline
from wizards.cloud.failing import CloudFailure
from wizards.cloud.google_cloud import GoogleCloud
from wizards.cloud.things import OrgPolicy, PolicyOf
from wizards.plan import Check, Plan
from wizards.postgres.sandbox_address import SandboxAddress
from wizards.setup.preflight.places import allowed_regions, covers
from wizards.setup.preflight.tiers import fitting_shape


@pytest.fixture
def policies(sandbox: SandboxAddress) -> Iterator[SandboxAddress]:
    yield sandbox
    ask(sandbox, "DELETE", "policies")


def verdict(plan: Plan, key: str) -> Check:
    """Return one verdict; every red one must hold a command that can be typed."""
    for check in plan.preflight:
        if check.level == "red":
            assert check.fix, check
            for line in check.fix.splitlines():
                assert shlex.split(line)[0] in ("gcloud", "tarmac"), line
    return next(check for check in plan.preflight if check.id == key)


def standing(cloud: GoogleCloud, root: Path, **parts: object) -> Blueprint:
    """Return a blueprint whose project exists."""
    base = blueprint(database=False)
    assert applied(root, base, cloud).failures == ()
    return replace(blueprint(base.project.id), **parts)  # type: ignore[arg-type]


def test_every_policy_that_forbids_the_plan_is_red_before_any_write(
    cloud: GoogleCloud, policies: SandboxAddress, tmp_path: Path
) -> None:
    wanted = standing(cloud, tmp_path)
    project = wanted.project.id
    for constraint, allow in (
        ("gcp.resourceLocations", ["in:europe-locations"]),
        ("sql.restrictPublicIp", []),
        ("run.managed.requireInvokerIam", []),
    ):
        asked = {"constraint": constraint, "project": project, "allow": allow}
        ask(policies, "POST", "policies", asked)
    before = log_length(policies)
    plan = planned(wanted, cloud)
    assert plan.blocked
    places = verdict(plan, "policy:gcp.resourceLocations")
    assert places.level == "red"
    assert "--set project.region=europe-north1" in places.fix
    assert verdict(plan, "policy:sql.restrictPublicIp").level == "red"
    public = verdict(plan, "policy:run.managed.requireInvokerIam")
    assert public.fix == "tarmac init --set service.public=false"
    assert verdict(plan, "policy:iam.allowedPolicyMemberDomains").level == "ok"
    entries = ask(policies, "GET", f"log?after={before}")["entries"]
    written = [entry["method"] for entry in entries if "create" in str(entry["method"]).lower()]
    assert written == []

    assert wanted.database is not None
    cured = replace(
        wanted,
        database=replace(wanted.database, network="default"),
        service=replace(wanted.service, public=False),
        project=replace(wanted.project, region="europe-north1"),
    )
    again = planned(cured, cloud)
    peering = verdict(again, "private-network")
    assert "vpc-peerings connect" in peering.fix
    kinds = {check.id: check.level for check in again.preflight if check.id.startswith("policy:")}
    assert set(kinds.values()) == {"ok"}
    assert "policy:run.managed.requireInvokerIam" not in kinds


def test_a_policy_that_nobody_may_read_is_a_note_and_blocks_nothing(
    cloud: GoogleCloud, sandbox: SandboxAddress, tmp_path: Path
) -> None:
    wanted = standing(cloud, tmp_path)
    fault(
        sandbox,
        "getEffectivePolicy",
        times=0,
        status=403,
        reason="IAM_PERMISSION_DENIED",
        message="Permission 'orgpolicy.policy.get' denied.",
    )
    plan = planned(wanted, cloud)
    note = verdict(plan, "policies")
    assert note.level == "ok"
    assert "not read (permission denied: orgpolicy.policy.get" in note.says
    assert "gcp.resourceLocations, " in note.says
    assert [check.id for check in plan.preflight if "policy:" in check.id] == []
    assert not plan.blocked


def test_domains_are_judged_by_whether_github_is_let_in(
    cloud: GoogleCloud, policies: SandboxAddress, tmp_path: Path
) -> None:
    wanted = standing(
        cloud, tmp_path, pipeline=Pipeline(kind="github", github="ann/notes", github_id="1")
    )
    asked = {
        "constraint": "iam.allowedPolicyMemberDomains",
        "project": wanted.project.id,
        "allow": ["C00sandbox"],
    }
    ask(policies, "POST", "policies", asked)
    plan = planned(wanted, cloud)
    assert verdict(plan, "policy:iam.allowedPolicyMemberDomains").level == "warning"
    assert verdict(plan, "policy:iam.disableServiceAccountKeyCreation").level == "ok"


def test_only_the_permissions_of_this_plan_are_asked_for(
    cloud: GoogleCloud, sandbox: SandboxAddress, tmp_path: Path
) -> None:
    wanted = standing(cloud, tmp_path)
    of = PolicyOf("project", f"projects/{wanted.project.id}")
    reader = "user:eve@example.com"
    cloud.set_policy(of, cloud.policy(of).with_members("roles/viewer", (reader,)))
    cloud.pause(600)
    eve = GoogleCloud.of(sandbox, token="eve@example.com")
    listening = replace(wanted, pipeline=Pipeline(github="ann/notes"))
    missing = verdict(planned(listening, eve), "permissions")
    assert "cloudbuild.connections.create" in missing.says
    assert "--member=user:eve@example.com --role=roles/cloudbuild.connectionAdmin" in missing.fix
    plain = verdict(planned(wanted, eve), "permissions")
    assert "cloudbuild.connections.create" not in plain.says
    eve.close()


def test_everything_that_may_not_be_read_is_told_at_once_with_roles_that_suffice(
    cloud: GoogleCloud, sandbox: SandboxAddress, tmp_path: Path
) -> None:
    wanted = blueprint(database=False)
    assert applied(tmp_path, wanted, cloud).failures == ()
    of, eve = PolicyOf("project", f"projects/{wanted.project.id}"), "user:eve@example.com"
    granted = ("roles/resourcemanager.projectIamAdmin", "roles/serviceusage.serviceUsageAdmin")
    reader = GoogleCloud.of(sandbox, token="eve@example.com")
    for _round in range(2):
        policy = cloud.policy(of)
        for role in granted:
            policy = policy.with_members(role, (eve,))
        cloud.set_policy(of, policy)
        cloud.pause(600)
        try:
            assert planned(wanted, reader).todo == ()
            break
        except CloudFailure as refused:
            card = refused
        for permission in ("artifactregistry.repositories.get", "run.services.get"):
            assert permission in card.message
        assert card.next[-1] == "tarmac plan"
        found = [re.search(r"--member=user:eve@example.com --role=(\S+)", x) for x in card.next]
        granted = tuple(each[1] for each in found if each)
    else:
        raise AssertionError(card.next)
    reader.close()


def test_a_login_that_counts_against_the_project_to_be_made_is_red(
    cloud: GoogleCloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = blueprint(database=False)
    monkeypatch.setenv("GOOGLE_CLOUD_QUOTA_PROJECT", wanted.project.id)
    red = verdict(planned(wanted, cloud), "quota-project")
    assert red.level == "red"
    assert "set-quota-project" in red.fix
    monkeypatch.setenv("GOOGLE_CLOUD_QUOTA_PROJECT", "sandbox-notes")
    assert verdict(planned(wanted, cloud), "quota-project").level == "ok"


@pytest.mark.slow
def test_the_name_of_an_instance_that_was_just_deleted_may_still_be_taken(
    cloud: GoogleCloud, tmp_path: Path
) -> None:
    wanted = blueprint()
    assert wanted.database is not None
    open_ = replace(wanted, database=replace(wanted.database, deletion_protection=False))
    assert applied(tmp_path, open_, cloud).failures == ()
    cloud.wait(cloud.start_sql_deletion(wanted.project.id, "notes-db", 1))
    found = verdict(planned(open_, cloud), "instance-name")
    assert found.level == "warning"
    assert found.fix == "tarmac init --set database.instance=notes-db-2"


def test_an_impossible_machine_names_the_nearest_possible_one(cloud: GoogleCloud) -> None:
    plain = blueprint()
    assert plain.database is not None
    odd = replace(plain, database=replace(plain.database, tier="db-custom-3-1000"))
    red = verdict(planned(odd, cloud), "tier")
    assert red.fix == "tarmac init --set database.tier=db-custom-4-3840"
    assert fitting_shape(1, 3840) == "db-custom-1-3840"
    assert fitting_shape(2, 100_000) == "db-custom-2-13312"
    assert fitting_shape(200, 1) == "db-custom-96-88576"


def test_a_restricted_word_in_the_id_of_a_new_project_is_red(cloud: GoogleCloud) -> None:
    wanted = blueprint(project="my-google-notes", database=False)
    red = verdict(planned(wanted, cloud), "project-id")
    assert red.fix == "tarmac init --set project.id=my-app-notes"


@pytest.mark.parametrize(
    ("allowed", "denied", "verdict_"),
    [
        (("in:asia-locations",), (), True),
        (("in:asia-northeast3-locations",), (), True),
        (("asia-northeast3",), (), True),
        (("in:us-locations",), (), False),
        (("in:asia-northeast1-locations",), (), False),
        (("in:low-carbon-locations",), (), None),
        ((), ("in:asia-locations",), False),
        ((), ("in:us-locations",), True),
        (("in:asia-locations",), ("asia-northeast3",), False),
        ((), (), True),
    ],
)
def test_a_region_is_allowed_denied_or_not_to_be_judged(
    allowed: tuple[str, ...], denied: tuple[str, ...], verdict_: bool | None
) -> None:
    assert covers(OrgPolicy(allowed=allowed, denied=denied), "asia-northeast3") is verdict_


def test_london_is_not_in_the_european_union() -> None:
    regions = allowed_regions(OrgPolicy(allowed=("in:eu-locations",)))
    assert "europe-west3" in regions
    assert "europe-west2" not in regions


@pytest.mark.skipif(shutil.which("gcloud") is None, reason="gcloud is not installed")
@pytest.mark.slow
def test_the_real_gcloud_knows_the_commands_that_cure(policies: SandboxAddress) -> None:
    import subprocess

    for words in (
        ("org-policies", "describe"),
        ("resource-manager", "org-policies", "allow"),
        ("auth", "application-default", "set-quota-project"),
        ("resource-manager", "folders", "add-iam-policy-binding"),
        ("organizations", "add-iam-policy-binding"),
        ("billing", "accounts", "add-iam-policy-binding"),
    ):
        done = subprocess.run(
            ["gcloud", *words, "--help"], capture_output=True, text=True, timeout=60, check=False
        )
        assert done.returncode == 0, words
