"""What the agent says, read with types: one JSON object per line."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from wizards.events import Json


@dataclass(frozen=True, slots=True)
class Message:
    """A JSON object whose fields are read by the type they should have; absent ones are empty."""

    fields: Mapping[str, Json]

    @classmethod
    def parse(cls, line: str) -> Message:
        """Read one line; a line that is no JSON object raises ValueError."""
        value = json.loads(line)
        if not isinstance(value, dict):
            raise ValueError(line)
        return cls(value)

    @property
    def name(self) -> str:
        """The event's name, or "" for a result."""
        return self.text("ev")

    @property
    def is_result(self) -> bool:
        """Whether this line ends the operation."""
        return self.text("t") == "res"

    def value(self, name: str) -> Json:
        """Return a field as it came."""
        return self.fields.get(name)

    def text(self, name: str) -> str:
        """Return a field as text."""
        value = self.fields.get(name)
        return "" if value is None else str(value)

    def flag(self, name: str) -> bool:
        """Return a field as yes or no."""
        return bool(self.fields.get(name))

    def number(self, name: str) -> float:
        """Return a field as a number, 0 when absent."""
        value = self.fields.get(name)
        return float(value) if isinstance(value, (int, float)) else 0.0

    def whole(self, name: str) -> int | None:
        """Return a field as a whole number, None when absent."""
        value = self.fields.get(name)
        return int(value) if isinstance(value, (int, float)) else None

    def texts(self, name: str) -> tuple[str, ...]:
        """Return a field as a tuple of texts."""
        value = self.fields.get(name)
        return tuple(str(part) for part in value) if isinstance(value, list) else ()

    def part(self, name: str) -> Message:
        """Return an object inside this one, empty when absent."""
        value = self.fields.get(name)
        return Message(cast(Mapping[str, Json], value) if isinstance(value, dict) else {})

    def parts(self, name: str) -> tuple[Message, ...]:
        """Return a list of objects inside this one."""
        value = self.fields.get(name)
        if not isinstance(value, list):
            return ()
        return tuple(Message(part) for part in value if isinstance(part, dict))
