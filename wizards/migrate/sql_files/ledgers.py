"""What tools write into the database about applied migrations: read and written as they do.

dbmate's and golang-migrate's ``schema_migrations``; ``tarmac_migrations`` for plain pairs of files.
"""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from wizards.migrate.sql_files.step import Entry, Step

if TYPE_CHECKING:
    from psycopg.sql import Composed

    from wizards.postgres.connection import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """One step in one direction; ``before`` is the step below it here, "" for the first."""

    step: Step
    down: bool = False
    before: str = ""

    @property
    def sql(self) -> str:
        """The text to run."""
        return self.step.sql(down=self.down)

    @property
    def atomic(self) -> bool | None:
        """What the file asks for."""
        return self.step.down_atomic if self.down else self.step.atomic

    @property
    def path(self) -> Path:
        """The file that is run."""
        return self.step.down_path or self.step.path if self.down else self.step.path


@dataclass(frozen=True, slots=True)
class Ledger(ABC):
    """A table in ``schema`` ("" = the search path's first)."""

    schema: str = ""

    kind: ClassVar[str]
    table: ClassVar[str]
    lock: ClassVar[int | None] = None

    @property
    def place(self) -> str:
        """The table with its schema, where one is named."""
        return f"{self.schema}.{self.table}" if self.schema else self.table

    def exists(self, connection: Connection) -> bool:
        """Say whether the table is there."""
        quoted = ".".join('"' + part.replace('"', '""') + '"' for part in self.place.split("."))
        row = connection.execute("select to_regclass(%s) is not null", (quoted,)).fetchone()
        return bool(row and row[0])

    def entries(self, connection: Connection) -> list[Entry]:
        """Return what the table says, in the order of application; nothing without a table."""
        return self._entries(connection) if self.exists(connection) else []

    def done(self, entries: Sequence[Entry], _steps: Sequence[Step]) -> list[str]:
        """Return the ids of what is applied, in the order of application."""
        return [one.id for one in entries if one.done]

    def sql(self, text: str) -> Composed:
        """Return SQL with ``{}`` as the table's name."""
        from psycopg.sql import SQL, Identifier

        return SQL(text).format(Identifier(*self.place.split(".")))

    @abstractmethod
    def create(self, connection: Connection) -> None:
        """Make the table as the tool does."""

    @abstractmethod
    def _entries(self, connection: Connection) -> list[Entry]:
        """Read the table that is there."""

    def heads(self, done: Sequence[str]) -> list[str]:
        """Return what :func:`wizards.migrate.standing.heads` reads for these."""
        return list(done)

    def begin(self, connection: Connection, move: Move) -> None:  # noqa: B027 - most need none
        """Write what the tool writes before a migration runs."""

    @abstractmethod
    def finish(self, connection: Connection, move: Move) -> None:
        """Write what the tool writes when a migration has run."""

    def fail(  # noqa: B027 - what is written inside a transaction is gone with it
        self, connection: Connection, move: Move, _error: str, *, untouched: bool
    ) -> None:
        """Write what the tool writes when it failed; ``untouched``: all was rolled back."""

    def checksums(self, _step: Step) -> frozenset[str]:
        """Return the checksums that a file may have been applied with; none where none is kept."""
        return frozenset()


@dataclass(frozen=True, slots=True)
class Dbmate(Ledger):
    """``schema_migrations (version)``: one row a migration, written in its transaction."""

    kind: ClassVar[str] = "dbmate"
    table: ClassVar[str] = "schema_migrations"

    def create(self, connection: Connection) -> None:
        """Make the table as dbmate does."""
        connection.execute(
            self.sql("create table if not exists {} (version varchar not null primary key)")
        )

    def _entries(self, connection: Connection) -> list[Entry]:
        rows = connection.execute(self.sql("select version from {} order by version")).fetchall()
        return [Entry(id=str(row[0])) for row in rows]

    def finish(self, connection: Connection, move: Move) -> None:
        """Add or take away the row."""
        text = "delete from {} where version = %s" if move.down else "insert into {} values (%s)"
        connection.execute(self.sql(text), (move.step.id,))


