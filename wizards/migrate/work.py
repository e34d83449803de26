"""What a session is asked to do, and what was learned about it before."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

from wizards.events import Json
from wizards.migrate.cloudsql.safety import Safety
from wizards.migrate.dropping import drops_data
from wizards.migrate.model import Backup, History, Rehearsal, RevisionPreview, Severity
from wizards.migrate.providers.provider import Provider, State
from wizards.migrate.target import Target


class Wish(TypedDict, total=False):
    """What may be said of a session that is started; see :meth:`Console.up`."""

    backup: Backup | None
    accept: Sequence[str]
    fail_on: Severity
    without_backup: bool
    without_copy: bool
    between: Callable[[str], bool] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What a session does: ``request`` is the agent's operation, ``previews`` its SQL.

    ``renew`` takes and proves a fresh backup, where ``backup`` was not made for this session;
    ``safety`` is what Cloud SQL keeps beside it.
    With ``between`` every revision is committed and verified before the next; it is called with
    the revision's id meanwhile, may block, may raise Cancelled, and with False ends the session.
    """

    root: Path
    kind: str
    provider: Provider
    target: Target
    history: History
    state: State
    request: Mapping[str, Json]
    previews: Sequence[RevisionPreview]
    backup: Backup | None = None
    renew: Callable[[], Backup] | None = None
    rehearsal: Rehearsal | None = None
    safety: Safety | None = None
    accepted: Sequence[str] = ()
    between: Callable[[str], bool] | None = None

    @property
    def transaction_mode(self) -> str:
        """Who commits in this session."""
        return "per_migration" if self.between else self.state.transaction_mode

    @property
    def planned(self) -> tuple[str, ...]:
        """The revisions that will run, in order."""
        return tuple(preview.id for preview in self.previews)

    @property
    def alone(self) -> tuple[str, ...]:
        """The revisions that commit something before their end, or may."""
        return tuple(
            preview.id
            for preview in self.previews
            if preview.reason or any(statement.autocommit for statement in preview.statements)
        )


def proof_of(found: Rehearsal | None) -> dict[str, Json]:
    """Return what a rehearsal proved about the way back, for the journal."""
    if found is None or found.reverts_clean is None:
        return {}
    return {
        "clean": found.reverts_clean,
        "data": found.reverts_data,
        "proofs": dict(found.proofs),
    }


def drops(work: Work) -> list[str]:
    """Return the revisions whose SQL takes data away."""
    return [preview.id for preview in work.previews if drops_data(preview.statements)]
