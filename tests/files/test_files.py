"""Writing a project's files: what a person wrote stays, and everything can be taken back."""

from __future__ import annotations

import json
import os
import shutil
import stat
from dataclasses import replace
from pathlib import Path

import pytest

from generators import places
from tests.files.project import blueprint, project
from wizards.blueprint import Migrations
from wizards.failures import Failure, UsageFailure
from wizards.files import FileState, artefacts, undo, write

ALL = {"Dockerfile", ".dockerignore", "docker-compose.yml", "cloudbuild.yaml", ".env.example"}


def states(root: Path, **service: object) -> dict[str, FileState]:
    found = artefacts(root, blueprint(root, **service))
    return {state.artefact.path: state for state in found}


def write_all(root: Path, **service: object) -> set[str]:
    written = write(root, list(states(root, **service).values()))
    return {str(path.relative_to(root)) for path in written}


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def everything(root: Path) -> dict[str, bytes]:
    """Every file of the project outside the journal of undoing, with its content."""
    return {
        str(path.relative_to(root)): path.read_bytes()
        for path in root.rglob("*")
        if path.is_file() and ".tarmac/undo" not in str(path)
    }


def test_the_second_run_changes_nothing(tmp_path: Path) -> None:
    root = project(tmp_path)
    assert write_all(root) == ALL
    before = everything(root)
    assert {state.state for state in states(root).values()} == {"unchanged"}
    assert write_all(root) == set()
    assert everything(root) == before


def test_what_is_generated_does_not_change_what_is_detected(tmp_path: Path) -> None:
    root = project(tmp_path)
    before = [one.merged for one in states(root).values()]
    write_all(root)
    assert [one.merged for one in states(root).values()] == before


def test_edits_stay_and_the_blueprints_change_arrives(tmp_path: Path) -> None:
    root = project(tmp_path)
    write_all(root)
    change(root / "docker-compose.yml", "interval: 5s", "interval: 7s")
    change(root / "cloudbuild.yaml", "timeout: 1800s", "timeout: 2400s")
    found = states(root, port=9000, memory="2Gi")
    assert {path: state.state for path, state in found.items()} == {
        "Dockerfile": "changed",
        ".dockerignore": "unchanged",
        "docker-compose.yml": "merge",
        "cloudbuild.yaml": "merge",
        ".env.example": "unchanged",
    }
    write(root, list(found.values()))
    compose = (root / "docker-compose.yml").read_text(encoding="utf-8")
    build = (root / "cloudbuild.yaml").read_text(encoding="utf-8")
    assert "interval: 7s" in compose
    assert '"9000:9000"' in compose
    assert "timeout: 2400s" in build
    assert "--memory=2Gi" in build
    assert {one.state for one in states(root, port=9000, memory="2Gi").values()} <= {
        "unchanged",
        "edited",
    }


def test_a_conflict_goes_beside_the_file_until_a_person_settles_it(tmp_path: Path) -> None:
    root = project(tmp_path)
    write_all(root)
    change(root / "cloudbuild.yaml", "--memory=512Mi", "--memory=1Gi")
    mine = (root / "cloudbuild.yaml").read_bytes()
    assert states(root, memory="2Gi")["cloudbuild.yaml"].state == "conflict"
    assert write_all(root, memory="2Gi") == {"cloudbuild.yaml.tarmac-new"}
    assert (root / "cloudbuild.yaml").read_bytes() == mine
    assert "--memory=2Gi" in (root / "cloudbuild.yaml.tarmac-new").read_text(encoding="utf-8")
    assert write_all(root, memory="2Gi") == set()
    (root / "cloudbuild.yaml.tarmac-new").unlink()
    assert states(root, memory="2Gi")["cloudbuild.yaml"].state == "edited"
    assert write_all(root, memory="2Gi") == set()
    later = states(root, memory="2Gi", concurrency=10)["cloudbuild.yaml"]
    assert later.state == "merge"
    assert "--memory=1Gi" in later.merged
    assert "--concurrency=10" in later.merged


def test_a_dockerfile_from_before_is_adopted(tmp_path: Path) -> None:
    root = project(tmp_path)
    (root / "Dockerfile").write_text("FROM scratch\n", encoding="utf-8")
    state = states(root)["Dockerfile"]
    assert (state.state, state.adopted) == ("edited", True)
    assert "Dockerfile" not in write_all(root)
    assert (root / "Dockerfile").read_text(encoding="utf-8") == "FROM scratch\n"
    assert not states(root)["Dockerfile"].adopted


