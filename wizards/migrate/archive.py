"""pg_dump and pg_restore as processes: watched, cancelled, their words turned into cards."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import lru_cache
from pathlib import Path

from generators.language import _
from wizards.cancel import Cancel, Cancelled
from wizards.failures import Failure
from wizards.migrate import dumps, splice
from wizards.migrate.dump_advice import advice
from wizards.migrate.dump_form import Form
from wizards.postgres.address import Address
from wizards.postgres.binaries import ServerTools, for_server
from wizards.redaction import redacted

_TICK = 0.2  # seconds between looks at a running process: each takes it from its core
_LOCK_WAIT = "15s"
_UNKNOWN_BEFORE_17 = re.compile(rb"^SET transaction_timeout = 0;\n", re.MULTILINE)
JOBS = 2


def dump(
    address: Address,
    major: int,
    path: Path,
    snapshot: str,
    form: Form,
    *,
    while_running: Callable[[], None],
    give_up: Callable[[], None],
    progress: Callable[[int], None],
    cancel: Cancel,
) -> ServerTools:
    """Write a snapshot to ``path``: an empty file (0600) or folder (0700) that is there.

    ``while_running`` is called once, in a thread beside the dump, which ends when it fails;
    ``give_up`` ends it when the dump does. ``progress`` gets the bytes so far. Returns the tools
    that were used.
    """
    tools = for_server(major, "pg_dump")
    command = [
        str(tools.program("pg_dump")),
        *options(tools, form),
        f"--snapshot={snapshot}",
        f"--lock-wait-timeout={_LOCK_WAIT}",
        f"--file={path}",
    ]
    with _started(command, address) as process, ThreadPoolExecutor(1) as aside:
        beside = aside.submit(while_running)

        def look() -> None:
            progress(dumps.size(path))
            if beside.done():
                beside.result()

        try:
            _watched(process, cancel, look)
            if process.returncode == 0:
                beside.result()
        except BaseException:
            _kill(process)
            give_up()
            raise
        if process.returncode != 0:
            give_up()
        said = _said(process)
    if process.returncode != 0:
        said += f"\n{redacted(str(beside.exception() or ''))}"  # what ended first may say why
        raise _failed("backup-failed", _("pg_dump did not finish the backup."), said, address.user)
    return tools


def options(tools: ServerTools, form: Form) -> tuple[str, ...]:
    """Return the format and the compression that these tools write a backup with."""
    return *form.options(), _compression(tools)


def restore(
    path: Path,
    address: Address,
    major: int,
    *,
    privileges: bool,
    cancel: Cancel,
    progress: Callable[[], None] = lambda: None,
) -> None:
    """Restore an archive into an empty database; stops at the first error.

    ``privileges`` brings back owners and grants; without it everything belongs to the user.
    ``progress`` is called again and again meanwhile.
    """
    tools = for_server(major, "pg_restore")
    command = [str(tools.program("pg_restore")), "--exit-on-error"]
    if not privileges:
        command += ["--no-owner", "--no-privileges"]
    if tools.version[0] >= 17 > major:
        _restore_translated(tools, [*command, "--file=-", str(path)], address, cancel, progress)
        return
    command += [f"--jobs={JOBS}", f"--dbname={address.database}", str(path)]
    with _started(command, address) as process:
        try:
            _watched(process, cancel, progress)
        except BaseException:
            _kill(process)
            raise
        said = _said(process)
    if process.returncode != 0:
        raise _failed("restore-failed", _("pg_restore stopped at an error."), said, address.user)


def contents(path: Path, major: int) -> str:
    """Return a dump's table of contents, as ``pg_restore --list`` prints it."""
    tools = for_server(major, "pg_restore")
    listed = subprocess.run(
        [str(tools.program("pg_restore")), "--list", str(path)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "LC_ALL": "C"},
    )
    if listed.returncode != 0:
        raise _failed("restore-failed", _("The backup cannot be read."), redacted(listed.stderr))
    return listed.stdout


def restore_within(
    path: Path,
    address: Address,
    major: int,
    *,
    before: str,
    after: str,
    entries: Path,
    owners: bool,
    cancel: Cancel,
) -> None:
    """Restore the entries of a list in one transaction, with SQL of the caller's at both ends.

    Whatever goes wrong, nothing has happened.
    """
    tools = for_server(major, "pg_restore")
    command = [
        str(tools.program("pg_restore")),
        *(() if owners else ("--no-owner",)),
        "--single-transaction",
        f"--use-list={entries}",
        "--file=-",
        str(path),
    ]

    def parts(reading: subprocess.Popen[bytes]) -> Iterator[bytes]:
        assert reading.stdout is not None
        whole = splice.spliced(reading.stdout, before, after, lambda: reading.wait() == 0)
        for number, block in enumerate(whole):
            older = number == 0 and tools.version[0] >= 17 > major
            yield _UNKNOWN_BEFORE_17.sub(b"", block) if older else block

    try:
        _through_psql(tools, command, address, cancel, lambda: None, parts)
    except splice.NotInOneTransaction as error:
        message = _("pg_restore {version} did not write one transaction; nothing was changed.")
        version = ".".join(map(str, tools.version))
        raise Failure("restore-failed", message.format(version=version)) from error


