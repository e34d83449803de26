"""A Cloud SQL backup over its whole instance: every database in it, only by a typed name."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

from generators.language import _
from wizards.cancel import Cancelled
from wizards.cloud.failing import CloudFailure, Retry
from wizards.cloud.things import OperationName, SqlBackup
from wizards.events import Event, Json
from wizards.failures import Failure, Refused, UsageFailure
from wizards.migrate.cloudsql.instance import Instance
from wizards.migrate.cloudsql.port import CloudSqlPort
from wizards.migrate.cloudsql.taking import session_of
from wizards.migrate.cloudsql.waiting import LOOK, finished, running, started
from wizards.migrate.graph import told as told_heads
from wizards.migrate.model import Applied, Outcome
from wizards.migrate.records import Recorder, Told, process_facts, told
from wizards.migrate.session_lock import session_lock
from wizards.migrate.standing import Standing, standing
from wizards.migrate.target import Target

EVENT = "migrate.cloud_restore"
_TRIES = 20  # looks at the server that comes up again


@dataclass(frozen=True, slots=True, kw_only=True)
class Overwriting:
    """What is overwritten: waits of ``cloud`` end with the person's cancel, ``steady``'s do not.

    A restore that Google has begun is not stopped by anybody.
    """

    root: Path
    cloud: CloudSqlPort
    steady: CloudSqlPort
    instance: Instance
    target: Target


def overwrite(work: Overwriting, number: str, confirmed: str, recorder: Recorder) -> Applied:
    """Put the backup run in the place of everything, and say where the database stands then."""
    backup = _known(work, number)
    _confirmed(work, number, confirmed)
    begun = time.monotonic()
    of = next((one for one in told(work.root) if one.id == session_of(backup)), None)
    table = _table(work, of)
    with session_lock(work.target.address, recorder.session):
        now = standing(work.target.address, table)
    recorder.record("session.start", {**_start(work, backup, of, now), **_who(recorder, table)})
    name = work.instance.connection_name

    def start() -> OperationName:
        return work.cloud.start_sql_restore(work.instance.project, work.instance.name, number)

    def tell(state: str, **more: Json) -> None:
        recorder.emit(Event(EVENT, {"state": state, "instance": name, "backup": number, **more}))

    tell("start")
    try:
        operation = started(
            work.cloud,
            start,
            lambda why: tell("waiting", why=why),
            lambda: running(work.cloud, work.instance, "RESTORE_VOLUME"),
        )
    except (Failure, Cancelled) as trouble:
        if not (isinstance(trouble, CloudFailure) and trouble.retry is Retry.UNKNOWN):
            said = _("Nothing was begun.")
            recorder.record("session.end", _end(Outcome.UNCHANGED, said, now, 0.0))
        raise  # without an answer it may have been begun: the next start looks
    recorder.record("session.cloud_restore", {"operation": operation.name})
    try:
        finished(work.steady, operation, lambda seconds: tell("running", seconds=seconds))
    except CloudFailure as failure:
        recorder.record("session.end", _end(Outcome.STOPPED, failure.message, now, 0.0))
        raise
    after = _stands(work, table)
    milliseconds = round((time.monotonic() - begun) * 1000, 1)
    said = _(
        "{instance} holds in every database what its backup {number} held; now at {heads}."
    ).format(
        instance=work.instance.name,
        number=number,
        heads=told_heads(after.heads) or _("empty"),
    )
    tell("done", seconds=round(milliseconds / 1000, 1))
    recorder.record("session.end", _end(Outcome.APPLIED, said, after, milliseconds))
    return Applied(
        outcome=Outcome.APPLIED,
        session=recorder.session,
        current=after.heads,
        milliseconds=milliseconds,
        said=said,
        went_back=True,
        report=recorder.write_report(f"# {said}\n"),
    )


def _known(work: Overwriting, number: str) -> SqlBackup:
    found = work.cloud.sql_backups(work.instance.project, work.instance.name)
    whole = {one.id: one for one in found if one.state == "SUCCESSFUL"}
    if number not in whole:
        raise UsageFailure(
            "backup-unknown",
            _("{instance} has no whole Cloud SQL backup {number}.").format(
                instance=work.instance.name, number=number
            ),
            next=(
                "tarmac migrate backup --list",
                *(f"tarmac migrate restore-instance {one}" for one in list(whole)[:5]),
            ),
        )
    return whole[number]


def _confirmed(work: Overwriting, number: str, confirmed: str) -> None:
    if confirmed == work.instance.name:
        return
    names = ", ".join(sorted(work.cloud.sql_databases(work.instance.project, work.instance.name)))
    raise Refused(
        "confirmation-missing",
        _("Type the instance's name to confirm: {name}.").format(name=work.instance.name),
        why=_(
            "Everything in the instance is overwritten for good: {databases}. Nothing of what was "
            "written since the backup comes back."
        ).format(databases=names),
        next=(f"tarmac migrate restore-instance {number} --confirm {work.instance.name}",),
    )


def _start(work: Overwriting, backup: SqlBackup, of: Told | None, now: Standing) -> dict[str, Json]:
    """Return the journal's first record; the goal is where the backup's own session began."""
    return {
        "kind": "rollback",
        "of": of.id if of is not None else "",
        "target": work.target.name,
        "address": work.target.address.shown,
        "start": now.as_json(),
        "goal": dict(of.start.part("start").fields) if of is not None else {},
        "backup": "",
        "cloud": {"instance": work.instance.connection_name, "backup": backup.id},
        "moment": {},
    }


def _who(recorder: Recorder, table: str) -> dict[str, Json]:
    application = f"tarmac {recorder.session}"
    return {"application": application, "version_table": table, **process_facts()}


def _table(work: Overwriting, of: Told | None) -> str:
    """Return the version table as the backup's session knew it, else the target's newest one."""
    known = [*([of] if of is not None else []), *told(work.root, work.target.name)]
    names = (one.start.text("version_table") for one in known)
    return next((name for name in names if name), "alembic_version")


def _end(outcome: Outcome, said: str, now: Standing, milliseconds: float) -> dict[str, Json]:
    return {
        "outcome": outcome.value,
        "applied": [],
        "said": said,
        "now": now.as_json(),
        "kept": "",
        "milliseconds": milliseconds,
    }


def _stands(work: Overwriting, table: str) -> Standing:
    """Return where the database stands, once the server answers again."""
    for _attempt in range(_TRIES):
        try:
            return standing(work.target.address, table)
        except Failure:
            work.steady.pause(LOOK)  # it comes up; the last try tells why it does not
    return standing(work.target.address, table)
