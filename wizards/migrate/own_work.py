"""What a session itself did to the rows, so that it is not taken for the work of others."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from wizards.events import Json
from wizards.migrate.messages import Message

Change = tuple[int, int, int]  # rows inserted, deleted, updated
Counts = Mapping[str, Change]  # by "schema.table"

NONE: Change = (0, 0, 0)
TRANSACTION = "select txid_current()"  # a revision writes its version anyway
CHANGES = """
select coalesce(json_object_agg(n.nspname || '.' || c.relname, json_build_array(
  pg_stat_get_xact_tuples_inserted(c.oid), pg_stat_get_xact_tuples_deleted(c.oid),
  pg_stat_get_xact_tuples_updated(c.oid))), '{}')::text
from pg_class c join pg_namespace n on n.oid = c.relnamespace
where c.relkind = 'r' and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
  and pg_stat_get_xact_tuples_inserted(c.oid) + pg_stat_get_xact_tuples_deleted(c.oid)
      + pg_stat_get_xact_tuples_updated(c.oid) > 0
"""


@dataclass(frozen=True, slots=True)
class OwnWork:
    """The session's transactions (32-bit ids, as rows carry them) and its net row changes."""

    transactions: frozenset[int] = frozenset()
    changes: Counts = field(default_factory=dict)

    def as_json(self) -> dict[str, Json]:
        """Return the object a journal keeps."""
        changes: dict[str, Json] = {name: list(one) for name, one in self.changes.items()}
        return {"transactions": sorted(self.transactions), "changes": changes}

    @classmethod
    def of_json(cls, said: Message) -> OwnWork:
        """Read what :meth:`as_json` wrote; nothing where there is nothing."""
        ids = said.value("transactions")
        return cls(
            frozenset(int(str(one)) for one in ids) if isinstance(ids, list) else frozenset(),
            _counts(said.value("changes")),
        )

    @classmethod
    def together(cls, parts: Iterable[OwnWork]) -> OwnWork:
        """Return the sum of several runs."""
        transactions: set[int] = set()
        changes: dict[str, Change] = {}
        for part in parts:
            transactions |= part.transactions
            for name, (inserted, deleted, updated) in part.changes.items():
                before = changes.get(name, NONE)
                changes[name] = (before[0] + inserted, before[1] + deleted, before[2] + updated)
        return cls(frozenset(transactions), changes)


def between(before: str, after: str) -> Counts:
    """Return what happened between two samples of :data:`CHANGES` in one transaction."""
    first, last = (_counts(json.loads(text) if text else None) for text in (before, after))
    found = {
        name: (now[0] - was[0], now[1] - was[1], now[2] - was[2])
        for name, now in last.items()
        for was in [first.get(name, NONE)]
    }
    return {name: change for name, change in found.items() if any(change)}


def _counts(said: Json) -> dict[str, Change]:
    if not isinstance(said, Mapping):
        return {}
    return {
        str(name): (int(str(one[0])), int(str(one[1])), int(str(one[2])))
        for name, one in said.items()
        if isinstance(one, list) and len(one) == len(NONE)
    }
