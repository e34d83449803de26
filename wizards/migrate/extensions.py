"""Extensions that a role could not create again in another database of the same server."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wizards.postgres.connection import Connection

# Managed servers let these roles create what elsewhere only a superuser may. "trusted" is read as
# JSON because PostgreSQL 12 has no such column.
_NOT_REMADE = """
select e.extname::text from pg_extension e
join pg_available_extensions a on a.name = e.extname
join pg_available_extension_versions v on v.name = e.extname and v.version = a.default_version
where e.extname <> 'plpgsql' and v.superuser
and not coalesce((to_jsonb(v) ->> 'trusted')::boolean, false)
and not (select rolsuper from pg_roles where rolname = current_user)
and not exists (select 1 from pg_roles m where m.rolname in (
  'cloudsqlsuperuser', 'rds_superuser', 'neon_superuser', 'azure_pg_admin', 'alloydbsuperuser')
  and pg_has_role(current_user, m.oid, 'member'))
order by 1
"""


def not_remade(connection: Connection) -> tuple[str, ...]:
    """Return the database's extensions that the connected role may not create, by name."""
    return tuple(str(name) for (name,) in connection.execute(_NOT_REMADE).fetchall())
