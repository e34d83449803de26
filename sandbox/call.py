"""One call of one method: who asks for what, already checked against the discovery document."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from sandbox.discovery.documents import Document, Method
from sandbox.world import World

Body = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Call:
    """``parameters`` holds those of the path and of the query; ``identity`` is an IAM member.

    ``region`` is the one in the name of a regional host (``us-central1-run``), or "".
    """

    world: World
    document: Document
    method: Method
    parameters: Body
    body: Body
    identity: str
    region: str = ""

    def text(self, name: str, default: str = "") -> str:
        """Return a parameter as text."""
        return str(self.parameters.get(name, default))

    @property
    def now(self) -> float:
        """This moment, in epoch seconds."""
        return self.world.clock.now()


Answer = Body
Handler = Callable[[Call], Answer] | Callable[[Call], Awaitable[Answer]]


@dataclass(frozen=True, slots=True)
class Served:
    """A handler and what is checked before it: the permission, and whether the API is enabled."""

    handle: Handler
    permission: str
    enabled: bool


SERVED: dict[tuple[str, str, str], Served] = {}


class Api:
    """One API in the versions that one set of handlers serves."""

    def __init__(self, name: str, *versions: str, enabled: bool = True) -> None:
        self.name = name
        self.versions = versions
        self._enabled = enabled

    def method(self, name: str, permission: str = "") -> Callable[[Handler], Handler]:
        """Register the handler of a method by Google's id without the API's name."""

        def register(handler: Handler) -> Handler:
            for version in self.versions:
                SERVED[self.name, version, name] = Served(handler, permission, self._enabled)
            return handler

        return register
