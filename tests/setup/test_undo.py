"""Taking back what Tarmac made: all of it, nothing else, and data only by its name."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from tests.setup.sandboxed import applied, ask, blueprint, planned
from tests.setup.taken_back import REGION, by_hand, dump, eventually, every_name, undone
from wizards.blueprint import Blueprint, Secret
from wizards.cancel import Cancel, Cancelled
from wizards.cloud.google_cloud import GoogleCloud
from wizards.cloud.things import PolicyOf, SqlSettings
from wizards.cloud.things import Secret as CloudSecret
from wizards.events import discard
from wizards.failures import Failure
from wizards.plan import Action, FieldDiff
from wizards.postgres.sandbox_address import SandboxAddress
from wizards.setup.applying import apply
from wizards.setup.made import made
from wizards.setup.planning import make_plan
from wizards.setup.undoing import plan_undo, undo

KEY = {"API_KEY": Secret(name="notes-api-key", source="ask")}
BACKUPS = "sql-backup"


def whole(*, database: bool = True) -> Blueprint:
    return blueprint(database=database, secrets_=KEY)


def test_after_apply_and_undo_a_persons_project_is_as_it_was(
    cloud: GoogleCloud, sandbox: SandboxAddress, tmp_path: Path
) -> None:
    wanted = whole()
    project = wanted.project.id
    by_hand(cloud, project)
    before = dump(sandbox, project)
    assert applied(tmp_path, wanted, cloud, API_KEY="value-1").failures == ()
    assert len(dump(sandbox, project)) > len(before) + 15
    larger = replace(wanted, service=replace(wanted.service, max_instances=5))
    assert applied(tmp_path, larger, cloud, API_KEY="value-2").failures == ()

    done = undone(tmp_path, cloud)

    assert done.failures == ()
    after = dump(sandbox, project)
    backups = [key for key in after if key.startswith(BACKUPS)]
    assert [after[key]["type"] for key in backups].count("FINAL") == 1
    assert {key: body for key, body in after.items() if key not in backups} == before
    assert cloud.secret_value(project, "legacy-key") == "theirs"
    assert made(tmp_path, cloud.world) == []


def test_apply_and_update_leave_alone_what_a_person_did_in_between(
    cloud: GoogleCloud, sandbox: SandboxAddress, tmp_path: Path
) -> None:
    wanted = whole(database=False)
    project = wanted.project.id
    assert applied(tmp_path, wanted, cloud, API_KEY="value-1").failures == ()
    of = PolicyOf("secret", f"projects/{project}/secrets/notes-api-key")
    cloud.set_policy(
        of,
        cloud.policy(of).with_members(
            "roles/secretmanager.secretAccessor", ("user:friend@example.com",)
        ),
    )
    found = cloud.secret(project, "notes-api-key")
    assert found is not None
    cloud.mark_secret(project, replace(found, labels={**found.labels, "team": "blue"}))
    console = CloudSecret(id="made-in-console", regions=(REGION,))
    cloud.create_secret(project, console)
    cloud.add_secret_version(project, "made-in-console", "by-hand")
    theirs = dump(sandbox, project)["secret projects/" + project + "/secrets/made-in-console"]

    assert applied(tmp_path, wanted, cloud, API_KEY="value-2").failures == ()
    plan = plan_undo(tmp_path, cloud)
    waiting = {change.id: change for change in plan.decided().changes if change.confirm}
    assert "friend@example.com" in waiting["secret:notes-api-key"].breaks
    kept = [name for name in every_name(plan) if name != "notes-api-key"]
    assert undo(tmp_path, cloud, plan, discard, Cancel(), confirmed=kept).failures == ()

    after = dump(sandbox, project)
    assert after["secret projects/" + project + "/secrets/made-in-console"] == theirs
    assert cloud.policy(of).members("roles/secretmanager.secretAccessor") == {
        "user:friend@example.com"
    }
    left = cloud.secret(project, "notes-api-key")
    assert left is not None
    assert left.labels["team"] == "blue"
    enabled = cloud.enabled_apis(project, ("secretmanager.googleapis.com",))
    assert enabled == {"secretmanager.googleapis.com"}
    alive = cloud.project(project)
    assert alive is not None
    assert alive.state == "ACTIVE"


def test_a_created_project_goes_last_and_only_when_nobody_else_lives_in_it(
    cloud: GoogleCloud, tmp_path: Path
) -> None:
    wanted = whole(database=False)
    project = wanted.project.id
    assert applied(tmp_path, wanted, cloud, API_KEY="value-1").failures == ()
    cloud.create_secret(project, CloudSecret(id="stranger", regions=(REGION,)))
    plan = plan_undo(tmp_path, cloud)
    rows = {change.id: change for change in plan.decided(every_name(plan)).changes}
    assert "stranger" in rows[f"project:{project}"].stays
    assert "stranger" in rows[f"billing:{project}"].stays
    found = cloud.secret(project, "stranger")
    assert found is not None
    cloud.delete_secret(project, found)

    plan = plan_undo(tmp_path, cloud)
    decided = plan.decided(every_name(plan))
    last = decided.todo[-1]
    assert last.id == f"project:{project}"
    assert {change.id for change in decided.todo} - {last.id} <= set(last.needs)
    assert undone(tmp_path, cloud).failures == ()
    gone = cloud.project(project)
    assert gone is not None
    assert gone.state == "DELETE_REQUESTED"
    assert made(tmp_path, cloud.world) == []


@pytest.mark.slow
def test_without_names_no_data_goes_and_apply_brings_the_rest_back(
    cloud: GoogleCloud, sandbox: SandboxAddress, tmp_path: Path
) -> None:
    wanted = whole()
    project = wanted.project.id
    assert applied(tmp_path, wanted, cloud, API_KEY="value-1").failures == ()
    plan = plan_undo(tmp_path, cloud)
    decided = plan.decided()
    assert {c.confirm for c in decided.changes if c.confirm} == {"notes-db", "notes-api-key"}
    rows = {change.id: change for change in decided.changes}
    assert "notes-db" in rows[f"billing:{project}"].stays
    assert "final backup" in rows["sql.instance:notes-db"].breaks
    assert "goes along" in rows["sql.database:notes-db/notes"].stays
    assert undone(tmp_path, cloud, ()).failures == ()
    assert cloud.sql_databases(project, "notes-db") >= {"notes"}
    assert cloud.secret_value(project, "notes-api-key") == "value-1"
    assert cloud.secret_value(project, "notes-db-password")
    assert not any(key.startswith("service-account ") for key in dump(sandbox, project))
    assert "sqladmin.googleapis.com" in cloud.enabled_apis(project, ("sqladmin.googleapis.com",))
    assert not cloud.enabled_apis(project, ("run.googleapis.com",))

    assert applied(tmp_path, wanted, cloud, API_KEY="value-1").failures == ()
    assert planned(wanted, cloud, API_KEY="value-1").todo == ()
    assert undone(tmp_path, cloud).failures == ()
    assert made(tmp_path, cloud.world) == []


@pytest.mark.slow
def test_keep_data_leaves_data_whatever_is_typed(
    cloud: GoogleCloud, sandbox: SandboxAddress, tmp_path: Path
) -> None:
    wanted = whole()
    project = wanted.project.id
    assert applied(tmp_path, wanted, cloud, API_KEY="value-1").failures == ()
    assert undone(tmp_path, cloud, keep_data=True).failures == ()
    assert cloud.sql_instance(project, "notes-db") is not None
    assert cloud.secret_value(project, "notes-api-key") == "value-1"
    left = dump(sandbox, project)
    assert not any(key.startswith(("service-account ", "repository ")) for key in left)


def adopted_world(cloud: GoogleCloud, tmp_path: Path) -> tuple[Blueprint, str]:
    """Let a person make the secret and the instance, then Tarmac adopt and change both."""
    wanted = whole()
    project = wanted.project.id
    by_hand(cloud, project)
    apis = ("sqladmin.googleapis.com", "sql-component.googleapis.com")
    cloud.wait(cloud.start_apis(project, apis))
    cloud.create_secret(project, CloudSecret(id="notes-api-key", regions=(REGION,)))
    cloud.add_secret_version(project, "notes-api-key", "theirs")
    settings = SqlSettings(
        version="POSTGRES_16",
        tier="db-g1-small",
        edition="ENTERPRISE",
        region=REGION,
        storage_gb=20,
        high_availability=False,
        point_in_time_recovery=True,
        labels={"team": "blue"},
    )
    cloud.wait(eventually(lambda: cloud.start_sql_instance(project, "notes-db", settings), cloud))
    cloud.wait(cloud.start_sql_database(project, "notes-db", "theirs"))
    return wanted, project


def test_what_was_adopted_goes_back_to_what_it_was(
    cloud: GoogleCloud, sandbox: SandboxAddress, tmp_path: Path
) -> None:
    wanted, project = adopted_world(cloud, tmp_path)
    before = dump(sandbox, project)
    assert applied(tmp_path, wanted, cloud, API_KEY="ours").failures == ()
    assert cloud.secret_value(project, "notes-api-key") == "ours"
    plan = plan_undo(tmp_path, cloud)
    rows = {change.id: change for change in plan.decided(every_name(plan)).changes}
    assert rows["sql.instance:notes-db"].action is Action.UPDATE
    assert rows["secret:notes-api-key"].action is Action.UPDATE
    assert rows["sql.database:notes-db/notes"].action is Action.DELETE

    assert undone(tmp_path, cloud).failures == ()

    versions = cloud.secret_versions(project, "notes-api-key")
    assert [(part.number, part.state) for part in versions] == [(2, "DESTROYED"), (1, "ENABLED")]
    found = cloud.sql_instance(project, "notes-db")
    assert found is not None
    assert (found.settings.tier, dict(found.settings.labels)) == ("db-g1-small", {"team": "blue"})
    assert cloud.sql_databases(project, "notes-db") == {"postgres", "theirs"}
    assert cloud.sql_users(project, "notes-db") == {"postgres"}
    after = dump(sandbox, project)
    backups = [key for key in after if key.startswith(BACKUPS)]
    assert len(backups) > len([key for key in before if key.startswith(BACKUPS)])
    ours = f"secret-version projects/{project}/secrets/notes-api-key/versions/2"
    instance = f"sql-instance {project}/notes-db"
    changed = {ours, instance, *backups}
    assert {key: body for key, body in after.items() if key not in changed} == {
        key: body for key, body in before.items() if key not in changed
    }


def test_a_namesake_made_since_by_somebody_else_is_left_alone(
    cloud: GoogleCloud, tmp_path: Path
) -> None:
    wanted = blueprint(database=False)
    project = wanted.project.id
    assert applied(tmp_path, wanted, cloud).failures == ()
    cloud.delete_service_account(project, "notes-run")
    cloud.create_service_account(project, "notes-run", "somebody's")
    repository = cloud.repository(project, REGION, "notes")
    assert repository is not None
    cloud.label_repository(project, replace(repository, labels={"team": "blue"}))
    eventually(lambda: _seen(cloud, project), cloud)
    plan = plan_undo(tmp_path, cloud)
    rows = {change.id: change for change in plan.decided().changes}
    assert "somebody else" in rows["account:notes-run"].stays
    assert rows["repository:notes"].confirm == "notes"
    assert "managed-by" in rows["repository:notes"].breaks
    assert undone(tmp_path, cloud, ()).failures == ()
    found = cloud.service_account(project, "notes-run")
    assert found is not None
    assert found.title == "somebody's"
    assert cloud.repository(project, REGION, "notes") is not None


def _seen(cloud: GoogleCloud, project: str) -> None:
    for _look in range(3):
        assert cloud.policy(
            PolicyOf(
                "account",
                f"projects/{project}/serviceAccounts/notes-run@{project}.iam.gserviceaccount.com",
            )
        )
        if cloud.service_account(project, "notes-run") is None:
            cloud.pause(5)


@pytest.mark.slow
def test_a_database_that_a_person_made_inside_is_named_before_the_instance_goes(
    cloud: GoogleCloud, tmp_path: Path
) -> None:
    wanted = blueprint()
    project = wanted.project.id
    assert applied(tmp_path, wanted, cloud).failures == ()
    cloud.wait(cloud.start_sql_database(project, "notes-db", "reports"))
    (row,) = [
        change
        for change in plan_undo(tmp_path, cloud).decided().changes
        if change.id == "sql.instance:notes-db"
    ]
    assert row.confirm == "notes-db"
    assert "database reports" in row.breaks
    assert undone(tmp_path, cloud, ()).failures == ()
    assert "reports" in cloud.sql_databases(project, "notes-db")


def test_an_api_that_somebody_used_stays_enabled_and_is_tried_again_next_time(
    cloud: GoogleCloud, sandbox: SandboxAddress, tmp_path: Path
) -> None:
    wanted = blueprint(database=False)
    project = wanted.project.id
    by_hand(cloud, project)
    assert applied(tmp_path, wanted, cloud).failures == ()
    logging = "logging.googleapis.com"
    ask(sandbox, "POST", "usage", {"project": project, "service": logging})
    by_a_person = cloud.start_api_off(project, "cloudbuild.googleapis.com", check_usage=False)
    cloud.wait(by_a_person)
    assert undone(tmp_path, cloud).failures == ()
    assert cloud.enabled_apis(project, (logging,)) == {logging}
    (left,) = made(tmp_path, cloud.world)
    assert [part.field for part in left.made.diff] == [logging]


@pytest.mark.slow
def test_what_a_person_changed_since_is_not_changed_back(
    cloud: GoogleCloud, tmp_path: Path
) -> None:
    wanted, project = adopted_world(cloud, tmp_path)
    assert applied(tmp_path, wanted, cloud, API_KEY="ours").failures == ()
    found = cloud.sql_instance(project, "notes-db")
    assert found is not None
    cloud.wait(
        cloud.start_sql_change(project, found, replace(found.settings, tier="db-custom-1-3840"))
    )
    assert undone(tmp_path, cloud).failures == ()
    after = cloud.sql_instance(project, "notes-db")
    assert after is not None
    assert (after.settings.tier, after.deletion_protected) == ("db-custom-1-3840", True)


def test_a_project_that_cannot_be_seen_stops_the_undo_and_forgets_nothing(
    cloud: GoogleCloud, sandbox: SandboxAddress, tmp_path: Path
) -> None:
    wanted = blueprint(database=False)
    assert applied(tmp_path, wanted, cloud).failures == ()
    stranger = GoogleCloud.of(sandbox, "stranger@example.com")
    with pytest.raises(Failure) as caught:
        plan_undo(tmp_path, stranger)
    assert caught.value.code == "project-hidden"
    stranger.close()
    assert made(tmp_path, cloud.world)


def test_what_was_tried_in_a_sandbox_is_never_taken_for_googles(
    cloud: GoogleCloud, tmp_path: Path
) -> None:
    assert applied(tmp_path, blueprint(database=False), cloud).failures == ()
    assert made(tmp_path) == []
    assert made(tmp_path, "sandbox:/somewhere/else") == []


@pytest.mark.slow
def test_a_cancelled_undo_says_where_it_stands_and_a_second_one_ends_it(
    cloud: GoogleCloud, tmp_path: Path
) -> None:
    wanted = blueprint()
    assert applied(tmp_path, wanted, cloud).failures == ()
    cancel = Cancel()
    plan = plan_undo(tmp_path, cloud)

    def listen(event: object) -> None:
        if "final backup" in json.dumps(getattr(event, "fields", {})):
            cancel.ask()

    names = every_name(plan)
    done = undo(tmp_path, cloud, plan, listen, cancel, confirmed=names)
    assert done.cancelled
    assert undone(tmp_path, cloud).failures == ()
    assert made(tmp_path, cloud.world) == []


def test_what_nothing_wants_any_more_is_deleted_and_data_waits_for_its_name(
    cloud: GoogleCloud, tmp_path: Path
) -> None:
    wanted = whole()
    project = wanted.project.id
    assert applied(tmp_path, wanted, cloud, API_KEY="value-1").failures == ()
    fewer = replace(wanted, secrets={}, pipeline=replace(wanted.pipeline, kind="none"))
    plan = make_plan(fewer, cloud, discard, Cancel(), root=tmp_path)
    rows = {change.id: change for change in plan.changes}
    assert rows["account:notes-build"].action is Action.DELETE
    assert rows["secret:notes-api-key"].confirm == "notes-api-key"
    assert rows[f"iam:project:{project}"].action is Action.UPDATE
    lost = [part.field for part in rows[f"iam:project:{project}"].diff if part.after is None]
    assert "roles/logging.logWriter" in lost
    of = PolicyOf("project", f"projects/{project}")
    theirs = cloud.policy(of).with_members("roles/logging.logWriter", ("user:friend@example.com",))
    cloud.set_policy(of, theirs)
    done = apply(tmp_path, fewer, cloud, plan, {}, discard, Cancel())
    assert done.failures == ()
    assert cloud.service_account(project, "notes-build") is None
    assert cloud.secret_value(project, "notes-api-key") == "value-1"
    assert cloud.policy(of).members("roles/logging.logWriter") == {"user:friend@example.com"}
    again = make_plan(fewer, cloud, discard, Cancel(), root=tmp_path)
    assert [change.id for change in again.todo] == []
    typed = make_plan(fewer, cloud, discard, Cancel(), root=tmp_path, confirmed=("notes-api-key",))
    assert apply(tmp_path, fewer, cloud, typed, {}, discard, Cancel()).failures == ()
    assert cloud.secret(project, "notes-api-key") is None
    last = make_plan(fewer, cloud, discard, Cancel(), root=tmp_path)
    assert [change.id for change in last.changes if change.action is Action.DELETE] == []


def test_a_version_added_just_before_a_kill_is_known_as_ours_after_the_resume(
    cloud: GoogleCloud, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = whole(database=False)
    project = wanted.project.id
    by_hand(cloud, project)
    cloud.create_secret(project, CloudSecret(id="notes-api-key", regions=(REGION,)))
    cloud.add_secret_version(project, "notes-api-key", "theirs")
    add = GoogleCloud.add_secret_version

    def killed(self: GoogleCloud, *words: str) -> None:
        add(self, *words)
        raise Cancelled

    with monkeypatch.context() as patch:
        patch.setattr(GoogleCloud, "add_secret_version", killed)
        assert applied(tmp_path, wanted, cloud, API_KEY="ours").cancelled
    before = {change.id: change for change in plan_undo(tmp_path, cloud).decided().changes}
    assert any(part.field == "versions.2" for part in before["secret:notes-api-key"].diff)
    assert applied(tmp_path, wanted, cloud, API_KEY="ours").failures == ()
    found = {part.id: part.made.diff for part in made(tmp_path, cloud.world)}
    assert FieldDiff("versions.2", None, "added") in found["secret:notes-api-key"]
    assert undone(tmp_path, cloud).failures == ()
    versions = cloud.secret_versions(project, "notes-api-key")
    assert [(part.number, part.state) for part in versions] == [(2, "DESTROYED"), (1, "ENABLED")]


def test_a_created_project_can_go_although_its_apis_were_switched_off_by_hand(
    cloud: GoogleCloud, tmp_path: Path
) -> None:
    wanted = blueprint(database=False)
    project = wanted.project.id
    assert applied(tmp_path, wanted, cloud).failures == ()
    for api in ("run", "artifactregistry", "iam", "secretmanager"):
        off = cloud.start_api_off(project, f"{api}.googleapis.com", check_usage=False)
        cloud.wait(off)
    rows = {change.id: change for change in plan_undo(tmp_path, cloud).decided().changes}
    assert "gcloud services enable run.googleapis.com" in rows["run.service:notes"].stays
    assert rows[f"project:{project}"].confirm == project, rows[f"project:{project}"].stays
    assert undone(tmp_path, cloud, (project,)).failures == ()
    gone = cloud.project(project)
    assert gone is not None
    assert gone.state == "DELETE_REQUESTED"
    assert undone(tmp_path, cloud).failures == ()
    assert made(tmp_path, cloud.world) == []
