"""Cloud SQL in full: what a new instance gets, and how gently an existing one is treated."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.setup.sandboxed import actions, applied, blueprint, planned
from tests.setup.test_plan_and_apply import eventually
from tests.setup.written import from_file
from wizards.blueprint import Blueprint, Pipeline
from wizards.cloud.google_cloud import GoogleCloud
from wizards.cloud.things import PolicyOf, SqlSettings
from wizards.plan import Action
from wizards.setup.bindings import BindingsResource
from wizards.setup.desired import resources
from wizards.setup.sql_comparing import compare, decided_fields
from wizards.setup.sql_instance import SqlInstanceResource


def settings_of(wanted: Blueprint) -> SqlSettings:
    return next(
        part.settings for part in resources(wanted) if isinstance(part, SqlInstanceResource)
    )


def theirs() -> SqlSettings:
    """Return settings that a person chose by hand, all of them other than the suggested ones."""
    return SqlSettings(
        version="POSTGRES_15",
        tier="db-g1-small",
        edition="ENTERPRISE",
        region="asia-northeast3",
        storage_gb=20,
        high_availability=False,
        point_in_time_recovery=True,
        log_days=3,
        backups=30,
        deletion_protection=False,
        flags={"log_min_duration_statement": "250"},
        connector_enforcement="NOT_REQUIRED",
        ssl_mode="ALLOW_UNENCRYPTED_AND_ENCRYPTED",
        retain_backups=False,
        maintenance_day=2,
        maintenance_hour=3,
        labels={"team": "blue"},
    )


def test_a_new_instance_has_every_suggested_setting_and_users_for_each_purpose(
    cloud: GoogleCloud, tmp_path: Path
) -> None:
    plain = blueprint()
    assert plain.database is not None
    database = replace(plain.database, iam_login=True, migration_user="notes_owner")
    wanted = replace(plain, database=database)
    assert applied(tmp_path, wanted, cloud).failures == ()
    project = wanted.project.id
    made = cloud.sql_instance(project, "notes-db")
    assert made is not None
    assert made.settings == settings_of(wanted)
    users = cloud.sql_users(project, "notes-db")
    assert {"notes", "notes_owner", f"notes-run@{project}.iam", f"notes-migrate@{project}.iam"} <= (
        users
    )
    again = planned(wanted, cloud)
    assert again.todo == ()
    assert again.calls <= 2 * len(again.changes)

    def readers(secret: str) -> frozenset[str]:
        of = PolicyOf("secret", f"projects/{project}/secrets/{secret}")
        return cloud.policy(of).members("roles/secretmanager.secretAccessor")

    tail = f"@{project}.iam.gserviceaccount.com"
    assert readers("notes-db-password") == {f"serviceAccount:notes-run{tail}"}
    assert readers("notes-db-migration-password") == {f"serviceAccount:notes-migrate{tail}"}
    values = {
        cloud.secret_value(project, f"notes-db-{kind}")
        for kind in ("password", "migration-password")
    }
    assert len(values) == 2


def test_what_the_file_does_not_name_of_an_existing_instance_stays_and_is_shown(
    cloud: GoogleCloud, tmp_path: Path
) -> None:
    base = blueprint(database=False)
    assert applied(tmp_path, base, cloud).failures == ()
    project = base.project.id
    cloud.wait(cloud.start_apis(project, ("sqladmin.googleapis.com",)))
    start = lambda: cloud.start_sql_instance(project, "notes-db", theirs())  # noqa: E731
    cloud.wait(eventually(start, cloud))
    wanted = from_file(project)
    plan = planned(wanted, cloud)
    (instance,) = (part for part in plan.changes if part.id == "sql.instance:notes-db")
    assert instance.action is Action.ADOPT
    assert [part.field for part in instance.diff] == ["labels.managed-by"]
    assert instance.command == (
        "gcloud beta sql instances patch notes-db --update-labels=managed-by=tarmac "
        f"--project={project}"
    )
    shown = next(check for check in plan.preflight if check.id == "database-settings")
    assert "ssl_mode" in shown.says
    assert "--ssl-mode=ENCRYPTED_ONLY" in shown.fix
    assert applied(tmp_path, wanted, cloud).failures == ()
    after = cloud.sql_instance(project, "notes-db")
    assert after is not None
    assert after.settings == replace(theirs(), labels={"team": "blue", "managed-by": "tarmac"})

    more = from_file(project, "log_days = 7\niam_login = true\ndeletion_protection = true")
    (change,) = (part for part in planned(more, cloud).todo if part.kind == "sql.instance")
    assert {(part.field, part.before, part.after) for part in change.diff} == {
        ("log_days", 3, 7),
        ("flags.cloudsql.iam_authentication", None, "on"),
        ("deletion_protection", False, True),
    }
    every = "--database-flags=log_min_duration_statement=250,cloudsql.iam_authentication=on"
    assert every in change.command
    assert applied(tmp_path, more, cloud).failures == ()
    changed = cloud.sql_instance(project, "notes-db")
    assert changed is not None
    flags = {"log_min_duration_statement": "250", "cloudsql.iam_authentication": "on"}
    assert changed.settings == replace(
        after.settings, log_days=7, deletion_protection=True, flags=flags
    )
    assert planned(more, cloud).todo == ()


def test_what_cannot_be_changed_in_place_says_what_replacing_would_lose_and_the_way_out() -> None:
    wanted = settings_of(blueprint())
    every = decided_fields(wanted, None, iam_login=False)
    moved = compare("notes-db", replace(wanted, region="us-central1"), wanted, every)
    assert "tarmac init --set project.region=us-central1" in moved.blocked_by
    assert "every database in this one stays behind" in moved.blocked_by
    fixed = replace(wanted, storage_gb=100, grows=False)
    smaller = compare("notes-db", fixed, wanted, every)
    assert "tarmac init --set database.storage_gb=100" in smaller.blocked_by
    grown = compare("notes-db", replace(wanted, storage_gb=100), wanted, every)
    assert grown.diff == ()
    assert grown.blocked_by == ""


@pytest.mark.slow
def test_an_edition_is_changed_in_place_and_says_that_the_database_restarts(
    cloud: GoogleCloud, tmp_path: Path
) -> None:
    wanted = blueprint()
    assert applied(tmp_path, wanted, cloud).failures == ()
    assert wanted.database is not None
    plus = replace(
        wanted.database, edition="ENTERPRISE_PLUS", tier="db-perf-optimized-N-2", log_days=7
    )
    larger = replace(wanted, database=plus)
    (change,) = planned(larger, cloud).todo
    assert actions(planned(larger, cloud))["sql.instance:notes-db"] is Action.UPDATE
    assert "restarts" in change.breaks
    assert applied(tmp_path, larger, cloud).failures == ()
    assert planned(larger, cloud).todo == ()


def test_one_account_and_one_user_may_do_every_job() -> None:
    plain = blueprint()
    assert plain.database is not None
    shared = replace(
        plain,
        database=replace(plain.database, migration_user="notes", iam_login=True),
        pipeline=Pipeline(
            github="ann/notes",
            runtime_account="notes-all",
            migration_account="notes-all",
            build_account="notes-all",
        ),
    )
    wanted = resources(shared)
    ids = [part.id for part in wanted]
    assert len(ids) == len(set(ids))
    assert {need for part in wanted for need in part.needs} <= set(ids)
    assert [key for key in ids if key.startswith(("account:", "sql.user:", "secret:"))] == [
        "account:notes-all",
        "secret:notes-db-password",
        "sql.user:notes-db/notes",
    ]
    for part in wanted:
        if isinstance(part, BindingsResource):
            pairs = [(grant.role, grant.member) for grant in part.grants]
            assert len(pairs) == len(set(pairs))