@dataclass(frozen=True, slots=True)
class GolangMigrate(Ledger):
    """``schema_migrations (version, dirty)``: one row in all."""

    kind: ClassVar[str] = "golang-migrate"
    table: ClassVar[str] = "schema_migrations"

    def create(self, connection: Connection) -> None:
        """Make the table as golang-migrate does."""
        connection.execute(
            self.sql(
                "create table if not exists {} (version bigint not null primary key,"
                " dirty boolean not null)"
            )
        )

    def _entries(self, connection: Connection) -> list[Entry]:
        rows = connection.execute(self.sql("select version, dirty from {}")).fetchall()
        return [Entry(id=str(row[0]), done=not row[1]) for row in rows]

    def done(self, entries: Sequence[Entry], steps: Sequence[Step]) -> list[str]:
        """Return every version up to the one that the row names."""
        newest = max((int(one.id) for one in entries if one.done), default=-1)
        known = [step.id for step in steps if int(step.id) <= newest]
        return known if newest < 0 or str(newest) in known else [*known, str(newest)]

    def heads(self, done: Sequence[str]) -> list[str]:
        """Return the one version that the row names."""
        return list(done[-1:])

    def begin(self, connection: Connection, move: Move) -> None:
        """Write the version as dirty."""
        self._write(connection, move.step.id, dirty=True)

    def finish(self, connection: Connection, move: Move) -> None:
        """Write the version as clean; the way down leaves the one before it."""
        self._write(connection, move.before if move.down else move.step.id, dirty=False)

    def fail(self, connection: Connection, move: Move, _error: str, *, untouched: bool) -> None:
        """Leave the version dirty, as the tool does, unless all was rolled back."""
        if untouched:
            self._write(connection, move.step.id if move.down else move.before, dirty=False)

    def _write(self, connection: Connection, version: str, *, dirty: bool) -> None:
        connection.execute(self.sql("delete from {}"))
        if version:
            connection.execute(self.sql("insert into {} values (%s, %s)"), (int(version), dirty))


@dataclass(frozen=True, slots=True)
class Pairs(Ledger):
    """``tarmac_migrations``: one row a migration with its checksum, written in its transaction."""

    kind: ClassVar[str] = "pairs"
    table: ClassVar[str] = "tarmac_migrations"

    def create(self, connection: Connection) -> None:
        """Make the table."""
        connection.execute(
            self.sql(
                "create table if not exists {} (id text primary key, checksum text not null,"
                " applied_at timestamptz not null default now())"
            )
        )

    def _entries(self, connection: Connection) -> list[Entry]:
        rows = connection.execute(self.sql("select id, checksum from {} order by applied_at, id"))
        return [Entry(id=str(row[0]), checksum=str(row[1])) for row in rows]

    def finish(self, connection: Connection, move: Move) -> None:
        """Add or take away the row."""
        if move.down:
            connection.execute(self.sql("delete from {} where id = %s"), (move.step.id,))
            return
        connection.execute(
            self.sql("insert into {} (id, checksum) values (%s, %s)"),
            (move.step.id, sha256(move.step.path.read_bytes())),
        )

    def checksums(self, step: Step) -> frozenset[str]:
        """Return the file's checksum."""
        return frozenset({sha256(step.path.read_bytes())})


def order(steps: Sequence[Step], done: Sequence[str]) -> list[Step]:
    """Return the steps as they follow each other in this database: applied ones first."""
    by_id = {step.id: step for step in steps}
    first = [by_id[one] for one in dict.fromkeys(done) if one in by_id]
    return [*first, *(step for step in steps if step not in first)]


def sha256(data: bytes) -> str:
    """Return the hexadecimal checksum that ledgers keep of a file."""
    return hashlib.sha256(data).hexdigest()
