"""How far a dump, its proof or its copy is, as a line every now and then."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from generators.language import N_, _
from wizards.events import Event, Json

_EVERY = 10.0  # seconds between two lines: what is done sooner needs none
_WORDS = {
    "running": N_("{done} dumped; the tables have {whole}"),
    "counting": N_("{done} of {whole} tables counted"),
    "restoring": N_("{done} of about {whole} restored"),
    "copying": N_("{done} of {whole} copied"),
    "fetching": N_("{done} of {whole} fetched"),
}


@dataclass(slots=True)
class Progress:
    """Renders events: progress seldom, everything else as ``otherwise`` does."""

    otherwise: Callable[[Event], str | None]
    every: float = _EVERY
    _last: float = field(default_factory=time.monotonic)

    def __call__(self, event: Event) -> str | None:
        """Return the line of an event, None for none."""
        if event.event != "migrate.backup" or event.fields.get("state") not in _WORDS:
            if event.event == "migrate.phase":
                self._last = time.monotonic()
            return self.otherwise(event)
        if time.monotonic() - self._last < self.every:
            return None
        self._last = time.monotonic()
        words, fields = _(_WORDS[str(event.fields["state"])]), event.fields
        if "tables" in fields:
            return "  " + words.format(done=fields["tables"], whole=fields["of_tables"])
        whole = fields.get("of_bytes") or fields.get("table_bytes")
        return "  " + words.format(done=_size(fields.get("bytes")), whole=_size(whole))


def _size(count: Json) -> str:
    number = count if isinstance(count, int) else 0
    return f"{number / 1e9:.1f} GB" if number >= 10**9 else f"{number / 1e6:.0f} MB"
