"""Whole databases: made like another, dropped, and what belongs to the name rather than to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from psycopg.sql import Composable, Composed

    from wizards.postgres.connection import Connection

_LIKE = """
select pg_encoding_to_char(encoding)::text, datcollate::text, datctype::text,
       to_jsonb(d) ->> 'datlocprovider',
       coalesce(to_jsonb(d) ->> 'datlocale', to_jsonb(d) ->> 'daticulocale'),
       pg_get_userbyid(datdba)::text, datconnlimit
from pg_database d where datname = %s
"""
_SETTINGS = """
select coalesce(r.rolname, '')::text, c from pg_db_role_setting s
left join pg_roles r on r.oid = s.setrole, unnest(s.setconfig) c
where s.setdatabase = (select oid from pg_database where datname = %s)
"""
_GRANTS = """
select coalesce(g.rolname, '')::text, a.privilege_type::text, a.is_grantable
from pg_database d, aclexplode(d.datacl) a left join pg_roles g on g.oid = a.grantee
where d.datname = %s
"""
_STARTS_WITH = """
select name, current_setting(name) from pg_settings
where source in ('database', 'user', 'database user') and context = 'user'
and name not in ('default_transaction_read_only', 'role', 'default_tablespace', 'temp_tablespaces')
union
select own.name, current_setting(own.name, true)
from pg_db_role_setting s, unnest(s.setconfig) c, split_part(c, '=', 1) own(name)
where s.setdatabase in (0, (select oid from pg_database where datname = current_database()))
and s.setrole in (0, (select oid from pg_roles where rolname = current_user))
and own.name like '%.%' and not exists (select 1 from pg_settings p where p.name = own.name)
and current_setting(own.name, true) is not null
"""
_PRIVILEGES = ("CREATE", "CONNECT", "TEMPORARY")


@dataclass(frozen=True, slots=True)
class Belongings:
    """What a database's entry carries that no dump of it holds."""

    owner: str
    limit: int
    comment: str
    settings: tuple[tuple[str, str, str], ...]  # role or "", name, value
    grants: tuple[tuple[str, str, bool], ...] | None  # role or "" (public), privilege, grantable


def create_like(connection: Connection, model: str, name: str) -> None:
    """Create an empty database with the encoding and locale of another one."""
    from psycopg.sql import SQL, Identifier, Literal

    row = connection.execute(_LIKE, (model,)).fetchone()
    assert row is not None, model
    encoding, collate, ctype, provider, locale, _owner, _limit = row
    statement: Composed = SQL(
        "create database {} template template0 encoding {} lc_collate {} lc_ctype {}"
    ).format(Identifier(name), Literal(encoding), Literal(collate), Literal(ctype))
    if provider == "i":
        statement = SQL("{} locale_provider icu icu_locale {}").format(statement, Literal(locale))
    if provider == "b":
        statement = SQL("{} locale_provider builtin builtin_locale {}").format(
            statement, Literal(locale)
        )
    connection.execute(statement)


def session_settings(connection: Connection) -> tuple[tuple[str, str], ...]:
    """Return what a session begins with because of its database or its role: names and values."""
    found = connection.execute(_STARTS_WITH).fetchall()
    return tuple((str(name), str(given)) for name, given in found)


def begin_with(connection: Connection, name: str, settings: tuple[tuple[str, str], ...]) -> None:
    """Let every session of a database begin with such settings."""
    from psycopg.sql import SQL, Identifier

    for setting, given in settings:
        connection.execute(
            SQL("alter database {} set {} = {}").format(
                Identifier(name), Identifier(*setting.split(".")), _given(given, setting)
            )
        )


def drop(connection: Connection, name: str) -> None:
    """Drop a database, whoever is connected to it; an absent one is fine."""
    from psycopg.sql import SQL, Identifier

    terminate(connection, name)
    connection.execute(SQL("drop database if exists {}").format(Identifier(name)))


def terminate(connection: Connection, name: str) -> int:
    """End every other connection to a database and return how many there were."""
    rows = connection.execute(
        "select pg_terminate_backend(pid) from pg_stat_activity"
        " where datname = %s and pid <> pg_backend_pid()",
        (name,),
    ).fetchall()
    return len(rows)


def belongings(connection: Connection, name: str) -> Belongings:
    """Return owner, connection limit, comment, settings and grants of a database."""
    row = connection.execute(_LIKE, (name,)).fetchone()
    assert row is not None, name
    comment = connection.execute(
        "select coalesce(shobj_description(oid, 'pg_database'), '') from pg_database"
        " where datname = %s",
        (name,),
    ).fetchone()
    acl = connection.execute(
        "select datacl is null from pg_database where datname = %s", (name,)
    ).fetchone()
    settings = tuple(
        (str(role), *str(pair).split("=", 1))
        for role, pair in connection.execute(_SETTINGS, (name,)).fetchall()
    )
    grants = tuple(
        (str(role), str(privilege), bool(grantable))
        for role, privilege, grantable in connection.execute(_GRANTS, (name,)).fetchall()
    )
    return Belongings(
        owner=str(row[5]),
        limit=int(str(row[6])),
        comment=str(comment[0]) if comment else "",
        settings=tuple((role, setting, given) for role, setting, given in settings),
        grants=None if acl and acl[0] else grants,
    )


def hand_over(connection: Connection, name: str, kept: Belongings) -> None:
    """Give a database the belongings of another one."""
    for statement in _handing(name, kept):
        connection.execute(statement)


def _handing(name: str, kept: Belongings) -> list[Composed]:
    from psycopg.sql import SQL, Identifier, Literal

    database = Identifier(name)
    found: list[Composed] = []
    if kept.limit >= 0:
        found.append(SQL("alter database {} connection limit {}").format(database, kept.limit))
    if kept.comment:
        found.append(SQL("comment on database {} is {}").format(database, Literal(kept.comment)))
    for role, setting, given in kept.settings:
        start = SQL("alter database {} set").format(database)
        if role:
            start = SQL("alter role {} in database {} set").format(Identifier(role), database)
        found.append(
            SQL("{} {} = {}").format(start, Identifier(*setting.split(".")), _given(given, setting))
        )
    if kept.grants is not None:
        found.append(SQL("revoke all on database {} from public").format(database))
        for role, privilege, grantable in kept.grants:
            if privilege in _PRIVILEGES:
                whom = Identifier(role) if role else SQL("public")
                option = SQL(" with grant option" if grantable else "")
                found.append(
                    SQL("grant {} on database {} to {}{}").format(
                        SQL(privilege), database, whom, option
                    )
                )
    found.append(SQL("alter database {} owner to {}").format(database, Identifier(kept.owner)))
    return found


def _given(value: str, setting: str) -> Composable:
    """Return a setting's value as SQL; a list such as search_path stays a list."""
    from psycopg.sql import SQL, Literal

    if setting in ("search_path", "DateStyle", "session_preload_libraries"):
        parts = [part.strip().strip('"') for part in value.split(",")]
        return SQL(", ").join([Literal(part) for part in parts])
    return Literal(value)
