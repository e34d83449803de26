"""From an answers file to a service and back, with somebody else at work on the same service."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.run_tarmac import Ran, tarmac
from tests.setup.run_world import OWN, REGION, RunProject
from tests.setup.sandboxed import BILLING, blueprint
from wizards.cloud.google_cloud import GoogleCloud
from wizards.postgres.sandbox_address import SandboxAddress

BY_REVISION = "TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION"


@pytest.mark.slow
def test_what_people_do_to_a_service_outlives_apply_and_undo(
    sandbox: SandboxAddress, cloud: GoogleCloud, tmp_path: Path
) -> None:
    wanted = blueprint(database=False)
    world = RunProject(wanted, cloud, sandbox)
    first, second = tmp_path / "first", tmp_path / "second"
    _initialised(first, wanted.project.id)
    done = _tarmac(sandbox, first, "apply", "--yes", "--json")
    assert done.code == 0, done.out
    assert "run.service:notes" in {step["id"] for step in done.envelope["data"]["steps"]}
    assert _tarmac(sandbox, first, "plan", "--check").code == 0

    _at_work(world)
    assert _tarmac(sandbox, first, "plan", "--check").code == 0
    _initialised(second, wanted.project.id)
    text = (second / "tarmac.toml").read_text().replace("max_instances = 10", "max_instances = 4")
    (second / "tarmac.toml").write_text(f'{text}\n[service.environment]\nLOG = "debug"\n')
    plan = _tarmac(sandbox, second, "plan", "--json").envelope["data"]["changes"]
    (change,) = [part for part in plan if part["action"] != "none"]
    assert change["id"] == "run.service:notes"
    assert {part["field"]: part["after"] for part in change["diff"]} == {
        "max_instances": 4,
        "environment.LOG": "debug",
    }
    before = _others(world)
    assert _tarmac(sandbox, second, "apply", "--yes").code == 0
    assert _tarmac(sandbox, second, "plan", "--check").code == 0
    assert _others(world) == before
    assert _field(world, "environment.LOG") == "debug"
    undone = _tarmac(sandbox, second, "undo", "--yes")
    assert undone.code == 0, undone.out + undone.err
    assert _others(world) == before
    assert (_field(world, "max_instances"), _field(world, "environment.LOG")) == (10, None)
    assert _tarmac(sandbox, first, "plan", "--check").code == 0


def _at_work(world: RunProject) -> None:
    """Deploy an image, add a variable and a label, and split the traffic, as a team would."""
    (container,) = world.document("notes")["template"]["containers"]
    revision = world.document("notes")["latestReadyRevision"].rpartition("/")[2]
    probe = {"httpGet": {"path": "/health"}}
    mine = {
        **container,
        "image": OWN,
        "env": [{"name": "MINE", "value": "kept"}],
        "startupProbe": probe,
        "livenessProbe": probe,
    }
    world.by_hand(
        "notes",
        "template.containers,template.revision,labels,traffic",
        {
            "labels": {"managed-by": "tarmac", "team": "blue"},
            "template": {"revision": "notes-new", "containers": [mine]},
            "traffic": [
                {"type": BY_REVISION, "revision": revision, "percent": 75},
                {"type": BY_REVISION, "revision": "notes-new", "percent": 25},
            ],
        },
    )


def _others(world: RunProject) -> object:
    """Return what Tarmac has no business with."""
    found = world.document("notes")
    (container,) = found["template"]["containers"]
    kept = [each for each in container["env"] if each["name"] == "MINE"]
    return found["labels"], found["traffic"], kept, container["image"]


def _field(world: RunProject, name: str) -> object:
    found = world.cloud.run_service(world.project, REGION, "notes")
    assert found is not None
    return found.fields.get(name)


def _initialised(folder: Path, project: str) -> None:
    folder.mkdir()
    (folder / "answers.toml").write_text(
        f"[project]\nid = '{project}'\nbilling_account = '{BILLING}'\n"
        "[service]\nname = 'notes'\n[setup]\ndatabase = false\n"
    )
    ran = tarmac("init", "--no-input", "--answers", "answers.toml", cwd=folder)
    assert ran.code == 0, ran.err


def _tarmac(sandbox: SandboxAddress, folder: Path, *words: str) -> Ran:
    return tarmac(*words, cwd=folder, env={"TARMAC_SANDBOX": str(sandbox.state)})
