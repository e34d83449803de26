"""Nothing of Google is imported before it is needed."""

from __future__ import annotations

import subprocess
import sys

import pytest


@pytest.mark.parametrize(
    "module",
    [
        "wizards.cloud.opening",
        "wizards.cloud.google_cloud",
        "wizards.setup.planning",
        "wizards.setup.applying",
        "wizards.setup.questions",
        "wizards.status.panels",
        "tui.commands.setup",
        "tui.commands.init",
        "tui.commands.status",
        "tui.inline",
    ],
)
def test_importing_it_imports_no_google_client_and_no_prompt_library(module: str) -> None:
    program = (
        f"import sys, {module}\n"
        "heavy = ('google', 'grpc', 'requests', 'questionary', 'textual', 'alembic')\n"
        "print([name for name in sys.modules if name.split('.')[0] in heavy])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_the_command_line_imports_none_of_the_set_up() -> None:
    program = (
        "import sys, tui.cli\n"
        "print([name for name in sys.modules if name.startswith(('wizards.setup', 'wizards.cloud',"
        " 'wizards.status'))])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
