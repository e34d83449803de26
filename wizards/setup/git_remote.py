"""Which repository on GitHub a folder was cloned from, as its own git says."""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

_SECONDS = 2.0
_GITHUB = re.compile(
    r"^(?:(?:https?|ssh|git)://(?:[^@/]*@)?|(?:[^@/:]+@)?)"
    r"(?:ssh\.)?github\.com(?::\d+)?[:/]+(?P<owner>[A-Za-z0-9-]+)/(?P<name>[A-Za-z0-9._-]+?)"
    r"(?:\.git)?/*$"
)


@dataclass(frozen=True, slots=True)
class GitRemote:
    """``repository`` is "owner/name", ``branch`` the one that is built, ``source`` what said so."""

    repository: str
    branch: str
    source: str


def github_remote(root: Path) -> GitRemote | None:
    """Return the GitHub repository behind the folder's remote, None when there is none.

    ``origin`` counts first, then any other remote. Credentials inside an address are dropped.
    """
    remotes = _git(root, "remote").split()
    for name in sorted(remotes, key=lambda remote: remote != "origin"):
        found = repository_in(_git(root, "remote", "get-url", name))
        if found:
            return GitRemote(found, _branch(root, name), f"git remote {name}")
    return None


def repository_in(address: str) -> str:
    """Return "owner/name" of an address on github.com in any of git's forms, else ""."""
    matched = _GITHUB.match(address.strip())
    return f"{matched['owner']}/{matched['name']}" if matched else ""


def _branch(root: Path, remote: str) -> str:
    head = _git(root, "symbolic-ref", "--short", f"refs/remotes/{remote}/HEAD")
    return head.removeprefix(f"{remote}/") or _git(root, "branch", "--show-current") or "main"


def _git(root: Path, *words: str) -> str:
    """Return what git prints, "" when it fails, is missing or does not end."""
    try:
        ran = subprocess.run(
            ("git", *words), cwd=root, capture_output=True, text=True, timeout=_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired, UnicodeDecodeError):
        return ""
    return ran.stdout.strip() if ran.returncode == 0 else ""
