"""What a resource is handed while it is being made."""

from __future__ import annotations

from collections.abc import Callable, MutableMapping
from dataclasses import dataclass, field

from wizards.cloud.port import Cloud
from wizards.cloud.things import OperationName


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
    attended: bool = True

    def finish(self, operation: OperationName) -> None:
        """Journal an operation's name, then wait until it is done."""
        self.journal(operation)
        self.cloud.wait(operation)
