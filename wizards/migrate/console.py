"""The migration console without a screen: what the app and the command line call."""

from __future__ import annotations

from pathlib import Path

from wizards.events import Emit, discard
from wizards.migrate.judged import judged
from wizards.migrate.model import History, RevisionPreview
from wizards.migrate.project import Project
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
        previews = self.project.provider(emit).preview(emit, {"to": to})
        return judged(previews, self.project.target(emit).address)

    def close(self) -> None:
        """Let go of what was opened (a tunnel)."""
        self.project.close()