def test_undo_brings_back_every_byte_and_knows_what_it_would_lose(tmp_path: Path) -> None:
    root = project(tmp_path)
    (root / ".dockerignore").write_text("mine\n", encoding="utf-8")
    before = everything(root)
    write_all(root)
    undo(root)
    after = everything(root)
    assert {path: text for path, text in after.items() if ".tarmac" not in path} == before
    assert undo(root) == []
    write_all(root)
    change(root / "Dockerfile", "EXPOSE 8080", "EXPOSE 8081")
    with pytest.raises(Failure) as refused:
        undo(root)
    assert "Dockerfile" in refused.value.message
    assert (root / "cloudbuild.yaml").exists()


def test_permissions_stay(tmp_path: Path) -> None:
    root = project(tmp_path)
    write_all(root)
    (root / "Dockerfile").chmod(0o640)
    write_all(root, port=9000)
    assert stat.S_IMODE((root / "Dockerfile").stat().st_mode) == 0o640
    assert "EXPOSE 9000" in (root / "Dockerfile").read_text(encoding="utf-8")


@pytest.mark.parametrize("through", ["file", "folder", "remembered"])
def test_symbolic_links_are_not_written_through(tmp_path: Path, through: str) -> None:
    root = project(tmp_path)
    outside = tmp_path / "outside"
    outside.mkdir()
    victim = outside / "victim"
    victim.write_text("untouched\n", encoding="utf-8")
    if through == "file":
        (root / "Dockerfile").symlink_to(victim)
    elif through == "folder":
        (root / ".tarmac").symlink_to(outside)
    else:
        (root / ".tarmac").mkdir()
        (root / ".tarmac" / "rendered").symlink_to(outside)
    with pytest.raises(Failure) as refused:
        write_all(root)
    assert refused.value.code == "place-refused"
    assert victim.read_text(encoding="utf-8") == "untouched\n"
    assert [path.name for path in outside.iterdir()] == ["victim"]
    assert not (root / "cloudbuild.yaml").exists()


@pytest.mark.parametrize("path", ["../x", "/etc/x", "a/../../x", ""])
def test_paths_out_of_the_project_are_refused(tmp_path: Path, path: str) -> None:
    with pytest.raises(places.PlaceRefused):
        places.write(tmp_path, path, "x")
    assert list(tmp_path.iterdir()) == []


def test_a_write_that_fails_leaves_the_old_file_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "x").write_text("old", encoding="utf-8")

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        places.write(tmp_path, "x", "new")
    assert [path.read_text(encoding="utf-8") for path in tmp_path.iterdir()] == ["old"]


def test_a_clone_has_the_merge_base(tmp_path: Path) -> None:
    root = project(tmp_path)
    write_all(root)
    ignored = (root / ".tarmac" / ".gitignore").read_text(encoding="utf-8")
    assert "!rendered/" in ignored
    inputs = json.loads((root / ".tarmac" / "rendered" / "inputs.json").read_text("utf-8"))
    assert inputs["blueprint"] == blueprint(root).hash


def test_no_written_file_holds_a_secret_or_asks_for_one_in_the_image(tmp_path: Path) -> None:
    root = project(tmp_path)
    write_all(root)
    for path in ALL:
        text = (root / path).read_text(encoding="utf-8")
        assert "BEGIN" not in text
        if path != ".env.example" and path != "docker-compose.yml":
            assert "local-only" not in text


def test_an_unknown_name_suggests_the_nearest(tmp_path: Path) -> None:
    root = project(tmp_path)
    with pytest.raises(UsageFailure) as wrong:
        artefacts(root, blueprint(root), names=("dockerfil",))
    assert wrong.value.next[0] == "tarmac generate dockerfile"


def test_a_folder_without_an_application_is_a_card(tmp_path: Path) -> None:
    root = project(tmp_path)
    (root / "app" / "main.py").unlink()
    shutil.rmtree(root / "web")
    with pytest.raises(Failure) as wrong:
        artefacts(root, blueprint(root))
    assert wrong.value.code == "no-service"


def test_the_blueprint_decides_where_migrations_run(tmp_path: Path) -> None:
    root = project(tmp_path)
    found = blueprint(root)
    elsewhere = Migrations(directory="db", config="migrations.ini")
    stated = replace(found, migrations={"": elsewhere})
    texts = {one.artefact.name: one.merged for one in artefacts(root, stated)}
    command = "cd /app/db && exec alembic -c migrations.ini upgrade head"
    assert command in texts["compose"]
    assert command in texts["cloudbuild"]


def test_the_first_line_of_every_file_names_tarmac_and_the_blueprint(tmp_path: Path) -> None:
    root = project(tmp_path)
    write_all(root)
    for path in ALL:
        first = (root / path).read_text(encoding="utf-8").partition("\n")[0]
        assert "Tarmac" in first
        assert blueprint(root).hash in first
