"""The decision table: from what is true to the way back (pure; nothing is touched here)."""

from __future__ import annotations

from dataclasses import dataclass

from generators.language import _
from wizards.migrate.model import Backup, Decision
from wizards.migrate.standing import Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known when somebody wants back to the start of a session.

    ``committed`` are whole revisions that are stamped now and were not at the start, ``removed``
    those that were stamped at the start and are not any more; ``partial``
    says that a revision left something behind without being stamped; ``proved`` that undoing
    exactly these revisions gave the start's structure and data on a scratch; ``drops`` that the
    upgrade dropped or deleted data; ``irreversible`` names a revision without a downgrade.
    """

    start: Standing
    now: Standing
    committed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    partial: bool = False
    proved: bool | None = None
    drops: bool = False
    irreversible: str = ""
    backup: Backup | None = None


def decide(facts: Facts) -> tuple[Decision, str]:
    """Return the way back to the start and why it is this one."""
    if facts.now == facts.start and not facts.partial:
        return Decision.NOTHING, _("The database is exactly as it was at the start.")
    why = _against_downgrade(facts)
    if not why:
        return Decision.DOWNGRADE, _(
            "The way back was proved on a scratch: structure and rows were the start's again."
        )
    if facts.backup is not None and facts.backup.verified:
        return Decision.RESTORE, why
    return Decision.REFUSE, _("{why} There is no verified backup of this session.").format(why=why)


def _against_downgrade(facts: Facts) -> str:
    """Return why the revisions' own downgrades will not do, "" when they will."""
    if facts.removed:
        return _(
            "Revisions were taken down: {names}. Only a backup brings their data back."
        ).format(names=", ".join(facts.removed))
    if facts.partial or not facts.committed:
        return _(
            "A revision was left half-way: it is not stamped, so no downgrade can take it back."
        )
    if facts.irreversible:
        return _("The revision {revision} has no working downgrade.").format(
            revision=facts.irreversible
        )
    if facts.drops:
        return _("The upgrade dropped data; a downgrade brings the structure back, not the rows.")
    if facts.proved is None:
        return _("The way back was not proved by a rehearsal.")
    if not facts.proved:
        return _("In the rehearsal the downgrade did not give back the start.")
    return ""
