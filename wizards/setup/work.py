"""What a resource is handed while it is being made."""

from __future__ import annotations

from collections.abc import Callable, MutableMapping
from dataclasses import dataclass, field
from math import inf

from wizards.cloud.port import Cloud
from wizards.cloud.things import OperationName
from wizards.plan import Action, FieldDiff


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """The cloud (bound to the cancel), a voice, a journal, and secret values in memory only.

    ``values`` maps the variable of a secret to its value; its repr is hidden. ``attended`` says
    whether somebody watches who could be asked for something outside of this program.
    """

    cloud: Cloud
    says: Callable[[str], None]
    journal: Callable[[OperationName], None]
    values: MutableMapping[str, str] = field(repr=False)
    begins: Callable[[Action, tuple[FieldDiff, ...]], None] = lambda _action, _diff: None
    """Journals what a look found, before the write that it leads to."""
    refused: Callable[[], None] = lambda: None
    """Journals that nothing of that write was done."""
    wrote: Callable[[FieldDiff], None] = lambda _part: None
    """Journals something whose name only the answer told, like the number of a version."""
    opened: Action | None = None
    """What an earlier run had begun here without saying how it ended."""
    attended: bool = True
    granted: Callable[[], float] = lambda: inf
    """The cloud's seconds since this run gave the last grant that the resource needs."""

    def finish(self, operation: OperationName) -> None:
        """Journal an operation's name, then wait until it is done."""
        self.journal(operation)
        self.cloud.wait(operation)
