"""The indexes a plan has made so far, found by their table and by their leading columns."""

from __future__ import annotations

from typing import NamedTuple

from wizards.migrate.review.names import Name


class MadeIndex(NamedTuple):
    """An index made earlier in the plan; ``columns`` holds "" for an expression."""

    table: Name
    columns: tuple[str, ...]
    unique: bool


class MadeIndexes:
    """Every question is answered in the time of one look-up, however long the plan is."""

    def __init__(self) -> None:
        self._made: dict[Name, MadeIndex] = {}
        self._on: dict[Name, dict[Name, None]] = {}
        self._starts: dict[tuple[Name, tuple[str, ...]], dict[Name, None]] = {}
        self._covers: dict[tuple[Name, frozenset[str]], int] = {}

    def add(self, name: Name, made: MadeIndex) -> None:
        """Remember an index."""
        self.drop(name)
        self._made[name] = made
        self._on.setdefault(made.table, {})[name] = None
        for prefix in _prefixes(made.columns):
            self._starts.setdefault((made.table, prefix), {})[name] = None
            key = (made.table, frozenset(prefix))
            self._covers[key] = self._covers.get(key, 0) + 1

    def drop(self, name: Name) -> MadeIndex | None:
        """Forget an index and return what it was, None where the plan did not make it."""
        made = self._made.pop(name, None)
        if made is None:
            return None
        self._on[made.table].pop(name, None)
        for prefix in _prefixes(made.columns):
            self._starts[(made.table, prefix)].pop(name, None)
            self._covers[(made.table, frozenset(prefix))] -= 1
        return made

    def get(self, name: Name) -> MadeIndex | None:
        """Return an index of the plan."""
        return self._made.get(name)

    def on(self, table: Name) -> list[Name]:
        """Return the names of a table's indexes."""
        return list(self._on.get(table, ()))

    def starting_with(self, table: Name, columns: tuple[str, ...]) -> Name | None:
        """Return an index of the table that starts with these columns in this order."""
        return next(iter(self._starts.get((table, columns), ())), None)

    def covers(self, table: Name, columns: frozenset[str]) -> bool:
        """Whether an index of the table starts with these columns in any order."""
        return self._covers.get((table, columns), 0) > 0

    def move(self, old: Name, new: Name) -> None:
        """Follow a table to its new name."""
        for name in self.on(old):
            made = self.drop(name)
            if made is not None:
                self.add(name, made._replace(table=new))


def _prefixes(columns: tuple[str, ...]) -> list[tuple[str, ...]]:
    return [columns[: length + 1] for length in range(len(columns))]
