"""What can be asked of a folder of SQL files; each operation returns the result's fields."""

from __future__ import annotations

import re
import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from wizards.events import Json
from wizards.migrate.messages import Message
from wizards.migrate.sql_files import reading
from wizards.migrate.sql_files.channel import Channel
from wizards.migrate.sql_files.cutting import cut
from wizards.migrate.sql_files.kinds import KINDS
from wizards.migrate.sql_files.ledgers import Dbmate, GolangMigrate, Ledger, Move, order
from wizards.migrate.sql_files.prisma import Prisma
from wizards.migrate.sql_files.running import MODE, Failed, Running, Stop, one_by_one
from wizards.migrate.sql_files.step import Complaint, Entry, Step
from wizards.postgres.address import Address
from wizards.postgres.connection import connect, value

if TYPE_CHECKING:
    from wizards.postgres.connection import Connection

_LOCK_SECONDS = 10.0


@dataclass
class Operations:
    """One request on one folder and one database."""

    channel: Channel
    request: Message
    connection: Connection

    @cached_property
    def kind(self) -> str:
        """The convention of the folder, with golang-migrate told from plain pairs."""
        kind = reading.kind_of(self.folder) or self.request.text("kind")
        if kind == "pairs" and self._table_of_golang():
            return GolangMigrate.kind
        return kind or "pairs"

    def _table_of_golang(self) -> bool:
        if self.request.text("kind") == GolangMigrate.kind:
            return True
        for table, tool in (("_sqlx_migrations", "sqlx"), ("flyway_schema_history", "Flyway")):
            if value(self.connection, "select to_regclass(%s)::text", table):
                raise Complaint("foreign-tool", tool)
        columns = value(
            self.connection,
            "select string_agg(attname, ',' order by attnum) from pg_attribute"
            " where attrelid = to_regclass(%s) and attnum > 0 and not attisdropped",
            Dbmate.table,
        )
        return columns == "version,dirty"

    @property
    def folder(self) -> Path:
        """Where the migrations are."""
        return Path(self.request.text("folder"))

    @cached_property
    def ledger(self) -> Ledger:
        """The table of the tool, in the URL's schema."""
        return KINDS[self.kind](self.request.text("schema"))

    @cached_property
    def steps(self) -> list[Step]:
        """The migrations of the folder."""
        return reading.read(self.kind, self.folder)

    @cached_property
    def entries(self) -> list[Entry]:
        """What the ledger says."""
        return self.ledger.entries(self.connection)

    def graph(self) -> dict[str, Json]:
        """The files, what the database says of them, and the SQL of the steps where asked."""
        done = self.ledger.done(self.entries, self.steps)
        line = order(self.steps, done)
        revisions: list[Json] = []
        for index, step in enumerate(line):
            above = [line[index - 1].id] if index else []
            revisions.insert(0, self._described(step, above, last=index == len(line) - 1))
        moves = self.moves()
        pending: list[Json] = [move.step.id for move in moves]
        target: dict[str, Json] = {
            "heads": list[Json](self.ledger.heads(done)),
            "unknown": self._unknown(done),
            "pending": pending,
            "transaction_mode": MODE,
            "version_table": self.ledger.table,
            "version_schema": self.request.text("schema"),
        }
        for name in ("search_path", "lock_timeout", "statement_timeout", "server_version"):
            target[name] = str(value(self.connection, "select current_setting(%s)", name))
        written = [self._written(one) for one in moves] if self.request.flag("written") else []
        return {
            "targets": [target],
            "revisions": revisions,
            "heads": [line[-1].id] if line else [],
            "warnings": list(self._warnings(done)),
            "previews": written,
            "kind": self.kind,
        }

    current = graph

    def _described(self, step: Step, above: list[str], *, last: bool) -> dict[str, Json]:
        down: list[Json] = list(above)
        return {
            "id": step.id,
            "down": down,
            "message": step.message,
            "path": str(step.path),
            "head": last,
            "downgrade": "missing" if step.down is None else "ops",
        }

    def _unknown(self, done: Sequence[str]) -> list[Json]:
        known = {step.id for step in self.steps}
        return [one for one in done if one not in known]

    def _warnings(self, done: Sequence[str]) -> list[str]:
        by_id = {step.id: step for step in self.steps}
        said = []
        for entry in self.entries:
            step = by_id.get(entry.id)
            if step is None or not entry.done or not self.ledger.checksums(step):
                continue
            if entry.checksum not in self.ledger.checksums(step):
                said.append(f"edited:{entry.id}")
        newest = max(done, default="")
        behind = (step.id for step in self.steps if step.id not in done and step.id < newest)
        return said + [f"behind:{one}" for one in behind if self.kind != GolangMigrate.kind]

    def moves(self) -> list[Move]:
        """Return the steps of the request: up, down, or exactly the ones to revert."""
        done = self.ledger.done(self.entries, self.steps)
        line = order(self.steps, done)
        applied = [step for step in line if step.id in set(done)]
        if self.request.value("revert") is not None:
            wanted = set(self.request.texts("revert"))
            return self._down([step for step in applied if step.id in wanted], line)
        if self.request.text("direction") == "down":
            return self._down(self._above(applied, self.request.text("to")), line)
        self._nothing_failed()
        pending = [step for step in line if step.id not in set(done)]
        return self._up(pending, self.request.text("to"), line)

    def _nothing_failed(self) -> None:
        failed = [entry.id for entry in self.entries if not entry.done]
        if failed and self.request.text("op") in ("upgrade", "graph") and self._plans:
            raise Complaint("failed-before", failed[0])

    @property
    def _plans(self) -> bool:
        return self.request.flag("written") or self.request.text("op") == "upgrade"

    def _up(self, pending: list[Step], to: str, line: list[Step]) -> list[Move]:
        if relative := re.fullmatch(r"\+(\d+)", to):
            pending = pending[: int(relative[1])]
        elif to not in ("", "head", "heads"):
            names = [step.id for step in pending]
            if to not in names:
                raise Complaint("unknown-step", to)
            pending = pending[: names.index(to) + 1]
        return [Move(step=step, before=_before(step, line)) for step in pending]

    def _above(self, applied: list[Step], to: str) -> list[Step]:
        if relative := re.fullmatch(r"-(\d+)", to):
            return applied[max(0, len(applied) - int(relative[1])) :]
        if to == "base":
            return applied
        names = [step.id for step in applied]
        if to not in names:
            raise Complaint("unknown-step", to)
        return applied[names.index(to) + 1 :]

    def _down(self, steps: list[Step], line: list[Step]) -> list[Move]:
        newest_first = reversed(steps)
        return [Move(step=one, down=True, before=_before(one, line)) for one in newest_first]

    def preview(self) -> dict[str, Json]:
        """The SQL of each step."""
        return {"revisions": [self._written(move) for move in self.moves()]}

    def _written(self, move: Move) -> dict[str, Json]:
        reason: str | None = None
        cuts = []
        try:
            cuts = cut(move.sql, move.path.name)
        except Complaint as complaint:
            reason = f"{complaint.kind}: {complaint}"
        alone = one_by_one(move, cuts)
        statements: list[Json] = [
            {"sql": one.sql, "line": one.line, "autocommit": alone} for one in cuts
        ]
        return {
            "id": move.step.id,
            "message": move.step.message,
            "statements": statements,
            "transaction_mode": MODE,
            "reason": reason,
        }

    def upgrade(self) -> dict[str, Json]:
        """Run the steps as their tool would, under the tool's own lock."""
        self._take_lock()
        moves = self.moves()
        done = Running(self.connection, self.ledger, self.channel, self.request).go(moves)
        return {"applied": list[Json](done)}

    revert = downgrade = upgrade

    def _take_lock(self) -> None:
        """Take the lock that the tool itself takes; somebody else's run is not waited for long."""
        if self.ledger.lock is None:
            return
        until = time.monotonic() + _LOCK_SECONDS
        while not value(self.connection, "select pg_try_advisory_lock(%s)", self.ledger.lock):
            if time.monotonic() > until or self.channel.cancelled.wait(0.1):
                raise Complaint("tool-runs", self.kind)

    def stamp(self) -> dict[str, Json]:
        """Write the ledger up to a step without running anything."""
        self.ledger.create(self.connection)
        for move in self.moves():
            self.ledger.begin(self.connection, move)
            self.ledger.finish(self.connection, move)
        return {}

    def resolve(self) -> dict[str, Json]:
        """Say of a failed migration of Prisma that it is applied, or rolled back."""
        name = self.request.text("name")
        step = next((one for one in self.steps if one.id == name), None)
        if step is None:
            raise Complaint("unknown-step", name)
        if not isinstance(self.ledger, Prisma):
            raise Complaint("no-failed-state", self.kind)
        self._take_lock()
        self.ledger.resolve(self.connection, step, applied=self.request.flag("applied"))
        return {}

    def new(self) -> dict[str, Json]:
        """Write an empty migration in the folder's convention and return its path."""
        words = re.sub(r"\W+", "_", self.request.text("message").strip().lower()).strip("_")
        stamp = datetime.now(UTC).strftime("%Y%m%d%H%M%S")
        name, paths = self._new_files(f"{stamp}_{words or 'migration'}", stamp)
        for path, text in paths.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return {"revisions": [[name, str(next(iter(paths)))]]}

    def _new_files(self, name: str, stamp: str) -> tuple[str, dict[Path, str]]:
        match self.kind:
            case "prisma":
                return name, {self.folder / name / "migration.sql": ""}
            case "dbmate":
                text = "-- migrate:up\n\n-- migrate:down\n"
                return stamp, {self.folder / f"{name}.sql": text}
            case kind:
                key = stamp if kind == GolangMigrate.kind else name
                up, down = (self.folder / f"{name}.{way}.sql" for way in ("up", "down"))
                return key, {up: "", down: ""}


