"""One server, one forge and one relay: where fault runs happen one after the other."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psycopg
from psycopg.sql import SQL, Identifier

from tests.migrate.faults.proxy import Proxy
from tests.migrate.faults.subjects import BASELINE, VERSION_PAUSES, Subject
from wizards.cancel import Cancel
from wizards.events import discard
from wizards.migrate import catalogue, rows
from wizards.migrate.console import Console
from wizards.migrate.standing import heads
from wizards.postgres.address import Address
from wizards.postgres.cluster import Cluster
from wizards.postgres.connection import connect

ROOT = Path(__file__).parents[3]
INSIDE = Path(__file__).with_name("inside")
Picture = tuple[str, dict[str, str], tuple[str, ...]]


class Workshop:
    """Everything that outlives a run."""

    def __init__(self, folder: Path, python: Path) -> None:
        self.folder, self.python = folder, python
        folder.mkdir(parents=True)
        self.cluster = Cluster(folder / "data")
        self.cluster.create(disposable=True)
        self.port = self.cluster.start()
        self.proxy = Proxy(self.port)
        self._forge = subprocess.Popen(
            [sys.executable, "-m", "tests.migrate.faults.forge"],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._answer()
        self._bases: dict[str, Path] = {}
        self._count = 0

    def close(self) -> None:
        """End what was started."""
        assert self._forge.stdin is not None
        self._forge.stdin.close()
        self._forge.wait(20)
        self.proxy.close()
        self.cluster.destroy()

    @contextmanager
    def place(self, subject: Subject, *, relayed: bool = False) -> Iterator[Place]:
        """Make a project on a database of its own that has its first migration."""
        base = self._base(subject)
        self._count += 1
        name = f"run_{self._count}"
        self._server(SQL("create database {} template {}"), name, base.name)
        folder = self.folder / name
        shutil.copytree(base, folder, symlinks=True, ignore=shutil.ignore_patterns(".tarmac"))
        place = Place(self, subject, folder, name, relayed)
        place.variables(".env")
        control = _Control(place)
        try:
            yield place
        finally:
            control.close()
            place.empty_disk()
            self.cluster.start(self.port)
            with psycopg.connect(self.cluster.url(), autocommit=True) as server:
                found = server.execute(
                    "select datname from pg_database where datname = %s or"
                    " starts_with(datname, %s) or starts_with(datname, 'tarmac_scratch_')",
                    (name, f"{name}_tarmac"),
                ).fetchall()
                for (left,) in found:
                    drop = SQL("drop database {} with (force)")
                    server.execute(drop.format(Identifier(str(left))))
            shutil.rmtree(folder, ignore_errors=True)

    def tarmac(self, place: Place, words: Sequence[str], more: dict[str, str]) -> int:
        """Run a command until it ends; return its code, negative for a signal."""
        order = {
            "words": words,
            "folder": str(place.folder),
            "environment": {**_plain_environment(), **more},
            "said": str(place.said),
        }
        assert self._forge.stdin is not None
        self._forge.stdin.write(json.dumps(order) + "\n")
        self._forge.stdin.flush()
        return int(self._answer()["code"])

    def kill_postgres(self) -> None:
        """SIGKILL the server and all its children, and wait until they are gone."""
        postmaster = int((self.cluster.data / "postmaster.pid").read_text().splitlines()[0])
        children = [pid for pid in _processes() if _parent(pid) == postmaster]
        for pid in (postmaster, *children):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        deadline = time.monotonic() + 10
        while any(_parent(pid) is not None for pid in children) and time.monotonic() < deadline:
            time.sleep(0.01)

    def _base(self, subject: Subject) -> Path:
        """Return the folder of a project whose database has the first migration; made once."""
        if subject.name in self._bases:
            return self._bases[subject.name]
        base = self.folder / f"base_{len(self._bases)}"
        self._server(SQL("create database {}"), base.name)
        url = self.cluster.url(base.name)
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(BASELINE.encode())
        subject.write(base, url, self.python)
        Console(base, None).up(
            discard, Cancel(), to=subject.first, accept=["*@*=x"], without_backup=True
        )
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(VERSION_PAUSES.format(table=subject.table).encode())
        self._bases[subject.name] = base
        return base

    def _server(self, statement: SQL, *names: str) -> None:
        with psycopg.connect(self.cluster.url(), autocommit=True) as server:
            server.execute(statement.format(*map(Identifier, names)))

    def _answer(self) -> dict[str, Any]:
        assert self._forge.stdout is not None
        answer: dict[str, Any] = json.loads(self._forge.stdout.readline())
        return answer


class Place:
    """The project and the database of one run."""

    def __init__(
        self, shop: Workshop, subject: Subject, folder: Path, database: str, relayed: bool
    ) -> None:
        self.shop, self.subject, self.folder, self.database = shop, subject, folder, database
        self.url = shop.cluster.url(database)
        self.used_url = self.url
        if relayed:
            self.used_url = self.url.replace(f":{shop.port}/", f":{shop.proxy.port}/")
        self.said = shop.folder / f"{database}.said"
        self.points = shop.folder / f"{database}.points"
        self.control = shop.folder / f"{database}.ctl"
        self._mounted = False

    def variables(self, name: str) -> None:
        """Write the file that names the database."""
        driver = "" if self.subject.name == "prisma" else "+psycopg"
        url = self.used_url.replace("postgresql:", f"postgresql{driver}:")
        (self.folder / name).write_text(f"DATABASE_URL={url}\n")

    def tarmac(self, *words: str, kind: str = "", at: str = "") -> int:
        """Run `tarmac --json …`, with harm at a point where one is named."""
        more = {}
        if kind:
            more = {
                "FAULT_KIND": kind,
                "FAULT_AT": at,
                "FAULT_POINTS": str(self.points),
                "FAULT_URL": self.url,
                "FAULT_CONTROL": str(self.control),
                "PYTHONPATH": str(INSIDE),
            }
        return self.shop.tarmac(self, ("--json", *words), more)

    def answer(self) -> dict[str, Any]:
        """Return the last JSON line of the last command, empty where it was cut off."""
        for line in reversed(self.said.read_text(errors="replace").splitlines()):
            with suppress(ValueError):
                found = json.loads(line)
                if isinstance(found, dict) and "errors" in found:
                    return found
        return {}

    def picture(self) -> Picture:
        """Return structure, checksums of all rows and the version of the database."""
        table = self.subject.table
        with connect(Address.from_url(self.url)) as connection:
            return (
                catalogue.read(connection, table).signature,
                rows.checksums(connection, Cancel(), skip=table),
                heads(connection, table),
            )

    def passed(self) -> list[str]:
        """Return the moments that the run passed."""
        return self.points.read_text().splitlines() if self.points.exists() else []

    def mount_small_disk(self, kilobytes: int = 4096) -> None:
        """Give the project's private folder a disk of its own."""
        private = self.folder / ".tarmac"
        private.mkdir(mode=0o700)
        command = [
            "mount",
            "-t",
            "tmpfs",
            "-o",
            f"size={kilobytes}k,mode=700",
            "tmpfs",
            str(private),
        ]
        subprocess.run(command, check=True)
        self._mounted = True

    def fill_disk(self) -> None:
        """Leave no byte free on that disk."""
        descriptor = os.open(self.folder / ".tarmac" / "full", os.O_WRONLY | os.O_CREAT, 0o600)
        with suppress(OSError):
            while os.write(descriptor, bytes(4096)):
                pass
        os.close(descriptor)

    def make_room(self) -> None:
        """Free what was filled."""
        (self.folder / ".tarmac" / "full").unlink(missing_ok=True)

    def empty_disk(self) -> None:
        """Unmount the disk, where there is one."""
        if self._mounted:
            subprocess.run(["umount", "-l", self.folder / ".tarmac"], check=True)
            self._mounted = False


class _Control:
    """Does for processes of a run what can only be done from outside."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(place.control))
        self._listener.listen()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def close(self) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._place.control.unlink(missing_ok=True)

    def _serve(self) -> None:
        shop = self._place.shop
        acts = {
            "kill-postgres": shop.kill_postgres,
            "reset": shop.proxy.reset,
            "fill-disk": self._place.fill_disk,
        }
        with suppress(OSError):
            while True:
                channel, _address = self._listener.accept()
                with channel:
                    acts[channel.recv(64).decode().strip()]()
                    channel.sendall(b"done\n")


def _plain_environment() -> dict[str, str]:
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in ("DATABASE_URL", "VIRTUAL_ENV", "TARMAC_SANDBOX", "PYTHONPATH")
    }
    return {**kept, "TARMAC_LANG": "en"}


def _processes() -> list[int]:
    return [int(place.name) for place in Path("/proc").glob("[0-9]*")]


def _parent(pid: int) -> int | None:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return None if state[0] == "Z" else int(state[1])
