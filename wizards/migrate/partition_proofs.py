"""Do a table's CHECKs prove the bounds it is attached with? The planner is asked, nothing is read.

ATTACH PARTITION skips reading the table where its constraints imply the bounds; the planner drops
a scan for rows outside the bounds by the same reasoning (constraint_exclusion).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from wizards.migrate.review.bounds import inside
from wizards.migrate.review.catalogue import Facts
from wizards.migrate.review.libpg import pb
from wizards.migrate.review.names import Name, of_range
from wizards.migrate.review.sql import Parsed

if TYPE_CHECKING:
    from psycopg import Connection

    Server = Connection[tuple[Any, ...]]

EXCLUDED = "One-Time Filter: false"


def proved_bounds(
    connection: Server, parsed: Iterable[Parsed], facts: Facts
) -> frozenset[tuple[Name, Name]]:
    """Return the (parent, child) pairs whose ATTACH PARTITION has nothing to read."""
    from psycopg import Error

    found = set()
    for parent, child, bound in _attached(parsed):
        condition = inside(facts.tables.get(parent), bound, ())
        if not condition or bound.is_default or child not in facts.tables:
            continue
        try:
            with connection.transaction():
                connection.execute("SET LOCAL constraint_exclusion = on")
                plan = connection.execute(
                    f"EXPLAIN (COSTS OFF) SELECT 1 FROM {child.sql} AS r "
                    f"WHERE NOT ({condition})".encode()
                ).fetchall()
        except Error:
            continue
        if any(EXCLUDED in str(line[0]) for line in plan):
            found.add((parent, child))
    return frozenset(found)


def _attached(parsed: Iterable[Parsed]) -> Iterator[tuple[Name, Name, pb.PartitionBoundSpec]]:
    for one in parsed:
        node: Any = one.node
        if one.kind != "alter_table_stmt" or node is None:
            continue
        for item in node.cmds:
            if item.alter_table_cmd.subtype == pb.AT_AttachPartition:
                command = getattr(item.alter_table_cmd, "def").partition_cmd
                yield of_range(node.relation), of_range(command.name), command.bound
