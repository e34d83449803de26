"""Everything the sandbox knows, as rows of one SQLite file: a restart finds it as it was.

Used from the event loop's thread only; every request runs in one transaction.
"""

from __future__ import annotations

import base64
import binascii
import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sandbox.errors import bad_request

PRAGMAS = "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -16384;"
SCHEMA = """
CREATE TABLE IF NOT EXISTS resources (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    parent TEXT NOT NULL,
    body TEXT NOT NULL,
    UNIQUE (kind, name)
);
CREATE INDEX IF NOT EXISTS resources_by_parent ON resources (kind, parent, number);
CREATE TABLE IF NOT EXISTS operations (
    name TEXT PRIMARY KEY,
    api TEXT NOT NULL,
    target TEXT NOT NULL,
    effect TEXT NOT NULL,
    arguments TEXT NOT NULL,
    about TEXT NOT NULL,
    started REAL NOT NULL,
    seconds REAL NOT NULL,
    worked REAL,
    ended REAL,
    failure TEXT,
    outcome TEXT
);
CREATE INDEX IF NOT EXISTS running_operations ON operations (started) WHERE ended IS NULL;
CREATE INDEX IF NOT EXISTS operations_by_target ON operations (api, target, started);
CREATE TABLE IF NOT EXISTS counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL);
"""

Body = dict[str, Any]


class Store:
    """Resources by kind and name, in the order they were made; bodies are JSON objects."""

    def __init__(self, path: Path) -> None:
        path.touch(mode=0o600, exist_ok=True)
        self.connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self.connection.executescript(PRAGMAS)
        self.connection.executescript(SCHEMA)

    def close(self) -> None:
        """Close the file."""
        self.connection.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Keep everything that is written inside, or nothing when an exception leaves it."""
        if self.connection.in_transaction:
            yield
            return
        self.connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self.connection.execute("ROLLBACK")
            raise
        self.connection.execute("COMMIT")

    def get(self, kind: str, name: str) -> Body | None:
        """Return a resource's body, or None."""
        row = self.connection.execute(
            "SELECT body FROM resources WHERE kind = ? AND name = ?", (kind, name)
        ).fetchone()
        return json.loads(row[0]) if row else None

    def put(self, kind: str, name: str, body: Body, parent: str = "") -> None:
        """Make a resource or replace its body (its parent and place in lists stay)."""
        self.connection.execute(
            "INSERT INTO resources (kind, name, parent, body) VALUES (?, ?, ?, ?) "
            "ON CONFLICT (kind, name) DO UPDATE SET body = excluded.body",
            (kind, name, parent, json.dumps(body)),
        )

    def delete(self, kind: str, name: str) -> None:
        """Forget a resource."""
        self.connection.execute("DELETE FROM resources WHERE kind = ? AND name = ?", (kind, name))

    def delete_below(self, kind: str, parent: str) -> None:
        """Forget every resource of a kind and parent."""
        self.connection.execute(
            "DELETE FROM resources WHERE kind = ? AND parent = ?", (kind, parent)
        )

    def all(self, kind: str, parent: str | None = None) -> list[Body]:
        """Return every body of a kind (of one parent), the oldest first."""
        where, values = "kind = ?", [kind]
        if parent is not None:
            where, values = "kind = ? AND parent = ?", [kind, parent]
        rows = self.connection.execute(
            f"SELECT body FROM resources WHERE {where} ORDER BY number", values
        )
        return [json.loads(body) for (body,) in rows]

    def page(self, kind: str, parent: str, size: int, token: str) -> tuple[list[Body], str]:
        """Return up to ``size`` bodies after a page token, and the next token or ""."""
        rows = self.connection.execute(
            "SELECT number, body FROM resources WHERE kind = ? AND parent = ? AND number > ? "
            "ORDER BY number LIMIT ?",
            (kind, parent, _from_token(token), size + 1),
        ).fetchall()
        more = _to_token(rows[size - 1][0]) if len(rows) > size else ""
        return [json.loads(body) for (_number, body) in rows[:size]], more

    def next(self, counter: str, first: int = 1) -> int:
        """Count up and return the new value."""
        row = self.connection.execute(
            "INSERT INTO counters (name, value) VALUES (?, ?) "
            "ON CONFLICT (name) DO UPDATE SET value = value + 1 RETURNING value",
            (counter, first),
        ).fetchone()
        return int(row[0])

    def clear(self) -> None:
        """Forget everything."""
        with self.transaction():
            for table in ("resources", "operations", "counters"):
                self.connection.execute(f"DELETE FROM {table}")


def _to_token(number: int) -> str:
    return base64.urlsafe_b64encode(f"after:{number}".encode()).decode().rstrip("=")


def _from_token(token: str) -> int:
    if not token:
        return 0
    try:
        text = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)).decode()
        return int(text.removeprefix("after:"))
    except (binascii.Error, UnicodeDecodeError, ValueError):
        raise bad_request("The page token is invalid.") from None
