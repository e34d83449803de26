"""Two files in one folder, one project: neither takes away what the other one wants."""

from __future__ import annotations

from pathlib import Path

from tests.setup.sandboxed import BILLING, blueprint
from wizards.blueprint import Blueprint
from wizards.blueprint_reading import load
from wizards.cancel import Cancel
from wizards.cloud.google_cloud import GoogleCloud
from wizards.events import discard
from wizards.plan import Action, Plan
from wizards.setup.applying import apply
from wizards.setup.planning import make_plan
from wizards.setup.undoing import plan_undo


def written(root: Path, file: str, project: str, service: str) -> Blueprint:
    (root / file).write_text(
        f'[project]\nid = "{project}"\nbilling_account = "{BILLING}"\n'
        f'[service]\nname = "{service}"\nmax_instances = 3\n'
    )
    return load(root / file)


def test_another_file_of_the_folder_keeps_what_it_wants(cloud: GoogleCloud, tmp_path: Path) -> None:
    project = blueprint().project.id
    prod = written(tmp_path, "tarmac.toml", project, "notes")
    staging = written(tmp_path, "staging.toml", project, "trial")

    def plan(wanted: Blueprint) -> Plan:
        return make_plan(wanted, cloud, discard, Cancel(), root=tmp_path)

    def carried_out(wanted: Blueprint) -> None:
        ended = apply(tmp_path, wanted, cloud, plan(wanted), {}, discard, Cancel())
        assert ended.failures == ()

    carried_out(prod)
    second = plan(staging)
    assert not [row.id for row in second.changes if row.action is Action.DELETE]
    grants = next(row for row in second.changes if row.id == f"iam:project:{project}")
    assert not [part for part in grants.diff if part.after is None]
    assert "run.service:trial" in {row.id for row in second.todo}
    carried_out(staging)
    assert plan(prod).todo == ()
    assert plan(staging).todo == ()

    undo = plan_undo(tmp_path, cloud, blueprint=staging).decided()
    ids = {row.id for row in undo.todo}
    assert "run.service:trial" in ids
    assert not [key for key in ids if "notes" in key or key.startswith(("project:", "apis:"))]
    members = {str(part.before) for row in undo.todo if row.kind == "iam" for part in row.diff}
    assert members
    assert all("trial-" in member for member in members)

    (tmp_path / "tarmac.toml").unlink()
    rows = {row.id: row for row in plan(staging).changes}
    assert rows["run.service:notes"].action is Action.DELETE
