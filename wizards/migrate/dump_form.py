"""One file or a folder that several jobs write at once: which of the two is the faster dump."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from wizards.blueprint import Migrations

if TYPE_CHECKING:
    from wizards.postgres.connection import Connection

_SMALLEST = 256 << 20  # bytes of tables below which more connections cost more than they save
_SPREAD = 0.75  # one table with more of the whole than this keeps one job busy alone
_MOST_JOBS = 4
_SIZES = """
select coalesce(sum(pg_table_size(c.oid)), 0)::bigint,
       coalesce(max(pg_table_size(c.oid)), 0)::bigint
from pg_class c join pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('r', 'm') and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
"""


@dataclass(frozen=True, slots=True)
class Sizes:
    """Bytes of all tables, and of the largest one."""

    whole: int
    largest: int


@dataclass(frozen=True, slots=True)
class Form:
    """How a dump is written; one job is the custom format, or a folder written by one."""

    directory: bool = False
    jobs: int = 1

    def options(self) -> tuple[str, ...]:
        """Return pg_dump's options."""
        if not self.directory:
            return ("--format=custom",)
        return ("--format=directory", f"--jobs={self.jobs}")


def sizes(connection: Connection) -> Sizes:
    """Return how large the tables of a database are, without their indexes."""
    row = connection.execute(_SIZES).fetchone()
    return Sizes(*(int(str(one)) for one in row or (0, 0)))


def chosen(migrations: Migrations | None, found: Sizes) -> Form:
    """Return what ``backup_format`` and ``backup_jobs`` ask for, else what should be faster.

    pg_dump gives one table to one job: a folder pays where the data is spread over tables, there
    is much of it, and there are cores for more than one compressor.
    """
    cores = os.cpu_count() or 1
    jobs = (migrations.backup_jobs if migrations else 0) or min(cores, _MOST_JOBS)
    wanted = migrations.backup_format if migrations else ""
    if wanted:
        return Form(True, jobs) if wanted == "directory" else Form()
    spread = found.whole >= _SMALLEST and found.largest <= found.whole * _SPREAD
    return Form(True, jobs) if spread and jobs > 1 and cores > 1 else Form()
