"""A clone of the instance to rehearse on: made, reached through the tunnel, deleted again."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from generators.language import _
from wizards.cloud.failing import CloudFailure
from wizards.cloud.things import OperationName, SqlInstance
from wizards.events import Emit, Event, Json
from wizards.failures import Failure
from wizards.migrate.cloudsql.instance import Instance
from wizards.migrate.cloudsql.left import Clone, CloneJournal
from wizards.migrate.cloudsql.port import CloudSqlPort
from wizards.migrate.cloudsql.waiting import finished, running, started
from wizards.migrate.scratch import Scratch
from wizards.postgres.address import Address
from wizards.postgres.connection import connect, server_major
from wizards.postgres.tunnel import Tunnel

EVENT = "migrate.clone"
_LONGEST = 97  # of "project:name", by Cloud SQL's rule


@dataclass(frozen=True, slots=True, kw_only=True)
class Cloning:
    """What a clone is made of: ``address`` is the original's, ``reach`` opens the way to a clone.

    Waits of ``cloud`` end when the person cancels, those of ``steady`` do not: what was begun
    is taken away again in any case.
    """

    root: Path
    cloud: CloudSqlPort
    steady: CloudSqlPort
    instance: Instance
    address: Address
    reach: Callable[[Instance], Tunnel]
    emit: Emit


@contextmanager
def clone(work: Cloning) -> Iterator[Scratch]:
    """Make a clone and delete it at the end, whatever happens in between.

    What a crash leaves behind stands in the journal (:func:`wizards.migrate.cloudsql.left.clones`).
    """
    made = planned(work.cloud, work.instance)
    journal = CloneJournal(work.root, made)
    journal.begin(made)
    _tell(work.emit, made, "start", usd_hour=round(made.usd_hour, 3))
    try:
        _make(work, made, journal)
        with work.reach(made.instance) as tunnel:
            address = replace(work.address, host=tunnel.host, port=tunnel.port)
            with connect(address, "tarmac scratch") as connection:
                major = server_major(connection)
            name = _("the Cloud SQL clone {name}").format(name=made.instance.name)
            yield Scratch(address=address, same_server=True, major=major, name=name)
    finally:
        _take_away(work, made, journal)


def planned(cloud: CloudSqlPort, instance: Instance) -> Clone:
    """Return the clone that would be made, with what it costs; a card where there is no source."""
    found = cloud.sql_instance(instance.project, instance.name)
    if found is None:
        raise Failure(
            "instance-missing",
            _("There is no Cloud SQL instance {instance}.").format(
                instance=instance.connection_name
            ),
            next=(f"gcloud sql instances list --project={instance.project}",),
        )
    return Clone(
        instance=instance.beside(_name(instance)),
        source=instance.name,
        world=cloud.world,
        since=datetime.now(UTC),
        usd_hour=_hourly(found),
    )


def delete(cloud: CloudSqlPort, made: Clone, journal: CloneJournal, emit: Emit) -> None:
    """Delete a clone with all it holds and return once Google says that it is gone."""
    project, name = made.instance.project, made.instance.name

    def busy(why: str) -> None:
        _tell(emit, made, "waiting", why=why)

    def done(operation: OperationName) -> None:
        finished(cloud, operation, lambda seconds: _tell(emit, made, "deleting", seconds=seconds))

    for one in cloud.sql_operations(project, name):
        try:
            done(one.name)
        except CloudFailure as failure:  # what was being made has failed: less to delete
            busy(failure.message)
    found = cloud.sql_instance(project, name)
    if found is not None and (found.deletion_protected or found.settings.retain_backups):
        held = found
        done(started(cloud, lambda: cloud.start_sql_clone_release(project, held), busy))
    if found is not None:
        done(started(cloud, lambda: cloud.start_sql_deletion(project, name, 0), busy))
    journal.step("deleted")
    _tell(emit, made, "deleted")


def _make(work: Cloning, made: Clone, journal: CloneJournal) -> None:
    instance = work.instance

    def start() -> OperationName:
        return work.cloud.start_sql_clone(instance.project, instance.name, made.instance.name)

    def busy(why: str) -> None:
        _tell(work.emit, made, "waiting", why=why)

    operation = started(
        work.cloud, start, busy, lambda: running(work.cloud, made.instance, "CLONE")
    )
    journal.step("operation", operation=operation.name)
    work.emit(Event("migrate.phase", {"phase": "clone", "state": "start"}))
    finished(
        work.cloud, operation, lambda seconds: _tell(work.emit, made, "making", seconds=seconds)
    )
    journal.step("made")
    _tell(work.emit, made, "made")


def _take_away(work: Cloning, made: Clone, journal: CloneJournal) -> None:
    """Delete the clone; what keeps it is said, and does not hide how the rehearsal went."""
    journal.step("deleting")
    work.emit(Event("migrate.phase", {"phase": "clone_deletion", "state": "start"}))
    try:
        delete(work.steady, made, journal, work.emit)
    except CloudFailure as failure:
        journal.step("left", why=failure.message)
        commands: list[Json] = list(made.commands)
        _tell(
            work.emit,
            made,
            "left",
            why=failure.message,
            usd_hour=round(made.usd_hour, 3),
            next=["tarmac migrate clones --delete", *commands],
        )


def _name(instance: Instance) -> str:
    token = f"tarmac-{datetime.now(UTC):%m%d%H%M%S}-{secrets.token_hex(2)}"
    room = _LONGEST - len(instance.project) - len(token) - 1
    return f"{instance.name[:room].rstrip('-')}-{token}"


def _hourly(found: SqlInstance) -> float:
    from wizards.setup.prices import HOURS, sql_month

    return sql_month(found.settings) / HOURS


def _tell(emit: Emit, made: Clone, state: str, **more: Json) -> None:
    emit(Event(EVENT, {"state": state, "instance": made.instance.connection_name, **more}))
