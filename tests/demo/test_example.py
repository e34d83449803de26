"""The demo's folder: made whole, never over something that is there."""

from __future__ import annotations

from pathlib import Path

import pytest

from wizards.demo.example import copy_example, is_demo
from wizards.failures import Failure


def test_the_example_is_copied_without_leftovers(tmp_path: Path) -> None:
    folder = tmp_path / "notes"
    copy_example(folder)
    assert (folder / "alembic.ini").is_file()
    assert (folder / "web" / "package-lock.json").is_file()
    assert not list(folder.rglob("node_modules")) + list(folder.rglob("__pycache__"))
    assert is_demo(folder)


def test_a_folder_with_something_in_it_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(Failure) as refused:
        copy_example(tmp_path)
    assert refused.value.exit_code == 2
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]
