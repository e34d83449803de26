"""How the world differs from tarmac.toml: whose doing it was, and the three answers to it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.setup.sandboxed import BILLING, applied, blueprint
from tests.setup.taken_back import REGION
from wizards.blueprint import Blueprint
from wizards.blueprint_reading import load
from wizards.blueprint_writing import write
from wizards.cancel import Cancel
from wizards.cloud.google_cloud import GoogleCloud
from wizards.cloud.things import PolicyOf
from wizards.cloud.things import Secret as CloudSecret
from wizards.events import discard
from wizards.failures import UsageFailure
from wizards.plan import Action
from wizards.setup.drifting import DriftReport, State, Who, adopt, compare, ignore, revert
from wizards.setup.planning import make_plan


def a_file(root: Path, project: str, *, database: bool = False) -> Path:
    path = root / "tarmac.toml"
    path.write_text("# ours, with care\n\n[service]\nmax_instances = 3 # enough for now\n")
    values = {
        "project.id": project,
        "project.billing_account": BILLING,
        "service.name": "notes",
    }
    if database:
        values |= {
            "database.instance": "notes-db",
            "database.name": "notes",
            "database.user": "notes",
            "database.tier": "db-f1-micro",
        }
    write(path, values)
    return path


def compared(root: Path, wanted: Blueprint, cloud: GoogleCloud) -> DriftReport:
    return compare(root, wanted, cloud, discard, Cancel())


@pytest.fixture
def small(cloud: GoogleCloud, tmp_path: Path) -> tuple[Path, Blueprint]:
    """A project without a database, applied, with its file."""
    path = a_file(tmp_path, blueprint().project.id)
    wanted = load(path)
    assert applied(tmp_path, wanted, cloud).failures == ()
    assert compared(tmp_path, wanted, cloud).items == ()
    return path, wanted


def test_a_change_in_the_world_is_told_from_one_in_the_file(
    small: tuple[Path, Blueprint], cloud: GoogleCloud, tmp_path: Path
) -> None:
    path, wanted = small
    project = wanted.project.id
    found = cloud.run_service(project, REGION, "notes")
    assert found is not None
    cloud.wait(cloud.start_run_service_change(project, found, {"max_instances": 7}))
    write(path, {"service.concurrency": 20})
    (item,) = compared(tmp_path, load(path), cloud).different
    fields = {part.field: part for part in item.fields}
    assert item.state is State.CHANGED
    assert item.who is Who.BOTH
    there = fields["max_instances"]
    assert (there.who, there.world, there.wanted, there.applied) == (Who.WORLD, 7, 3, 3)
    assert fields["concurrency"].who is Who.BLUEPRINT
    assert fields["concurrency"].applied == 80


def test_adopting_writes_the_worlds_value_and_keeps_every_comment(
    small: tuple[Path, Blueprint], cloud: GoogleCloud, tmp_path: Path
) -> None:
    path, wanted = small
    found = cloud.run_service(wanted.project.id, REGION, "notes")
    assert found is not None
    cloud.wait(cloud.start_run_service_change(wanted.project.id, found, {"max_instances": 7}))
    report = compared(tmp_path, wanted, cloud)
    assert adopt(path, report, "run.service:notes.max_instances") == {"service.max_instances": 7}
    text = path.read_text()
    assert "# ours, with care" in text
    assert "max_instances = 7 # enough for now" in text
    assert compared(tmp_path, load(path), cloud).items == ()


def test_ignoring_is_written_down_and_holds_for_plan_and_drift_until_it_is_taken_out(
    small: tuple[Path, Blueprint], cloud: GoogleCloud, tmp_path: Path
) -> None:
    path, wanted = small
    found = cloud.run_service(wanted.project.id, REGION, "notes")
    assert found is not None
    cloud.wait(cloud.start_run_service_change(wanted.project.id, found, {"max_instances": 7}))
    report = compared(tmp_path, wanted, cloud)
    assert ignore(path, wanted, report, "run.service:notes.max_instances") == (
        "run.service:notes.max_instances",
    )
    agreed = load(path)
    assert agreed.hash == wanted.hash
    again = compared(tmp_path, agreed, cloud)
    assert again.different == ()
    assert [item.ignored for item in again.items] == [True]
    plan = make_plan(agreed, cloud, discard, Cancel(), root=tmp_path)
    assert plan.todo == ()
    assert make_plan(wanted, cloud, discard, Cancel(), root=tmp_path).todo != ()


def test_reverting_one_item_leaves_the_others(
    small: tuple[Path, Blueprint], cloud: GoogleCloud, tmp_path: Path
) -> None:
    _path, wanted = small
    project = wanted.project.id
    found = cloud.run_service(project, REGION, "notes")
    assert found is not None
    cloud.wait(cloud.start_run_service_change(project, found, {"max_instances": 7}))
    of = PolicyOf("project", f"projects/{project}")
    policy = cloud.policy(of)
    member = f"serviceAccount:notes-build@{project}.iam.gserviceaccount.com"
    cloud.set_policy(of, policy.without_member("roles/run.developer", member))
    report = compared(tmp_path, wanted, cloud)
    assert {item.id: item.who for item in report.different} == {
        "run.service:notes": Who.WORLD,
        f"iam:project:{project}": Who.WORLD,
    }
    ids = ["run.service:notes"]
    done = revert(tmp_path, wanted, cloud, report, ids, {}, discard, Cancel())
    assert set(done.steps) == {"run.service:notes"}
    assert done.failures == ()
    left = compared(tmp_path, wanted, cloud).different
    assert [item.id for item in left] == [f"iam:project:{project}"]
    with pytest.raises(UsageFailure) as caught:
        adopt(tmp_path / "tarmac.toml", compared(tmp_path, wanted, cloud), left[0].id)
    assert caught.value.code == "not-adoptable"


def test_what_somebody_deleted_and_what_nobody_knows_are_both_told(
    small: tuple[Path, Blueprint], cloud: GoogleCloud, tmp_path: Path
) -> None:
    path, wanted = small
    project = wanted.project.id
    cloud.wait(cloud.start_repository_deletion(project, REGION, "notes"))
    stray = CloudSecret(id="stray", regions=(REGION,), labels={"managed-by": "tarmac"})
    cloud.create_secret(project, stray)
    report = compared(tmp_path, wanted, cloud)
    found = {item.id: item for item in report.different}
    assert (found["repository:notes"].state, found["repository:notes"].who) == (
        State.MISSING,
        Who.WORLD,
    )
    assert found["secret:stray"].state is State.EXTRA
    assert not found["secret:stray"].revertible
    with pytest.raises(UsageFailure):
        revert(tmp_path, wanted, cloud, report, ["secret:stray"], {}, discard, Cancel())
    ignore(path, wanted, report, "secret:stray")
    agreed = load(path)
    ids = [item.id for item in compared(tmp_path, agreed, cloud).different]
    assert "secret:stray" not in ids


def test_what_the_file_stopped_to_want_is_told_as_its_doing(
    small: tuple[Path, Blueprint], cloud: GoogleCloud, tmp_path: Path
) -> None:
    _path, wanted = small
    fewer = replace(wanted, pipeline=replace(wanted.pipeline, kind="none"))
    found = {item.id: item for item in compared(tmp_path, fewer, cloud).different}
    assert found["account:notes-build"].state is State.UNWANTED
    assert found["account:notes-build"].who is Who.BLUEPRINT
    assert found["account:notes-build"].revertible
    lost = found.get(f"iam:project:{wanted.project.id}")
    assert lost is not None
    assert lost.who is Who.BLUEPRINT
    plan = compared(tmp_path, fewer, cloud).plan
    assert any(change.action is Action.DELETE for change in plan.todo)


@pytest.mark.slow
def test_a_tier_changed_by_hand_is_adopted_or_reverted(cloud: GoogleCloud, tmp_path: Path) -> None:
    path = a_file(tmp_path, blueprint().project.id, database=True)
    wanted = load(path)
    project = wanted.project.id
    assert applied(tmp_path, wanted, cloud).failures == ()
    found = cloud.sql_instance(project, "notes-db")
    assert found is not None
    larger = replace(found.settings, tier="db-g1-small")
    cloud.wait(cloud.start_sql_change(project, found, larger))
    report = compared(tmp_path, wanted, cloud)
    (item,) = report.different
    assert (item.id, item.who) == ("sql.instance:notes-db", Who.WORLD)
    done = revert(tmp_path, wanted, cloud, report, [item.id], {}, discard, Cancel())
    assert done.failures == ()
    assert compared(tmp_path, wanted, cloud).items == ()
