"""The migration console without a screen: what the app and the command line call."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Unpack

from generators.language import _
from wizards.cancel import Cancel
from wizards.events import Emit, Event, Json, discard
from wizards.failures import Failure
from wizards.journal import private_folder
from wizards.migrate import backup as backups
from wizards.migrate import (
    drift,
    interruption,
    manifest,
    records,
    rehearsal,
    restoring,
    retention,
    rollback,
    safeguards,
    static_graph,
)
from wizards.migrate.acceptance import Acceptance, require
from wizards.migrate.drafting import Draft, draft
from wizards.migrate.judged import filled, judged
from wizards.migrate.looks import Look, files_of
from wizards.migrate.model import (
    Applied,
    Backup,
    Decision,
    History,
    Interrupted,
    Outcome,
    Rehearsal,
    RevisionPreview,
    RollbackPlan,
    SessionRecord,
    Severity,
)
from wizards.migrate.past import Past
from wizards.migrate.project import Project
from wizards.migrate.providers.provider import State
from wizards.migrate.rehearsal import Rehearsing
from wizards.migrate.review.levels import levels_of
from wizards.migrate.safeguards import Rehearsed, fitting
from wizards.migrate.session import Session
from wizards.migrate.situation import Situation, now_at
from wizards.migrate.verification import Expected, verify
from wizards.migrate.watching import Watched, watch
from wizards.migrate.work import Wish, Work
from wizards.plan import Check
from wizards.postgres.sandbox_address import SandboxAddress


class Console:
    """One project and one target; making it is cheap, every method may be called in a thread."""

    def __init__(
        self,
        root: Path,
        environment: str | None,
        *,
        config: Path | None = None,
        stream: str = "",
        sandbox: SandboxAddress | None = None,
    ) -> None:
        self.project = Project(root.resolve(), environment, config, stream, sandbox)
        self._rehearsed: Rehearsed | None = None
        self._seen: tuple[History, State] | None = None
        self._last: Look | None = None

    @property
    def target_name(self) -> str:
        """The name a person knows the target by; typed to confirm on a protected one."""
        return self.project.name

    @property
    def protected(self) -> bool:
        """Whether the target is protected."""
        return self.project.protected

    def history(self, emit: Emit = discard) -> History:
        """Return every revision, oldest first, and what is applied."""
        return self._look(emit)[0]

    def history_of_files(self) -> History:
        """Return what the files say by themselves, when :meth:`history` failed."""
        found, address = self.project, None
        with suppress(Failure):
            address = found.target(discard).address
        return static_graph.history(found.directory, found.migrations, found.name, address)

    def situation(self, emit: Emit = discard, cancel: Cancel | None = None) -> Situation:
        """Return who would make a migration wait right now, and whom it would hurt."""
        at = self.project.target(emit)
        return now_at(at.address, cancel or Cancel(), at.quiet)

    def preview(
        self, emit: Emit = discard, *, to: str = "heads", fresh: bool = False
    ) -> tuple[RevisionPreview, ...]:
        """Return the SQL of the pending revisions, judged with facts of the live database.

        ``fresh`` judges again even where neither files nor revisions changed: rows may have.
        """
        if fresh:
            self._last = None
        return tuple(self._plan({"to": to}, emit).previews)

    def backup(self, emit: Emit, cancel: Cancel, *, copy: bool = True) -> Backup:
        """Dump the database, prove the dump on a scratch, copy it to where ``backup_to`` says."""
        proved = rehearsal.verify(self._rehearsing(self._dump(emit, cancel), emit), emit, cancel)
        return self.project.copies.keep(proved, emit, cancel) if copy else proved

    def rehearse(
        self,
        emit: Emit,
        cancel: Cancel,
        *,
        backup: Backup | None = None,
        to: str = "heads",
        on_clone: bool = False,
    ) -> Rehearsal:
        """Run the pending revisions on a scratch made from a backup, and all the way back.

        ``on_clone`` takes a clone of the Cloud SQL instance instead, which is deleted afterwards.
        """
        cloud = self.project.required_cloud_sql(emit) if on_clone else None
        used = None if cloud else backup or self._dump(emit, cancel)
        work = self._rehearsing(used, emit)
        run = cloud.rehearse if cloud else rehearsal.rehearse
        found = run(work, to, emit, cancel)
        found = replace(found, revisions=self._judge(found.revisions, emit))
        self._rehearsed = (used.path if used else None, found)
        if self._last is not None and any(one.reason for one in self._last.previews):
            self._last = None  # the rehearsal knows the SQL that the offline way could not see
        return found

    def prove(self, emit: Emit, cancel: Cancel, *, to: str = "heads") -> Rehearsal:
        """Run the pending revisions up, down and up again on a scratch, comparing all rows."""
        work = replace(self._rehearsing(self._dump(emit, cancel), emit), again=True)
        found = rehearsal.rehearse(work, to, emit, cancel)
        return replace(found, revisions=self._judge(found.revisions, emit))

    @property
    def rehearsed_backup(self) -> Backup | None:
        """The backup that this console's last rehearsal restored, and so verified."""
        path = self._rehearsed[0] if self._rehearsed else None
        return manifest.read(manifest.beside(path)) if path else None

    def up(self, emit: Emit, cancel: Cancel, *, to: str = "heads", **wish: Unpack[Wish]) -> Applied:
        """Apply the pending revisions in the project's own mode, verify, or go back.

        Findings as bad as ``fail_on`` refuse unless accepted ("RULE@REVISION=REASON"). Without a
        ``backup`` one is taken and proved first; ``without_backup`` gives that up (not where
        protected), ``without_copy`` the copy of ``backup_to``. With ``between`` each revision is
        committed and verified by itself, and the next waits for it; False ends the session there.
        """
        return self._session("up", {"op": "upgrade", "to": to}, emit, cancel, wish)

    def down(self, emit: Emit, cancel: Cancel, *, to: str = "-1", **wish: Unpack[Wish]) -> Applied:
        """Run downgrades down to a revision ("-1" = one step, "base" = all), like :meth:`up`."""
        request: dict[str, Json] = {"op": "downgrade", "direction": "down", "to": to}
        return self._session("down", request, emit, cancel, wish)

    def rollback_plan(self, emit: Emit = discard) -> RollbackPlan:
        """Return what taking the last session back would do, why, and what it would lose."""
        past = self._past(emit)
        plan, cloud = rollback.plan(past, emit), self.project.cloud_sql(emit)
        return cloud.with_ways(plan, past, self.project.service) if cloud and past else plan

    def rollback(
        self, plan: RollbackPlan, emit: Emit, cancel: Cancel, *, confirmed: str = ""
    ) -> Applied:
        """Take the last session back; ``confirmed`` is the typed name where one is wanted."""
        past = self._past(emit)
        if past is None or plan.decision is Decision.NOTHING:
            return Applied(outcome=Outcome.NOTHING, session=plan.session, said=plan.why)
        needs = self.target_name if self.protected else ""
        return rollback.run(past, plan, emit, cancel, needs=needs, confirmed=confirmed)

    def restore(
        self, backup: Backup, emit: Emit, cancel: Cancel, *, confirmed: str, in_place: bool = False
    ) -> Applied:
        """Make a backup the database again; ``confirmed`` is the target's name, always typed."""
        root, provider, name = self.project.root, self.project.provider(emit), self.target_name
        take = (lambda: self.backup(emit, cancel)) if in_place else None
        return restoring.restore(root, provider, backup, emit, cancel, name, confirmed, take)

    def new(
        self, message: str, emit: Emit = discard, *, autogenerate: bool = False, head: str = "head"
    ) -> tuple[Draft, ...]:
        """Write a revision file with the project's own Alembic, and judge what it made."""
        return draft(
            self.project.provider(emit),
            message,
            emit,
            autogenerate=autogenerate,
            head=head,
            levels=levels_of(self.project.migrations.rules),
        )

    def verify(self, emit: Emit = discard) -> list[Check]:
        """Return one verdict each: version, leftovers, health and the configured checks."""
        return self._checked(self._look(emit), emit)

    def models(self, emit: Emit = discard) -> Check:
        """Compare the project's models with the database; a difference informs, no more."""
        return drift.verdict(self.project.provider(emit).differences(emit))

    def _checked(self, seen: tuple[History, State], emit: Emit) -> list[Check]:
        history, state = seen
        pending = [one.id for one in history.revisions if not one.applied]
        found = verify(self.project.target(emit), state.table, Expected(heads=state.heads))
        says = _("{count} pending").format(count=len(pending)) if pending else _("none pending")
        level = "warning" if pending else "ok"
        return [Check(id="pending", title=_("Revisions"), level=level, says=says), *found]

    def watch(self, emit: Emit, cancel: Cancel, *, seconds: float, every: float) -> Watched:
        """Repeat the checks for a while after a migration; a cancel ends it early."""
        look = partial(self._checked, self._look(emit), emit)
        target = self.project.target(emit)
        return watch(target, look, emit, cancel, seconds=seconds, every=every)

    def backups(self) -> list[Backup]:
        """Return this target's backups, the newest first."""
        name = self.project.settled_name(discard)
        return [one for one in manifest.all_in(self._folder("backups")) if one.target == name]

    def sessions(self) -> list[SessionRecord]:
        """Return this target's sessions, the newest first."""
        root, name = self.project.root, self.project.settled_name(discard)
        return [records.summary(root, one) for one in records.told(root, name)]

    def interrupted(self, emit: Emit = discard) -> Interrupted | None:
        """Return what became of a session that never ended; None when there is none."""
        root = self.project.root
        if not any(one.end is None for one in records.told(root)):
            return None
        for said in records.told(root, self.project.settled_name(emit))[:1]:
            if said.end is None and not said.alive:
                address = self.project.target(emit).address
                return interruption.look(said, address, lambda: self._required_past(emit))
        return None

    def recover(
        self, found: Interrupted, emit: Emit, cancel: Cancel, *, keep: bool = False
    ) -> Applied:
        """Bring an interrupted session to its end; nothing is lost by it, or it refuses.

        ``keep`` leaves the database as it is and only ends the session.
        """
        said = next(one for one in records.told(self.project.root) if one.id == found.session)
        interruption.open_and_tidy(said, self.project.target(emit).address)
        return interruption.recover(found, self._required_past(emit), emit, cancel, keep=keep)

    def resolve(self, name: str, emit: Emit, *, applied: bool) -> None:
        """Settle a failed migration of Prisma: its SQL is there, or nothing of it is."""
        self.project.provider(emit).resolve(name, emit, applied=applied)

    def kill(self) -> None:
        """End the project's process at once (a second Ctrl-C)."""
        self.project.kill()

    def close(self) -> None:
        """Let go of what was opened (a tunnel)."""
        self.project.close()

    def _session(
        self,
        kind: str,
        request: dict[str, Json],
        emit: Emit,
        cancel: Cancel,
        wish: Wish,
    ) -> Applied:
        accepted = [Acceptance.parse(text) for text in wish.get("accept", ())]
        backup, without_backup = wish.get("backup"), wish.get("without_backup", False)
        safeguards.refuse_unfinished(self.interrupted(emit))
        provider = self.project.provider(emit)
        look: dict[str, Json] = {key: request[key] for key in request if key != "op"}
        seen = self._plan(look, emit)
        if not seen.previews:
            return Applied(outcome=Outcome.NOTHING, session="", current=seen.state.heads,
                           said=_("Nothing is pending."))  # fmt: skip
        require(seen.previews, accepted, wish.get("fail_on", Severity.DANGER))
        cloud, session = self.project.cloud_sql(emit), records.new_id()
        bare = backup is None and without_backup
        if bare and self.protected:
            safeguards.require_backup(self.target_name, cloud)
        own = {"without_dump": bare, "protected": self.protected}
        begun = cloud.begin(session, emit, cancel, **own) if cloud else None
        given, copy = backup is not None, not wish.get("without_copy", False)
        if backup is None and not without_backup:
            backup = self.backup(emit, cancel, copy=copy)
        if backup is not None and copy:
            backup = self.project.copies.keep(backup, emit, cancel)
        target = self.project.target(emit)
        work = Work(
            root=self.project.root,
            kind=kind,
            provider=provider,
            target=target,
            history=seen.history,
            state=seen.state,
            request=request,
            previews=seen.previews,
            backup=backup,
            renew=(lambda: self.backup(emit, cancel, copy=copy)) if given else None,
            rehearsal=fitting(self._rehearsed, backup, target.address, seen.state.table),
            safety=cloud.finish(begun, emit, cancel) if cloud and begun else None,
            accepted=[str(one) for one in accepted],
            between=wish.get("between"),
        )
        self._last = None
        done = Session(work, emit, cancel, session).run()
        if cloud and begun:
            cloud.expire(self.sessions(), emit)
        return done

    def _plan(self, request: dict[str, Json], emit: Emit) -> Look:
        """Return the judged steps of a request; a look that is still true is not repeated."""
        directory, last = self.project.directory, self._last
        address = self.project.target(emit).address
        if last and last.still_true(request, address, files_of(directory, last.history)):
            return last
        history, state, written = self.project.provider(emit).plan(emit, request)
        self._seen = (history, state)
        self._last = Look(
            request=request,
            history=history,
            state=state,
            previews=self._judge(filled(written, self._rehearsed), emit, state.transaction_mode),
            files=files_of(directory, history),
        )
        return self._last

    def _judge(
        self, previews: Sequence[RevisionPreview], emit: Emit, mode: str = "per_migration"
    ) -> tuple[RevisionPreview, ...]:
        return judged(
            previews,
            self.project.target(emit).address,
            transaction_mode=mode,
            rules=self.project.migrations.rules,
        )

    def _look(self, emit: Emit) -> tuple[History, State]:
        self._seen = self.project.provider(emit).history(emit)
        return self._seen

    def _dump(self, emit: Emit, cancel: Cancel) -> Backup:
        """Dump the database; which table holds the version is known once env.py has been run."""
        emit(Event("migrate.phase", {"phase": "backup", "state": "start"}))
        _history, state = self._seen or self._look(emit)
        at, how = self.project.target(emit), self.project.migrations
        subject = backups.Subject(
            address=at.address, target=at.name, version_table=state.table, migrations=how
        )
        with safeguards.clone_offered(self.project.cloud_sql(emit)):
            taken = backups.take(subject, self._folder("backups"), emit, cancel)
        emit(Event("migrate.phase", {"phase": "backup", "state": "done"}))
        retention.expire(self.backups(), self.sessions(), emit)
        return taken

    def _rehearsing(self, used: Backup | None, emit: Emit) -> Rehearsing:
        return Rehearsing(
            provider=self.project.provider(emit),
            address=self.project.target(emit).address,
            backup=used,
            version_table=used.version_table if used else (self._seen or self._look(emit))[1].table,
            folder=self._folder("scratch"),
        )

    def _past(self, emit: Emit) -> Past | None:
        """Return the newest session; of the history only the graph of the files is used."""
        for said in records.told(self.project.root, self.project.settled_name(emit))[:1]:
            return Past(
                root=self.project.root,
                told=said,
                provider=self.project.provider(emit),
                target=self.project.target(emit),
                history=(self._seen or self._look(emit))[0],
            )
        return None

    def _required_past(self, emit: Emit) -> Past:
        past = self._past(emit)
        assert past is not None
        return past

    def _folder(self, name: str) -> Path:
        return private_folder(self.project.root) / name
