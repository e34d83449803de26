"""The pending revisions really run, and really commit, on a scratch: then all the way back."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from generators.language import _
from wizards.cancel import Cancel, Cancelled
from wizards.events import Emit, Event, Json
from wizards.failures import Failure
from wizards.migrate import backends, catalogue, rows
from wizards.migrate.backup import table_bytes
from wizards.migrate.catalogue import Catalogue
from wizards.migrate.manifest import verified
from wizards.migrate.model import Backup, Rehearsal
from wizards.migrate.providers.provider import Provider
from wizards.migrate.restore import restore_to_scratch
from wizards.migrate.scratch import Scratch, scratch
from wizards.migrate.story import Story
from wizards.postgres.address import Address
from wizards.postgres.connection import connect

if TYPE_CHECKING:
    from wizards.postgres.connection import Connection

_MEASURE = """
select c.oid::bigint, n.nspname || '.' || c.relname, pg_relation_filenode(c.oid)::bigint,
       pg_stat_get_xact_numscans(c.oid),
       (select string_agg(l.mode, ',' order by l.mode) from pg_locks l
        where l.locktype = 'relation' and l.relation = c.oid and l.pid = pg_backend_pid()
          and l.granted and l.database = (select oid from pg_database
                                          where datname = current_database()))
from pg_class c join pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('r', 'p', 'm') and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
  and c.relname <> {}
"""
_LOCK_TIMEOUT = "10s"  # long where nobody else works; only a run in its own way waits so long
_DATA_LIMIT = 4 << 30  # bytes of dump up to which every row is checksummed


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsing:
    """What a rehearsal needs: the project's Alembic, a backup, and where scratch data may be.

    ``again``: after the way back, all the way up once more. Without a ``backup`` the place has
    to hold the data already (:func:`rehearse_at`).
    """

    provider: Provider
    address: Address
    backup: Backup | None
    version_table: str
    folder: Path
    again: bool = False


def verify(work: Rehearsing, emit: Emit, cancel: Cancel) -> Backup:
    """Restore the backup to a scratch, compare, and return it as verified."""
    with scratch(work.address, work.folder) as place:
        return _restored(work, place, emit, cancel)


def rehearse(work: Rehearsing, to: str, emit: Emit, cancel: Cancel) -> Rehearsal:
    """Restore the backup to a scratch (which verifies it) and run the revisions there."""
    with scratch(work.address, work.folder) as place:
        _restored(work, place, emit, cancel)
        return rehearse_at(work, place, to, emit, cancel)


def rehearse_at(work: Rehearsing, place: Scratch, to: str, emit: Emit, cancel: Cancel) -> Rehearsal:
    """Run the revisions on a disposable database that holds the target's data, and back."""
    _phase(emit, "rehearse", "start", place)
    found = _run(work, place, to, emit, cancel)
    _phase(emit, "rehearse", "done" if found.ok else "failed", place)
    return found


def _restored(work: Rehearsing, place: Scratch, emit: Emit, cancel: Cancel) -> Backup:
    assert work.backup is not None
    _phase(emit, "verify", "start", place)
    restore_to_scratch(work.backup, place, work.version_table, emit, cancel)
    done = verified(work.backup)
    _phase(emit, "verify", "done", place)
    return done


def _run(work: Rehearsing, place: Scratch, to: str, emit: Emit, cancel: Cancel) -> Rehearsal:
    before, data_before = _picture(work, place, cancel)
    begun = time.monotonic()
    story = Story(emit, "scratch")
    failure = _go(work, place, {"op": "upgrade", "to": to}, story, emit, cancel)
    spent = (time.monotonic() - begun) * 1000
    found = Rehearsal(
        revisions=story.told(),
        ok=failure is None,
        milliseconds=round(spent, 1),
        failed_revision=story.failed_revision,
        failed_statement=None if failure is None else story.failed_statement,
        error="" if failure is None else (story.cause or failure.message),
        sqlstate="" if failure is None else story.sqlstate,
        schema_before=before.shape,
        on=place.where,
    )
    if not _can_go_back(story, failure):
        return found
    top, data_top = _picture(work, place, cancel, data=work.again)
    found = replace(found, schema_after=top.shape)
    back = Story(lambda _event: None, "scratch")
    order: list[Json] = list(reversed(story.applied))
    failed_back = _go(work, place, {"op": "revert", "revert": order}, back, emit, cancel)
    after, data_after = _picture(work, place, cancel)
    different = before.differences(after, privileges=False)
    clean = failed_back is None and not different
    found = replace(
        found,
        reverts_clean=clean,
        reverts_data=None
        if data_before is None
        else failed_back is None and not rows.differing(data_before, data_after or {}),
        revert_error="" if failed_back is None else (back.cause or failed_back.message),
        differences=different[:50],
        proofs={} if failed_back else {story.applied[0]: clean, **_proofs(story, back)},
    )
    if not work.again or failed_back is not None:
        return found
    second = Story(lambda _event: None, "scratch")
    failed = _go(work, place, {"op": "upgrade", "to": to}, second, emit, cancel)
    now, data_now = _picture(work, place, cancel)
    return replace(
        found,
        again=failed is None and now.shape == top.shape,
        again_data=None if data_top is None else not rows.differing(data_top, data_now or {}),
        again_error="" if failed is None else (second.cause or failed.message),
    )


