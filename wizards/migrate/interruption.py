"""A session that never ended: what is true of it now, and the way to an end."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from generators.language import _, ngettext
from wizards.cancel import Cancel
from wizards.events import Emit, Json
from wizards.failures import Failure, Refused
from wizards.migrate import at_start, backends, databases, scratch, swap, verification
from wizards.migrate.decisions import decide
from wizards.migrate.graph import told
from wizards.migrate.messages import Message
from wizards.migrate.model import Applied, Decision, Interrupted, Outcome
from wizards.migrate.past import Past, standing_in
from wizards.migrate.records import Told
from wizards.migrate.recovery import Recovery
from wizards.migrate.session_lock import holder, session_lock
from wizards.migrate.standing import Standing, standing, standing_of
from wizards.plan import Check
from wizards.postgres.address import Address
from wizards.postgres.connection import connect, value

if TYPE_CHECKING:
    from wizards.postgres.connection import Connection

_FENCED = "database-fenced"
_KEEP = ("tarmac migrate rollback --recover --keep",)


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
    start, where = past.start, told(now.heads) or _("empty")
    found = replace(found, backup=past.backup)
    if said.start.text("kind") == "rollback":
        return _judged_rollback(found, past, now)
    recovery = past.recovery()
    if now == start:
        return _judged_unstamped(found, past, now, where)
    committed = recovery.committed_now(now)
    planned = said.start.texts("planned")
    if planned and set(planned) <= set(committed):
        says = ngettext(
            "The revision is committed; only the verification is missing.",
            "All {count} revisions are committed; only the verification is missing.",
            len(planned),
        )
        return replace(found, says=says.format(count=len(planned)), way=Decision.NOTHING)
    decision, why = decide(recovery.facts(now))
    says = _("The database is at {heads}; {count} of {planned} revisions are committed. {why}")
    return replace(
        found,
        says=says.format(heads=where, count=len(committed), planned=len(planned), why=why),
        way=decision,
        revisions=committed,
    )


def _judged_unstamped(found: Interrupted, past: Past, now: Standing, where: str) -> Interrupted:
    """Say what is true where version and structure are the start's: the rows are looked at."""
    said, recovery = past.told, past.recovery()
    outside = said.outside()
    may = bool(outside) or (said.begun() and bool(said.start.texts("alone")))
    measured = recovery.tables is not None and bool(recovery.tables.tables)
    written = recovery.written_since()
    if not written and (measured or not may):
        says = _("Nothing of it is in the database: it is exactly as at the start ({heads}).")
        if not measured:
            says = _("The version and the structure are exactly as at the start ({heads}).")
        return replace(found, says=says.format(heads=where), way=Decision.NOTHING)
    says = _("The version and the structure are as at the start ({heads}).").format(heads=where)
    if written:
        tables = ", ".join(f"{name} ({rows})" for name, rows in written.items())
        says += " " + _("Rows were written since: {tables}.").format(tables=tables)
    if not may:
        return replace(found, says=says, way=Decision.NOTHING)
    says += " " + _outside(outside)
    way, _why = decide(replace(recovery.facts(now), partial=True))
    return replace(found, says=says, way=way, left_behind=True)


def _outside(statements: tuple[str, ...]) -> str:
    if not statements:
        return _("Statements outside a transaction were to run; what they wrote may have stayed.")
    first = statements[-1].strip().splitlines()[0]
    return ngettext(
        "One statement had been begun outside a transaction; what it wrote may have stayed: {sql}",
        "{count} statements had been begun outside a transaction; what they wrote may have "
        "stayed, the last: {sql}",
        len(statements),
    ).format(count=len(statements), sql=first)