def _restore_translated(
    tools: ServerTools,
    command: list[str],
    address: Address,
    cancel: Cancel,
    progress: Callable[[], None],
) -> None:
    """Restore through psql, without the one setting that servers before 17 do not know."""

    def parts(reading: subprocess.Popen[bytes]) -> Iterator[bytes]:
        assert reading.stdout is not None
        yield _UNKNOWN_BEFORE_17.sub(b"", reading.stdout.read(1 << 16))
        while block := reading.stdout.read(1 << 20):
            yield block

    _through_psql(tools, command, address, cancel, progress, parts)


def _through_psql(
    tools: ServerTools,
    command: list[str],
    address: Address,
    cancel: Cancel,
    progress: Callable[[], None],
    parts: Callable[[subprocess.Popen[bytes]], Iterator[bytes]],
) -> None:
    """Let psql run what a program prints, as ``parts`` makes of it."""
    psql = [str(tools.program("psql")), "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1"]
    with (
        _started(command, address) as reading,
        _started([*psql, "--output", os.devnull], address, stdin=subprocess.PIPE) as writing,
    ):
        assert reading.stdout is not None
        assert writing.stdin is not None
        try:
            for block in parts(reading):
                cancel.check()
                progress()
                writing.stdin.write(block)
            writing.stdin.close()
        except BrokenPipeError:
            pass  # psql stopped at an error; its own words say why
        except BaseException:
            _kill(reading)
            _kill(writing)
            raise
        reading.stdout.close()
        _watched(writing, cancel, progress)
        _watched(reading, cancel, lambda: None)
        said = _said(writing) or _said(reading)
    if writing.returncode != 0 or reading.returncode != 0:
        raise _failed("restore-failed", _("The backup could not be restored."), said)


def _compression(tools: ServerTools) -> str:
    """Return the fastest compression these binaries have; gzip is the bottleneck of a dump."""
    if tools.version[0] >= 16:
        for method in ("zstd:1", "lz4:1"):
            if _can(tools.program("pg_dump"), method):
                return f"--compress={method}"
    return "--compress=1"


@lru_cache(maxsize=64)
def _can(program: Path, method: str) -> bool:
    """Ask pg_dump for a method against a socket folder that is not there: it complains first."""
    tried = subprocess.run(
        [str(program), "--format=custom", f"--compress={method}", "--host=/nonexistent"],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "LC_ALL": "C"},
    )
    return "compress" not in tried.stderr


def _started(
    command: list[str], address: Address, *, stdin: int = subprocess.DEVNULL
) -> subprocess.Popen[bytes]:
    inherited: Mapping[str, str] = {
        name: value for name, value in os.environ.items() if not name.startswith("PG")
    }
    piped = "--file=-" in command
    return subprocess.Popen(
        command,
        env={**inherited, **address.environment(), "PGAPPNAME": "tarmac backup", "LC_ALL": "C"},
        stdin=stdin,
        stdout=subprocess.PIPE if piped else subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        start_new_session=True,
        umask=0o077,
    )


def _watched(process: subprocess.Popen[bytes], cancel: Cancel, tick: Callable[[], None]) -> None:
    """Wait for the end of a program, which is noticed at once, looking around meanwhile."""
    waiting = threading.Thread(target=process.wait, name="waits for a program", daemon=True)
    waiting.start()
    while True:
        waiting.join(_TICK)
        if not waiting.is_alive():
            return
        tick()
        if cancel.asked:
            raise Cancelled


def _kill(process: subprocess.Popen[bytes]) -> None:
    """End a program with the jobs it started, which have its session."""
    if process.poll() is None:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)


def _said(process: subprocess.Popen[bytes]) -> str:
    text = process.stderr.read().decode(errors="replace") if process.stderr else ""
    return redacted(text.strip())


def _failed(code: str, message: str, said: str, role: str = "") -> Failure:
    lines = [line for line in said.splitlines() if "error:" in line or "ERROR:" in line]
    if "No space left" in said:
        code, message = "disk-full", _("The disk is full.")
    return Failure(
        code,
        message,
        why=(lines or said.splitlines() or [""])[0],
        next=advice(said, role),
        raw=said[-6000:],
    )
