"""Databases that restores put aside: named until somebody drops them, never dropped here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from generators.language import _
from wizards.plan import Check

if TYPE_CHECKING:
    from wizards.postgres.connection import Connection

_KEPT = """
select datname::text,
       case when has_database_privilege(oid, 'CONNECT') then pg_database_size(oid) else 0 end
from pg_database
where starts_with(datname::text, left(current_database()::text, 40) || '_tarmac_before_')
order by 1
"""


def check(connection: Connection) -> Check | None:
    """Return what is kept beside this database, None when nothing is."""
    found = [(str(name), int(str(size))) for name, size in connection.execute(_KEPT).fetchall()]
    if not found:
        return None
    names = ", ".join(f"{name} ({size / 1e6:.0f} MB)" for name, size in found)
    return Check(
        id="kept",
        title=_("Kept"),
        level="ok",
        says=_("an earlier restore put aside {names}").format(names=names),
        fix=f'DROP DATABASE "{found[0][0]}";',
    )
