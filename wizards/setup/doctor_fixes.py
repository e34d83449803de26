"""How a program is installed here: by the package manager of this system, else where to read."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping

# The package of each program by package manager; "" where the manager has none.
_PACKAGES: Mapping[str, Mapping[str, str]] = {
    "git": {"apt-get": "git", "dnf": "git", "apk": "git", "brew": "git", "pacman": "git"},
    "docker": {
        "apt-get": "docker.io",
        "dnf": "moby-engine",
        "apk": "docker",
        "brew": "--cask docker-desktop",
        "pacman": "docker",
    },
    "buildx": {"apk": "docker-cli-buildx", "brew": "docker-buildx", "pacman": "docker-buildx"},
    "compose": {"apk": "docker-cli-compose", "brew": "docker-compose", "pacman": "docker-compose"},
    "gcloud": {"brew": "--cask gcloud-cli"},
    "terraform": {"brew": "hashicorp/tap/terraform"},
    "cloud-sql-proxy": {"brew": "cloud-sql-proxy"},
    "node": {
        "apt-get": "nodejs npm",
        "dnf": "nodejs",
        "apk": "nodejs npm",
        "brew": "node",
        "pacman": "nodejs npm",
    },
    "postgres-client": {
        "apt-get": "postgresql-client-{major}",
        "dnf": "postgresql",
        "apk": "postgresql{major}-client",
        "brew": "postgresql@{major}",
        "pacman": "postgresql",
    },
}
_VERBS = {
    "apt-get": "install",
    "dnf": "install",
    "apk": "add",
    "brew": "install",
    "pacman": "-S",
}
_MANUALS = {
    "git": "https://git-scm.com/downloads",
    "gcloud": "https://cloud.google.com/sdk/docs/install",
    "docker": "https://docs.docker.com/engine/install/",
    "buildx": "https://docs.docker.com/build/",
    "compose": "https://docs.docker.com/compose/install/",
    "terraform": "https://developer.hashicorp.com/terraform/install",
    "cloud-sql-proxy": "https://cloud.google.com/sql/docs/postgres/sql-proxy#install",
    "node": "https://nodejs.org/en/download",
    "postgres-client": "https://www.postgresql.org/download/",
}


def manager() -> str:
    """Return the package manager of this system ("apt-get", "brew", …), "" when none is known."""
    return next((name for name in _VERBS if shutil.which(name)), "")


def install(program: str, **parts: object) -> str:
    """Return the command that installs a program here, or the address that explains it."""
    found = manager()
    package = _PACKAGES[program].get(found, "")
    if not package:
        return _MANUALS[program]
    command = f"{found} {_VERBS[found]} {package.format(**parts)}"
    return command if found == "brew" else as_root(command)


def as_root(command: str) -> str:
    """Return a command with sudo where the person is not root."""
    return command if os.geteuid() == 0 else f"sudo {command}"
