"""The repository on GitHub that a folder was cloned from, whatever form its address has."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from wizards.setup.git_remote import github_remote, repository_in


@pytest.mark.parametrize(
    ("address", "repository"),
    [
        ("git@github.com:team/notes.git", "team/notes"),
        ("git@github.com:team/notes", "team/notes"),
        ("https://github.com/team/notes.git", "team/notes"),
        ("https://github.com/team/notes/", "team/notes"),
        ("https://someone:a-token@github.com/team/notes.git", "team/notes"),
        ("ssh://git@github.com/team/my.notes.git", "team/my.notes"),
        ("ssh://git@ssh.github.com:443/team/notes.git", "team/notes"),
        ("git@gitlab.com:team/notes.git", ""),
        ("https://github.com.evil.example/team/notes", ""),
        ("/srv/git/notes.git", ""),
        ("", ""),
    ],
)
def test_an_address_names_its_repository(address: str, repository: str) -> None:
    assert repository_in(address) == repository


def git(folder: Path, *words: str) -> None:
    subprocess.run(("git", *words), cwd=folder, check=True, capture_output=True)


def test_the_origin_counts_before_other_remotes_and_names_its_branch(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q", "-b", "trunk")
    git(tmp_path, "remote", "add", "fork", "git@github.com:me/notes.git")
    git(tmp_path, "remote", "add", "origin", "git@github.com:team/notes.git")
    inside = tmp_path / "backend"
    inside.mkdir()
    found = github_remote(inside)
    assert found is not None
    assert (found.repository, found.branch, found.source) == (
        "team/notes",
        "trunk",
        "git remote origin",
    )


def test_a_folder_without_a_repository_has_no_remote(tmp_path: Path) -> None:
    assert github_remote(tmp_path) is None
