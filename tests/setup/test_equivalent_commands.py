"""The commands a plan shows, typed into the real gcloud, give what apply gives."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from sandbox.environment import variables
from tests.setup.sandboxed import actions, applied, blueprint, planned
from wizards.blueprint import Blueprint, Pipeline
from wizards.cloud.google_cloud import GoogleCloud
from wizards.plan import Action
from wizards.postgres.sandbox_address import SandboxAddress

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("gcloud") is None, reason="gcloud is not installed"),
]


def typed(
    wanted: Blueprint, sandbox: SandboxAddress, cloud: GoogleCloud, folder: Path
) -> dict[str, Action]:
    """Type every command of a plan, and return the actions of the plan that follows."""
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
                cwd=folder,
                capture_output=True,
                text=True,
                timeout=120,
                check=False,
            )
            assert done.returncode == 0, f"{command}\n{done.stderr}"
            if change.kind == "build.connection":
                cloud.pause(90)
    return actions(planned(wanted, cloud))


def test_a_plan_typed_by_hand_leaves_nothing_but_labels_to_adopt(
    sandbox: SandboxAddress, cloud: GoogleCloud, tmp_path: Path
) -> None:
    plain = blueprint()
    assert plain.database is not None
    database = replace(plain.database, iam_login=True, migration_user="notes_owner")
    wanted = replace(plain, database=database, pipeline=Pipeline(github="ann/notes"))
    after = typed(wanted, sandbox, cloud, tmp_path)
    assert after.pop("sql.instance:notes-db") is Action.ADOPT
    assert set(after.values()) == {Action.NONE}


def test_federation_typed_by_hand_leaves_nothing_to_do(
    sandbox: SandboxAddress, cloud: GoogleCloud, tmp_path: Path
) -> None:
    pipeline = Pipeline(kind="github", github="ann/notes", github_id="4711")
    wanted = replace(blueprint(database=False), pipeline=pipeline)
    after = typed(wanted, sandbox, cloud, tmp_path)
    assert set(after.values()) == {Action.NONE}


def test_changes_typed_by_hand_leave_nothing_to_do(
    sandbox: SandboxAddress, cloud: GoogleCloud, tmp_path: Path
) -> None:
    plain = blueprint()
    before = replace(plain, pipeline=Pipeline(github="ann/notes"))
    assert applied(tmp_path, before, cloud).failures == ()
    assert plain.database is not None
    database = replace(plain.database, backups=14, log_days=5, deletion_protection=False)
    pipeline = replace(before.pipeline, branch="release/1.0", keep_images=3)
    after = typed(replace(before, database=database, pipeline=pipeline), sandbox, cloud, tmp_path)
    assert set(after.values()) == {Action.NONE}
