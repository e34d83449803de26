"""The example project, copied to a folder of its own."""

from __future__ import annotations

import shutil
from pathlib import Path

from generators.language import _
from wizards.failures import UsageFailure
from wizards.journal import private_folder

EXAMPLE = Path(__file__).parents[2] / "examples" / "notes"
LEFT_OUT = shutil.ignore_patterns(
    ".venv", "node_modules", "__pycache__", "dist", "*.db", ".pytest_cache", ".env", ".tarmac"
)
MARK = "demo.txt"


def is_demo(folder: Path) -> bool:
    """Whether a folder holds a demonstration that was made before."""
    return (folder / ".tarmac" / MARK).exists()


def copy_example(folder: Path) -> None:
    """Copy the example into a folder that is absent or empty; refuse to touch anything else."""
    if folder.exists() and any(folder.iterdir()):
        raise UsageFailure(
            "demo-folder-not-empty",
            _("{folder} already holds something").format(folder=folder),
            why=_("the demo is made in a folder of its own and overwrites nothing"),
            next=("tarmac demo ANOTHER-FOLDER",),
        )
    shutil.copytree(EXAMPLE, folder, ignore=LEFT_OUT, dirs_exist_ok=True)
    (private_folder(folder) / MARK).write_text(
        _("This folder was made by “tarmac demo” and may be deleted.") + "\n", encoding="utf-8"
    )
