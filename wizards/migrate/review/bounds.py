"""The bounds of a partition as a condition on its rows (``r``)."""

from __future__ import annotations

from collections.abc import Iterable

from wizards.migrate.review.catalogue import Table
from wizards.migrate.review.libpg import pb
from wizards.migrate.review.names import literal, quoted
from wizards.migrate.review.rules.columns import expression_sql

_OPEN = frozenset({"minvalue", "maxvalue"})


def inside(parent: Table | None, bound: pb.PartitionBoundSpec, siblings: Iterable[Table]) -> str:
    """What is true of every row of the partition, "" where that cannot be written.

    ``siblings`` are the partitions that there are: what DEFAULT takes is in none of them.
    """
    if parent is None:
        return ""
    if bound.is_default:
        others = [f"({one.bounds})" for one in siblings if one.bounds]
        return f"({' OR '.join(others)}) IS NOT TRUE" if others else "true"
    columns = [f"r.{quoted(one)}" for one in parent.partition_columns]
    if not columns:
        return ""
    if bound.strategy == "h":
        table = literal(parent.name.sql) + "::regclass"
        numbers = f"{bound.modulus}, {bound.remainder}"
        return f"satisfies_hash_partition({table}, {numbers}, {', '.join(columns)})"
    return _listed(columns[0], bound) if bound.strategy == "l" else _range(columns, bound)


def _listed(column: str, bound: pb.PartitionBoundSpec) -> str:
    values = [expression_sql(one) for one in bound.listdatums]
    listed = ", ".join(one for one in values if one.upper() != "NULL")
    known = f"{column} IS NOT NULL AND {column} IN ({listed})"
    if len(values) == 1 and listed:
        known = f"{column} IS NOT NULL AND {column} = {listed}"
    if all(one.upper() != "NULL" for one in values):
        return known
    return f"({column} IS NULL OR {known})" if listed else f"{column} IS NULL"


def _range(columns: list[str], bound: pb.PartitionBoundSpec) -> str:
    low = [expression_sql(one) for one in bound.lowerdatums]
    high = [expression_sql(one) for one in bound.upperdatums]
    if len(low) != len(columns) or len(high) != len(columns):
        return ""
    parts = [f"{column} IS NOT NULL" for column in columns]
    for sign, values in ((">=", low), ("<", high)):
        closed = next((n for n, one in enumerate(values) if one.lower() in _OPEN), len(values))
        if closed == 0:
            continue
        if closed < len(values):
            # (a, MINVALUE) starts where a does, (a, MAXVALUE) ends where a ends.
            above = values[closed].lower() == "maxvalue"
            sign = {">=": ">" if above else ">=", "<": "<=" if above else "<"}[sign]
        left, right = ", ".join(columns[:closed]), ", ".join(values[:closed])
        parts.append(f"{left} {sign} {right}" if closed == 1 else f"({left}) {sign} ({right})")
    return " AND ".join(parts)
