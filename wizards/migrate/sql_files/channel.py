"""The two descriptors of an agent: requests in, events and one result out, JSON lines."""

from __future__ import annotations

import json
import os
import threading

from wizards.events import Json
from wizards.migrate.messages import Message

ORPHANED = 75
"""Exit status when Tarmac itself went away."""


class Channel:
    """Speaks the protocol of :mod:`wizards.migrate.agent` from Tarmac's own interpreter."""

    def __init__(self, incoming: int, outgoing: int) -> None:
        for descriptor in (incoming, outgoing):
            os.set_inheritable(descriptor, False)
        self._in = os.fdopen(incoming, encoding="utf-8")
        self._out = os.fdopen(outgoing, "w", encoding="utf-8", buffering=1)
        self._lock = threading.Lock()
        self._sequence = 0
        self.cancelled, self._allowed = threading.Event(), threading.Event()

    def event(self, name: str, **fields: Json) -> None:
        """Tell what happened."""
        self._send({**fields, "ev": name, "t": "ev"})

    def result(self, **fields: Json) -> None:
        """End the operation."""
        self._send({**fields, "t": "res"})

    def _send(self, fields: dict[str, Json]) -> None:
        with self._lock:
            self._sequence += 1
            self._out.write(json.dumps({**fields, "seq": self._sequence}) + "\n")
            self._out.flush()

    def receive(self) -> Message:
        """Return the request, then listen for a cancel or for Tarmac's end on the side."""
        request = Message.parse(self._in.readline() or "{}")
        threading.Thread(target=self._listen, daemon=True).start()
        return request

    def _listen(self) -> None:
        for line in self._in:
            said = Message.parse(line).text("op")
            if said == "cancel":
                self.cancelled.set()
            if said in ("cancel", "go"):
                self._allowed.set()
        os._exit(ORPHANED)

    def pause(self) -> None:
        """Wait for "go"; a cancel is a way to go on that the next look at it stops."""
        self._allowed.wait()
        self._allowed.clear()
