"""The migration console of the environment in use, one per environment, made when needed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from wizards.cancel import Cancel
from wizards.events import Emit
from wizards.migrate.model import (
    Applied,
    Backup,
    History,
    Interrupted,
    Rehearsal,
    RevisionPreview,
    RollbackPlan,
    SessionRecord,
)
from wizards.plan import Check

if TYPE_CHECKING:
    from tui.context import Context
    from wizards.migrate.cloudsql.side import CloudSide
    from wizards.migrate.console import Console
    from wizards.migrate.situation import Situation
    from wizards.migrate.watching import Watched

BETWEEN = " · "
"""Between an environment and one of several streams, as people choose them."""


class MigrateEngine:
    """What the migrate screen needs, over :class:`wizards.migrate.console.Console`."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._consoles: dict[tuple[str | None, str], Console] = {}
        self.environment = context.env
        self._stream: str | None = None

    def environments(self) -> Mapping[str, bool]:
        """Return every environment of tarmac.toml with whether it is protected.

        With several [migrations.NAME] each environment is there once for each of them.
        """
        blueprint = self._context.blueprint_or_none()
        if blueprint is None:
            return {}
        known = {name: found.protected for name, found in blueprint.environments.items()}
        streams = self._streams()
        if not streams:
            return known
        return {
            f"{name}{BETWEEN}{stream}" if name else stream: protected
            for name, protected in (known or {"": False}).items()
            for stream in streams
        }

    def choose(self, environment: str) -> None:
        """Work on another environment, or another stream of it, from now on."""
        if self._streams():
            environment, _between, self._stream = environment.rpartition(BETWEEN)
        self.environment = environment or None

    def _streams(self) -> list[str]:
        """The names of the streams that can be migrated here, [] where there is only one."""
        blueprint = self._context.blueprint_or_none()
        known = blueprint.migrations if blueprint is not None else {}
        found = [name for name, one in known.items() if not one.job_only]
        return found if len(found) > 1 else []

    @property
    def stream(self) -> str:
        """The stream in use: the one chosen, else the first that can be migrated here."""
        if self._stream is None:
            self._stream = self._context.stream or next(iter(self._streams()), "")
        return self._stream

    def target(self) -> tuple[str, bool]:
        """Return the target's name and whether it is protected."""
        console = self.console()
        return console.target_name, console.protected

    def console(self) -> Console:
        """Return the console of the environment in use."""
        key = (self.environment, self.stream)
        if key not in self._consoles:
            from wizards.migrate.console import Console

            self._consoles[key] = Console(
                self._context.root,
                self.environment,
                config=self._context.config,
                stream=self.stream,
                sandbox=self._context.sandbox_address(),
            )
        return self._consoles[key]

    def history(self, emit: Emit) -> History:
        """Return revisions, heads and what is applied."""
        return self.console().history(emit)

    def preview(self, emit: Emit) -> tuple[RevisionPreview, ...]:
        """Return the pending SQL with findings and the facts of this moment."""
        return self.console().preview(emit, fresh=True)

    def interrupted(self) -> Interrupted | None:
        """Return the session that never ended, if there is one."""
        return self.console().interrupted()

    def ended(self, session: str) -> bool:
        """Say whether a session has come to an end."""
        return any(one.id == session and one.outcome for one in self.console().sessions())

    def recover(
        self, found: Interrupted, emit: Emit, cancel: Cancel, *, keep: bool = False
    ) -> Applied:
        """Bring an interrupted session to an end; ``keep`` leaves the database as it is."""
        return self.console().recover(found, emit, cancel, keep=keep)

    def backups(self) -> list[Backup]:
        """Return the backups of the target, newest first."""
        return sorted(self.console().backups(), key=lambda one: one.taken_at, reverse=True)

    def cloud_side(self, emit: Emit) -> CloudSide | None:
        """Return what Cloud SQL keeps for the target, None where it is not on Cloud SQL."""
        cloud = self.console().project.cloud_sql(emit)
        return cloud.side() if cloud is not None else None

    def backup(self, emit: Emit, cancel: Cancel) -> Backup:
        """Dump the target and verify the dump by restoring it to scratch."""
        return self.console().backup(emit, cancel)

    def rehearse(self, emit: Emit, cancel: Cancel, backup: Backup | None, to: str) -> Rehearsal:
        """Run the pending revisions up to ``to`` on a scratch database."""
        return self.console().rehearse(emit, cancel, backup=backup, to=to)

    def rehearse_on_clone(self, emit: Emit, cancel: Cancel) -> Rehearsal:
        """Run the pending revisions on a clone of the Cloud SQL instance, then delete it."""
        return self.console().rehearse(emit, cancel, on_clone=True)

    def up(
        self,
        emit: Emit,
        cancel: Cancel,
        backup: Backup | None,
        to: str,
        accept: Sequence[str],
        between: Callable[[str], bool] | None = None,
    ) -> Applied:
        """Apply the pending revisions up to ``to`` ("heads" or a revision's id).

        ``accept`` holds the acknowledged dangers as ``RULE@REVISION=REASON``; without a backup
        one is taken and proved first. With ``between`` each revision is committed and verified by
        itself, and the next waits until it returns; False ends the session there.
        """
        return self.console().up(emit, cancel, backup=backup, to=to, accept=accept, between=between)

    def rollback_plan(self) -> RollbackPlan:
        """Return what taking back would do, and what would be lost."""
        return self.console().rollback_plan()

    def rollback(
        self, plan: RollbackPlan, emit: Emit, cancel: Cancel, *, confirmed: str
    ) -> Applied:
        """Take back as planned; ``confirmed`` is the typed name of a protected target."""
        return self.console().rollback(plan, emit, cancel, confirmed=confirmed)

    def verify(self) -> list[Check]:
        """Return the checks after an apply: version, structure, counts, health."""
        return list(self.console().verify())

    def situation(self, emit: Emit, cancel: Cancel) -> Situation:
        """Return who would make a migration wait right now."""
        return self.console().situation(emit, cancel)

    def watch(self, emit: Emit, window: Cancel, every: float) -> Watched:
        """Repeat the checks every so many seconds until the window is over."""
        return self.console().watch(emit, window, seconds=float("inf"), every=every)

    def sessions(self) -> list[SessionRecord]:
        """Return the sessions of the target, newest first."""
        return self.console().sessions()

    def restore(self, backup: Backup, emit: Emit, cancel: Cancel, *, confirmed: str) -> Applied:
        """Make a backup the database again; ``confirmed`` is the typed name of the target."""
        return self.console().restore(backup, emit, cancel, confirmed=confirmed)

    def resolve(self, name: str, emit: Emit, *, applied: bool) -> None:
        """Settle a failed migration of Prisma: its SQL is there, or nothing of it is."""
        self.console().resolve(name, emit, applied=applied)
