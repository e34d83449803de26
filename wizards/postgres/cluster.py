"""A PostgreSQL server of our own: made, started, stopped, and found again after a crash.

It listens on 127.0.0.1 and on a Unix socket only, asks everybody for a SCRAM password, and runs
as an unprivileged account when we are root.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from urllib.parse import quote

from generators.language import _
from wizards.postgres import account, physical_copy, postmaster, relocated, scram, template
from wizards.postgres.binaries import ClusterFailed, ServerTools, embedded

SETTINGS = "tarmac.json"
LOG = "tarmac.log"
LONGEST_SOCKET_PATH = 100
READY_WITHIN = 30.0
STOP_WITHIN = 20.0
ORPHANS_WITHIN = 15.0
LEFT_BEHIND = ("still in use", '"postmaster.pid" already exists')

CONFIGURATION = """
# Tarmac
listen_addresses = '127.0.0.1'
password_encryption = 'scram-sha-256'
max_connections = 100
"""
DISPOSABLE = """fsync = off
full_page_writes = off
"""


@dataclass(frozen=True, slots=True)
class Settings:
    """What a cluster remembers beside its data (0600): its superuser and the port it had last."""

    superuser: str
    password: str
    disposable: bool
    port: int | None = None

    def __repr__(self) -> str:
        return f"Settings(superuser={self.superuser!r}, port={self.port!r})"


class Cluster:
    """One data folder and its server. Cheap to construct; nothing runs until it is asked to.

    ``data`` is where the cluster is wanted. When we are root and the account that runs Postgres
    cannot get there, it becomes a link to a folder that the account can reach.
    """

    def __init__(self, data: Path, tools: ServerTools | None = None) -> None:
        self._wanted = data.absolute()
        self._tools = tools
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def data(self) -> Path:
        """The real data folder."""
        return self._wanted.resolve()

    @property
    def exists(self) -> bool:
        """Whether the cluster has been created."""
        return (self._wanted / SETTINGS).exists()

    @property
    def port(self) -> int:
        """The TCP port on 127.0.0.1; ClusterFailed when the server does not run."""
        return self._running().port

    @property
    def socket(self) -> Path:
        """The folder of the Unix socket; ClusterFailed when the server does not run."""
        return self._running().socket

    @property
    def superuser(self) -> str:
        """The name of the superuser that :meth:`create` made."""
        return self._settings().superuser

    @property
    def log(self) -> Path:
        """The server's log file."""
        return self.data / LOG

    def create(
        self,
        superuser: str = "postgres",
        password: str | None = None,
        *,
        disposable: bool = False,
        settings: Mapping[str, str] | None = None,
    ) -> None:
        """Make the cluster; a password is invented when none is given.

        ``disposable`` switches off what guards data against a power failure: for scratch only.
        ``settings`` are lines of postgresql.conf.
        """
        if self.exists or (self._wanted.exists() and any(self._wanted.iterdir())):
            raise ClusterFailed(
                "cluster-exists",
                _("{folder} already holds something.").format(folder=self._wanted),
            )
        who = account.current()
        tools = self._server_tools()
        data = self._prepare_place(who)
        template.copy_to(data, who, tools, superuser)
        with (data / "postgresql.conf").open("a", encoding="utf-8") as configuration:
            configuration.write(CONFIGURATION + (DISPOSABLE if disposable else ""))
            configuration.writelines(f"{name} = '{to}'\n" for name, to in (settings or {}).items())
        password = password or scram.token()
        statement = f"ALTER ROLE {_identifier(superuser)} PASSWORD '{scram.verifier(password)}'\n"
        single = (tools.program("postgres"), "--single", "-D", data, "-c", "fsync=off")
        who.run((*single, "postgres"), said=statement)
        if not disposable:
            who.run((tools.program("initdb"), "--sync-only", "--pgdata", data))
        self._remember(Settings(superuser, password, disposable))

    def copy_to(self, folder: Path) -> None:
        """Copy the running server's data to an absent folder; consistent as of the copy's end."""
        physical_copy.take(self.url(), self.data, folder)
        shutil.copy(self.data / SETTINGS, folder / SETTINGS)

    def create_from(
        self,
        copy: Path,
        *,
        port: int | None = None,
        prepare: Callable[[Path], None] = lambda _data: None,
    ) -> None:
        """Make the cluster out of what :meth:`copy_to` left, superuser and password included.

        ``prepare`` may change the data before the first start; ``port`` is tried first then.
        """
        who = account.current()
        data = self._prepare_place(who)
        shutil.copytree(copy, data, symlinks=True, ignore=shutil.ignore_patterns(SETTINGS))
        prepare(data)
        who.give(data)
        data.chmod(0o700)
        kept = json.loads((copy / SETTINGS).read_text(encoding="utf-8"))
        self._remember(Settings(**{**kept, "port": port}))

    def start(self, port: int | None = None) -> int:
        """Start the server, or find it running, and return its port.

        Without ``port`` the one it had last is taken when it is free, else any free one.
        """
        adopted = self.adopt()
        if adopted is not None:
            return adopted
        if self._process is not None and self._process.poll() is not None:
            self._process = None
        settings = self._settings()
        if self._wanted.is_symlink():
            relocated.note(self._wanted)
        dead = postmaster.described(self.data)
        if dead is not None:
            _remove_socket_folder(dead.socket)
        tries = [port] if port else [settings.port, None, None, None]
        said = ""
        for candidate in tries:
            if candidate is not None and not _is_free(candidate):
                said = _("port {port} is taken").format(port=candidate)
                continue
            chosen = candidate or _free_port()
            said = self._launch_when_free(chosen)
            if not said:
                self._remember(Settings(**{**asdict(settings), "port": chosen}))
                return chosen
            if "could not bind" not in said:
                break
        raise ClusterFailed(
            "cluster-not-started",
            _("The PostgreSQL server in {folder} did not start.").format(folder=self._wanted),
            why=said.strip().splitlines()[-1] if said.strip() else "",
            raw=said,
        )

    def adopt(self) -> int | None:
        """Return the port of a server that already runs on this data (ours or an orphan)."""
        server = postmaster.read(self.data)
        if server is None:
            return None
        deadline = time.monotonic() + READY_WITHIN
        while server is not None and not server.ready and time.monotonic() < deadline:
            time.sleep(0.01)
            server = postmaster.read(self.data)
        return server.port if server is not None and server.ready else None

    def running(self) -> bool:
        """Whether the server is up."""
        return postmaster.read(self.data) is not None

    def stop(self) -> None:
        """Stop the server (clients are disconnected, data is safe); nothing when it is down."""
        server = postmaster.read(self.data)
        if server is None:
            self._reap()
            return
        for sign in (signal.SIGINT, signal.SIGQUIT):
            os.kill(server.pid, sign)
            if self._gone_within(STOP_WITHIN):
                self._reap()
                _remove_socket_folder(server.socket)
                return
        raise ClusterFailed(
            "cluster-not-stopped",
            _("The PostgreSQL server {pid} does not stop.").format(pid=server.pid),
        )

    def destroy(self) -> None:
        """Stop the server and delete its data."""
        self.stop()
        shutil.rmtree(self.data, ignore_errors=True)
        if self._wanted.is_symlink():
            relocated.forget(self._wanted)

    def url(
        self, database: str = "postgres", user: str | None = None, password: str | None = None
    ) -> str:
        """Return ``postgresql://…`` over TCP; the superuser with its password by default."""
        settings = self._settings()
        if user is None or (user == settings.superuser and password is None):
            user, password = settings.superuser, password or settings.password
        secret = f":{quote(password, safe='')}" if password else ""
        place = f"127.0.0.1:{self.port}/{quote(database, safe='')}"
        return f"postgresql://{quote(user, safe='')}{secret}@{place}"

    def _server_tools(self) -> ServerTools:
        return account.reachable_tools(account.current(), self._tools or embedded())

    def _prepare_place(self, who: account.Account) -> Path:
        """Return the absent folder that will hold the data, linked to where it is wanted."""
        self._wanted.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        if self._wanted.is_symlink():
            relocated.forget(self._wanted)
        elif self._wanted.exists():
            self._wanted.rmdir()
        return relocated.place_for(who, self._wanted)

    def _launch_when_free(self, port: int) -> str:
        """Run the server, waiting for the last children of a killed one to leave its data."""
        deadline = time.monotonic() + ORPHANS_WITHIN
        while (said := self._launch(port)) and time.monotonic() < deadline:
            if not any(words in said for words in LEFT_BEHIND):
                break
            time.sleep(0.1)
        return said

    def _launch(self, port: int) -> str:
        """Run the server; return "" once it is ready, else what it said when it gave up."""
        who, data = account.current(), self.data
        sockets = _socket_folder(who)
        with self.log.open("ab") as log:
            who.give(self.log)
            before = log.tell()
            self._process = who.spawn(
                (
                    self._server_tools().program("postgres"),
                    *("-D", data, "-p", str(port), "-k", sockets),
                ),
                log,
            )
        deadline = time.monotonic() + READY_WITHIN
        while self._process.poll() is None and time.monotonic() < deadline:
            server = postmaster.read(data)
            if server is not None and server.ready and server.pid == self._process.pid:
                return ""
            time.sleep(0.005)
        self._process.terminate()
        self._reap()
        _remove_socket_folder(sockets)
        said = self.log.read_bytes()[before:].decode(errors="replace")
        return said or _("it gave no reason")

    def _gone_within(self, seconds: float) -> bool:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if self._process is not None and self._process.poll() is not None:
                return True
            if postmaster.read(self.data) is None:
                return True
            time.sleep(0.01)
        return False

    def _reap(self) -> None:
        if self._process is not None:
            self._process.wait()
            self._process = None

    def _running(self) -> postmaster.Postmaster:
        server = postmaster.read(self.data)
        if server is None:
            raise ClusterFailed(
                "cluster-not-running",
                _("The PostgreSQL server in {folder} is not running.").format(folder=self._wanted),
            )
        return server

    def _settings(self) -> Settings:
        try:
            text = (self.data / SETTINGS).read_text(encoding="utf-8")
        except FileNotFoundError:
            raise ClusterFailed(
                "cluster-missing",
                _("There is no PostgreSQL cluster in {folder}.").format(folder=self._wanted),
            ) from None
        return Settings(**json.loads(text))

    def _remember(self, settings: Settings) -> None:
        fresh = self.data / f".{SETTINGS}"
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(asdict(settings), file)
        account.current().give(fresh)
        fresh.rename(self.data / SETTINGS)


def _identifier(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _socket_folder(who: account.Account) -> Path:
    """Return a private folder with a path so short that the socket's address fits (100 bytes)."""
    for parent in (Path(tempfile.gettempdir()), Path("/tmp")):
        short = len(os.fsencode(parent / "tarmac-pg-12345678" / ".s.PGSQL.65535.lock"))
        if short < LONGEST_SOCKET_PATH and who.reaches(parent / "x"):
            folder = Path(tempfile.mkdtemp(prefix="tarmac-pg-", dir=parent))
            who.give(folder)
            return folder
    raise ClusterFailed(
        "socket-path-too-long",
        _("No folder with a short enough path for a Unix socket could be made."),
    )


def _remove_socket_folder(folder: Path) -> None:
    if folder.name.startswith("tarmac-pg-"):
        shutil.rmtree(folder, ignore_errors=True)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