def _judged_rollback(found: Interrupted, past: Past, now: Standing) -> Interrupted:
    goal = standing_in(past.told.start.part("goal"))
    if (now.heads, now.shape) == (goal.heads, goal.shape):
        return replace(found, says=_("The rollback is done."), way=Decision.NOTHING)
    if now == past.start:
        return replace(
            found,
            says=_("The rollback has not changed version or structure yet; start it again."),
            way=Decision.NOTHING,
        )
    way = Decision.RESTORE if past.backup is not None else Decision.REFUSE
    return replace(found, says=_("The rollback was cut off half-way."), way=way)


def recover(
    found: Interrupted, past: Past, emit: Emit, cancel: Cancel, *, keep: bool = False
) -> Applied:
    """Bring an interrupted session to its end: silence, go back if need be, write it down.

    With ``keep`` the database stays as it is, and a rollback can be planned afterwards.
    """
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
        recovery = replace(recovery, left_behind=fresh.left_behind)
        if keep:
            return _kept(past, recovery, fresh)
        outcome, said, kept = Outcome.UNCHANGED, fresh.says, ""
        if past.told.start.text("kind") == "rollback":
            recovery = replace(recovery, start=standing_in(past.told.start.part("goal")))
        if fresh.way is Decision.REFUSE:
            raise Refused(
                "no-way-back", _("There is no safe way back."), why=fresh.says, next=_KEEP
            )
        if fresh.way is not Decision.NOTHING:
            with connect(address, "tarmac look") as connection:
                lost = recovery.losses(fresh.way, connection)
            if lost:
                raise Refused(
                    "would-lose",
                    recovery.would_lose("", lost).strip(),
                    why=fresh.says,
                    next=(*_KEEP, "tarmac migrate rollback --dry-run"),
                )
            kept = recovery.go(fresh.way, fresh.revisions, (), emit, cancel)
            outcome = Outcome.RECOVERED
            said = _("{says} It was taken back to the start.").format(says=fresh.says)
    return _ended(past, recovery, outcome, said, kept)


def _kept(past: Past, recovery: Recovery, fresh: Interrupted) -> Applied:
    said = _("{says} It was kept as it is.").format(says=fresh.says)
    return _ended(past, recovery, Outcome.STOPPED, said, "")


def _ended(past: Past, recovery: Recovery, outcome: Outcome, said: str, kept: str) -> Applied:
    now = standing(past.target.address, recovery.version_table)
    committed = past.recovery().committed_now(now)
    applied = tuple(one for one in past.told.start.texts("planned") if one in committed)
    complete = bool(applied) and applied == past.told.start.texts("planned")
    checks: list[Check] = []
    if complete and outcome is not Outcome.RECOVERED:
        outcome = Outcome.APPLIED
        expected = verification.Expected(heads=now.heads)
        checks = verification.verify(past.target, recovery.version_table, expected)
        said = ngettext(
            "The revision was committed already and is verified now; nothing was taken back.",
            "All {count} revisions were committed already and are verified now; nothing was "
            "taken back.",
            len(applied),
        ).format(count=len(applied))
    listed: list[Json] = list(applied)
    fields: dict[str, Json] = {
        "outcome": outcome.value,
        "applied": listed,
        "said": said,
        "now": now.as_json(),
        "kept": kept,
        "recovered": True,
        "left_behind": recovery.left_behind and outcome is Outcome.STOPPED,
    }
    if recovery.tables is not None and outcome in (Outcome.APPLIED, Outcome.STOPPED):
        with connect(past.target.address, "tarmac look") as connection:
            found = at_start.unsure(
                connection, recovery.tables, recovery.own, past.told.start.text("application")
            )
            fields["unsure"] = dict(found)
    recovery.record("session.end", fields)
    return Applied(
        outcome=outcome,
        session=past.told.id,
        applied=applied,
        current=now.heads,
        said=said,
        kept=kept,
        checks=tuple(checks),
        went_back=outcome is Outcome.RECOVERED,
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
    """Open a database that a cut-off restore left closed, and drop half-made copies."""
    step = said.swap()
    if step is None:
        with connect(address, "tarmac look") as connection:
            scratch.clear_old(connection)
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
