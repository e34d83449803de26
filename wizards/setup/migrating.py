"""The words that bring a database to its newest revision, run by a job in the service's image."""

from __future__ import annotations

import shlex

from generators.project import MigrationTool, Service
from generators.quoting import shell_word
from wizards.blueprint import Blueprint, Migrations

_USUAL = {
    "prisma": ("npx", "prisma", "migrate", "deploy"),
    "django": ("python", "manage.py", "migrate", "--noinput"),
}
_JOB_ONLY = "other"


def words_of(stream: Migrations) -> tuple[str, ...]:
    """Return what a stream's job runs in the stream's directory, () where nothing is known."""
    if stream.command:
        return tuple(shlex.split(stream.command))
    if stream.provider == "alembic":
        option = () if stream.config == "alembic.ini" else ("-c", stream.config)
        return ("alembic", *option, "upgrade", "head")
    return _USUAL.get(stream.provider, ())


def migrate_command(blueprint: Blueprint, stream: Migrations) -> str:
    """Return the same as a line that enters the directory where it differs from the service's."""
    words = words_of(stream)
    root = blueprint.service.root
    if not words or stream.directory == root:
        return shlex.join(words)
    inside = stream.directory.startswith(f"{root}/")
    folder = f"/app/{stream.directory.removeprefix(f'{root}/') if inside else stream.directory}"
    folder = "/app" if stream.directory == "." else folder
    return shlex.join(("sh", "-c", f"cd {shell_word(folder)} && exec {shlex.join(words)}"))


def stream_of(tool: MigrationTool, service: Service) -> Migrations | None:
    """Return the table for a tool that was found; None where nobody knows what would migrate."""
    words = tool.command
    if tool.provider == "prisma" and service.language == "javascript" and words[:1] == ("prisma",):
        words = ("npx", *words)
    if not words and tool.provider not in ("alembic", "prisma"):
        return None
    found = Migrations(provider=tool.provider, directory=tool.directory)
    if tool.provider == "alembic" and tool.config:
        found = Migrations(directory=tool.directory, config=tool.config)
    if not words or words == words_of(found):
        return found
    return Migrations(
        provider=found.provider,
        directory=found.directory,
        config=found.config,
        command=shlex.join(words),
    )


def tool_of(stream: Migrations) -> MigrationTool:
    """Return a stream as detection would have found it."""
    provider = _JOB_ONLY if stream.provider == "sql" else stream.provider
    config = stream.config if stream.provider == "alembic" else ""
    return MigrationTool(provider, stream.directory, config, words_of(stream))
