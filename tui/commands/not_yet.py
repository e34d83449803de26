"""Commands that are planned: they say so, with exit 2, and pretend nothing."""

from __future__ import annotations

from typing import NoReturn

from generators.language import _
from wizards.failures import UsageFailure


def not_available_yet(command: str, instead: tuple[str, ...] = ()) -> NoReturn:
    """End a command that is not built yet, naming what serves in the meantime."""
    raise UsageFailure(
        "not-available-yet",
        _("“{command}” is not available yet").format(command=f"tarmac {command}"),
        why=_("it is planned; nothing was done"),
        next=instead,
    )