def _can_go_back(story: Story, failure: Failure | None) -> bool:
    """Say whether whole revisions were committed, and nothing but whole revisions."""
    whole = failure is None or story.transaction_mode == "per_migration"
    return bool(story.applied) and whole and not story.chapters[-1].left_behind


def _go(
    work: Rehearsing,
    place: Scratch,
    operation: dict[str, Json],
    story: Story,
    emit: Emit,
    cancel: Cancel,
) -> Failure | None:
    """Run one operation on the scratch; return its failure instead of raising it."""
    request: dict[str, Json] = {
        **operation,
        "redirect": {
            "host": place.address.host,
            "port": place.address.port,
            "user": place.address.user,
            "password": place.address.password,
            "database": place.address.database,
        },
        "expect": list(backends.identity_at(place.address)),
        "settings": {"application_name": "tarmac rehearsal", "lock_timeout": _LOCK_TIMEOUT},
        "measure": _MEASURE.format(catalogue.literal(work.version_table.rpartition(".")[2])),
        "after_each": {"signature": catalogue.digest_sql(work.version_table)},
    }
    try:
        work.provider.run(
            request,
            emit,
            cancel,
            story.hear,
            lambda: backends.stop(place.address, story.pids),
        )
    except Cancelled:
        raise
    except Failure as failure:
        if story.failed_revision is None and failure.code != "no-downgrade":
            raise
        story.blocked_itself = not place.name  # nobody else is on a scratch to hold a lock
        return failure
    return None


def _picture(
    work: Rehearsing, place: Scratch, cancel: Cancel, *, data: bool = True
) -> tuple[Catalogue, dict[str, str] | None]:
    with connect(place.address, "tarmac rehearsal") as connection:
        seen = catalogue.read(connection, work.version_table)
        if not data or _bytes(work, connection) > _DATA_LIMIT:
            return seen, None
        table = work.version_table.rpartition(".")[2]
        return seen, rows.checksums(connection, cancel, skip=table)


def _bytes(work: Rehearsing, connection: Connection) -> int:
    """Return how much there is to read: of the dump, else of the tables."""
    return work.backup.bytes if work.backup is not None else table_bytes(connection)


def _proofs(story: Story, back: Story) -> dict[str, bool]:
    """Say for each revision but the first whether undoing it gave what was there before it."""
    left = {chapter.id: chapter.signature for chapter in story.chapters}
    order = list(story.applied)
    undone = {chapter.id: chapter.signature for chapter in back.chapters}
    return {later: undone.get(later) == left[earlier] for earlier, later in pairwise(order)}


def _phase(emit: Emit, phase: str, state: str, place: Scratch) -> None:
    emit(Event("migrate.phase", {"phase": phase, "state": state, "where": place.where}))


def describe(found: Rehearsal) -> str:
    """Return one line about a rehearsal for people."""
    if not found.ok:
        return _("failed in {revision}: {error}").format(
            revision=found.failed_revision, error=found.error.strip().splitlines()[0]
        )
    way_back = _("the way back does not give the start's structure")
    if found.reverts_clean:
        way_back = (
            _("the way back is proved")
            if found.reverts_data
            else _("the way back gives the structure, not the rows")
        )
    return _("ran in {seconds:.1f} s; {way_back}").format(
        seconds=found.milliseconds / 1000, way_back=way_back
    )
