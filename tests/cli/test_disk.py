"""A disk that refuses is said as a card, and what was there stays."""

from __future__ import annotations

from pathlib import Path

import pytest

from wizards.blueprint_writing import replace_text, write
from wizards.events import Event
from wizards.failures import Failure
from wizards.journal import Journal, private_folder


def test_a_file_in_the_way_of_the_private_folder_is_a_card(tmp_path: Path) -> None:
    (tmp_path / ".tarmac").write_text("not a folder")
    with pytest.raises(Failure) as refused:
        private_folder(tmp_path)
    assert refused.value.code == "file-refused"
    assert ".tarmac" in refused.value.message
    with pytest.raises(Failure):
        Journal(tmp_path / ".tarmac" / "journal" / "a.jsonl").record(Event("apply.start", {}))


def test_a_blueprint_that_cannot_be_written_is_a_card_and_leaves_nothing_behind(
    tmp_path: Path,
) -> None:
    gone = tmp_path / "gone" / "tarmac.toml"
    with pytest.raises(Failure) as refused:
        write(gone, {"project.id": "notes-1"})
    assert refused.value.next[0].startswith("ls -ld")
    inside = tmp_path / "taken"
    inside.mkdir()
    with pytest.raises(Failure):
        replace_text(inside, "text")
    assert [path.name for path in tmp_path.iterdir()] == ["taken"]
