"""Harm done from inside: at one point of a session, before it, in the middle of it or after it.

Runs in the agents (by ``sitecustomize``, in whatever environment the project has) and in Tarmac
itself; the standard library and psycopg only. The variables ``FAULT_*`` say what, where and when.
"""

from __future__ import annotations

import os
import re
import signal
import socket
import sys
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any

MARK = re.compile(r"/\*(s\d+) (\w+)\*/")
VERSION = re.compile(
    r'\s*(?:insert\s+into|update|delete\s+from)\s+"?(alembic_version|_prisma_migrations)\b',
    re.IGNORECASE,
)
TOO_LONG = 40.0  # seconds; whoever waits here is ended from outside
ENDLESS = ("lock",)  # harm that meets every try, not only the first


class Striker:
    """What is to happen in this process, and the points it has passed."""

    def __init__(self) -> None:
        self.wanted = os.environ.get("FAULT_AT", "")
        self.kind = os.environ.get("FAULT_KIND", "")
        self.points = Path(os.environ["FAULT_POINTS"])
        self.passed: Counter[str] = Counter()
        self.held: list[Any] = []

    def pass_by(self, what: str) -> str:
        """Return the name of the point that is reached now: ``what`` with its number."""
        self.passed[what] += 1
        return f"{what}#{self.passed[what]}"

    def here(self, moment: str, point: str) -> bool:
        """Note a moment; True when it is the one where harm is to be done."""
        with self.points.open("a", encoding="utf-8") as file:
            file.write(f"{moment} {point}\n")
        return f"{moment} {point}" == self.wanted and self._first()

    def _first(self) -> bool:
        if self.kind in ENDLESS:
            return True
        try:
            descriptor = os.open(f"{self.points}.struck", os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return False
        os.close(descriptor)
        return True

    def strike(self, backend: int = 0, table: str = "", tarmac: int = 0) -> None:
        """Do the harm; returns only when this process and its connection may live on."""
        if self.kind == "kill-tarmac":
            os.kill(tarmac or os.getppid(), signal.SIGKILL)
            time.sleep(TOO_LONG)  # an agent notices by itself
        elif self.kind == "kill-agent":
            os.kill(os.getpid(), signal.SIGKILL)
        elif self.kind == "segfault":
            os.kill(os.getpid(), signal.SIGSEGV)
            time.sleep(TOO_LONG)
        elif self.kind == "os._exit":
            os._exit(3)
        elif self.kind == "sys.exit":
            sys.exit(3)
        elif self.kind == "raise":
            raise RuntimeError("env.py broke")
        elif self.kind in ("kill-postgres", "reset", "fill-disk"):
            ask(self.kind)
        elif self.kind == "terminate":
            self._terminate(backend)
        elif self.kind == "lock":
            self._lock(table)

    def _terminate(self, backend: int) -> None:
        other = connection()
        which = "datname = current_database() and application_name like 'tarmac%'"
        if backend:
            which = f"pid = {backend}"
        other.execute(f"select pg_terminate_backend(pid) from pg_stat_activity where {which}")
        for _attempt in range(200):
            row = other.execute(f"select count(*) from pg_stat_activity where {which}")
            if row.fetchone()[0] == 0:
                break
            time.sleep(0.02)
        other.close()

    def _lock(self, table: str) -> None:
        """Hold what every writer waits for, as long as this process lives."""
        holder = connection(autocommit=False)
        holder.execute("set local lock_timeout = '2s'")
        holder.execute(f'lock table "{table}" in share row exclusive mode')
        self.held.append(holder)


def connection(*, autocommit: bool = True) -> Any:
    """Connect around whatever is between us and the server, as somebody else."""
    import psycopg

    url = os.environ["FAULT_URL"]
    return psycopg.connect(url, autocommit=autocommit, application_name="somebody else")


def ask(what: str) -> None:
    """Let the test do what cannot be done from inside; return when it is done."""
    with socket.socket(socket.AF_UNIX) as channel:
        channel.connect(os.environ["FAULT_CONTROL"])
        channel.sendall(what.encode() + b"\n")
        channel.recv(16)


def watch_driver() -> None:
    """Meet every marked statement, every write of a version and every commit of this process."""
    import psycopg

    striker = Striker()
    execute, commit = psycopg.Cursor.execute, psycopg.Connection.commit
    dirty: set[int] = set()

    def around(connected: Any, what: str, table: str, run: Any) -> Any:
        point = striker.pass_by(what)
        backend = connected.info.backend_pid
        name = f"{point} {table}".strip()
        if striker.here("before", name):
            striker.strike(backend, table)
        watcher = None
        if striker.wanted == f"during {name}":
            watcher = _prepare(striker, execute, connected, what, table, name)
        else:
            striker.here("during", name)
        try:
            result = run()
        finally:
            if watcher is not None:
                watcher.join(TOO_LONG)
        if striker.here("after", name):
            striker.strike(backend, table)
        return result

    def executing(self: Any, query: Any, *rest: Any, **more: Any) -> Any:
        text = query.decode() if isinstance(query, bytes) else query
        text = text if isinstance(text, str) else text.as_string(self)
        mark, version = MARK.search(text), VERSION.match(text)
        connected = self.connection

        def run() -> Any:
            return execute(self, query, *rest, **more)

        if mark or version:
            what = "stamp" if mark is None else mark[1]
            table = mark[2] if mark else str(version and version[1])
            if not connected.autocommit or _inside(connected):
                dirty.add(id(connected))
            return around(connected, what, table, run)
        if text.strip().lower() == "commit" and id(connected) in dirty:
            dirty.discard(id(connected))
            return around(connected, "commit", "", run)
        return run()

    def committing(self: Any) -> Any:
        if id(self) in dirty and _inside(self):
            dirty.discard(id(self))
            return around(self, "commit", "", lambda: commit(self))
        return commit(self)

    psycopg.Cursor.execute = executing  # type: ignore[method-assign]
    psycopg.Connection.commit = committing  # type: ignore[method-assign]


def _inside(connected: Any) -> bool:
    return bool(connected.info.transaction_status.name == "INTRANS")


def _prepare(
    striker: Striker, execute: Any, connected: Any, what: str, table: str, name: str
) -> threading.Thread | None:
    """Make the server pause inside what comes next, and strike when it does."""
    other = connection()
    backend = connected.info.backend_pid
    pause = what if what in ("stamp", "commit") else "statement"
    execute(connected.cursor(), f"select set_config('fault.pause', '{pause}', false)")
    if striker.kind == "statement-timeout":
        execute(connected.cursor(), "select set_config('statement_timeout', '300ms', false)")
        striker.here("during", name)
        return None

    def wait_and_strike() -> None:
        deadline = time.monotonic() + 10
        asleep = "select wait_event = 'PgSleep' from pg_stat_activity where pid = %s"
        while time.monotonic() < deadline:
            row = other.execute(asleep, (backend,)).fetchone()
            if row and row[0]:
                if striker.here("during", name):
                    striker.strike(backend, table)
                return
            time.sleep(0.005)

    watcher = threading.Thread(target=wait_and_strike, daemon=True)
    watcher.start()
    return watcher
