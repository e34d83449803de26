"""The migration job: made once, with its own identity, and never run or repeated by itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.setup.run_world import REGION, RunProject, a_run_project, with_database
from wizards.blueprint import Blueprint, Migrations
from wizards.cloud.failing import CloudFailure
from wizards.cloud.google_cloud import GoogleCloud
from wizards.cloud.run_things import RunOverrides
from wizards.cloud.things import OperationName, PolicyOf
from wizards.plan import Action
from wizards.postgres.sandbox_address import SandboxAddress
from wizards.setup.desired import resources
from wizards.setup.resource import Made
from wizards.setup.run_job import PLACEHOLDER, RunJobResource

JOB = "notes-migrate"


@pytest.fixture(scope="module")
def world(
    area_sandbox: SandboxAddress, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RunProject]:
    opened = GoogleCloud.of(area_sandbox)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("xdg-job")))
        yield a_run_project(tmp_path_factory.mktemp("job"), opened, area_sandbox)
    opened.close()


@pytest.fixture(scope="module")
def whole(world: RunProject) -> Blueprint:
    return with_database(world.blueprint)


def a_job(world: RunProject, name: str, wanted: Blueprint) -> RunJobResource:
    """Return a job that runs as the identity, and reads the secret, that this project has."""
    job, service = world.job(name, wanted), world.service("notes")
    settings = {**job.settings, "account": service.settings["account"]}
    secrets = tuple(replace(each, variable="DB_PASSWORD") for each in service.secrets)
    return replace(job, settings=settings, secrets=secrets)


def test_a_new_job_is_whole_and_has_run_nothing(world: RunProject, whole: Blueprint) -> None:
    job = a_job(world, "fresh", whole)
    world.make(job)
    found = world.document("fresh", "jobs")
    task, (container,) = found["template"]["template"], found["template"]["template"]["containers"]
    assert container["image"] == PLACEHOLDER
    assert [*container["command"], *container["args"]] == ["alembic", "upgrade", "head"]
    assert (task["maxRetries"], task["timeout"]) == (0, "1800s")
    connection = f"{world.project}:{REGION}:notes-db"
    assert task["volumes"] == [
        {"name": "cloudsql", "cloudSqlInstance": {"instances": [connection]}}
    ]
    assert container["volumeMounts"] == [{"name": "cloudsql", "mountPath": "/cloudsql"}]
    assert {"name": "CLOUD_SQL_INSTANCE", "value": connection} in container["env"]
    assert found.get("executionCount", 0) == 0
    assert job.look(world.cloud).action is Action.NONE


def test_a_deployed_job_keeps_its_image_its_words_and_everything_else(
    world: RunProject, whole: Blueprint
) -> None:
    job = a_job(world, "theirs", whole)
    world.make(job)
    found = world.cloud.run_job(world.project, REGION, "theirs")
    assert found is not None
    deployed = {"image": "us-docker.pkg.dev/x/y/app:7", "command": "python -m migrate"}
    world.cloud.wait(world.cloud.start_run_job_change(world.project, found, deployed))
    plain = world.cloud._clients.plain("run")
    body = world.document("theirs", "jobs")
    body["annotations"].pop("tarmac-image")
    body["labels"]["team"] = "blue"
    body["template"]["template"]["timeout"] = "7200s"
    body["template"]["template"]["maxRetries"] = 2
    body["template"]["template"]["containers"][0]["env"].append({"name": "X", "value": "1"})
    started = plain.patch(f"v2/{body['name']}", body)
    world.cloud.wait(OperationName(service="run", name=started["name"]))
    seen = job.look(world.cloud)
    assert [(part.field, part.before, part.after) for part in seen.diff] == [("max_retries", 2, 0)]
    world.make(job)
    after = world.document("theirs", "jobs")
    task = after["template"]["template"]
    assert (task["timeout"], task["maxRetries"]) == ("7200s", 0)
    assert after["labels"] == {"managed-by": "tarmac", "team": "blue"}
    (container,) = task["containers"]
    assert container["image"] == deployed["image"]
    assert [*container["command"], *container["args"]] == ["python", "-m", "migrate"]
    assert {"name": "X", "value": "1"} in container["env"]
    assert job.look(world.cloud).action is Action.NONE
    world.remove(job, Made(id=job.id, diff=seen.diff))
    assert world.document("theirs", "jobs")["template"]["template"]["maxRetries"] == 2


def test_a_job_that_was_made_here_goes(world: RunProject, whole: Blueprint) -> None:
    job = a_job(world, "gone", whole)
    assert world.make(job).identity
    world.remove(job, Made(id=job.id, created=True))
    assert world.cloud.run_job(world.project, REGION, "gone") is None
    world.remove(job, Made(id=job.id, created=True))


def test_an_execution_is_begun_watched_and_its_end_read(
    world: RunProject, whole: Blueprint
) -> None:
    image = "us-docker.pkg.dev/elsewhere/job/app:1"
    world.map_image(image, folder="/tmp", command=["sh", "-c", 'exit "$CODE"'])
    wanted = replace(
        whole, service=replace(whole.service, image=image), database=None, migrations={}
    )
    job = replace(a_job(world, "runs", whole), arguments="", settings={}, secrets=())
    job = replace(
        job,
        image=replace(job.image, named=wanted.service.image),
        settings={"account": a_job(world, "x", whole).settings["account"], "max_retries": 0},
    )
    world.make(job)
    started = world.cloud.start_run_execution(
        world.project, REGION, "runs", RunOverrides(environment={"CODE": "0"})
    )
    world.cloud.wait(started.operation)
    execution = world.cloud.run_execution(started.name)
    assert execution is not None
    assert (execution.job, execution.condition.state, execution.succeeded) == (
        "runs",
        "SUCCEEDED",
        1,
    )
    failing = world.cloud.start_run_execution(
        world.project, REGION, "runs", RunOverrides(environment={"CODE": "3"}, timeout_seconds=60)
    )
    with pytest.raises(CloudFailure) as caught:
        world.cloud.wait(failing.operation)
    assert caught.value.code == "job-failed"
    (task,) = world.cloud.run_tasks(failing.name)
    assert (task.exit_code, task.retried, task.condition.state) == (3, 0, "FAILED")
    newest, oldest = world.cloud.run_executions(world.project, REGION, "runs")
    assert (newest.name, oldest.name) == (failing.name, started.name)
    assert newest.failed == 1
    found = world.cloud.run_job(world.project, REGION, "runs")
    assert found is not None
    assert found.executions == 2
    assert world.cloud.run_execution(f"{started.name}-nobody") is None


def test_who_may_call_a_service_or_run_a_job_is_read_and_written(
    world: RunProject, whole: Blueprint
) -> None:
    world.make(a_job(world, "policies", whole))
    place = f"projects/{world.project}/locations/{REGION}"
    for of in (
        PolicyOf("service", f"{place}/services/notes"),
        PolicyOf("job", f"{place}/jobs/policies"),
    ):
        policy = world.cloud.policy(of).with_members("roles/run.invoker", ("user:ann@example.com",))
        world.cloud.set_policy(of, policy)
        assert world.cloud.policy(of).members("roles/run.invoker") == {"user:ann@example.com"}


def test_each_stream_of_migrations_has_a_job_of_its_own(
    world: RunProject, whole: Blueprint
) -> None:
    streams = {
        "orders": Migrations(directory="services/orders", config="db/alembic.ini"),
        "web": Migrations(provider="prisma", directory="web"),
    }
    found = {
        part.run_name: part.arguments
        for part in resources(replace(whole, migrations=streams))
        if isinstance(part, RunJobResource)
    }
    assert found == {
        "notes-migrate-orders": (
            "sh -c 'cd /app/services/orders && exec alembic -c db/alembic.ini upgrade head'"
        ),
        "notes-migrate-web": "sh -c 'cd /app/web && exec npx prisma migrate deploy'",
    }
