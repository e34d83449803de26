"""What a blueprint wants of Cloud Run: the same as the generated files, and after what it needs."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from generators.artefacts.cloud_run import deploy_arguments, migrate_arguments
from generators.deployment import Deployment
from generators.detect import detect
from tests.setup.run_world import with_database
from tests.setup.sandboxed import blueprint
from wizards.blueprint import Blueprint, Migrations, Secret
from wizards.deployment import deployment_of
from wizards.plan import critical_path
from wizards.setup.bindings import BindingsResource
from wizards.setup.desired import resources
from wizards.setup.lints_pipeline import by_hand
from wizards.setup.migrating import migrate_command
from wizards.setup.planning import change
from wizards.setup.recording import read_resource, record
from wizards.setup.run_comparing import ImageChoice, against, same_image
from wizards.setup.run_flags import flags
from wizards.setup.run_job import RunJobResource
from wizards.setup.run_service import RunServiceResource
from wizards.setup.run_settings import start_variables

EXAMPLE = Path(__file__).parents[2] / "examples" / "notes"
HELLO = "us-docker.pkg.dev/cloudrun/container/hello"


def whole() -> Blueprint:
    """Return a blueprint with everything that a service can have."""
    keys = {"API_KEY": Secret(name="notes-api-key", source="ask")}
    return with_database(blueprint("notes-prod", secrets_=keys))


def service_of(wanted: Blueprint) -> RunServiceResource:
    return next(part for part in resources(wanted) if isinstance(part, RunServiceResource))


def job_of(wanted: Blueprint) -> RunJobResource:
    return next(part for part in resources(wanted) if isinstance(part, RunJobResource))


@pytest.fixture(scope="module")
def deployment() -> Deployment:
    return deployment_of(whole(), detect(EXAMPLE), EXAMPLE)


def test_the_environment_is_the_one_that_the_generated_files_give(deployment: Deployment) -> None:
    assert start_variables(whole()) == deployment.start_variables


def test_the_pipeline_s_flags_say_the_same_as_the_plan_s(deployment: Deployment) -> None:
    fields = ("port", "cpu", "memory", "min_instances", "max_instances", "concurrency")
    settings = service_of(whole()).settings
    planned = flags({name: settings[name] for name in fields})
    assert len(planned) == len(fields)
    assert set(planned) <= set(deploy_arguments(deployment))
    connection = next(name for name in settings if name.startswith("cloud_sql."))
    shared = {"max_retries": 0, connection: "/cloudsql"}
    (retries, sql) = flags(shared, sql="set")
    arguments = [w.replace("${PROJECT_ID}", "notes-prod") for w in migrate_arguments(deployment)]
    assert {retries, sql} <= set(arguments)


def test_the_job_s_words_identity_and_secret_are_the_pipeline_s(deployment: Deployment) -> None:
    job = job_of(whole())
    arguments = [w.replace("${PROJECT_ID}", "notes-prod") for w in migrate_arguments(deployment)]
    settings = {"command": job.arguments, "account": job.settings["account"]}
    assert set(flags(settings)) <= set(arguments)
    pairs = "DB_PASSWORD=notes-db-password:latest,API_KEY=notes-api-key:latest"
    assert f"--update-secrets={pairs}" in arguments


@pytest.mark.parametrize(
    ("root", "stream", "words"),
    [
        (".", Migrations(), "alembic upgrade head"),
        ("api", Migrations(directory="api"), "alembic upgrade head"),
        (
            "api",
            Migrations(directory="api/db", config="a.ini"),
            "sh -c 'cd /app/db && exec alembic -c a.ini upgrade head'",
        ),
        ("api", Migrations(), "sh -c 'cd /app && exec alembic upgrade head'"),
        (".", Migrations(provider="prisma"), "npx prisma migrate deploy"),
        (".", Migrations(provider="sql"), ""),
        (".", Migrations(provider="sql", command="dbmate --wait up"), "dbmate --wait up"),
        (".", Migrations(provider="django"), "python manage.py migrate --noinput"),
        (
            "web",
            Migrations(provider="django", directory="web/src"),
            "sh -c 'cd /app/src && exec python manage.py migrate --noinput'",
        ),
        (
            ".",
            Migrations(config="migrations/alembic.ini", command="flask db upgrade"),
            "flask db upgrade",
        ),
    ],
)
def test_where_migrations_run_is_where_the_project_keeps_them(
    root: str, stream: Migrations, words: str
) -> None:
    wanted = whole()
    assert migrate_command(replace(wanted, service=replace(wanted.service, root=root)), stream) == (
        words
    )


def test_the_service_comes_after_what_it_needs_and_beside_its_job() -> None:
    service, job = service_of(whole()), job_of(whole())
    known = {part.id for part in resources(whole())}
    for part in (service, job):
        assert set(part.needs) <= known
        assert "sql.user:notes-db/notes" in part.needs
        assert "repository:notes" in part.needs
        assert part.id not in {*service.needs, *job.needs}
    assert "account:notes-run" in service.needs
    assert "account:notes-migrate" in job.needs
    assert {"iam:secret:notes-api-key", "iam:secret:notes-db-password"} <= set(service.needs)


def test_the_longest_chain_still_goes_through_the_database() -> None:
    wanted = resources(whole())
    rows = [change(part, part.absent()) for part in wanted]
    chain = critical_path(rows)
    service = service_of(whole())
    without = [row for row in rows if not row.kind.startswith("run.")]
    assert chain - critical_path(without) == pytest.approx(service.seconds)


def used(part: RunServiceResource | RunJobResource) -> dict[str, str]:
    """Return variable → secret of a service or job."""
    return {each.variable: each.secret.secret for each in part.secrets}


def with_own_user(wanted: Blueprint) -> Blueprint:
    """Return the same with migrations that log in as a user of their own."""
    assert wanted.database is not None
    return replace(wanted, database=replace(wanted.database, migration_user="owner"))


def test_migrations_start_with_all_that_the_service_has() -> None:
    wanted = whole()
    service, job = service_of(wanted), job_of(wanted)
    assert (
        used(job)
        == used(service)
        == {
            "API_KEY": "notes-api-key",
            "DB_PASSWORD": "notes-db-password",
        }
    )
    variables = {name for name in service.settings if name.startswith("environment.")}
    assert variables <= set(job.settings)
    assert {f"iam:secret:{name}" for name in used(job).values()} <= set(job.needs)


def test_of_two_users_passwords_each_identity_gets_its_own_only() -> None:
    own = with_own_user(whole())
    service, job = service_of(own), job_of(own)
    assert used(service) == {"API_KEY": "notes-api-key", "DB_PASSWORD": "notes-db-password"}
    assert used(job) == {
        "API_KEY": "notes-api-key",
        "DB_PASSWORD": "notes-db-migration-password",
    }
    assert job.settings["environment.DB_USER"] == "owner"
    assert service.settings["environment.DB_USER"] == "notes"
    readers = {
        part.short: {grant.member.partition("@")[0] for grant in part.grants}
        for part in resources(own)
        if part.id.startswith("iam:secret:") and isinstance(part, BindingsResource)
    }
    run, migrate = "serviceAccount:notes-run", "serviceAccount:notes-migrate"
    assert readers == {
        "notes-api-key": {run, migrate},
        "notes-db-password": {run},
        "notes-db-migration-password": {migrate},
    }


def test_what_a_stream_is_told_openly_is_no_secret_of_its_job_and_its_pipeline_s() -> None:
    told = Migrations(environment={"API_KEY": "unused-by-migrations"})
    wanted = replace(whole(), migrations={"": told})
    assert set(used(job_of(wanted))) == {"DB_PASSWORD"}
    assert job_of(wanted).settings["environment.API_KEY"] == "unused-by-migrations"
    arguments = migrate_arguments(deployment_of(wanted, detect(EXAMPLE), EXAMPLE))
    assert "--update-secrets=DB_PASSWORD=notes-db-password:latest" in arguments
    reader = next(part for part in resources(wanted) if part.id == "iam:secret:notes-api-key")
    assert isinstance(reader, BindingsResource)
    assert [grant.member.partition("@")[0] for grant in reader.grants] == [
        "serviceAccount:notes-run"
    ]


def test_sql_files_have_no_job_that_would_start_the_service_and_the_plan_says_so() -> None:
    wanted = replace(whole(), migrations={"": Migrations(provider="sql")})
    assert not [part for part in resources(wanted) if isinstance(part, RunJobResource)]
    said = by_hand(wanted)
    assert said is not None
    assert said.level == "ok"
    assert "tarmac migrate up" in said.fix
    named = replace(whole(), migrations={"": Migrations(provider="sql", command="dbmate up")})
    assert job_of(named).arguments == "dbmate up"
    assert by_hand(named) is None


def test_own_variables_reach_service_and_job_and_migrations_may_have_others() -> None:
    wanted = whole()
    service = replace(wanted.service, environment={"LOG": "info", "DB_POOL_SIZE": "9"})
    more = replace(
        wanted, service=service, migrations={"": Migrations(environment={"LOG": "debug"})}
    )
    assert service_of(more).settings["environment.LOG"] == "info"
    assert service_of(more).settings["environment.DB_POOL_SIZE"] == "9"
    assert job_of(more).settings["environment.LOG"] == "debug"


def test_a_machine_has_no_service_and_a_service_without_a_database_no_job() -> None:
    wanted = whole()
    machine = replace(wanted, service=replace(wanted.service, runtime="vm"))
    assert not [part for part in resources(machine) if part.kind.startswith("run.")]
    bare = replace(wanted, database=None)
    assert [part.id for part in resources(bare) if part.kind.startswith("run.")] == [
        "run.service:notes"
    ]


def test_commands_quote_what_a_shell_or_gcloud_would_take_apart() -> None:
    values = {"environment.A": "b,c", "environment.B": "d $e", "image": "app:1"}
    words = flags(values)
    assert words == ["--image=app:1", "'--update-env-vars=^|^A=b,c|B=d $e'"]
    cleared = flags({"environment.A": None, "secrets.B": None, "labels.x": None, "cpu_idle": False})
    assert cleared == [
        "--no-cpu-throttling",
        "--remove-env-vars=A",
        "--remove-secrets=B",
        "--remove-labels=x",
    ]


def test_an_image_is_replaced_only_when_another_is_named() -> None:
    unnamed = ImageChoice(named="", placeholder=HELLO)
    assert unnamed.change("built:7", "") == ""
    assert unnamed.change(HELLO, HELLO) == ""
    named = ImageChoice(named="app:2", placeholder=HELLO)
    assert named.change(HELLO, HELLO) == "app:2"
    assert named.change("built:7", "app:2") == ""
    assert named.change("built:7", "app:1") == "app:2"
    assert named.change("theirs:1", "") == ""
    assert not named.own(f"{HELLO}@sha256:0a1b")
    assert same_image(HELLO, f"{HELLO}:latest")
    assert not same_image("localhost:5000/app", "localhost:5000/app:1")


def test_a_value_that_looks_like_a_secret_is_not_told_again() -> None:
    found = {"environment.URL": "postgresql://me:hush@db/x", "environment.LOG": "info"}
    first, second = against(found, {"environment.URL": "x", "environment.LOG": "debug"})
    assert "hush" not in str(first.before)
    assert second.before == "info"


def test_a_journal_can_tell_of_service_and_job_without_the_value_of_a_secret() -> None:
    for kind in (RunServiceResource, RunJobResource):
        known = resources(whole(), {"API_KEY": "hush-hush", "DB_PASSWORD": "hush-hush"})
        part = next(each for each in known if isinstance(each, kind))
        written = json.dumps(record(part))
        assert "hush-hush" not in written
        assert read_resource(json.loads(written)) == (
            service_of(whole()) if kind is RunServiceResource else job_of(whole())
        )
