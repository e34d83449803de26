"""The root command: help, unknown names, what is not built yet, language, non-TTY."""

from __future__ import annotations

from pathlib import Path

import pytest
from rich.cells import cell_len

from tests.cli.run_tarmac import tarmac
from tui.cli import COMMANDS


def test_version_is_one_line(tmp_path: Path) -> None:
    ran = tarmac("--version", cwd=tmp_path)
    assert ran.code == 0
    assert ran.out.startswith("tarmac ")


def test_without_a_terminal_the_app_is_not_drawn_and_help_says_why(tmp_path: Path) -> None:
    ran = tarmac(cwd=tmp_path)
    assert ran.code == 2
    assert ran.out == ""
    assert "Commands:" in ran.err
    assert "needs a terminal" in ran.err
    assert "\x1b[?1049h" not in ran.out + ran.err


def test_help_lists_every_command(tmp_path: Path) -> None:
    ran = tarmac("--help", cwd=tmp_path)
    assert ran.code == 0
    for name in COMMANDS:
        assert f"  {name} " in ran.out


@pytest.mark.parametrize("name", list(COMMANDS))
def test_every_command_has_help_of_its_own(name: str, tmp_path: Path) -> None:
    ran = tarmac(name, "--help", cwd=tmp_path)
    assert ran.code == 0, ran.err
    assert "Usage: tarmac" in ran.out
    assert "--json" in ran.out


def test_help_is_korean_when_asked(tmp_path: Path) -> None:
    ran = tarmac("--lang", "ko", "--help", cwd=tmp_path)
    assert ran.code == 0
    assert any("가" <= char <= "힣" for char in ran.out)
    assert "Usage:" not in ran.out
    assert "Show this message" not in ran.out
    assert "[default:" not in tarmac("migrate", "lint", "--lang", "ko", "--help", cwd=tmp_path).out


def test_korean_help_wraps_by_cells(tmp_path: Path) -> None:
    ran = tarmac("--lang", "ko", "migrate", "--help", cwd=tmp_path, env={"COLUMNS": "80"})
    widths = [cell_len(line) for line in ran.out.splitlines()]
    assert 70 < max(widths) <= 80


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--nonsense",), "없는 옵션입니다: --nonsense"),
        (("migrate", "lint"), "필요한 값이 빠졌습니다"),
        (("migrate", "lint", "--fail-on", "x", "-"), "danger, caution, notice"),
    ],
)
def test_a_wrong_command_line_is_told_in_korean(
    words: tuple[str, ...], says: str, tmp_path: Path
) -> None:
    ran = tarmac("--lang", "ko", *words, cwd=tmp_path)
    assert ran.code == 2
    assert says in ran.err


def test_an_unknown_command_suggests_the_nearest(tmp_path: Path) -> None:
    ran = tarmac("migrat", cwd=tmp_path)
    assert ran.code == 2
    assert "migrate" in ran.err
    assert "Traceback" not in ran.err


def test_an_unknown_command_with_json_is_an_envelope(tmp_path: Path) -> None:
    ran = tarmac("--json", "nonsense", cwd=tmp_path)
    assert ran.code == 2
    assert ran.envelope["ok"] is False
    assert ran.envelope["errors"][0]["code"] == "usage"


@pytest.mark.parametrize("words", [("deploy",), ("releases", "rollback"), ("serve",)])
def test_what_is_not_built_says_so(words: tuple[str, ...], tmp_path: Path) -> None:
    ran = tarmac(*words, "--json", cwd=tmp_path)
    assert ran.code == 2
    assert ran.envelope["command"] == " ".join(words)
    assert ran.envelope["errors"][0]["code"] == "not-available-yet"


def test_a_pipe_that_closes_early_is_quiet(tmp_path: Path) -> None:
    import os
    import subprocess
    import sys

    from tests.cli.run_tarmac import ROOT

    done = subprocess.run(
        f"{sys.executable} -m tui --help | head -1",
        shell=True,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Traceback" not in done.stderr
