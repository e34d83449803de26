"""Faults on command: the next calls fail in a chosen way, so that clients show what they do."""

from __future__ import annotations

import random
import re
from dataclasses import asdict, dataclass, field
from typing import Any

from sandbox.errors import BY_CODE, ApiError, bad_request, error_info
from sandbox.store import Store

KIND = "fault"


@dataclass(frozen=True, slots=True)
class Fault:
    """What happens to calls that match ``method`` (a regular expression over id, verb and path).

    ``kind`` is status, timeout, reset or slow; ``times`` is how often it still happens (0: always);
    ``skip`` is how many matching calls pass before the first that it happens to; ``rate`` is the
    chance per call; ``after`` lets the call take effect before its answer is lost. ``details`` and
    ``metadata`` go into the error; ``body`` replaces it: JSON is sent as JSON, a text as it is (as
    a proxy's page would come), with ``headers`` beside it.
    """

    id: str
    method: str
    kind: str
    times: int = 1
    hit: int = 0
    status: int = 503
    reason: str = ""
    domain: str = "googleapis.com"
    message: str = ""
    metadata: dict[str, str] = field(default_factory=dict)
    details: list[dict[str, Any]] = field(default_factory=list)
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    retry_after: float | None = None
    seconds: float = 0.0
    rate: float = 1.0
    seed: int = 0
    after: bool = False
    skip: int = 0

    @property
    def cuts(self) -> bool:
        """Whether the client gets no answer at all."""
        return self.kind in ("reset", "timeout")

    def error(self) -> ApiError:
        """Return the error it answers with."""
        name = BY_CODE.get(self.status, "INTERNAL")
        info = [error_info(self.reason, self.domain, self.metadata)] if self.reason else []
        details = [*info, *self.details]
        message = self.message or f"Injected fault {self.id}."
        return ApiError(name, message, details=details, code=self.status, legacy=self.reason)


class Faults:
    """The faults in force, kept in the store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def add(self, wanted: dict[str, Any]) -> Fault:
        """Add a fault from its JSON form and return it."""
        number = str(self._store.next("faults"))
        try:
            fault = Fault(**{**wanted, "id": number})
            re.compile(fault.method)
        except (TypeError, re.error) as wrong:
            raise bad_request(f"That is no fault: {wrong}") from None
        if fault.kind not in ("status", "timeout", "reset", "slow"):
            raise bad_request(f"There is no kind of fault called {fault.kind}.")
        self._store.put(KIND, number, asdict(fault))
        return fault

    def all(self) -> list[Fault]:
        """Return the faults in force, the oldest first."""
        return [Fault(**body) for body in self._store.all(KIND)]

    def clear(self) -> None:
        """Take every fault away."""
        self._store.delete_below(KIND, "")

    def strike(self, call: str) -> Fault | None:
        """Return the fault that a call (``id VERB path``) meets, and count it."""
        for fault in self.all():
            spent = fault.times and fault.hit >= fault.times
            if spent or not re.search(fault.method, call):
                continue
            tried = self._store.next(f"fault-{fault.id}-tries")
            if tried <= fault.skip:
                continue
            if random.Random(f"{fault.seed} {tried}").random() >= fault.rate:
                continue
            self._store.put(KIND, fault.id, {**asdict(fault), "hit": fault.hit + 1})
            return fault
        return None
