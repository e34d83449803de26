"""What is imported when, and who may import whom: proved in subprocesses, not by reading."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TERMINAL = {"textual", "questionary", "rich", "click", "prompt_toolkit"}
HEAVY = {
    "textual",
    "questionary",
    "psycopg",
    "google",
    "jinja2",
    "postgast",
    "tomlkit",
    "sqlalchemy",
    "alembic",
    "rich",
    "h11",
}


def loaded_by(statement: str) -> set[str]:
    """Return the top-level modules that a statement loads in a fresh interpreter."""
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            f"{statement}\nimport sys\nprint('\\n'.join(m.split('.')[0] for m in sys.modules))",
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return set(done.stdout.splitlines())


def modules_of(package: str) -> list[str]:
    """Return every module below a package, the agent and scripts left out."""
    left_out = {"wizards.migrate.agent", "generators.locale.catalogue"}
    files = sorted((ROOT / package).rglob("*.py"))
    names = [
        ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        for file in files
    ]
    return [name for name in names if name not in left_out]


def test_version_is_answered_before_click_is_imported() -> None:
    statement = "import sys; sys.argv = ['tarmac', '--version']\nimport tui.__main__ as m; m.main()"
    assert not loaded_by(statement) & (HEAVY | {"click"})


def test_the_command_line_root_imports_nothing_heavy() -> None:
    assert not loaded_by("import tui.cli") & HEAVY


def test_listing_the_commands_imports_no_command() -> None:
    loaded = loaded_by("from tui.cli import run\nrun(['--help'])")
    assert not loaded & HEAVY


@pytest.mark.parametrize("package", ["wizards", "generators"])
def test_engines_know_no_terminal(package: str) -> None:
    statement = "\n".join(f"import {name}" for name in modules_of(package))
    assert not loaded_by(statement) & TERMINAL


def test_importing_the_engines_loads_no_google_client() -> None:
    names = [name for name in modules_of("wizards") if not name.startswith("wizards.cloud.")]
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            "\n".join(f"import {name}" for name in names)
            + "\nimport sys\nprint([m for m in sys.modules if m.startswith(('google.cloud.',"
            " 'google.auth', 'google.api_core'))])",
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "[]"


def test_import_contracts_hold() -> None:
    done = subprocess.run(
        [str(Path(sys.executable).parent / "lint-imports")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:]
