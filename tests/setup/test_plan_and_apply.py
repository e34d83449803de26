"""A whole set-up against the sandbox: plan, apply, and nothing left to do."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from tests.setup.sandboxed import actions, applied, ask, blueprint, planned
from wizards.blueprint import Blueprint, Secret
from wizards.cancel import Cancel
from wizards.cloud.google_cloud import GoogleCloud
from wizards.cloud.things import Binding, Condition, OperationName, PolicyOf, SqlSettings
from wizards.cloud.things import Secret as CloudSecret
from wizards.events import discard
from wizards.failures import Failure, UsageFailure
from wizards.plan import Action, critical_path
from wizards.postgres.sandbox_address import SandboxAddress
from wizards.runner import State
from wizards.setup.applying import apply
from wizards.setup.desired import resources
from wizards.setup.planning import make_plan
from wizards.setup.undoing import plan_undo
from wizards.setup.unfinished import unfinished


def test_an_empty_cloud_is_all_create_and_asks_almost_nothing(cloud: GoogleCloud) -> None:
    plan = planned(blueprint(), cloud)
    assert set(actions(plan).values()) == {Action.CREATE}
    assert not plan.blocked
    assert plan.calls <= 4
    assert plan.cost_usd_month == pytest.approx(
        10.00 + 10 * (0.221 + 0.10) + 0.06 + (10 * 0.2 - 0.5) * 0.10
    )
    assert sum(change.cost_delta_usd for change in plan.changes) == pytest.approx(
        plan.cost_usd_month
    )
    assert critical_path(plan.changes) >= 600


def test_every_change_says_why_and_how_by_hand(cloud: GoogleCloud) -> None:
    plan = planned(blueprint(), cloud)
    known = {change.id for change in plan.changes}
    for change in plan.changes:
        assert change.why
        assert "gcloud" in change.command
        assert change.diff
        assert set(change.needs) <= known


def test_after_an_apply_a_plan_has_zero_changes_and_its_calls_grow_with_resources(
    cloud: GoogleCloud, sandbox: SandboxAddress, tmp_path: Path
) -> None:
    wanted = blueprint(secrets_={"API_KEY": Secret(name="notes-api-key", source="ask")})
    done = applied(tmp_path, wanted, cloud, API_KEY="s3cret-value")
    assert done.ok, done.failures
    again = planned(wanted, cloud, API_KEY="s3cret-value")
    assert again.todo == ()
    assert set(actions(again).values()) == {Action.NONE}
    assert again.calls <= 2 * len(again.changes)
    assert cloud.secret_value(wanted.project.id, "notes-api-key") == "s3cret-value"
    assert [v.number for v in cloud.secret_versions(wanted.project.id, "notes-api-key")] == [1]


def test_the_generated_password_opens_the_database_and_no_other_does(
    cloud: GoogleCloud, sandbox: SandboxAddress, tmp_path: Path
) -> None:
    wanted = blueprint()
    assert applied(tmp_path, wanted, cloud).failures == ()
    place = ask(sandbox, "GET", f"sql/{wanted.project.id}/notes-db")
    password = cloud.secret_value(wanted.project.id, "notes-db-password")
    target = {"host": "127.0.0.1", "port": place["port"], "dbname": "notes", "user": "notes"}
    with psycopg.connect(**target, password=password) as connection:
        connection.execute("CREATE TABLE proof (id int)")
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(**target, password="wrong")


def test_no_secret_stands_in_any_file_that_was_written(cloud: GoogleCloud, tmp_path: Path) -> None:
    wanted = blueprint(secrets_={"API_KEY": Secret(name="notes-api-key", source="ask")})
    assert applied(tmp_path, wanted, cloud, API_KEY="s3cret-value").failures == ()
    password = cloud.secret_value(wanted.project.id, "notes-db-password")
    written = [path for path in (tmp_path / ".tarmac").rglob("*") if path.is_file()]
    assert written
    for path in written:
        text = path.read_text(encoding="utf-8")
        assert password not in text
        assert "s3cret-value" not in text
        assert path.name == ".gitignore" or path.stat().st_mode & 0o077 == 0


def test_somebody_elses_binding_and_label_survive(cloud: GoogleCloud, tmp_path: Path) -> None:
    wanted = blueprint(database=False)
    assert applied(tmp_path, wanted, cloud).failures == ()
    of = PolicyOf("project", f"projects/{wanted.project.id}")
    theirs = cloud.policy(of).with_members("roles/viewer", ("user:friend@example.com",))
    cloud.set_policy(of, theirs)
    repository = cloud.repository(wanted.project.id, "asia-northeast3", "notes")
    assert repository is not None
    labels = {**repository.labels, "team": "blue"}
    cloud.label_repository(wanted.project.id, replace(repository, labels=labels))
    more = blueprint(wanted.project.id, database=True)
    assert applied(tmp_path, more, cloud).failures == ()
    assert "user:friend@example.com" in cloud.policy(of).members("roles/viewer")
    member = f"serviceAccount:notes-run@{wanted.project.id}.iam.gserviceaccount.com"
    assert member in cloud.policy(of).members("roles/cloudsql.client")
    after = cloud.repository(wanted.project.id, "asia-northeast3", "notes")
    assert after is not None
    assert after.labels["team"] == "blue"


def test_a_conditional_binding_of_the_same_role_stays_apart(
    cloud: GoogleCloud, tmp_path: Path
) -> None:
    wanted = blueprint(database=False)
    assert applied(tmp_path, wanted, cloud).failures == ()
    of = PolicyOf("project", f"projects/{wanted.project.id}")
    before = cloud.policy(of)
    until = Condition(title="until", expression='request.time < timestamp("2030-01-01T00:00:00Z")')
    theirs = Binding(
        role="roles/cloudsql.client", members=("user:friend@example.com",), condition=until
    )
    cloud.set_policy(of, replace(before, bindings=(*before.bindings, theirs)))
    assert applied(tmp_path, blueprint(wanted.project.id), cloud).failures == ()
    after = cloud.policy(of)
    assert theirs in after.bindings
    ours = {
        f"serviceAccount:notes-{job}@{wanted.project.id}.iam.gserviceaccount.com"
        for job in ("run", "migrate")
    }
    assert after.members("roles/cloudsql.client") == ours


def test_a_secret_and_an_instance_made_by_hand_are_adopted_with_nothing_but_a_label(
    cloud: GoogleCloud, tmp_path: Path
) -> None:
    wanted = blueprint(database=False)
    assert applied(tmp_path, wanted, cloud).failures == ()
    project = wanted.project.id
    whole = blueprint(project)
    cloud.wait(cloud.start_apis(project, ("sqladmin.googleapis.com",)))
    settings = SqlSettings(
        version="POSTGRES_16",
        tier="db-f1-micro",
        edition="ENTERPRISE",
        region="asia-northeast3",
        storage_gb=20,
        high_availability=False,
        point_in_time_recovery=True,
        labels={"team": "blue"},
    )
    by_hand = CloudSecret(id="notes-db-password", regions=("asia-northeast3",))
    cloud.create_secret(project, by_hand)
    cloud.add_secret_version(project, "notes-db-password", "by-hand-password")
    cloud.wait(eventually(lambda: cloud.start_sql_instance(project, "notes-db", settings), cloud))
    plan = planned(whole, cloud)
    assert actions(plan)["sql.instance:notes-db"] is Action.ADOPT
    assert actions(plan)["secret:notes-db-password"] is Action.ADOPT
    disk = 10 * (0.221 + 0.10)  # 10 GB more than tarmac.toml says, with their backups
    new = sum(resource.cost() for resource in resources(whole))
    assert plan.cost_usd_month == pytest.approx(new + disk)
    assert applied(tmp_path, whole, cloud).failures == ()
    found = cloud.sql_instance(project, "notes-db")
    assert found is not None
    assert found.settings.labels == {"team": "blue", "managed-by": "tarmac"}
    assert found.settings.storage_gb == 20
    assert cloud.secret_value(project, "notes-db-password") == "by-hand-password"
    assert planned(whole, cloud).todo == ()


def eventually(start, cloud: GoogleCloud):  # type: ignore[no-untyped-def]
    """Call until the API that was enabled just now answers."""
    for _attempt in range(100):
        try:
            return start()
        except Failure:
            cloud.pause(5)
    raise AssertionError("the API never answered")


def test_a_changed_tier_is_an_update_with_its_price_and_says_what_it_interrupts(
    cloud: GoogleCloud, tmp_path: Path
) -> None:
    wanted = blueprint()
    assert applied(tmp_path, wanted, cloud).failures == ()
    assert wanted.database is not None
    larger = replace(wanted, database=replace(wanted.database, tier="db-g1-small"))
    plan = planned(larger, cloud)
    (change,) = plan.todo
    assert (change.id, change.action) == ("sql.instance:notes-db", Action.UPDATE)
    assert change.cost_delta_usd == pytest.approx(23.2)
    assert "restarts" in change.breaks
    assert "--tier=db-g1-small" in change.command
    assert applied(tmp_path, larger, cloud).failures == ()
    assert planned(larger, cloud).todo == ()
    _says_that_a_stopped_instance_hides_what_is_in_it(cloud, larger, tmp_path)


def _says_that_a_stopped_instance_hides_what_is_in_it(
    cloud: GoogleCloud, wanted: Blueprint, root: Path
) -> None:
    stop = {"settings": {"activationPolicy": "NEVER"}}
    place = f"v1/projects/{wanted.project.id}/instances/notes-db"
    started = cloud._clients.plain("sqladmin").patch(place, stop)
    cloud.wait(OperationName(service="sqladmin", name=started["name"], project=wanted.project.id))
    rows = {row.id: row for row in planned(wanted, cloud).changes}
    assert "--activation-policy=ALWAYS" in rows["sql.instance:notes-db"].blocked_by
    for inside in ("sql.database:notes-db/notes", "sql.user:notes-db/notes"):
        assert rows[inside].action is Action.BLOCKED
        assert "nobody can see it" in rows[inside].blocked_by
    undo = {row.id: row for row in plan_undo(root, cloud).decided().changes}
    assert "nobody can see it" in undo["sql.database:notes-db/notes"].stays
    assert undo["sql.instance:notes-db"].confirm == "notes-db"


def test_what_can_never_change_blocks_the_plan_with_the_reason(
    cloud: GoogleCloud, tmp_path: Path
) -> None:
    wanted = blueprint()
    assert applied(tmp_path, wanted, cloud).failures == ()
    assert wanted.database is not None
    other = replace(wanted, database=replace(wanted.database, version="POSTGRES_15"))
    plan = planned(other, cloud)
    assert plan.blocked
    assert "POSTGRES_16" in next(c.blocked_by for c in plan.changes if c.blocked_by)
    with pytest.raises(Failure) as caught:
        applied(tmp_path, other, cloud)
    assert caught.value.exit_code == 5


def test_a_new_value_of_a_secret_is_one_new_version(cloud: GoogleCloud, tmp_path: Path) -> None:
    kept = Secret(name="notes-api-key", source="ask")
    wanted = blueprint(database=False, secrets_={"API_KEY": kept})
    project = wanted.project.id
    assert applied(tmp_path, wanted, cloud, API_KEY="first").failures == ()
    assert actions(planned(wanted, cloud))["secret:notes-api-key"] is Action.NONE
    changed = planned(wanted, cloud, API_KEY="second")
    assert actions(changed)["secret:notes-api-key"] is Action.UPDATE
    assert "second" not in json.dumps(changed.as_json())
    assert applied(tmp_path, wanted, cloud, API_KEY="second").failures == ()
    assert cloud.secret_value(project, "notes-api-key") == "second"
    assert [v.number for v in cloud.secret_versions(project, "notes-api-key")] == [2, 1]


def test_a_value_is_compared_with_the_newest_version_that_is_switched_on(
    cloud: GoogleCloud, tmp_path: Path
) -> None:
    wanted = blueprint(
        database=False, secrets_={"API_KEY": Secret(name="notes-api-key", source="ask")}
    )
    project = wanted.project.id
    assert applied(tmp_path, blueprint(project, database=False), cloud).failures == ()
    cloud.wait(cloud.start_apis(project, ("secretmanager.googleapis.com",)))
    secret = CloudSecret(id="notes-api-key", regions=("asia-northeast3",))
    eventually(lambda: cloud.create_secret(project, secret), cloud)
    cloud.add_secret_version(project, secret.id, "the-first-value")
    cloud.add_secret_version(project, secret.id, "the-second-value")
    cloud._secrets().disable_secret_version(
        name=f"projects/{project}/secrets/{secret.id}/versions/2"
    )
    plan = planned(wanted, cloud, API_KEY="the-first-value")
    assert actions(plan)["secret:notes-api-key"] is Action.ADOPT
    assert applied(tmp_path, wanted, cloud, API_KEY="the-third-value").failures == ()
    unwanted = make_plan(
        blueprint(project, database=False), cloud, discard, Cancel(), root=tmp_path
    )
    row = next(row for row in unwanted.todo if row.id == "secret:notes-api-key")
    assert row.action is Action.UPDATE
    assert "version 3 is destroyed" in row.breaks
    versions = [(one.number, one.state) for one in cloud.secret_versions(project, secret.id)]
    assert versions == [(3, "ENABLED"), (2, "DISABLED"), (1, "ENABLED")]


def test_a_rotated_password_reaches_the_database_user(
    cloud: GoogleCloud, sandbox: SandboxAddress, tmp_path: Path
) -> None:
    wanted = blueprint()
    project = wanted.project.id
    assert applied(tmp_path, wanted, cloud).failures == ()
    cloud.add_secret_version(project, "notes-db-password", "rotated-by-hand")
    plan = planned(wanted, cloud)
    assert [(c.id, c.action) for c in plan.todo] == [
        ("sql.user:notes-db/notes", Action.UPDATE),
        ("run.service:notes", Action.UPDATE),
    ]
    assert applied(tmp_path, wanted, cloud).failures == ()
    place = ask(sandbox, "GET", f"sql/{project}/notes-db")
    psycopg.connect(
        host="127.0.0.1",
        port=place["port"],
        dbname="notes",
        user="notes",
        password="rotated-by-hand",
    ).close()
    assert planned(wanted, cloud).todo == ()


def test_a_secret_without_a_value_fails_its_step_and_the_others_finish(
    cloud: GoogleCloud, tmp_path: Path
) -> None:
    kept = Secret(name="notes-api-key", source="ask")
    wanted = blueprint(database=False, secrets_={"API_KEY": kept})
    done = applied(tmp_path, wanted, cloud)
    assert done.steps["secret:notes-api-key"].state is State.FAILED
    assert isinstance(done.steps["secret:notes-api-key"].failure, UsageFailure)
    assert done.steps["iam:secret:notes-api-key"].state is State.SKIPPED
    assert done.steps["repository:notes"].state is State.DONE
    left = unfinished(tmp_path)
    assert left is not None
    assert (left.how, set(left.left)) == (
        "failed",
        {"secret:notes-api-key", "iam:secret:notes-api-key", "run.service:notes"},
    )
    assert applied(tmp_path, wanted, cloud, API_KEY="now").failures == ()
    assert unfinished(tmp_path) is None


def test_a_person_without_rights_is_told_before_any_write(
    cloud: GoogleCloud, sandbox: SandboxAddress, tmp_path: Path
) -> None:
    wanted = blueprint(database=False)
    assert applied(tmp_path, wanted, cloud).failures == ()
    of = PolicyOf("project", f"projects/{wanted.project.id}")
    cloud.set_policy(of, cloud.policy(of).with_members("roles/viewer", ("user:eve@example.com",)))
    cloud.pause(600)
    eve = GoogleCloud.of(sandbox, token="eve@example.com")
    plan = planned(blueprint(wanted.project.id), eve)
    red = next(check for check in plan.preflight if check.id == "permissions")
    assert red.level == "red"
    assert "cloudsql.instances.create" in red.says
    assert "--role=roles/cloudsql.admin" in red.fix
    assert plan.blocked
    eve.close()


def test_a_secret_that_nothing_names_any_more_leaves_the_service_before_it_goes(
    cloud: GoogleCloud, tmp_path: Path
) -> None:
    secret = {"API_KEY": Secret(name="notes-api-key", source="ask")}
    before = blueprint(database=False, secrets_=secret)
    before = replace(before, service=replace(before.service, environment={"MODE": "a", "LOG": "b"}))
    assert applied(tmp_path, before, cloud, API_KEY="s3cret-value").failures == ()
    project, region = before.project.id, before.project.region
    service = cloud.run_service(project, region, "notes")
    assert service is not None
    theirs = {"environment.LOG": "changed", "environment.THEIRS": "theirs"}
    theirs |= {"secrets.API_KEY": "notes-api-key:latest"}
    cloud.wait(cloud.start_run_service_change(project, service, theirs))
    after = replace(before, secrets={}, service=replace(before.service, environment={}))
    plan = make_plan(after, cloud, discard, Cancel(), root=tmp_path, confirmed=["notes-api-key"])
    rows = {change.id: change for change in plan.changes}
    assert {(part.field, part.after) for part in rows["run.service:notes"].diff} == {
        ("secrets.API_KEY", None),
        ("environment.MODE", None),
    }
    assert rows["secret:notes-api-key"].action is Action.DELETE
    ended = apply(tmp_path, after, cloud, plan, {}, discard, Cancel())
    assert ended.failures == ()
    order = list(ended.steps)
    assert order.index("run.service:notes") < order.index("secret:notes-api-key")
    found = cloud.run_service(project, region, "notes")
    assert found is not None
    left = {name: value for name, value in found.fields.items() if name.startswith("environment.")}
    assert left == {"environment.LOG": "changed", "environment.THEIRS": "theirs"}
    assert "secrets.API_KEY" not in found.fields
    assert make_plan(after, cloud, discard, Cancel(), root=tmp_path).todo == ()
    renamed = replace(after, service=replace(after.service, name="shop"))
    rows = {row.id: row for row in make_plan(renamed, cloud, discard, Cancel(), root=tmp_path).todo}
    assert "what is deployed at notes is not moved" in rows["run.service:shop"].breaks
    assert rows["run.service:notes"].action is Action.DELETE
    assert "nothing answers at its address" in rows["run.service:notes"].breaks
