"""A Dockerfile that was made for another folder than the one it is built in."""

from __future__ import annotations

from pathlib import Path

from generators.checking.build_context import copied
from tests.generators.repository import repository

TEXT = """\
FROM python:3.12 AS build
COPY --chown=1:1 requirements.txt \\
    pyproject.toml /app/
# COPY nothing /here
COPY ["src", "/app/src"]
COPY --from=build /opt/venv /opt/venv
COPY package*.json $HERE ./
ADD https://example.org/x.tar.gz /tmp/
COPY . /app
COPY nginx.conf /etc/
"""


def test_what_is_copied_must_lie_in_the_folder_that_is_built(tmp_path: Path) -> None:
    files = {"api/requirements.txt": "", "api/pyproject.toml": "", "api/src/a.py": ""}
    root = repository(tmp_path, files)
    made = {"api/nginx.conf"}
    assert copied(root, "api/Dockerfile", TEXT, "api", made).outcome == "passed"
    found = copied(root, "api/Dockerfile", TEXT, ".", made)
    assert found.outcome == "failed"
    assert [(one.line, one.message.partition(" ")[0]) for one in found.complaints] == [
        (2, "requirements.txt"),
        (2, "pyproject.toml"),
        (5, "src"),
        (10, "nginx.conf"),
    ]
