"""What a person edited is never overwritten without a word."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.setup.export.everything import BLUEPRINTS, rich
from wizards.failures import Exit, Refused
from wizards.setup.export.exported import Export, ExportedFile
from wizards.setup.export.exporting import export
from wizards.setup.export.writing import sealed, targets, untouched, write


def states(made: Export, folder: Path) -> dict[str, str]:
    return {target.file.name: target.state for target in targets(made, folder)}


def test_a_second_export_of_the_same_writes_nothing(tmp_path: Path) -> None:
    made = export("terraform", rich())
    folder = tmp_path / "deep" / "terraform"
    assert len(write(targets(made, folder), force=False)) == len(made.files)
    assert set(states(made, folder).values()) == {"unchanged"}
    assert write(targets(made, folder), force=False) == []


def test_what_nobody_touched_follows_the_blueprint(tmp_path: Path) -> None:
    write(targets(export("gcloud", rich()), tmp_path), force=False)
    script = tmp_path / "setup.sh"
    assert script.stat().st_mode & 0o777 == 0o755
    made = export("gcloud", BLUEPRINTS["small"])
    assert states(made, tmp_path) == {"setup.sh": "changed"}
    write(targets(made, tmp_path), force=False)
    assert "alone-1" in script.read_text()


def test_edits_stop_the_whole_export_until_it_is_forced_and_are_kept(tmp_path: Path) -> None:
    made = export("terraform", rich())
    write(targets(made, tmp_path), force=False)
    edited = tmp_path / "main.tf"
    edited.write_text(edited.read_text() + "# mine\n")
    (tmp_path / "images.tf").unlink()
    with pytest.raises(Refused) as refused:
        write(targets(made, tmp_path), force=False)
    assert refused.value.exit_code is Exit.REFUSED
    assert str(edited) in refused.value.message
    assert not (tmp_path / "images.tf").exists()
    write(targets(made, tmp_path), force=True)
    assert (tmp_path / "main.tf.before").read_text().endswith("# mine\n")
    assert set(states(made, tmp_path).values()) == {"unchanged"}


@pytest.mark.parametrize("content", [b"", b"resource {}\n", b"\xff\xfe"])
def test_a_file_that_was_never_ours_counts_as_edited(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "main.tf").write_bytes(content)
    assert states(export("terraform", rich()), tmp_path)["main.tf"] == "edited"


@pytest.mark.parametrize("text", ["# made\nbody\n", "#!/bin/sh\n# made\nbody\n"])
def test_the_seal_breaks_with_any_edit(text: str) -> None:
    made = sealed(text)
    assert untouched(made)
    assert made.splitlines()[0] == text.splitlines()[0]
    assert not untouched(made.replace("body", "bodY"))
    assert not untouched(made + "\n")
    assert not untouched(text)


def test_a_folder_in_the_place_of_a_file_is_a_card(tmp_path: Path) -> None:
    (tmp_path / "a.tf").mkdir()
    made = Export(form="terraform", files=(ExportedFile(name="a.tf", text="# made\n"),))
    with pytest.raises(Refused):
        write(targets(made, tmp_path), force=False)
