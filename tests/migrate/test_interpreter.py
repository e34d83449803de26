"""Which Python runs env.py: found in the promised order, probed before it is used."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from wizards.failures import Failure
from wizards.migrate.interpreter import find


def test_the_projects_own_environment_is_found(tmp_path: Path, alembic_python: Path) -> None:
    (tmp_path / ".venv").symlink_to(alembic_python.parent.parent)
    found = find(tmp_path, tmp_path)
    assert found.path == tmp_path / ".venv" / "bin" / "python"
    assert found.source == ".venv"
    assert "psycopg" in found.drivers
    assert found.alembic.startswith("1.")


def test_an_active_environment_comes_before_dot_venv(
    tmp_path: Path, alembic_python: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VIRTUAL_ENV", str(alembic_python.parent.parent))
    assert find(tmp_path, tmp_path).source == "VIRTUAL_ENV"


def test_an_environment_without_alembic_is_passed_over(
    tmp_path: Path, alembic_python: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bare = tmp_path / "bare"
    (bare / "bin").mkdir(parents=True)
    (bare / "bin" / "python").symlink_to(Path(sys.base_prefix) / "bin" / "python3")
    monkeypatch.setenv("VIRTUAL_ENV", str(bare))
    (tmp_path / "venv").symlink_to(alembic_python.parent.parent)
    assert find(tmp_path, tmp_path).source == "venv"


def test_a_configured_interpreter_is_used_or_refused(tmp_path: Path, alembic_python: Path) -> None:
    (tmp_path / ".venv").symlink_to(alembic_python.parent.parent)
    found = find(tmp_path, tmp_path, str(alembic_python))
    assert found.path == alembic_python
    with pytest.raises(Failure) as caught:
        find(tmp_path, tmp_path, "gone/bin/python")
    assert caught.value.code == "interpreter-missing"
    assert "gone/bin/python" in caught.value.why


def test_no_interpreter_names_what_each_lacks(tmp_path: Path) -> None:
    with pytest.raises(Failure) as caught:
        find(tmp_path, tmp_path)
    assert caught.value.code == "interpreter-missing"
    assert "lacks alembic" in caught.value.why
    assert any("interpreter" in step for step in caught.value.next)
