"""A session that never ended: what is true of it now, and the way to an end."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from generators.language import _
from wizards.cancel import Cancel
from wizards.events import Emit, Json
from wizards.failures import Failure, Refused
from wizards.migrate import backends, databases, swap
from wizards.migrate.decisions import decide
from wizards.migrate.messages import Message
from wizards.migrate.model import Applied, Decision, Interrupted, Outcome
from wizards.migrate.past import Past, standing_in
from wizards.migrate.records import Told
from wizards.migrate.session_lock import holder, session_lock
from wizards.migrate.standing import Standing, standing, standing_of
from wizards.postgres.address import Address
from wizards.postgres.connection import connect, value

if TYPE_CHECKING:
    from wizards.postgres.connection import Connection

_FENCED = "database-fenced"


@dataclass(frozen=True, slots=True)
class Truth:
    """What the database says: backends still at work, and where it stands without them."""

    orphans: tuple[int, ...]
    now: Standing | None
    fenced: bool = False


def look(said: Told, address: Address, past: Callable[[], Past]) -> Interrupted | None:
    """Return what became of an unended session; None while somebody still runs it.

    ``past`` is asked only when the database can be reached.
    """
    truth = _truth(said, address)
    if truth is None:
        return None
    found = Interrupted(
        session=said.id,
        since=datetime.fromisoformat(said.start.text("at")),
        phase=_phase(said),
        says="",
        next=("tarmac migrate rollback --recover", "tarmac migrate status"),
        orphans=truth.orphans,
    )
    if truth.fenced:
        return replace(
            found,
            says=_("A restore was cut off after the database was closed; it is still closed."),
            way=Decision.NOTHING,
        )
    if truth.now is None:
        return replace(
            found,
            says=_("Its statement still runs on the server (backends {pids}).").format(
                pids=", ".join(map(str, truth.orphans))
            ),
            way=Decision.NOTHING,
        )
    return _judged(found, past(), truth.now)


def _judged(found: Interrupted, past: Past, now: Standing) -> Interrupted:
    said = past.told
    start, where = past.start, ", ".join(now.heads) or _("empty")
    found = replace(found, backup=past.backup)
    if said.start.text("kind") == "rollback":
        return _judged_rollback(found, past, now)
    if now == start:
        says = _("Nothing of it is in the database: it is exactly as at the start ({heads}).")
        return replace(found, says=says.format(heads=where), way=Decision.NOTHING)
    recovery = past.recovery()
    committed = recovery.committed_now(now)
    planned = said.start.texts("planned")
    if planned and set(planned) <= set(committed):
        says = _("All {count} revisions are committed; only the verification is missing.")
        return replace(found, says=says.format(count=len(planned)), way=Decision.NOTHING)
    decision, why = decide(recovery.facts(now))
    says = _("The database is at {heads}; {count} of {planned} revisions are committed. {why}")
    return replace(
        found,
        says=says.format(heads=where, count=len(committed), planned=len(planned), why=why),
        way=decision,
        revisions=committed,
    )


def _judged_rollback(found: Interrupted, past: Past, now: Standing) -> Interrupted:
    goal = standing_in(past.told.start.part("goal"))
    if (now.heads, now.shape) == (goal.heads, goal.shape):
        return replace(found, says=_("The rollback is done."), way=Decision.NOTHING)
    if now == past.start:
        return replace(
            found,
            says=_("The rollback changed nothing yet; start it again."),
            way=Decision.NOTHING,
        )
    way = Decision.RESTORE if past.backup is not None else Decision.REFUSE
    return replace(found, says=_("The rollback was cut off half-way."), way=way)


def recover(found: Interrupted, past: Past, emit: Emit, cancel: Cancel) -> Applied:
    """Bring an interrupted session to its end: open, silence, go back if need be, write it down."""
    address = past.target.address
    recovery = past.recovery()
    with session_lock(address, found.session):
        with connect(address, "tarmac look") as connection:
            backends.end(
                connection,
                backends.named(connection, past.told.start.text("application")),
            )
            now = standing_of(connection, recovery.version_table)
        fresh = _judged(found, past, now)
        outcome, said, kept = Outcome.UNCHANGED, fresh.says, ""
        if past.told.start.text("kind") == "rollback":
            recovery = replace(recovery, start=standing_in(past.told.start.part("goal")))
        if fresh.way is Decision.REFUSE:
            raise Refused("no-way-back", _("There is no safe way back."), why=fresh.says)
        if fresh.way is not Decision.NOTHING:
            with connect(address, "tarmac look") as connection:
                lost = recovery.losses(fresh.way, connection)
            if lost:
                tables = ", ".join(f"{one.table}: {one.rows}" for one in lost)
                raise Refused(
                    "would-lose",
                    _("Going back would lose rows that others wrote: {tables}.").format(
                        tables=tables
                    ),
                    why=fresh.says,
                    next=(_("keep it as it is: tarmac migrate up"),),
                )
            kept = recovery.go(fresh.way, fresh.revisions, (), emit, cancel)
            outcome = Outcome.RECOVERED
            said = _("{says} It was taken back to the start.").format(says=fresh.says)
    return _ended(past, recovery.version_table, outcome, said, kept)


def _ended(past: Past, version_table: str, outcome: Outcome, said: str, kept: str) -> Applied:
    now = standing(past.target.address, version_table)
    applied = tuple(
        one for one in past.told.start.texts("planned") if one in past.recovery().committed_now(now)
    )
    complete = bool(applied) and applied == past.told.start.texts("planned")
    if complete and outcome is Outcome.UNCHANGED:
        outcome = Outcome.APPLIED
    listed: list[Json] = list(applied)
    past.recovery().record(
        "session.end",
        {
            "outcome": outcome.value,
            "applied": listed,
            "said": said,
            "now": now.as_json(),
            "kept": kept,
            "recovered": True,
        },
    )
    return Applied(
        outcome=outcome,
        session=past.told.id,
        applied=applied,
        current=now.heads,
        said=said,
        kept=kept,
    )


def _truth(said: Told, address: Address) -> Truth | None:
    """Ask the database; None when the session's lock is held, so somebody still runs it."""
    try:
        with connect(address, "tarmac look", settings={"lock_timeout": "2s"}) as connection:
            held = holder(connection)
            if held is not None and said.id in held[0]:
                return None
            orphans = _silent_soon(
                lambda: backends.named(connection, said.start.text("application"))
            )
            if orphans:
                return Truth(tuple(orphans), None)
            return Truth((), standing_of(connection, said.start.text("version_table")))
    except Failure as failure:
        if failure.code == _FENCED and said.swap() is not None:
            return Truth((), None, fenced=True)
        raise


def _silent_soon(named: Callable[[], list[int]]) -> list[int]:
    """Wait a moment for backends whose client is gone (they notice within a second)."""
    for _attempt in range(15):
        pids = named()
        if not pids:
            return []
        time.sleep(0.2)
    return pids


def open_and_tidy(said: Told, address: Address) -> None:
    """Open a database that a cut-off restore left closed, and drop its half-made copy."""
    step = said.swap()
    if step is None:
        return
    database, fresh, kept = step.text("database"), step.text("fresh"), step.text("kept")
    with swap.maintenance(address) as server:
        for name in (database, kept):
            if _exists(server, name):
                swap.accept(server, name, yes=True)
        if not _exists(server, kept) and _exists(server, fresh):
            databases.drop(server, fresh)


def _exists(server: Connection, name: str) -> bool:
    return value(server, "select 1 from pg_database where datname = %s", name) is not None


def _phase(said: Told) -> str:
    last: Message = said.last
    return last.text("phase") or last.text("event").removeprefix("session.")
