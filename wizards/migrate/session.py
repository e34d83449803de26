"""One migration session: lock, apply in the project's own mode, verify, or go back."""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from generators.language import _, ngettext
from wizards.cancel import Cancel, Cancelled
from wizards.events import Emit, Event, Json
from wizards.failures import Failure, Refused
from wizards.migrate import added, at_start, backends, report, verification
from wizards.migrate.at_start import AtStart
from wizards.migrate.cloudsql import moment
from wizards.migrate.graph import closure
from wizards.migrate.messages import Message
from wizards.migrate.model import Applied, Outcome
from wizards.migrate.monitor import Monitor
from wizards.migrate.own_work import CHANGES, TRANSACTION, OwnWork
from wizards.migrate.records import Recorder, new_id, process_facts
from wizards.migrate.recovery import Recovery
from wizards.migrate.session_lock import session_lock
from wizards.migrate.standing import Standing, heads, standing
from wizards.migrate.story import Story
from wizards.migrate.work import Work, drops, proof_of
from wizards.postgres.connection import connect

_BUSY = ("55P03", "40P01")  # lock not available, deadlock
_IDLE = "60s"
_FACTS = {"transaction": TRANSACTION, "changes": CHANGES}


class _StopHere(Exception):
    """A person ends the session between two revisions and keeps what is done."""