def _before(step: Step, line: list[Step]) -> str:
    index = line.index(step)
    return line[index - 1].id if index else ""


def perform(channel: Channel, request: Message) -> None:
    """Do one operation and send its result; what it stumbles over is part of the result."""
    from psycopg import Error

    from wizards.failures import Failure

    try:
        with connect(_address(request), "tarmac look") as connection:
            _prepare(channel, request, connection)
            operations = Operations(channel, request, connection)
            call: Callable[[], dict[str, Json]] = getattr(operations, request.text("op"))
            channel.result(ok=True, result=call())
    except Stop:
        channel.result(ok=False, kind="cancelled", error="")
    except Complaint as complaint:
        channel.result(ok=False, kind=complaint.kind, error=str(complaint))
    except Failed as failed:
        cause = failed.__cause__
        state = cause.sqlstate if isinstance(cause, Error) else None
        channel.result(ok=False, kind="database", error=str(cause), sqlstate=state,
                       revision=failed.step, trace=traceback.format_exc()[-6000:])  # fmt: skip
    except (Error, OSError, Failure) as error:
        state = error.sqlstate if isinstance(error, Error) else None
        raw = error.raw if isinstance(error, Failure) else str(error)
        channel.result(ok=False, kind="database", error=raw or str(error), sqlstate=state,
                       type=type(error).__name__, trace=traceback.format_exc()[-6000:])  # fmt: skip


