"""`tarmac migrate status` where there is nothing to see, or where something is in the way."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.migrate.alembic_project import Rev
from tests.migrate.conftest import Make
from tui.cli import run

ONE = Rev("aaa1", None, "CREATE TABLE one (id int)", "DROP TABLE one")


Say = Callable[[Path], tuple[int, str]]


@pytest.fixture
def status(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Say:
    """Ask in a folder: the exit code, and everything that was printed."""

    def ask(folder: Path) -> tuple[int, str]:
        monkeypatch.chdir(folder)
        capsys.readouterr()
        try:
            code = run(["migrate", "status"])
        except SystemExit as ended:
            code = int(ended.code or 0)
        said = capsys.readouterr()
        assert "Traceback" not in said.out + said.err
        return code, " ".join((said.out + said.err).split())

    return ask


def test_a_folder_without_migrations_says_what_was_looked_for(tmp_path: Path, status: Say) -> None:
    code, said = status(tmp_path)
    assert code == 2
    assert "There are no migrations in" in said
    assert "alembic.ini" in said


def test_a_variable_that_is_not_set_is_named(make: Make, status: Say) -> None:
    project = make(ONE)
    (project.folder / ".env").unlink()
    code, said = status(project.folder)
    assert code == 1
    assert "env.py wants the variable DATABASE_URL" in said
    assert "set DATABASE_URL" in said
    assert "aaa1" in said


def test_a_database_that_is_not_there_is_named(make: Make, status: Say) -> None:
    project = make(ONE)
    (project.folder / ".env").write_text("DATABASE_URL=postgresql+psycopg://u:p@127.0.0.1:1/gone\n")
    code, said = status(project.folder)
    assert code == 1
    assert "u@127.0.0.1:1/gone cannot be reached" in said
    assert ":p@" not in said


def test_a_broken_env_still_lists_the_revisions_of_the_files(make: Make, status: Say) -> None:
    project = make(ONE)
    project.env("raise RuntimeError('not today')")
    code, said = status(project.folder)
    assert code == 1
    assert "aaa1" in said
    assert "env.py raised RuntimeError: not today" in said
