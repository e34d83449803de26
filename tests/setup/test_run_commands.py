"""The commands about Cloud Run, typed into the real gcloud, give what an apply gives."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from generators.artefacts.cloud_run import deploy_arguments, migrate_arguments
from generators.detect import detect
from sandbox.environment import variables
from tests.setup.run_world import OWN, REGION, RunProject, with_database
from tests.setup.sandboxed import applied, blueprint
from wizards.blueprint import Secret
from wizards.cloud.google_cloud import GoogleCloud
from wizards.deployment import deployment_of
from wizards.plan import Action
from wizards.postgres.sandbox_address import SandboxAddress
from wizards.setup.resource import Made
from wizards.setup.run_resource import RunResource

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("gcloud") is None, reason="gcloud is not installed"),
]
EXAMPLE = Path(__file__).parents[2] / "examples" / "notes"
Type = Callable[[str], str]


@pytest.fixture
def world(sandbox: SandboxAddress, cloud: GoogleCloud, tmp_path: Path) -> RunProject:
    keys = {"API_KEY": Secret(name="notes-api-key", source="ask")}
    wanted = with_database(blueprint(secrets_=keys))
    assert applied(tmp_path, wanted, cloud, API_KEY="first-value").failures == ()
    return RunProject(wanted, cloud, sandbox)


@pytest.fixture
def typed(world: RunProject, sandbox: SandboxAddress, tmp_path: Path) -> Type:
    made = variables(
        proxy=sandbox.proxy,
        ca=sandbox.ca,
        state=sandbox.state,
        project=world.project,
        gcloud=True,
    )

    def run(command: str) -> str:
        done = subprocess.run(
            command,
            shell=True,
            env={**os.environ, **made},
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, f"{command}\n{done.stderr}"
        return done.stdout

    return run


def test_service_and_job_typed_by_hand_are_as_wanted_and_go_again(
    world: RunProject, typed: Type
) -> None:
    for resource in (world.service("typed"), world.job("typed-migrate")):
        typed(resource.command(resource.look(world.cloud)))
        assert resource.look(world.cloud).diff == ()
        typed(resource.undo_command(Made(id=resource.id, created=True)))
        assert resource.found(world.cloud) is None


def test_a_named_image_typed_by_hand_has_its_probes(world: RunProject, typed: Type) -> None:
    service = world.service("own", world.with_service(image=OWN, public=False, min_instances=1))
    typed(service.command(service.look(world.cloud)))
    assert service.look(world.cloud).diff == ()
    (container,) = world.document("own")["template"]["containers"]
    assert container["startupProbe"]["httpGet"]["path"] == "/health"


def test_updates_typed_by_hand_are_the_updates_and_their_undo_the_undo(
    world: RunProject, typed: Type
) -> None:
    changed = world.with_service(
        max_instances=5,
        memory="1Gi",
        port=9000,
        concurrency=7,
        public=False,
        environment={"LOG": "a,b $c"},
    )
    more = replace(changed, secrets={**changed.secrets})
    _updated(world, typed, world.service("notes"), world.service("notes", more))
    world.cloud.add_secret_version(world.project, "notes-db-password", "typed-by-hand")
    _updated(world, typed, world.job("notes-migrate"), world.job("notes-migrate", more))


def _updated(world: RunProject, typed: Type, before: RunResource, after: RunResource) -> None:
    seen = after.look(world.cloud)
    assert seen.action is Action.UPDATE
    typed(after.command(seen))
    assert after.look(world.cloud).diff == ()
    written = tuple(part for part in seen.diff if not part.field.startswith("secrets."))
    typed(after.undo_command(Made(id=after.id, diff=written)))
    assert {part.field for part in before.look(world.cloud).diff} <= {
        part.field for part in seen.diff if part not in written
    }


def test_a_label_typed_by_hand_adopts(world: RunProject, typed: Type) -> None:
    for resource in (world.service("notes"), world.job("notes-migrate")):
        typed(
            f"gcloud run {resource.collection} update {resource.run_name} --region={REGION} "
            "--remove-labels=managed-by"
        )
        seen = resource.look(world.cloud)
        assert seen.action is Action.ADOPT
        typed(resource.command(seen))
        assert resource.look(world.cloud).action is Action.NONE


def test_what_the_generated_pipeline_types_leaves_the_plan_empty(
    world: RunProject, typed: Type
) -> None:
    made = deployment_of(world.blueprint, detect(EXAMPLE), EXAMPLE)
    for words in (migrate_arguments(made), deploy_arguments(made)):
        given = {
            "${PROJECT_ID}": world.project,
            "${_REGION}": REGION,
            "${_SERVICE}": "notes",
            "${_IMAGE}:${BUILD_ID}": OWN,
            "$$": "$",
        }
        line = [word for word in words if word not in ("--execute-now", "--wait")]
        for key, value in given.items():
            line = [word.replace(key, value) for word in line]
        typed("gcloud " + " ".join(f"'{word}'" for word in line))
    assert world.service("notes").look(world.cloud).diff == ()
    assert world.job("notes-migrate").look(world.cloud).diff == ()