def _address(request: Message) -> Address:
    where = request.part("redirect") if request.value("redirect") else request.part("address")
    return Address(
        host=where.text("host"),
        port=where.whole("port") or 5432,
        user=where.text("user"),
        password=where.text("password"),
        database=where.text("database"),
        options={} if request.value("redirect") else _texts(where.part("options")),
    )


def _texts(part: Message) -> dict[str, str]:
    return {name: str(one) for name, one in part.fields.items()}


def _prepare(channel: Channel, request: Message, connection: Connection) -> None:
    """Check that this is the database that was meant, and set the session's settings."""
    row = connection.execute(
        "select pg_backend_pid(), current_setting('server_version_num')::int,"
        " current_setting('server_version'), current_database()::text,"
        " (select oid::bigint from pg_database where datname = current_database()),"
        " extract(epoch from pg_postmaster_start_time())::bigint"
    ).fetchone()
    assert row is not None
    expected = request.value("expect")
    if expected and [int(str(row[4])), int(str(row[5]))] != expected:
        raise Complaint("misdirected", str(row[3]))
    for name, setting in request.part("settings").fields.items():
        if name == "client_connection_check_interval" and int(str(row[1])) < 140000:
            continue
        connection.execute("select set_config(%s, %s, false)", (name, str(setting)))
    if schema := request.text("schema"):
        quoted = '"' + schema.replace('"', '""') + '"'
        connection.execute("select set_config('search_path', %s, false)", (quoted,))
    channel.event("conn", pid=int(str(row[0])), server=int(str(row[1])), version=str(row[2]),
                  database=str(row[3]))  # fmt: skip
