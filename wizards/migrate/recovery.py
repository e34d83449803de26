"""Back to the start of a session: what is true, what it would cost, and doing it."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from generators.language import _
from wizards.cancel import Cancel
from wizards.events import Emit, Event, Json
from wizards.failures import Failure
from wizards.migrate import added, at_start, backends, loss, swap
from wizards.migrate.at_start import AtStart
from wizards.migrate.decisions import Facts, decide
from wizards.migrate.graph import closure, told
from wizards.migrate.model import Backup, Decision, History, Loss, Moment, Outcome
from wizards.migrate.own_work import OwnWork
from wizards.migrate.providers.provider import Provider
from wizards.migrate.standing import Standing, standing, standing_of
from wizards.migrate.story import Story
from wizards.migrate.target import Target
from wizards.postgres.connection import connect

if TYPE_CHECKING:
    from wizards.postgres.connection import Connection

_NO_DOWNGRADE = ("raises", "missing")


class WouldLose(Failure):
    """A way back that would lose rows nobody agreed to lose."""


@dataclass(frozen=True, kw_only=True)
class Recovery:
    """What is needed to take a session back; ``reverts`` is the rehearsal's proof,
    ``drops`` the revisions that take data away.

    ``own`` is what the session itself wrote, ``columns`` the columns at its start; ``record``
    journals. ``left_behind`` says that the failing revision committed something before it failed.
    ``tables`` is what was measured at the start; ``unsure`` the tables whose writes of others
    nothing counts, None where the session has not ended: then it is found out now.
    """

    provider: Provider
    target: Target
    history: History
    version_table: str
    start: Standing
    columns: set[added.Part]
    session: str
    backup: Backup | None
    moment: Moment
    reverts: Mapping[str, Json]
    drops: frozenset[str]
    own: OwnWork
    tables: AtStart | None
    unsure: Mapping[str, int] | None
    left_behind: bool
    record: Callable[[str, Mapping[str, Json]], None]

    def committed_now(self, now: Standing) -> tuple[str, ...]:
        """Return the revisions that are stamped now and were not at the start, oldest first."""
        new = self._closure(now) - self._closure(self.start)
        return tuple(one.id for one in self.history.revisions if one.id in new)

    def facts(self, now: Standing) -> Facts:
        """Return what the decision table wants to know."""
        committed = self.committed_now(now)
        removed = self._closure(self.start) - self._closure(now)
        kinds = {one.id: one.downgrade for one in self.history.revisions}
        unknown = set(now.heads) - kinds.keys() - set(self.start.heads)
        if unknown:
            removed = set()  # what is below a half-told version is not known to be gone
        return Facts(
            start=self.start,
            now=now,
            committed=committed,
            removed=tuple(one.id for one in self.history.revisions if one.id in removed),
            partial=self.left_behind or bool(unknown) or (not committed and now != self.start),
            proved=self._proved(committed),
            drops=bool(self.drops & set(committed)),
            irreversible=next((one for one in committed if kinds[one] in _NO_DOWNGRADE), ""),
            backup=self.backup,
        )

    def losses(self, decision: Decision, connection: Connection) -> tuple[Loss, ...]:
        """Return what a decision would lose now."""
        if decision is Decision.RESTORE and self.backup is not None:
            unsure = self.unsure
            if unsure is None and self.tables is not None:
                unsure = at_start.unsure(connection, self.tables, self.own, self._application)
            return loss.by_restoring(connection, self.backup, self.own, self.tables, unsure)
        if decision is Decision.DOWNGRADE:
            new = added.since(self.columns, added.columns(connection), self.version_table)
            moment = self.backup.moment if self.backup is not None else self.moment
            return loss.by_reverting(connection, new, moment, self.own.transactions)
        return ()

    def automatic(self, emit: Emit) -> tuple[Outcome, str, str]:
        """Go back when nothing is lost by it; return outcome, what was done, the kept database."""
        now = standing(self.target.address, self.version_table)
        decision, why = decide(self.facts(now))
        if decision is Decision.NOTHING:
            return Outcome.UNCHANGED, self._unchanged(why), ""
        if decision is Decision.REFUSE:
            return Outcome.STOPPED, why, ""
        with connect(self.target.address, "tarmac look") as connection:
            lost = self.losses(decision, connection)
        if lost:
            return Outcome.STOPPED, self.would_lose(why, lost), ""
        try:
            kept = self.go(decision, self.committed_now(now), (), emit)
        except Failure as failure:
            said = _("{why} Going back failed: {message}").format(why=why, message=failure.message)
            return Outcome.STOPPED, said, ""
        done = _("Taken back with the revisions' own downgrades.")
        if decision is Decision.RESTORE:
            done = _("Restored from the backup; the database as it was is kept as {name}.").format(
                name=kept
            )
        return Outcome.RECOVERED, f"{why} {done}", kept

    def go(
        self,
        decision: Decision,
        revisions: tuple[str, ...],
        agreed: tuple[Loss, ...],
        emit: Emit,
        cancel: Cancel | None = None,
    ) -> str:
        """Do it and see that the start is there again; return the kept database's name, if any.

        ``agreed`` is the loss a person accepted: more than that stops the work untouched.
        """
        self.record("session.way_back", {"decision": decision.value})
        emit(Event("migrate.rollback", {"decision": decision.value, "state": "start"}))
        begun = time.monotonic()
        kept = ""
        if decision is Decision.DOWNGRADE:
            self._revert(revisions, emit, cancel or Cancel())
        elif decision is Decision.RESTORE:
            kept = self._restore(agreed, cancel or Cancel())
        self._see_start(decision)
        seconds = round(time.monotonic() - begun, 3)
        done: dict[str, Json] = {"decision": decision.value, "state": "done", "seconds": seconds}
        emit(Event("migrate.rollback", {**done, "kept": kept}))
        return kept

    def _revert(self, revisions: tuple[str, ...], emit: Emit, cancel: Cancel) -> None:
        story = Story(emit, "target")
        address = self.target.address
        request: dict[str, Json] = {
            "op": "revert",
            "revert": list(reversed(revisions)),
            "expect": list(backends.identity_at(address)),
            "settings": {
                "application_name": self._application,
                "lock_timeout": self.provider.migrations.lock_timeout,
                "idle_in_transaction_session_timeout": "60s",
                "client_connection_check_interval": "1s",
            },
        }
        self.provider.run(
            request, emit, cancel, story.hear, lambda: backends.stop(address, story.pids)
        )

    def _restore(self, agreed: tuple[Loss, ...], cancel: Cancel) -> str:
        assert self.backup is not None
        limit = {one.table: one.rows for one in agreed}

        def still_allowed(inside: Connection) -> None:
            now = self.losses(Decision.RESTORE, inside)
            more = tuple(
                one
                for one in now
                if one.rows > limit.get(one.table, 0) or not (one.exact or one.table in limit)
            )
            if more:
                raise WouldLose(
                    "would-lose",
                    _("Rows were written meanwhile; the database was left as it is."),
                    why=self.would_lose("", more).strip(),
                    next=("tarmac migrate rollback --dry-run",),
                )

        return swap.restore_and_swap(
            self.target.address,
            self.backup,
            still_allowed=still_allowed,
            record=lambda step: self.record("session.swap", step),
            cancel=cancel,
        ).kept

    def _see_start(self, decision: Decision) -> None:
        with connect(self.target.address, "tarmac look") as connection:
            now = standing_of(connection, self.version_table)
        same = now == self.start
        if decision is Decision.DOWNGRADE:
            same = (now.heads, now.shape) == (self.start.heads, self.start.shape)
        if not same:
            raise Failure(
                "not-the-start",
                _("After going back the database is not what it was at the start."),
                why=_("The version is {heads}; the structure {verdict}.").format(
                    heads=told(now.heads) or _("empty"),
                    verdict=_("is the same") if now.shape == self.start.shape else _("differs"),
                ),
                next=("tarmac migrate status", "tarmac migrate restore"),
            )

    def _proved(self, committed: tuple[str, ...]) -> bool | None:
        proofs = self.reverts.get("proofs")
        if not isinstance(proofs, Mapping) or self.reverts.get("data") is None:
            return None
        if not all(one in proofs for one in committed):
            return None
        return bool(self.reverts.get("data")) and all(bool(proofs[one]) for one in committed)

    @property
    def _application(self) -> str:
        return f"tarmac {self.session}"

    def _closure(self, one: Standing) -> set[str]:
        return closure(one.heads, self.history.revisions)

    def written_since(self) -> dict[str, int]:
        """Return the tables with rows written since the session began, by whomever.

        The version table is left out: what stands there is said by itself.
        """
        if self.tables is None or not self.tables.tables:
            return {}
        ledger = "." + self.version_table.rpartition(".")[2]
        with connect(self.target.address, "tarmac look") as connection:
            found = at_start.since(connection, self.tables)
        return {name: rows for name, rows in found.items() if not name.endswith(ledger)}

    def _unchanged(self, why: str) -> str:
        written = self.written_since()
        if not written:
            return why
        return _(
            "The version and the structure are as at the start. Rows were written since: {tables}."
        ).format(tables=", ".join(f"{name} ({rows})" for name, rows in written.items()))

    def would_lose(self, why: str, lost: tuple[Loss, ...]) -> str:
        """Return why going back is not done by itself: whose rows it would take away."""
        tables = ", ".join(loss.told(one) for one in lost)
        if self.left_behind:
            return _(
                "{why} Going back would lose rows written since the backup, by others or by the "
                "session's own statements that are committed: {tables}."
            ).format(why=why, tables=tables)
        if not any(one.exact for one in lost):
            return _("{why} Going back may lose rows that others wrote: {tables}.").format(
                why=why, tables=tables
            )
        return _("{why} Going back would lose rows that others wrote: {tables}.").format(
            why=why, tables=tables
        )