@dataclass
class Session:
    """Runs one :class:`Work`; whatever happens ends in an :class:`Applied` and a report."""

    work: Work
    listener: Emit
    cancel: Cancel
    id: str = field(default_factory=new_id)
    stories: list[Story] = field(default_factory=list)
    started_at: datetime = field(default_factory=lambda: datetime.now(UTC))

    def run(self) -> Applied:
        """Hold the database's session lock and do the work."""
        self.recorder = Recorder(self.work.root, self.id, self.listener)
        with session_lock(self.work.target.address, self.id):
            self.start = standing(self.work.target.address, self.work.state.table)
            self._check_backup()
            self._look()
            self._note()
            self._begin()
            begun = time.monotonic()
            trouble = self._apply()
            spent = round((time.monotonic() - begun) * 1000, 1)
            if trouble is None:
                trouble, applied = self._verified()
            if trouble is not None:
                applied = self._taken_back(trouble)
            return self._end(replace(applied, milliseconds=spent, attempts=len(self.stories)))

    @property
    def application(self) -> str:
        """The name our agent's backends carry."""
        return f"tarmac {self.id}"

    def _check_backup(self) -> None:
        backup = self.work.backup
        if backup is not None and (backup.signature, set(backup.current)) != (
            self.start.signature,
            set(self.start.heads),
        ):
            raise Refused(
                "backup-stale",
                _("The database has changed since the backup {file}.").format(
                    file=backup.path.name
                ),
                why=_("Its schema or version is not the backup's any more."),
                next=("tarmac migrate backup",),
            )

    def _look(self) -> None:
        """Measure what was written since the backup; one that is too old is replaced, once."""
        outdated, self.tables = self._tables()
        if not outdated or self.work.renew is None:
            return
        self.work = replace(self.work, backup=self.work.renew(), renew=None)
        self.start = standing(self.work.target.address, self.work.state.table)
        self._check_backup()
        self.tables = self._tables()[1]

    def _note(self) -> None:
        """Note the moment on Cloud SQL: no transaction of the session is open yet."""
        if self.work.safety is None:
            return
        safety = moment.noted(self.work.safety, self.work.target.address)
        backup = self.work.backup
        if backup is not None:
            backup = moment.beside(backup, safety)
        self.work = replace(self.work, safety=safety, backup=backup)

    @property
    def _cloud(self) -> dict[str, Json]:
        return self.work.safety.as_json() if self.work.safety is not None else {}

    def _tables(self) -> tuple[bool, AtStart]:
        backup = self.work.backup
        with connect(self.work.target.address, "tarmac look") as connection:
            self.columns = added.columns(connection)
            foreign = backup is not None and backup.origin != backends.origin(connection)
            found = at_start.look(
                connection,
                None if foreign else backup,
                measure=backup is not None or bool(self.work.alone),
            )
        if backup is None or not (foreign or found.written):
            return False, found
        told: dict[str, Json] = dict(found.written)
        count = None if foreign else sum(found.written.values())
        fields: dict[str, Json] = {"file": backup.path.name, "rows": count, "tables": told}
        if self.work.renew is not None:
            self.listener(Event("migrate.backup", {"state": "outdated", **fields}))
        return True, found

    def _begin(self) -> None:
        work = self.work
        known = self.tables.moment
        self.recorder.write("columns.json", added.as_text(self.columns))
        self.recorder.write("tables.json", at_start.as_text(self.tables))
        written: dict[str, Json] = dict(self.tables.written)
        found = work.rehearsal
        self.recorder.record(
            "session.start",
            {
                "kind": work.kind,
                "target": work.target.name,
                "address": work.target.address.shown,
                "application": self.application,
                **process_facts(),
                "version_table": work.state.table,
                "transaction_mode": work.transaction_mode,
                "start": self.start.as_json(),
                "planned": list(work.planned),
                "alone": list(work.alone),
                "backup": str(work.backup.path) if work.backup else "",
                "accepted": list(work.accepted),
                "cloud": self._cloud,
                "moment": {
                    "oldest_unseen": known.oldest_unseen,
                    "in_progress": list(known.in_progress),
                },
                "written_since_backup": written,
                "reverts": proof_of(found),
                "drops": list(drops(work)),
            },
        )

    def _apply(self) -> Failure | Cancelled | None:
        """Run the agent, again after a lock timeout that left nothing behind."""
        self._phase("apply", "start")
        self.recorder.record("session.apply", {})
        retries = self.work.provider.migrations.lock_retries
        for attempt in range(retries + 1):
            before = standing(self.work.target.address, self.work.state.table).heads
            story = Story(self.recorder.emit, "target")
            self.stories.append(story)
            trouble = self._attempt(story)
            if trouble is None or isinstance(trouble, Cancelled):
                return trouble
            if attempt == retries or not self._may_retry(story, before):
                return trouble
            pause = min(8.0, 0.5 * 2**attempt) * random.uniform(0.5, 1.5)
            self._phase("retry", "start", attempt=attempt + 1, seconds=round(pause, 2))
            if self.cancel.wait(pause):
                return Cancelled()
        return None

    def _attempt(self, story: Story) -> Failure | Cancelled | None:
        address = self.work.target.address
        request: dict[str, Json] = {
            **self.work.request,
            "each": self.work.between is not None,
            "expect": list(backends.identity_at(address)),
            "after_each": _FACTS,
            "settings": {
                "application_name": self.application,
                "lock_timeout": self.work.provider.migrations.lock_timeout,
                "idle_in_transaction_session_timeout": _IDLE,
                "client_connection_check_interval": "1s",
            },
        }
        try:
            with Monitor(address, lambda: list(story.pids), story.look):
                self.work.provider.run(
                    request,
                    self.recorder.emit,
                    self.cancel,
                    lambda message: self._hear(story, message),
                    lambda: backends.stop(address, story.pids),
                )
        except _StopHere:
            return None
        except (Failure, Cancelled) as trouble:
            with connect(address, "tarmac look") as connection:
                backends.end(connection, backends.named(connection, self.application))
            return trouble
        return None

    def _hear(self, story: Story, message: Message) -> None:
        """Take in an event; a revision that is committed alone is verified before the next."""
        story.hear(message)
        if message.name != "rev_committed":
            return
        name = message.text("rev")
        self._persisted((name,))
        self.recorder.emit(Event("migrate.revision", {"revision": name, "state": "verified"}))
        last = message.flag("last")
        if self.work.between is not None and not last and not self.work.between(name):
            raise _StopHere

    def _persisted(self, ran: Sequence[str]) -> None:
        """Raise a card unless the version table, read anew, agrees that these ran."""
        with connect(self.work.target.address, "tarmac look") as connection:
            now = heads(connection, self.work.state.table)
        there = closure(now, self.work.history.revisions)
        up = self.work.kind == "up"
        wrong = [name for name in ran if (name in there) is not up]
        if wrong:
            raise Failure(
                "not-persisted",
                _("env.py reported success, but nothing was persisted."),
                why=_("The version table does not agree about {names}.").format(
                    names=", ".join(wrong)
                ),
                next=(_("look for a missing commit in env.py"),),
            )

    def _may_retry(self, story: Story, before: Sequence[str]) -> bool:
        """A fresh try is safe when a lock was refused and the revision left nothing behind."""
        if story.sqlstate not in _BUSY or not story.chapters or story.chapters[-1].left_behind:
            return False
        if story.blocked_itself and len(self.stories) > 1:
            return False  # more tries would end the same way
        if story.transaction_mode == "per_migration":
            return True
        now = standing(self.work.target.address, self.work.state.table)
        return now.heads == tuple(before) and now.signature == self.start.signature

    def _verified(self) -> tuple[Failure | None, Applied]:
        """Read the version on a new connection before anybody calls it done."""
        self._phase("verify", "start")
        now = standing(self.work.target.address, self.work.state.table)
        ran = [name for story in self.stories for name in story.applied]
        try:
            self._persisted(ran)
        except Failure as failure:
            return failure, Applied(outcome=Outcome.STOPPED, session=self.id)
        found = self.work.rehearsal
        shape = found.schema_after if found is not None and found.ok else ""
        if found is not None and [one.id for one in found.revisions] != ran:
            shape = ""
        expected = verification.Expected(heads=now.heads, shape=shape)
        checks = verification.verify(self.work.target, self.work.state.table, expected)
        red = [check.title for check in checks if check.level == "red"]
        self._phase("verify", "failed" if red else "done")
        said = ngettext(
            "{count} revision, verified on a new connection.",
            "{count} revisions, verified on a new connection.",
            len(ran),
        ).format(count=len(ran))
        if red:
            said = _("Applied, but these checks fail: {names}.").format(names=", ".join(red))
        return None, Applied(
            outcome=Outcome.APPLIED,
            session=self.id,
            applied=tuple(ran),
            current=now.heads,
            said=said,
            checks=tuple(checks),
        )

    def _taken_back(self, trouble: Failure | Cancelled) -> Applied:
        """Go back to the start by the cheapest safe way, or say what is true and stop."""
        story = self.stories[-1]
        recovery = Recovery(
            provider=self.work.provider,
            target=self.work.target,
            history=self.work.history,
            version_table=self.work.state.table,
            start=self.start,
            columns=self.columns,
            session=self.id,
            backup=self.work.backup,
            moment=self.tables.moment,
            reverts=proof_of(self.work.rehearsal),
            drops=frozenset(drops(self.work)),
            own=self._own(whole=False),
            tables=self.tables,
            unsure=None,
            left_behind=self._left_behind,
            record=self.recorder.record,
        )
        self._phase("recover", "start")
        outcome, said, kept = recovery.automatic(self.recorder.emit)
        self._phase("recover", "failed" if outcome is Outcome.STOPPED else "done")
        now = standing(self.work.target.address, self.work.state.table)
        cancelled = isinstance(trouble, Cancelled)
        if cancelled and outcome is not Outcome.STOPPED:
            outcome = Outcome.CANCELLED
        failure = trouble if isinstance(trouble, Failure) else None
        return Applied(
            outcome=outcome,
            session=self.id,
            applied=recovery.committed_now(now),
            current=now.heads,
            failed_revision=story.failed_revision,
            failed_statement=story.failed_statement,
            error=_("cancelled") if failure is None else (story.cause or failure.message),
            code="cancelled" if failure is None else failure.code,
            sqlstate=story.sqlstate,
            said=said,
            kept=kept,
            went_back=outcome is Outcome.RECOVERED or bool(kept),
        )

    def _end(self, applied: Applied) -> Applied:
        now: Standing = standing(self.work.target.address, self.work.state.table)
        account = report.Account(
            session=self.id,
            kind=self.work.kind,
            target=self.work.target.name,
            address=self.work.target.address.shown,
            server_version=self.work.state.server_version,
            transaction_mode=self.work.transaction_mode,
            started_at=self.started_at,
            ended_at=datetime.now(UTC),
            start_heads=self.start.heads,
            accepted=self.work.accepted,
            backup=self.work.backup,
            rehearsal=self.work.rehearsal,
            safety=self.work.safety,
            stories=self.stories,
            applied=applied,
        )
        path = self.recorder.write_report(report.render(account))
        own = self._own(whole=applied.outcome is Outcome.APPLIED)
        self.recorder.record(
            "session.end",
            {
                "outcome": applied.outcome.value,
                "applied": list(applied.applied),
                "said": applied.said,
                "error": applied.error,
                "now": now.as_json(),
                "own": own.as_json(),
                "unsure": self._unsure(own, applied),
                "left_behind": self._left_behind and applied.outcome is Outcome.STOPPED,
                "kept": applied.kept,
                "milliseconds": applied.milliseconds,
            },
        )
        return replace(applied, report=path, cloud=self._cloud)

    @property
    def _left_behind(self) -> bool:
        return any(chapter.left_behind for story in self.stories for chapter in story.chapters)

    def _unsure(self, own: OwnWork, applied: Applied) -> dict[str, Json]:
        """Return the tables whose loss nothing will count exactly, for the journal."""
        left = applied.outcome in (Outcome.APPLIED, Outcome.STOPPED)
        if self.work.backup is None or not left:
            return {}
        with connect(self.work.target.address, "tarmac look") as connection:
            return dict(at_start.unsure(connection, self.tables, own, self.application))

    def _own(self, *, whole: bool) -> OwnWork:
        """What the session wrote; in a run that failed as one unit the counts may be undone."""
        done = OwnWork.together(story.own for story in self.stories)
        if whole or self.work.transaction_mode == "per_migration":
            return done
        return OwnWork(done.transactions)

    def _phase(self, phase: str, state: str, **more: Json) -> None:
        self.recorder.emit(Event("migrate.phase", {"phase": phase, "state": state, **more}))
