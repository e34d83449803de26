"""The commands a plan shows, typed into the real gcloud, give what apply gives."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from sandbox.environment import variables
from tests.setup.sandboxed import actions, blueprint, planned
from wizards.cloud.google_cloud import GoogleCloud
from wizards.plan import Action
from wizards.postgres.sandbox_address import SandboxAddress

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("gcloud") is None, reason="gcloud is not installed"),
]


def test_a_plan_typed_by_hand_leaves_nothing_but_labels_to_adopt(
    sandbox: SandboxAddress, cloud: GoogleCloud, tmp_path: Path
) -> None:
    wanted = blueprint()
    made = variables(
        proxy=sandbox.proxy,
        ca=sandbox.ca,
        state=sandbox.state,
        project=wanted.project.id,
        gcloud=True,
    )
    changes = sorted(planned(wanted, cloud).changes, key=lambda change: change.kind == "sql.user")
    for change in changes:
        for line in change.command.splitlines():
            command = line.replace("--prompt-for-password", "--password=typed").split("  #")[0]
            done = subprocess.run(
                f"{command} --quiet",
                shell=True,
                env={**os.environ, **made},
                cwd=tmp_path,
                capture_output=True,
                text=True,
                timeout=120,
                check=False,
            )
            assert done.returncode == 0, f"{command}\n{done.stderr}"
    after = actions(planned(wanted, cloud))
    assert after.pop("sql.instance:notes-db") is Action.ADOPT
    assert set(after.values()) == {Action.NONE}
