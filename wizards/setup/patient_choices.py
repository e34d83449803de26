"""Lists of choices that nobody has to wait for: asked ahead, given up on after a moment."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from generators.language import _
from wizards.failures import Failure
from wizards.question import Choice, Known, Value

PATIENCE = 4.0
"""Seconds that a person waits for a list at most."""

Ask = Callable[[str, Known], Sequence[Choice]]


@dataclass
class _List:
    there: threading.Event = field(default_factory=threading.Event)
    choices: Sequence[Choice] = ()
    failure: Failure | None = None


class PatientChoices:
    """Asks in threads; a slow list is given up on and used when it has come after all."""

    def __init__(self, ask: Ask, patience: float = PATIENCE) -> None:
        self._ask = ask
        self._patience = patience
        self._lists: dict[tuple[Value, ...], _List] = {}

    def ahead(self, *names: str) -> None:
        """Start asking for lists that depend on no answer."""
        for name in names:
            self._start(name, {})

    def __call__(self, name: str, known: Known) -> Sequence[Choice]:
        """Return the choices; raises the failure of the asking, or one that says it is slow."""
        found = self._start(name, known)
        if not found.there.wait(self._patience):
            raise Failure("slow", _("no answer in {seconds} s").format(seconds=int(self._patience)))
        if found.failure is not None:
            raise found.failure
        return found.choices

    def _start(self, name: str, known: Known) -> _List:
        depends = ("project.id", "project.region", "database.edition") if name == "tiers" else ()
        key = (name, *(known.get(one) for one in depends))
        found = self._lists.get(key)
        if found is None or found.failure is not None:
            found = self._lists[key] = _List()
            asking = threading.Thread(target=self._fill, args=(found, name, known), daemon=True)
            asking.start()
        return found

    def _fill(self, found: _List, name: str, known: Known) -> None:
        try:
            found.choices = self._ask(name, known)
        except Failure as failure:
            found.failure = failure
        finally:
            found.there.set()
