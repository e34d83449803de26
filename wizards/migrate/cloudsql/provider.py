"""Cloud SQL as a provider of safety for one target: opened by the first thing asked of it."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from generators.language import _
from wizards.cancel import Cancel
from wizards.cloud.failing import CloudFailure, going_on_with
from wizards.events import Emit, Event, discard
from wizards.failures import Failure
from wizards.migrate import rehearsal
from wizards.migrate.cloudsql import cloning, left, taking, ways
from wizards.migrate.cloudsql.cloning import Cloning
from wizards.migrate.cloudsql.instance import Instance
from wizards.migrate.cloudsql.left import Clone, CloneJournal
from wizards.migrate.cloudsql.listed import Listed
from wizards.migrate.cloudsql.overwriting import Overwriting, overwrite
from wizards.migrate.cloudsql.port import CloudSqlPort
from wizards.migrate.cloudsql.safety import Safety
from wizards.migrate.cloudsql.side import CloudSide
from wizards.migrate.cloudsql.taking import Begun
from wizards.migrate.model import Applied, Rehearsal, RollbackPlan, SessionRecord
from wizards.migrate.past import Past
from wizards.migrate.records import Recorder
from wizards.migrate.rehearsal import Rehearsing
from wizards.migrate.target import Target, opened_tunnel
from wizards.postgres.address import Address
from wizards.postgres.sandbox_address import SandboxAddress
from wizards.postgres.tunnel import Tunnel

_SOON = 5.0  # seconds after which what only adds to the work does without the cloud


@dataclass(frozen=True, kw_only=True)
class CloudSql:
    """The instance of a target; ``wanted`` is what ``[migrations] cloud_backup`` says."""

    root: Path
    instance: Instance
    address: Address
    sandbox: SandboxAddress | None = None
    wanted: bool | None = None

    def begin(
        self, session: str, emit: Emit, cancel: Cancel, *, without_dump: bool, protected: bool
    ) -> Begun | None:
        """Start the backup of a session, None where none is wanted.

        Without a dump a protected target has nothing else: then it must succeed.
        """
        if self.wanted is False or (without_dump and not (self.wanted or protected)):
            return None
        required = self.wanted is True or without_dump
        return taking.begin(
            self._until(cancel, emit), self.instance, session, emit, required=required
        )

    def finish(self, begun: Begun, emit: Emit, cancel: Cancel) -> Safety:
        """Wait for a backup; what is returned carries its number or why there is none."""
        return taking.finish(self._until(cancel, emit), begun, emit)

    def listed(self) -> Listed:
        """Return the backup runs that sessions of Tarmac made, or why they cannot be listed."""
        try:
            found = self._cloud.sql_backups(self.instance.project, self.instance.name)
        except CloudFailure as failure:
            again = failure.again("tarmac migrate backup --list")
            return Listed(self.instance, (), 0, again)
        ours = taking.ours(found)
        return Listed(self.instance, tuple(ours), len(found) - len(ours))

    def side(self) -> CloudSide:
        """Return what a screen shows of the instance."""
        listed, clones = self.listed(), tuple(left.clones(self.root))
        if listed.failure is not None:
            return CloudSide(listed, clones)
        try:
            cost = cloning.planned(self._cloud, self.instance).usd_hour
        except Failure:
            cost = 0.0  # who wants the clone hears why it cannot be made
        return CloudSide(listed, clones, cost)

    def expire(self, sessions: Iterable[SessionRecord], emit: Emit) -> None:
        """Let the oldest backup run of ours go where retention says so."""
        unsettled = [one.id for one in sessions if one.outcome in ("", "stopped")]
        with self._soon(emit) as cloud:
            taking.expire(cloud, self.instance, unsettled, emit)

    def rehearse(self, work: Rehearsing, to: str, emit: Emit, cancel: Cancel) -> Rehearsal:
        """Clone the instance, run the pending revisions there and back, delete the clone."""
        made = Cloning(
            root=self.root,
            cloud=self._until(cancel, emit),
            steady=self._until(Cancel(), emit),
            instance=self.instance,
            address=self.address,
            reach=self._reach,
            emit=emit,
        )
        with going_on_with("tarmac migrate rehearse --on clone"), cloning.clone(made) as place:
            return rehearsal.rehearse_at(work, place, to, emit, cancel)

    def with_ways(self, plan: RollbackPlan, past: Past, service: str) -> RollbackPlan:
        """Return a rollback's plan with what the instance's own backups offer beside it.

        Who wants back does not wait for a cloud that does not answer: it is said instead.
        """
        with self._soon(discard) as cloud:
            return ways.added_to(plan, past, cloud, service)

    def overwrite(
        self, target: Target, number: str, confirmed: str, recorder: Recorder, cancel: Cancel
    ) -> Applied:
        """Put a backup run over the whole instance; ``confirmed`` is its name, typed."""
        work = Overwriting(
            root=self.root,
            cloud=self._until(cancel, recorder.emit),
            steady=self._until(Cancel(), recorder.emit),
            instance=self.instance,
            target=target,
        )
        with going_on_with(f"tarmac migrate restore-instance {number}"):
            return overwrite(work, number, confirmed, recorder)

    def delete(self, clone: Clone, emit: Emit, cancel: Cancel) -> None:
        """Delete a clone that was left behind."""
        cloud = self._until(cancel, emit)
        if clone.world != cloud.world:
            raise Failure(
                "clone-elsewhere",
                _("The clone {name} is not in this cloud.").format(name=clone.instance.name),
                why=_("It was made in {world}.").format(world=clone.world),
                next=clone.commands,
            )
        with going_on_with("tarmac migrate clones --delete"):
            cloning.delete(cloud, clone, CloneJournal(self.root, clone), emit)

    def close(self) -> None:
        """Close what was opened."""
        if "_cloud" in self.__dict__:
            self._cloud.close()

    @cached_property
    def _cloud(self) -> CloudSqlPort:
        from wizards.cloud.opening import open_cloud

        return open_cloud(self.sandbox)

    def _until(self, cancel: Cancel, emit: Emit) -> CloudSqlPort:
        name = self.instance.connection_name

        def says(text: str) -> None:
            emit(Event(taking.EVENT, {"state": "waiting", "instance": name, "why": text}))

        return self._cloud.until(cancel, says)

    @contextmanager
    def _soon(self, emit: Emit) -> Iterator[CloudSqlPort]:
        """Give a port that stops trying again soon: somebody waits for more than the cloud."""
        enough = Cancel()
        timer = threading.Timer(_SOON, enough.ask)
        timer.daemon = True
        timer.start()
        try:
            yield self._until(enough, emit)
        finally:
            timer.cancel()

    def _reach(self, clone: Instance) -> Tunnel:
        return opened_tunnel(clone.project, clone.region, clone.name, self.sandbox)
