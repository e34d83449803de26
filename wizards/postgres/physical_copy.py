"""A consistent copy of a running server's data folder, as pg_basebackup makes one.

The server is put into its backup mode, the files are copied while it works on, and the write-ahead
log that makes them consistent comes along. A server started on such a copy recovers by itself to
the moment the copy ended, or with :func:`recover_until` to any later moment that a log reaches.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
from datetime import datetime
from pathlib import Path

EMPTY = frozenset(
    {
        "pg_dynshmem",
        "pg_notify",
        "pg_replslot",
        "pg_serial",
        "pg_snapshots",
        "pg_stat_tmp",
        "pg_subtrans",
        "pg_wal",
    }
)
LEFT_OUT = frozenset({"postmaster.pid", "postmaster.opts", "tarmac.json", "tarmac.log"})
SEGMENT = re.compile(r"[0-9A-F]{24}")
FIRST_SEGMENT = re.compile(r"START WAL LOCATION: .*\(file ([0-9A-F]{24})\)")


class LogMissing(Exception):
    """The server no longer keeps its write-ahead log from the named segment on."""


def take(url: str, data: Path, to: Path) -> None:
    """Copy the data folder of the running server behind ``url`` to an absent folder (0700)."""
    import psycopg

    with psycopg.connect(url, autocommit=True, connect_timeout=10) as server:
        slot = f"tarmac_copy_{server.info.backend_pid}"
        server.execute("SELECT pg_create_physical_replication_slot(%s, true, true)", [slot])
        server.execute("SELECT pg_backup_start('tarmac', fast => true)")
        _copy_files(data, to)
        stopped = server.execute(
            "SELECT labelfile, pg_walfile_name(lsn) FROM pg_backup_stop(wait_for_archive => false)"
        ).fetchone()
        assert stopped is not None
        label, last = stopped
        (to / "backup_label").write_text(label, encoding="utf-8")
        copy_log(data, to, _first_segment(label), last)


def recover_until(data: Path, moment: datetime, source_url: str, source: Path) -> None:
    """Let the copy in ``data`` recover, at its first start, to a moment of the running source.

    LogMissing when the source no longer keeps the whole log since the copy was made.
    """
    import psycopg

    first = _first_segment((data / "backup_label").read_text(encoding="utf-8"))
    with psycopg.connect(source_url, autocommit=True, connect_timeout=10) as server:
        # A commit after the moment, so that recovery sees where to stop.
        server.execute("SELECT pg_current_xact_id()")
        row = server.execute("SELECT pg_walfile_name(pg_switch_wal())").fetchone()
        assert row is not None
        copy_log(source, data, first, row[0])
    (data / "recovery.signal").touch(mode=0o600)
    with (data / "postgresql.auto.conf").open("a", encoding="utf-8") as configuration:
        configuration.write(
            "restore_command = 'false'\n"
            "hot_standby = off\n"
            f"recovery_target_time = '{moment.isoformat()}'\n"
            "recovery_target_action = 'promote'\n"
        )


def copy_log(source: Path, to: Path, first: str, last: str) -> None:
    """Copy the segments of the write-ahead log from the first to the last one."""
    wanted = [
        path
        for path in sorted((source / "pg_wal").iterdir())
        if (SEGMENT.fullmatch(path.name) and first[8:] <= path.name[8:] <= last[8:])
        or path.suffix == ".history"
    ]
    if first not in {path.name for path in wanted}:
        raise LogMissing(first)
    for path in wanted:
        shutil.copy(path, to / "pg_wal" / path.name)


def _copy_files(data: Path, to: Path) -> None:
    """Copy everything but what a server makes anew; files that vanish meanwhile are in the log."""
    to.mkdir(mode=0o700, parents=True)
    for folder, folders, files in os.walk(data):
        here = to / Path(folder).relative_to(data)
        for name in folders:
            (here / name).mkdir(mode=0o700)
        if Path(folder) == data:
            folders[:] = [name for name in folders if name not in EMPTY]
            files = [name for name in files if name not in LEFT_OUT]
        for name in files:
            with contextlib.suppress(FileNotFoundError):
                shutil.copy(Path(folder, name), here / name)


def _first_segment(label: str) -> str:
    found = FIRST_SEGMENT.search(label)
    if found is None:
        raise LogMissing("")
    return found[1]
