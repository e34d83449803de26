"""A write that is refused, too late or cut short loses nothing and can be taken back."""

from __future__ import annotations

from pathlib import Path

import pytest

from generators import places
from tests.files.project import blueprint, project
from wizards.failures import Failure
from wizards.files import SIDE, artefacts, undo, write


def visible(root: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(root)): path.read_bytes()
        for path in root.rglob("*")
        if path.is_file() and ".tarmac/" not in str(path)
    }


def test_an_edit_between_looking_and_writing_is_not_overwritten(tmp_path: Path) -> None:
    root = project(tmp_path)
    write(root, artefacts(root, blueprint(root)))
    states = artefacts(root, blueprint(root, port=9000))
    text = (root / "Dockerfile").read_text(encoding="utf-8")
    mine = text.replace("\n\n", "\n\n# mine, just now\n", 1)
    (root / "Dockerfile").write_text(mine, encoding="utf-8")
    before = visible(root)
    with pytest.raises(Failure) as refused:
        write(root, states)
    assert refused.value.code == "edited-since"
    assert "Dockerfile" in refused.value.message
    assert visible(root) == before
    write(root, artefacts(root, blueprint(root, port=9000)))
    text = (root / "Dockerfile").read_text(encoding="utf-8")
    assert "# mine, just now" in text
    assert "EXPOSE 9000" in text


def test_a_file_that_appears_between_looking_and_writing_stays(tmp_path: Path) -> None:
    root = project(tmp_path)
    states = artefacts(root, blueprint(root))
    (root / "Dockerfile").write_text("FROM scratch\n", encoding="utf-8")
    with pytest.raises(Failure):
        write(root, states)
    assert (root / "Dockerfile").read_text(encoding="utf-8") == "FROM scratch\n"
    assert not (root / "cloudbuild.yaml").exists()


def test_a_link_where_the_new_text_would_lie_is_refused_before_anything(tmp_path: Path) -> None:
    root = project(tmp_path)
    write(root, artefacts(root, blueprint(root)))
    build = root / "cloudbuild.yaml"
    build.write_text(build.read_text("utf-8").replace("--memory=512Mi", "--memory=1Gi"), "utf-8")
    victim = tmp_path / "victim"
    victim.write_text("untouched\n", encoding="utf-8")
    (root / f"cloudbuild.yaml{SIDE}").symlink_to(victim)
    before = visible(root)
    with pytest.raises(Failure) as refused:
        write(root, artefacts(root, blueprint(root, memory="2Gi", port=9000)))
    assert refused.value.code == "place-refused"
    assert victim.read_text(encoding="utf-8") == "untouched\n"
    assert visible(root) == before


def test_what_was_written_before_the_disk_refused_can_be_taken_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = project(tmp_path)
    before = visible(root)
    plain = places.write

    def full(root: Path, relative: str, text: str, mode: int = 0o644) -> None:
        if relative == "cloudbuild.yaml":
            raise OSError(28, "No space left on device", relative)
        plain(root, relative, text, mode)

    with monkeypatch.context() as patched:
        patched.setattr(places, "write", full)
        with pytest.raises(Failure) as refused:
            write(root, artefacts(root, blueprint(root)))
    assert refused.value.code == "file-refused"
    assert (root / "Dockerfile").exists()
    undo(root)
    assert visible(root) == before
