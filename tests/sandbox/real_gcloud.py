"""The gcloud that is installed here, led to a sandbox; its groups are tested where it is."""

import os
import shutil
import subprocess
from collections.abc import Callable

import pytest

from sandbox.environment import variables
from wizards.postgres.sandbox_address import SandboxAddress

NEEDS_GCLOUD = [
    pytest.mark.skipif(shutil.which("gcloud") is None, reason="gcloud is not installed"),
    pytest.mark.slow,
]
WITHIN = 60

Gcloud = Callable[..., subprocess.CompletedProcess[str]]


def gcloud_for(address: SandboxAddress) -> Gcloud:
    """Return a function that runs a command line; ``fails`` is what it must say while failing."""
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(address.state),
        **variables(
            proxy=address.proxy,
            ca=address.ca,
            state=address.state,
            project="notes-prod",
            gcloud=True,
        ),
    }

    def run(command: str, *, fails: str = "") -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            ["gcloud", *command.split()],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=WITHIN,
        )
        if fails:
            assert done.returncode == 1, command
            assert fails in done.stderr, (command, done.stderr)
            assert "Traceback" not in done.stderr
        else:
            assert done.returncode == 0, (command, done.stderr)
        return done

    return run
