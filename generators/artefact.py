"""A generated file as data."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Artefact:
    """A file to write: ``name`` as people call it, ``path`` from the repository's root.

    ``block`` files (.dockerignore, .env.example) belong to the person: only the part between
    Tarmac's marks is Tarmac's. ``mode`` are the permission bits of a new file. ``context`` is the
    folder that a Dockerfile is built in, "" for other files.
    """

    name: str
    path: str
    text: str
    mode: int = 0o644
    block: bool = False
    context: str = ""
