"""The migration console without a screen: what the app and the command line call."""

from __future__ import annotations

from pathlib import Path

from wizards.cancel import Cancel
from wizards.events import Emit, Event, discard
from wizards.journal import private_folder
from wizards.migrate import backup as backups
from wizards.migrate import manifest, rehearsal
from wizards.migrate.judged import judged
from wizards.migrate.model import Backup, History, Rehearsal, RevisionPreview
from wizards.migrate.project import Project
from wizards.migrate.rehearsal import Rehearsing
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
        return self.project.provider(emit).history(emit)[0]

    def preview(self, emit: Emit = discard, *, to: str = "heads") -> tuple[RevisionPreview, ...]:
        """Return the SQL of the pending revisions, judged with facts of the live database."""
        provider = self.project.provider(emit)
        mode, previews = provider.preview(emit, {"to": to})
        return judged(
            previews,
            self.project.target(emit).address,
            transaction_mode=mode,
            rules=self.project.migrations.rules,
        )

    def backup(self, emit: Emit, cancel: Cancel) -> Backup:
        """Dump the database, then prove the dump by restoring it to a scratch."""
        return rehearsal.verify(self._rehearsing(self._dump(emit, cancel), emit), emit, cancel)

    def rehearse(
        self,
        emit: Emit,
        cancel: Cancel,
        *,
        backup: Backup | None = None,
        to: str = "heads",
    ) -> Rehearsal:
        """Run the pending revisions on a scratch made from a backup, and all the way back."""
        used = backup or self._dump(emit, cancel)
        return rehearsal.rehearse(self._rehearsing(used, emit), to, emit, cancel)

    def backups(self) -> list[Backup]:
        """Return this target's backups, the newest first."""
        return [
            one
            for one in manifest.all_in(self._folder("backups"))
            if one.target == self.target_name
        ]

    def kill(self) -> None:
        """End the project's process at once (a second Ctrl-C)."""
        self.project.kill()

    def close(self) -> None:
        """Let go of what was opened (a tunnel)."""
        self.project.close()

    def _dump(self, emit: Emit, cancel: Cancel) -> Backup:
        emit(Event("migrate.phase", {"phase": "backup", "state": "start"}))
        _history, state = self.project.provider(emit).history(emit)
        subject = backups.Subject(
            address=self.project.target(emit).address,
            target=self.target_name,
            version_table=state.table,
            current=state.heads,
        )
        taken = backups.take(subject, self._folder("backups"), emit, cancel)
        emit(Event("migrate.phase", {"phase": "backup", "state": "done"}))
        return taken

    def _rehearsing(self, used: Backup, emit: Emit) -> Rehearsing:
        return Rehearsing(
            provider=self.project.provider(emit),
            address=self.project.target(emit).address,
            backup=used,
            version_table=used.version_table,
            folder=self._folder("scratch"),
        )

    def _folder(self, name: str) -> Path:
        return private_folder(self.project.root) / name
