"""The ways back that Cloud SQL offers beside the decision: shown with loss, never taken by itself.

A point in time makes a new instance and loses nothing of the present one, but the service has to
be switched to it. Restoring the instance overwrites every database in it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from generators.language import _
from wizards.cancel import Cancelled
from wizards.cloud.failing import CloudFailure
from wizards.events import rfc3339
from wizards.migrate import backends, loss
from wizards.migrate.at_start import AtStart
from wizards.migrate.cloudsql import commands
from wizards.migrate.cloudsql.port import CloudSqlPort
from wizards.migrate.cloudsql.safety import Safety
from wizards.migrate.model import Backup, Decision, Loss, OtherWay, RollbackPlan
from wizards.migrate.past import Past
from wizards.migrate.recovery import Recovery
from wizards.postgres.connection import connect

POINT_IN_TIME = "point-in-time"
INSTANCE = "instance"


def added_to(plan: RollbackPlan, past: Past, cloud: CloudSqlPort, service: str) -> RollbackPlan:
    """Return the plan with what Cloud SQL offers beside it; nothing where nothing is to do."""
    safety = Safety.of_json(past.told.start.part("cloud").fields)
    if safety is None or plan.decision is Decision.NOTHING or past.told.end is None:
        return plan
    lost = lost_since_start(past)
    ways = (*_point_in_time(safety, cloud, service, lost), *_instance(safety, cloud, lost))
    return replace(plan, others=ways)


def lost_since_start(past: Past) -> tuple[Loss, ...] | None:
    """Return what others wrote since the session began; None where nothing was measured then."""
    recovery = past.recovery()
    tables = recovery.tables
    if tables is None or not tables.tables:
        return None
    with connect(past.target.address, "tarmac look") as connection:
        same = tuple(backends.identity(connection)) == tables.server
        origin = backends.origin(connection) if same else ""
        start = _as_backup(recovery, tables, origin)
        return loss.by_restoring(connection, start, recovery.own, tables, recovery.unsure)


def _as_backup(recovery: Recovery, tables: AtStart, origin: str) -> Backup:
    """Return the measured start in the words of a backup, which losses are counted against."""
    return Backup(
        path=Path(),
        database=recovery.target.address.database,
        taken_at=datetime.fromtimestamp(tables.at, UTC),
        bytes=0,
        sha256="",
        rows={name: one.rows for name, one in tables.tables.items()},
        schema="",
        current=recovery.start.heads,
        version_table=recovery.version_table,
        moment=tables.moment,
        origin=origin,
    )


def _point_in_time(
    safety: Safety, cloud: CloudSqlPort, service: str, lost: tuple[Loss, ...] | None
) -> Iterator[OtherWay]:
    if safety.moment is None or safety.reaches_until is None:
        return
    if datetime.now(UTC) > safety.reaches_until:
        return
    instance = safety.instance
    try:
        found = cloud.sql_instance(instance.project, instance.name)
    except (CloudFailure, Cancelled) as failure:
        unsure = _("It is not known whether it still can be: {why}").format(why=_said(failure))
    else:
        if found is None or not found.settings.point_in_time_recovery:
            return
        unsure = ""
    name = f"{instance.name[:60]}-{safety.moment:%Y%m%d-%H%M%S}"
    yield OtherWay(
        way=POINT_IN_TIME,
        title=_("a new instance as of {moment}").format(moment=rfc3339(safety.moment)),
        says=" ".join(
            part
            for part in (
                _(
                    "Everything in {instance} as it was before the session, in a new instance "
                    "that costs as much; the present one stays. The service must be switched to "
                    "it. Possible until {until}."
                ).format(
                    instance=instance.name, until=f"{safety.reaches_until:%Y-%m-%d %H:%M} UTC"
                ),
                _missing(lost),
                unsure,
            )
            if part
        ),
        loses=lost or (),
        commands=(
            commands.clone_of(instance, name, safety.moment),
            *commands.switch(instance, name, service),
        ),
    )


def _instance(
    safety: Safety, cloud: CloudSqlPort, lost: tuple[Loss, ...] | None
) -> Iterator[OtherWay]:
    if not safety.backup:
        return
    instance = safety.instance
    began = ""
    try:
        backups = cloud.sql_backups(instance.project, instance.name)
        made = next((one for one in backups if one.id == safety.backup), None)
        if made is None or made.state != "SUCCESSFUL":
            return
        began = f"{made.started:%Y-%m-%d %H:%M:%S} UTC" if made.started else ""
        names = sorted(cloud.sql_databases(instance.project, instance.name))
    except (CloudFailure, Cancelled) as failure:
        names = [_("not known: {why}").format(why=_said(failure))]
    yield OtherWay(
        way=INSTANCE,
        title=_("the Cloud SQL backup {number} over {instance}").format(
            number=safety.backup, instance=instance.name
        ),
        says=" ".join(
            (
                _(
                    "Overwrites everything in {instance} for good, every database ({databases}), "
                    "and closes it for minutes."
                ).format(instance=instance.name, databases=", ".join(names)),
                _missing(lost),
                _(
                    "Nobody counted what was written between the backup ({began}) and the "
                    "session, nor in the other databases: it goes too."
                ).format(began=began or _("before the session")),
            )
        ),
        loses=tuple(replace(one, exact=False) for one in lost or ()),
        commands=(
            f"tarmac migrate restore-instance {safety.backup} --confirm {instance.name}",
            commands.restore(instance, safety.backup),
        ),
    )


def _said(trouble: CloudFailure | Cancelled) -> str:
    if isinstance(trouble, CloudFailure):
        return trouble.message
    return _("Google does not answer in time")


def _missing(lost: tuple[Loss, ...] | None) -> str:
    if lost is None:
        return _("What was written since is not in it, and nobody counted it.")
    if not lost:
        return _("Nobody else has written since.")
    tables = ", ".join(loss.told(one) for one in lost)
    return _("What others wrote since is not in it: {tables}.").format(tables=tables)
