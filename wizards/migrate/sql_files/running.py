"""Moves carried out: each file in its transaction, or statement after statement where it must.

What a tool writes about a file is written in the file's transaction, also where the tool itself
writes it before and after: who is killed leaves no half-told row behind.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from wizards.events import Json
from wizards.migrate.messages import Message
from wizards.migrate.sql_files.channel import Channel
from wizards.migrate.sql_files.cutting import Cut, cut
from wizards.migrate.sql_files.ledgers import Ledger, Move
from wizards.migrate.sql_files.measuring import Measuring
from wizards.migrate.sql_files.step import Complaint

if TYPE_CHECKING:
    from wizards.postgres.connection import Connection

MODE = "per_migration"


class Stop(Exception):
    """Cancelled between two statements."""


class Failed(Exception):
    """A statement of a migration failed; ``__cause__`` is the driver's error."""

    def __init__(self, step: str) -> None:
        super().__init__(step)
        self.step = step


def one_by_one(move: Move, cuts: Sequence[Cut]) -> bool:
    """Say whether a file's statements are sent without a transaction around them."""
    if move.atomic is not None:
        return not move.atomic
    return any(one.alone for one in cuts)


@dataclass
class Running:
    """One connection's work; a file's rows in the ledger are written as its tool does."""

    connection: Connection
    ledger: Ledger
    channel: Channel
    request: Message
    count: int = 0
    commits: int = 0

    def go(self, moves: Sequence[Move]) -> list[str]:
        """Run the moves in order and return their ids; raises Failed, Stop."""
        names: list[Json] = [move.step.id for move in moves]
        self.channel.event("plan", revisions=names, transaction_mode=MODE)
        self.measuring = Measuring(self.connection, self.channel, self.request.text("measure"))
        self.measuring.settle()
        done = []
        for move in moves:
            if self.channel.cancelled.is_set():
                raise Stop
            self._migrate(move)
            done.append(move.step.id)
            if self.request.flag("each"):
                last = move is moves[-1]
                self.channel.event("rev_committed", rev=move.step.id, last=last)
                if not last:
                    self.channel.pause()
        return done

    def _migrate(self, move: Move) -> None:
        from psycopg import Error

        name = move.step.id
        cuts = self._cuts(move)
        alone = one_by_one(move, cuts)
        self.commits = 0
        self.ledger.create(self.connection)
        begun = time.perf_counter()
        if not alone:
            self.connection.execute("begin")
        self.ledger.begin(self.connection, move)
        facts = {} if alone else self._facts("transaction", "changes")
        self.channel.event("rev_start", rev=name, message=move.step.message, **facts)
        if alone:
            self.channel.event("note", rev=name, note="autocommit")
        try:
            for one in cuts:
                self._statement(name, one, alone)
            self._close(move, alone)
        except (Stop, Complaint) as stopped:
            self._give_up(move, str(stopped) or "cancelled")
            raise
        except Error as error:
            self._give_up(move, str(error))
            raise Failed(name) from error
        facts = {} if alone else self._facts()
        self.ledger.finish(self.connection, move)
        if not alone:
            self.connection.execute("commit")
            self.measuring.released()
        facts = facts or self._facts()
        spent = round((time.perf_counter() - begun) * 1000, 1)
        self.channel.event("rev_done", rev=name, ms=spent, commits=self.commits, **facts)
        self.channel.event("rev_stamped", rev=name, transaction_mode=MODE)

    def _cuts(self, move: Move) -> list[Cut]:
        """Return the statements; what cannot be sent is this step's failure, before any write."""
        try:
            return cut(move.sql, move.path.name)
        except Complaint as complaint:
            name = move.step.id
            self.channel.event("rev_start", rev=name, message=move.step.message)
            self.channel.event("rev_fail", rev=name, error=str(complaint), commits=0)
            raise

    def _statement(self, name: str, one: Cut, alone: bool) -> None:
        """Send one statement; what the file itself commits is noticed."""
        from psycopg import Error

        if self.channel.cancelled.is_set():
            raise Stop
        if one.opens and not alone:
            return  # the file's own BEGIN joins the transaction that is open already
        if not alone and not self._inside:
            self.connection.execute("begin")
        self.count += 1
        self.channel.event(
            "stmt", rev=name, n=self.count, sql=one.sql, line=one.line, autocommit=alone
        )
        begun = time.perf_counter()
        try:
            rows = self.connection.execute(one.sql.encode()).rowcount
        except Error as error:
            self.channel.event(
                "stmt_error", rev=name, n=self.count, sqlstate=error.sqlstate, error=str(error)
            )
            raise
        spent = round((time.perf_counter() - begun) * 1000, 2)
        measured = self.measuring.after(self.count)
        kept = None if rows < 0 else rows
        self.channel.event("stmt_done", rev=name, n=self.count, ms=spent, rows=kept, **measured)
        if alone or (one.ends and not self._inside):
            self.commits += not one.sql.lower().startswith("rollback")
            self.measuring.released()

    def _close(self, move: Move, alone: bool) -> None:
        if alone and self._inside:
            raise Complaint("left-open", move.path.name)
        if not alone and not self._inside:
            self.connection.execute("begin")

    def _give_up(self, move: Move, error: str) -> None:
        """Roll back what can be, and let the ledger say what the tool would say."""
        self.channel.event("rev_fail", rev=move.step.id, error=error[:2000], commits=self.commits)
        if self.connection.closed or self.connection.broken:
            return
        if self._inside:
            self.connection.execute("rollback")
            self.measuring.released()
        self.ledger.fail(self.connection, move, error, untouched=not self.commits)

    def _facts(self, *only: str) -> dict[str, Json]:
        found: dict[str, Json] = {}
        for key, sql in self.request.part("after_each").fields.items():
            if not only or key in only:
                row = self.connection.execute(str(sql).encode()).fetchone()
                value = row[0] if row else None
                found[key] = value if isinstance(value, int) else str(value)
        return found

    @property
    def _inside(self) -> bool:
        from psycopg.pq import TransactionStatus

        idle = TransactionStatus.IDLE
        return self.connection.info.transaction_status != idle
