"""An on-demand backup of the instance before a session, with the session's name on it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from generators.language import _
from wizards.cancel import Cancelled
from wizards.cloud.failing import CloudFailure
from wizards.cloud.things import OperationName, SqlBackup
from wizards.events import Emit, Event, Json
from wizards.failures import Failure
from wizards.migrate import retention
from wizards.migrate.cloudsql.instance import Instance
from wizards.migrate.cloudsql.port import CloudSqlPort
from wizards.migrate.cloudsql.safety import Safety
from wizards.migrate.cloudsql.waiting import finished, started

EVENT = "migrate.cloud_backup"
_OURS = "tarmac session "


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """A backup that Google makes meanwhile; without an ``operation`` it was refused.

    ``required``: a refusal ends the work; else it is told, and the dump has to do.
    """

    safety: Safety
    required: bool
    operation: OperationName | None = None
    at: float = 0.0


def begin(
    cloud: CloudSqlPort, instance: Instance, session: str, emit: Emit, *, required: bool
) -> Begun:
    """Start the backup; where it is not ``required`` a refusal is told and nothing more.

    The dump and the rehearsal need not wait for it, the apply does: see :func:`finish`.
    """
    description = f"{_OURS}{session}"
    safety = Safety(instance=instance, description=description)
    _tell(emit, safety, "start")
    begun = time.monotonic()

    def start() -> OperationName:
        return cloud.start_sql_backup(instance.project, instance.name, description)

    try:
        found = cloud.sql_instance(instance.project, instance.name)
        if found is not None:
            settings = found.settings
            safety = replace(
                safety,
                recovers=settings.point_in_time_recovery,
                log_days=settings.log_days if settings.point_in_time_recovery else 0,
            )
        operation = started(cloud, start, lambda why: _tell(emit, safety, "waiting", why=why))
    except CloudFailure as failure:
        return Begun(safety=_refused(safety, failure, emit, required), required=required)
    return Begun(safety=safety, required=required, operation=operation, at=begun)


def finish(cloud: CloudSqlPort, begun: Begun, emit: Emit) -> Safety:
    """Wait for the backup and return it with its number."""
    safety = begun.safety
    if begun.operation is None:
        return safety
    emit(Event("migrate.phase", {"phase": "cloud_backup", "state": "start"}))
    try:
        finished(
            cloud,
            begun.operation,
            lambda seconds: _tell(emit, safety, "running", seconds=seconds),
        )
        emit(Event("migrate.phase", {"phase": "cloud_backup", "state": "done"}))
        made = next(
            (
                one
                for one in cloud.sql_backups(safety.instance.project, safety.instance.name)
                if one.description == safety.description and one.state == "SUCCESSFUL"
            ),
            None,
        )
    except CloudFailure as failure:
        return _refused(safety, failure, emit, begun.required)
    if made is None:
        return _refused(safety, _vanished(safety), emit, begun.required)
    done = replace(safety, backup=made.id, seconds=time.monotonic() - begun.at)
    _tell(emit, done, "done", backup=done.backup, seconds=round(done.seconds, 1))
    return done


def ours(found: Sequence[SqlBackup]) -> list[SqlBackup]:
    """Return the backup runs that sessions of Tarmac made, in the order given."""
    return [one for one in found if one.description.startswith(_OURS)]


def session_of(backup: SqlBackup) -> str:
    """Return the session that a backup run of ours was made for."""
    return backup.description.removeprefix(_OURS)


def expire(
    cloud: CloudSqlPort, instance: Instance, unsettled: Sequence[str], emit: Emit
) -> list[str]:
    """Delete the oldest of our backup runs that retention lets go; return its number.

    Google keeps what was made on demand for ever, and takes one operation at a time: each session
    deletes at most one and waits for nothing. Backup runs of others are never touched.
    """
    limit = datetime.now(UTC) - timedelta(days=retention.days())
    try:
        found = ours(cloud.sql_backups(instance.project, instance.name))
        whole = [one for one in found if one.state == "SUCCESSFUL"]
        old = [
            one
            for one in whole[retention.KEPT :]
            if one.ended and one.ended < limit and session_of(one) not in unsettled
        ]
        for one in old[-1:]:
            cloud.start_sql_backup_deletion(instance.project, instance.name, one.id)
            _tell(emit, Safety(instance=instance, backup=one.id), "expired", backup=one.id)
            return [one.id]
    except CloudFailure as failure:
        _tell(emit, Safety(instance=instance), "not-expired", why=failure.message)
    except Cancelled:
        why = _("Google does not answer in time")
        _tell(emit, Safety(instance=instance), "not-expired", why=why)
    return []


def _refused(safety: Safety, failure: Failure, emit: Emit, required: bool) -> Safety:
    if isinstance(failure, CloudFailure):
        failure.again("tarmac migrate up")
    if required:
        raise Failure(
            "cloud-backup-missing",
            _("Cloud SQL made no backup of {instance}, and the migration was to have one.").format(
                instance=safety.instance.name
            ),
            why=f"{failure.message}\n{failure.why}".strip(),
            next=(*failure.next, _("or set cloud_backup = false in [migrations]")),
            raw=failure.raw,
        ) from failure
    steps: list[Json] = list(failure.next)
    _tell(emit, safety, "refused", why=failure.message, next=steps)
    return replace(safety, refused=failure.message, next=failure.next)


def _vanished(safety: Safety) -> Failure:
    where = f"--instance={safety.instance.name} --project={safety.instance.project}"
    return Failure(
        "cloud-backup-missing",
        _("The backup is not among those of {instance}.").format(instance=safety.instance.name),
        next=(f"gcloud sql backups list {where}",),
    )


def _tell(emit: Emit, safety: Safety, state: str, **more: Json) -> None:
    emit(Event(EVENT, {"state": state, "instance": safety.instance.connection_name, **more}))
