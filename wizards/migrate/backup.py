"""A backup: a snapshot counted to the row, dumped, hashed and described by its manifest."""

from __future__ import annotations

import os
import re
import shutil
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from generators.language import _
from wizards.blueprint import Migrations
from wizards.cancel import Cancel
from wizards.disk import writing
from wizards.events import Emit, Event
from wizards.failures import Failure
from wizards.migrate import (
    archive,
    backends,
    catalogue,
    counting,
    dump_form,
    dumps,
    manifest,
)
from wizards.migrate.dump_form import Form
from wizards.migrate.model import Backup, Moment
from wizards.migrate.standing import heads
from wizards.postgres.address import Address
from wizards.postgres.connection import connect, server_major, value

if TYPE_CHECKING:
    from wizards.postgres.connection import Connection

# Beside pg_dump rows are counted with one process, so that neither takes the other's core.
_ALONE = {"max_parallel_workers_per_gather": "0", "jit": "off"}
_ROOM = 1.2  # free space wanted, as a multiple of the tables' size


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What is backed up: a database, its name for people and its version table, and how."""

    address: Address
    target: str
    version_table: str
    migrations: Migrations | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """The database at the moment of the snapshot."""

    catalogue: catalogue.Catalogue
    heads: tuple[str, ...]
    moment: Moment
    origin: str
    major: int
    bytes: int
    rows: dict[str, int]


def take(subject: Subject, folder: Path, emit: Emit, cancel: Cancel) -> Backup:
    """Dump a database into ``folder`` and return the backup, not yet verified.

    Catalogue and rows are read in the very snapshot that pg_dump reads: while it runs, or after it
    where the two would share this machine's cores.
    """
    begun = time.monotonic()
    with writing(folder):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    beside = counting.beside_the_dump(subject.address)
    settings = _ALONE if beside else counting.QUICK
    with connect(subject.address, "tarmac backup", settings=settings) as connection:
        found_sizes = dump_form.sizes(connection)
        size, form = found_sizes.whole, dump_form.chosen(subject.migrations, found_sizes)
        _make_room(folder, size)
        connection.execute("begin isolation level repeatable read, read only")
        snapshot = str(value(connection, "select pg_export_snapshot()"))
        taken_at = datetime.now(UTC)
        path = _new_dump(folder, subject, taken_at, form)
        seen: list[_Seen] = []
        look = partial(_see, connection, subject, cancel, emit)
        try:
            archive.dump(
                subject.address,
                server_major(connection),
                path,
                snapshot,
                form,
                while_running=lambda: seen.extend([look()] if beside else []),
                give_up=connection.cancel,
                progress=lambda done: _progress(emit, done, size),
                cancel=cancel,
            )
            written = dumps.size(path)
            _progress(emit, written, size, state="dumped")
            with ThreadPoolExecutor(1, thread_name_prefix="hash") as hashing:
                hashed = hashing.submit(dumps.digest, path, cancel)
                found = seen[0] if beside else look()
            digest = hashed.result()
        except BaseException:
            dumps.remove(path)
            raise
    final = path.with_suffix("")
    path.replace(final)
    backup = Backup(
        path=final,
        database=subject.address.database,
        target=subject.target,
        taken_at=taken_at,
        bytes=written,
        sha256=digest,
        rows=found.rows,
        schema=found.catalogue.shape,
        signature=found.catalogue.signature,
        portable=found.catalogue.portable,
        current=found.heads,
        seconds=time.monotonic() - begun,
        server=found.major,
        version_table=subject.version_table,
        moment=found.moment,
        origin=found.origin,
        database_bytes=found.bytes,
        described=found.catalogue,
    )
    try:
        manifest.write(backup)
    except BaseException:
        dumps.remove(final)  # without its manifest it is no backup, only a full disk
        raise
    return backup


def _see(connection: Connection, subject: Subject, cancel: Cancel, emit: Emit) -> _Seen:
    """Look at everything the manifest says, in the snapshot that the dump reads."""
    return _Seen(
        catalogue=catalogue.read(connection, subject.version_table),
        heads=heads(connection, subject.version_table),
        moment=moment_now(connection),
        origin=backends.origin(connection),
        major=server_major(connection),
        bytes=int(str(value(connection, "select pg_database_size(current_database())"))),
        rows=counting.counted(connection, cancel, partial(_counting, emit)),
    )


def table_bytes(connection: Connection) -> int:
    """Return how large the tables of a database are, without their indexes."""
    return dump_form.sizes(connection).whole


def intact(backup: Backup) -> Backup:
    """Return the backup, or raise a card when its file is not what was written."""
    if not dumps.there(backup.path) or dumps.digest(backup.path) != backup.sha256:
        raise damaged(backup)
    return backup


def damaged(backup: Backup) -> Failure:
    """Return the card of a backup that is not what was written."""
    return Failure(
        "backup-damaged",
        _("The backup {file} is not what was written.").format(file=backup.path.name),
        why=_("Its SHA-256 differs from the manifest, or the file is gone."),
        next=("tarmac migrate backup",),
    )


def moment_now(connection: Connection) -> Moment:
    """Return the current snapshot as 32-bit transaction ids (what rows carry as xmin)."""
    text = str(value(connection, "select txid_current_snapshot()::text"))
    _oldest, unseen, running = text.split(":")
    low = 1 << 32
    return Moment(
        oldest_unseen=int(unseen) % low,
        in_progress=tuple(int(one) % low for one in running.split(",") if one),
    )


def _make_room(folder: Path, size: int) -> None:
    for stale in folder.glob("*.dump.partial"):
        if time.time() - stale.stat().st_mtime > 24 * 3600:
            dumps.remove(stale)
    free = shutil.disk_usage(folder).free
    if free < size * _ROOM:
        raise Failure(
            "no-room-for-backup",
            _("There is too little room for a backup in {folder}.").format(folder=folder),
            why=_("The tables have {size} MB, {free} MB are free; {factor} × is wanted.").format(
                size=size >> 20, free=free >> 20, factor=_ROOM
            ),
            next=(_("make room, or set backup_to in [migrations]"),),
        )


def _new_dump(folder: Path, subject: Subject, moment: datetime, form: Form) -> Path:
    who = re.sub(r"[^\w.-]+", "-", f"{subject.target}-{subject.address.database}")
    path = folder / f"{moment:%Y%m%d-%H%M%S}-{moment.microsecond:06d}-{who}.dump.partial"
    with writing(path):
        if form.directory:
            path.mkdir(mode=0o700)
        else:
            os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    return path


def _progress(emit: Emit, done: int, size: int, state: str = "running") -> None:
    emit(Event("migrate.backup", {"state": state, "bytes": done, "table_bytes": size}))


def _counting(emit: Emit, done: int, of: int) -> None:
    emit(Event("migrate.backup", {"state": "counting", "tables": done, "of_tables": of}))
