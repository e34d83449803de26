"""Prisma's ``_prisma_migrations`` as its schema engine up to version 7 reads and writes it."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from wizards.migrate.sql_files.ledgers import Ledger, Move, sha256
from wizards.migrate.sql_files.step import Complaint, Entry, Step

if TYPE_CHECKING:
    from wizards.postgres.connection import Connection

LOCK = 72707369
"""The advisory lock that the schema engine takes."""


@dataclass(frozen=True, slots=True)
class Prisma(Ledger):
    """``_prisma_migrations``: one row a try, with a checksum, open until it ends well."""

    kind: ClassVar[str] = "prisma"
    table: ClassVar[str] = "_prisma_migrations"
    lock: ClassVar[int | None] = LOCK

    def create(self, connection: Connection) -> None:
        """Make the table as the schema engine does."""
        connection.execute(
            self.sql(
                "create table if not exists {} (id varchar(36) primary key not null,"
                " checksum varchar(64) not null, finished_at timestamptz,"
                " migration_name varchar(255) not null, logs text, rolled_back_at timestamptz,"
                " started_at timestamptz not null default now(),"
                " applied_steps_count integer not null default 0)"
            )
        )

    def _entries(self, connection: Connection) -> list[Entry]:
        rows = connection.execute(
            self.sql(
                "select migration_name, finished_at is not null, checksum from {}"
                " where rolled_back_at is null order by started_at, migration_name"
            )
        ).fetchall()
        return [Entry(id=str(r[0]), done=bool(r[1]), checksum=str(r[2])) for r in rows]

    def begin(self, connection: Connection, move: Move) -> None:
        """Open a row."""
        if not move.down:
            connection.execute(
                self.sql("insert into {} (id, checksum, migration_name) values (%s, %s, %s)"),
                (str(uuid.uuid4()), sha256(move.step.path.read_bytes()), move.step.id),
            )

    def finish(self, connection: Connection, move: Move) -> None:
        """Close the row, or mark it as rolled back after a written way down."""
        if move.down:
            self._mark(connection, move.step, "rolled_back_at = now()")
            return
        connection.execute(
            self.sql(
                "update {} set finished_at = clock_timestamp(),"
                " applied_steps_count = applied_steps_count + 1"
                " where migration_name = %s and finished_at is null and rolled_back_at is null"
            ),
            (move.step.id,),
        )

    def fail(self, connection: Connection, move: Move, error: str, *, untouched: bool) -> None:
        """Keep the error; a failure that left nothing behind is resolved as rolled back at once."""
        if untouched and not self._is_open(connection, move.step):
            self.begin(connection, move)  # the first one went with the file's transaction
        closing = ", rolled_back_at = now()" if untouched else ""
        connection.execute(
            self.sql(
                f"update {{}} set logs = %s{closing} where migration_name = %s"
                " and finished_at is null and rolled_back_at is null"
            ),
            (error, move.step.id),
        )

    def resolve(self, connection: Connection, step: Step, *, applied: bool) -> None:
        """Say of a failed migration that it is applied, or that it is rolled back."""
        changed = self._mark(connection, step, "rolled_back_at = now()", open_only=True)
        if not applied and not changed:
            raise Complaint("not-failed", step.id)
        if applied:
            self.create(connection)
            connection.execute(
                self.sql(
                    "insert into {} (id, checksum, migration_name, finished_at)"
                    " values (%s, %s, %s, now())"
                ),
                (str(uuid.uuid4()), sha256(step.path.read_bytes()), step.id),
            )

    def _is_open(self, connection: Connection, step: Step) -> bool:
        query = self.sql(
            "select 1 from {} where migration_name = %s"
            " and finished_at is null and rolled_back_at is null"
        )
        return connection.execute(query, (step.id,)).fetchone() is not None

    def _mark(
        self, connection: Connection, step: Step, change: str, *, open_only: bool = False
    ) -> int:
        only = " and finished_at is null" if open_only else ""
        return connection.execute(
            self.sql(
                f"update {{}} set {change}"
                f" where migration_name = %s and rolled_back_at is null{only}"
            ),
            (step.id,),
        ).rowcount

    def checksums(self, step: Step) -> frozenset[str]:
        """Return the file's checksum with its own line ends, and with the other kind."""
        data = step.path.read_bytes()
        unix = data.replace(b"\r\n", b"\n")
        return frozenset(map(sha256, (data, unix, unix.replace(b"\n", b"\r\n"))))
