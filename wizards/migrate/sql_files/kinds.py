"""Which ledger a kind has, and what a ledger's table says is applied."""

from __future__ import annotations

from typing import LiteralString

from wizards.migrate.sql_files.ledgers import Dbmate, GolangMigrate, Ledger, Pairs
from wizards.migrate.sql_files.prisma import Prisma

KINDS: dict[str, type[Ledger]] = {one.kind: one for one in (Prisma, Dbmate, GolangMigrate, Pairs)}


def applied_query(table: str) -> LiteralString | None:
    """Return the SELECT of the applied ids for a ledger's table ({} = it); None = Alembic's.

    golang-migrate's table has dbmate's name; a version that it calls dirty is no version.
    """
    return {
        Prisma.table: (
            "select migration_name from {} where finished_at is not null and rolled_back_at is null"
        ),
        Pairs.table: "select id from {}",
        Dbmate.table: (
            "select version::text || case when to_jsonb(l) ->> 'dirty' = 'true'"
            " then ' (dirty)' else '' end from {} l"
        ),
    }.get(table.rpartition(".")[2])
