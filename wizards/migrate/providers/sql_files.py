"""SQL files as a provider: Prisma natively, dbmate, golang-migrate and plain up/down pairs."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar
from urllib.parse import parse_qsl, urlsplit

from generators.language import _
from wizards.events import Emit, Json
from wizards.failures import Failure, UsageFailure
from wizards.migrate.agent_process import Seat
from wizards.migrate.dotenv import variable
from wizards.migrate.messages import Message
from wizards.migrate.model import History
from wizards.migrate.providers.provider import Provider, State
from wizards.migrate.sql_files import foreign
from wizards.postgres.address import Address

_MODULE = "wizards.migrate.sql_files.serving"
_PRISMA_FILES = ("prisma.config.ts", "prisma/schema.prisma", "schema.prisma")
_URL = re.compile(
    r"""^[^/\n]*?\b(directUrl|url)\s*[:=]\s*(?:env\(\s*["']|process\.env\.)(\w+)""", re.MULTILINE
)
_FOLDERS = ("prisma/migrations", "db/migrations", "migrations", "db/migrate", "sql/migrations", ".")


@dataclass(kw_only=True)
class SqlFiles(Provider):
    """A folder of SQL files; the agent is Tarmac's own interpreter, nothing of the project runs."""

    name: ClassVar[str] = "sql"

    def seat(self, environment: Mapping[str, str]) -> Seat:
        """Return Tarmac's interpreter, deaf to the project's folder and PYTHON variables."""
        return Seat(
            interpreter=Path(sys.executable),
            directory=self.directory,
            environment=environment,
            program=("-P", "-m", _MODULE),
        )

    @property
    def folder(self) -> Path:
        """The folder with the migrations."""
        return folder_of(self.directory)

    def connects_to(self, emit: Emit) -> Address:  # noqa: ARG002 - nothing of the project is asked
        """Raise: files of SQL do not say where their database is."""
        raise Failure(
            "target-unknown",
            _("Nothing says which database these SQL files are for."),
            next=(_("set DATABASE_URL, or name an environment with --env"),),
        )

    def options(self) -> dict[str, Json]:
        """Return the folder, its kind, the schema and the address."""
        foreign.refuse_newer_prisma(self.directory)
        options: dict[str, Json] = {
            "folder": str(self.folder),
            "kind": "prisma" if self.migrations.provider == "prisma" else _named(self.migrations.x),
        }
        if self.target is not None:
            address, schema = self.target.address, schema_of(self.target.url)
            options["schema"] = schema
            options["address"] = {
                "host": address.host,
                "port": address.port,
                "user": address.user,
                "password": address.password,
                "database": address.database,
                "options": dict(address.options),
            }
        return options

    def differences(self, emit: Emit) -> None:
        """Return None: there are no models to compare with."""

    def resolve(self, name: str, emit: Emit, *, applied: bool) -> None:
        """Settle a failed migration: it is applied, or nothing of it is there."""
        self._ask({"op": "resolve", "name": name, "applied": applied}, emit, None)

    def _history(self, found: Message) -> tuple[History, State]:
        history, state = super()._history(found)
        applied = [one.id for one in history.revisions if one.applied]
        kind = found.text("kind")
        return replace(
            history,
            provider="prisma" if kind == "prisma" else self.name,
            current=tuple(applied[-1:]),
            warnings=(
                *(self.target.notes if self.target else ()),
                *(foreign.warning(one) for one in found.texts("warnings")),
            ),
        ), state


def folder_of(directory: Path) -> Path:
    """Return the folder with the migrations below where the project runs its tool."""
    for name in _FOLDERS:
        folder = directory / name
        if any(folder.glob("*/migration.sql")) or any(folder.glob("*.sql")):
            return folder
    if (directory / "prisma" / "schema.prisma").is_file():
        return directory / "prisma" / "migrations"
    raise UsageFailure(
        "no-migrations",
        _("There are no SQL migrations in {folder}.").format(folder=directory),
        why=_("Looked for migrations in: {names}.").format(names=", ".join(_FOLDERS)),
        next=(_("set directory in [migrations] of tarmac.toml"),),
    )


def schema_of(url: str) -> str:
    """Return the schema that a URL of Prisma names, "" for the usual one."""
    schema = dict(parse_qsl(urlsplit(url).query)).get("schema", "")
    return "" if schema == "public" else schema


def variable_of(directory: Path) -> str:
    """Return the variable that Prisma's own ``migrate`` reads its URL from, "" if none is named.

    That is ``directUrl`` where it is set, past a pooler; schema.prisma says it, from Prisma 7 on
    prisma.config.ts.
    """
    named: list[tuple[str, str]] = []
    for name in _PRISMA_FILES:
        path = directory / name
        if path.is_file():
            named += _URL.findall(path.read_text(encoding="utf-8", errors="replace"))
    names = [name for _key, name in sorted(named, key=lambda one: one[0])]
    for one in names:
        if os.environ.get(one) or variable((directory,), one):
            return one
    return names[-1] if names else ""


def _named(x: tuple[str, ...]) -> str:
    """Return the tool that ``x = ["tool=golang-migrate"]`` names, "" where none is named."""
    named = dict(one.partition("=")[::2] for one in x)
    return named.get("tool", "")
