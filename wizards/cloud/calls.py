"""What the files of every service share: the clients and the way to call them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from wizards.cloud.clients import TIMEOUT, Clients
from wizards.cloud.failing import CloudFailure
from wizards.cloud.retrying import Caller, Effect

T = TypeVar("T")

# Google's own retries are off: ours know which calls may be made twice.
ONCE: Mapping[str, Any] = {"timeout": TIMEOUT, "retry": None}


def name_of(value: Any) -> str:
    """Return an enum value's name; one that this client does not know yet is a bare number."""
    return str(getattr(value, "name", value))


class Calls:
    """Clients plus caller; the services' classes add methods to it."""

    def __init__(self, clients: Clients, caller: Caller) -> None:
        self._clients = clients
        self._caller = caller

    def _read(self, name: str, send: Callable[[], T]) -> T:
        return self._caller.call(name, Effect.READ, send)

    def _find(self, name: str, send: Callable[[], T], absent: tuple[int, ...] = (404,)) -> T | None:
        """Read something that may not be there."""
        try:
            return self._read(name, send)
        except CloudFailure as failure:
            if failure.status in absent and failure.code in ("absent", "permission-denied"):
                return None
            raise

    def _write(self, name: str, send: Callable[[], T], effect: Effect = Effect.SAME) -> T:
        return self._caller.call(name, effect, send)
