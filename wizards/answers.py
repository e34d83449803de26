"""Answers in layers, each value with its provenance."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum

from generators.language import _
from wizards.question import Value


class Layer(IntEnum):
    """Where an answer came from; a lower number wins."""

    TYPED = 0
    FLAG = 1
    FILE = 2
    BLUEPRINT = 3
    DISCOVERED = 4
    LAST_RUN = 5
    DEFAULT = 6


@dataclass(frozen=True, slots=True)
class Answer:
    """A value, the layer it stands in and the words for its source ("gcloud config")."""

    value: Value
    layer: Layer
    source: str = ""

    @property
    def provenance(self) -> str:
        """The words a person reads after the value."""
        if self.source:
            return _("from {source}").format(source=self.source)
        return {
            Layer.TYPED: _("you"),
            Layer.FLAG: _("from a flag"),
            Layer.FILE: _("from the answers file"),
            Layer.BLUEPRINT: _("from tarmac.toml"),
            Layer.DISCOVERED: _("found"),
            Layer.LAST_RUN: _("from the last run"),
            Layer.DEFAULT: _("proposal"),
        }[self.layer]


class Answers(Mapping[str, Value]):
    """A read-only view of the winning values; :meth:`give` adds one to a layer."""

    def __init__(self) -> None:
        self._layers: dict[Layer, dict[str, Answer]] = {layer: {} for layer in Layer}

    def give(self, key: str, value: Value, layer: Layer, source: str = "") -> None:
        """Set a key's value in one layer."""
        self._layers[layer][key] = Answer(value, layer, source)

    def take_back(self, key: str, layer: Layer = Layer.TYPED) -> None:
        """Remove a key from one layer, if it is there."""
        self._layers[layer].pop(key, None)

    def answer(self, key: str) -> Answer | None:
        """Return the winning answer with its provenance, or None."""
        for layer in Layer:
            if key in self._layers[layer]:
                return self._layers[layer][key]
        return None

    def __getitem__(self, key: str) -> Value:
        found = self.answer(key)
        if found is None:
            raise KeyError(key)
        return found.value

    def __iter__(self) -> Iterator[str]:
        seen = dict.fromkeys(key for layer in Layer for key in self._layers[layer])
        return iter(seen)

    def __len__(self) -> int:
        return len({key for layer in Layer for key in self._layers[layer]})
