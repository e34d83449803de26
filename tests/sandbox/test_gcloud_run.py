"""The real gcloud's run and builds groups against the sandbox."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox import projects
from sandbox.world import World
from tests.running_sandbox import running_sandbox
from tests.sandbox.client import Client
from tests.sandbox.furnished import furnish_state
from tests.sandbox.real_gcloud import NEEDS_GCLOUD, Gcloud, gcloud_for
from tests.sandbox.run_world import ACCOUNT, SERVER, RunWorld, fetch
from wizards.postgres.sandbox_address import SandboxAddress

pytestmark = NEEDS_GCLOUD

REGION = "--region asia-northeast3"
HELLO = "us-docker.pkg.dev/cloudrun/container/hello"
IMAGE = "us-docker.pkg.dev/elsewhere/notes/app:1"


@pytest.fixture
def address(tmp_path: Path) -> Iterator[SandboxAddress]:
    furnish_state(tmp_path / "state")
    world = World(tmp_path / "state", speed=1.0)
    for name in ("sql-component", "serviceusage"):
        projects.switch_on(world, "notes-prod", f"{name}.googleapis.com", since=0.0)
    world.close()
    with running_sandbox(tmp_path / "state", speed=1000.0) as running:
        yield running


@pytest.fixture
def gcloud(address: SandboxAddress) -> Gcloud:
    return gcloud_for(address)


@pytest.fixture
def run(address: SandboxAddress, tmp_path: Path) -> RunWorld:
    return RunWorld(Client(address.url), address.state, tmp_path)


def test_a_service_with_account_secret_and_cloud_sql_from_deploy_to_delete(
    gcloud: Gcloud, run: RunWorld
) -> None:
    run.map(IMAGE, SERVER)
    run.account()
    run.secret("db-password", "hush")
    deploy = (
        f"run deploy notes {REGION} --image {IMAGE} --service-account {ACCOUNT} "
        "--set-secrets DB_PASSWORD=db-password:1 --add-cloudsql-instances "
        "notes-prod:asia-northeast3:notes-db --allow-unauthenticated"
    )
    gcloud(f"run services describe notes {REGION}", fails="Cannot find service [notes]")
    gcloud(deploy, fails="Permission denied on secret: projects/415104041262/secrets/db-password")
    gcloud(
        f"secrets add-iam-policy-binding db-password --member serviceAccount:{ACCOUNT} "
        "--role roles/secretmanager.secretAccessor"
    )
    gcloud(deploy)
    describe = f"run services describe notes {REGION} --format value"
    uri = gcloud(f"{describe}(status.url)").stdout.strip()
    assert fetch(f"{uri}/DB_PASSWORD") == (200, "hush")
    first = gcloud(f"{describe}(status.latestReadyRevisionName)").stdout.strip()
    assert (
        "notes-prod:asia-northeast3:notes-db"
        in gcloud(f"run services describe notes {REGION}").stdout
    )
    assert "notes" in gcloud("run services list").stdout
    gcloud(f"run services update notes {REGION} --update-env-vars GREETING=hello")
    assert fetch(f"{uri}/GREETING") == (200, "hello")
    gcloud(
        f"run services update notes {REGION} --update-env-vars PORT=1",
        fails="reserved env names were provided: PORT",
    )
    gcloud(f"run services update-traffic notes {REGION} --to-revisions {first}=100")
    assert fetch(f"{uri}/K_REVISION") == (200, first)
    gcloud(f"run services update-traffic notes {REGION} --to-latest")
    listed = gcloud(f"run revisions list --service notes {REGION}").stdout
    assert first in listed
    assert listed.count("notes-0000") == 3
    gcloud(
        f"run deploy notes {REGION} --image {HELLO} --service-account nobody@notes-prod.iam."
        "gserviceaccount.com",
        fails="iam.serviceaccounts.actAs",
    )
    gcloud(f"run services logs read notes {REGION}")
    gcloud(f"run services update notes {REGION} --no-cpu-throttling --no-invoker-iam-check")
    shown = gcloud(f"{describe}(metadata.annotations,spec.template.metadata.annotations)").stdout
    assert "invoker-iam-disabled" in shown
    assert "cpu-throttling" in shown
    gcloud(f"run services delete notes {REGION} --quiet")
    gcloud(f"run services delete notes {REGION} --quiet", fails="could not be found")


def test_what_does_not_come_up_fails_in_google_s_words(gcloud: Gcloud, run: RunWorld) -> None:
    run.map(IMAGE, "raise SystemExit('no database')")
    gcloud(
        f"run deploy notes {REGION} --image {IMAGE} --no-allow-unauthenticated",
        fails="failed to start and listen on the port defined provided by the PORT=8080",
    )
    gcloud(
        f"run deploy notes {REGION} --no-allow-unauthenticated "
        "--image asia-northeast3-docker.pkg.dev/notes-prod/nowhere/app:1",
        fails="not found",
    )
    gcloud("run deploy notes --region nowhere1 --image x", fails="nowhere1")


def test_jobs_from_create_to_delete(gcloud: Gcloud, run: RunWorld) -> None:
    program = "import os, sys\nprint(sys.argv[1:], flush=True)\nsys.exit(int(os.environ['CODE']))\n"
    run.map(IMAGE, program)
    gcloud(
        f"run jobs create migrate {REGION} --image {IMAGE} --max-retries 0 --set-env-vars CODE=0"
    )
    gcloud(f"run jobs create migrate {REGION} --image {IMAGE}", fails="already exists")
    gcloud(f"run jobs execute migrate {REGION} --wait")
    gcloud(
        f"run jobs execute migrate {REGION} --wait --update-env-vars CODE=3",
        fails="The execution failed",
    )
    assert "migrate" in gcloud("run jobs list").stdout
    listed = gcloud(f"run jobs executions list --job migrate {REGION}").stdout
    assert listed.count("migrate-") == 2
    failed = listed.splitlines()[1].split()[2]
    tasks = gcloud(f"run jobs executions tasks list --execution {failed} {REGION}").stdout
    assert tasks.splitlines()[1].split()[0] == "X"
    gcloud(f"run jobs update migrate {REGION} --tasks 2")
    gcloud(f"run jobs describe migrate {REGION}")
    gcloud(f"run jobs delete migrate {REGION} --quiet")
    gcloud(f"run jobs describe migrate {REGION}", fails="Cannot find job [migrate]")


def test_builds_global_and_regional(gcloud: Gcloud, run: RunWorld, tmp_path: Path) -> None:
    good, bad = tmp_path / "good.yaml", tmp_path / "bad.yaml"
    steps = "steps:\n- name: ubuntu\n  script: {}\noptions:\n  logging: CLOUD_LOGGING_ONLY\n"
    good.write_text(steps.format("make"))
    bad.write_text(steps.format("exit 3"))
    gcloud(f"builds submit --no-source --config {good}")
    gcloud(f"builds submit --no-source --config {bad}", fails="non-zero status: 3")
    gcloud(f"builds submit --no-source --config {good} {REGION}")
    everywhere = gcloud("builds list").stdout
    assert ("SUCCESS" in everywhere, "FAILURE" in everywhere) == (True, True)
    assert gcloud(f"builds list {REGION}").stdout.count("SUCCESS") == 1
    assert "make" not in gcloud("builds list --ongoing").stdout
    assert "DONE" in gcloud('logging read resource.type="build"').stdout
    source = tmp_path / "source"
    source.mkdir()
    (source / "file").write_text("x")
    gcloud(f"builds submit {source} --config {good}")
    assert "notes-prod_cloudbuild/source/" in gcloud("builds list --limit 1").stdout
    gcloud(
        "builds triggers create github --name deploy --repo-owner me --repo-name notes "
        "--branch-pattern main --build-config cloudbuild.yaml",
        fails="Repository mapping does not exist",
    )
