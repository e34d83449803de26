"""A schema as a set of lines, and its signature: equal signatures mean equal schemas.

Column order and object ids do not count; PostgreSQL 18's named NOT NULL constraints are seen
through the column. ``structure`` is what a dump without owners and grants brings back: not the
version of an extension, nor indexes that are not valid.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from wizards.migrate.deparsed import settled

if TYPE_CHECKING:
    from wizards.postgres.connection import Connection

Line = tuple[str, str, str]  # kind, name, definition

_SPACES = "n.nspname !~ '^pg_' and n.nspname <> 'information_schema'"
_OWN = (
    "not exists (select 1 from pg_depend x where x.classid = '{of}'::regclass"
    " and x.objid = {id} and x.deptype = 'e')"
)
_TABLE = (
    f"pg_class c join pg_namespace n on n.oid = c.relnamespace and {_SPACES}"
    f" and {_OWN.format(of='pg_class', id='c.oid')}"
    " and not (n.nspname = {{schema}} and c.relname in ({{table}}, {{table}} || '_pkc'))"
)

_STRUCTURE: Mapping[str, str] = {
    "schema": f"select n.nspname::text, '' from pg_namespace n where {_SPACES}",
    "extension": "select e.extname::text, n.nspname::text from pg_extension e"
    " join pg_namespace n on n.oid = e.extnamespace",
    "table": "select n.nspname || '.' || c.relname, concat_ws(' ', c.relkind, c.relpersistence,"
    " c.relrowsecurity, c.relforcerowsecurity, c.reloptions::text,"
    " pg_get_expr(c.relpartbound, c.oid), pg_get_partkeydef(c.oid), (select string_agg("
    "i.inhparent::regclass::text, ',' order by i.inhseqno) from pg_inherits i"
    " where i.inhrelid = c.oid)) from " + _TABLE + " where c.relkind in ('r','p','f','m','v','c')",
    "column": "select n.nspname || '.' || c.relname || '.' || a.attname, concat_ws(' ',"
    " format_type(a.atttypid, a.atttypmod), case when a.attnotnull then 'not null' end,"
    " nullif(a.attidentity, ''), nullif(a.attgenerated, ''), pg_get_expr(d.adbin, d.adrelid),"
    " (select l.collname from pg_collation l join pg_type t on t.oid = a.atttypid"
    " where l.oid = a.attcollation and a.attcollation <> t.typcollation)) from "
    + _TABLE
    + " join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped"
    " left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum"
    " where c.relkind in ('r','p','f','m','v','c')",
    "constraint": "select n.nspname || '.' || c.relname || '.' || k.conname,"
    " pg_get_constraintdef(k.oid) from "
    + _TABLE
    + " join pg_constraint k on k.conrelid = c.oid where k.contype <> 'n'",
    "index": "select n.nspname || '.' || c.relname, concat_ws(' ', pg_get_indexdef(c.oid),"
    " case when i.indisreplident then"
    " 'replica identity' end, case when i.indisclustered then 'clustered' end) from "
    + _TABLE
    + " join pg_index i on i.indexrelid = c.oid join pg_class o on o.oid = i.indrelid"
    " where (i.indisvalid or c.relkind = 'I') and not (o.relname = {{table}}"
    " and n.nspname = {{schema}})",
    "view": "select n.nspname || '.' || c.relname, pg_get_viewdef(c.oid) from "
    + _TABLE
    + " where c.relkind in ('v','m')",
    "sequence": "select n.nspname || '.' || c.relname, concat_ws(' ', format_type(s.seqtypid,"
    " null), s.seqstart, s.seqincrement, s.seqmin, s.seqmax, s.seqcycle, s.seqcache) from "
    + _TABLE
    + " join pg_sequence s on s.seqrelid = c.oid",
    "trigger": "select n.nspname || '.' || c.relname || '.' || t.tgname, concat_ws(' ',"
    " pg_get_triggerdef(t.oid), t.tgenabled) from "
    + _TABLE
    + " join pg_trigger t on t.tgrelid = c.oid where not t.tgisinternal",
    "rule": "select n.nspname || '.' || c.relname || '.' || r.rulename, pg_get_ruledef(r.oid) from "
    + _TABLE
    + " join pg_rewrite r on r.ev_class = c.oid where r.rulename <> '_RETURN'",
    "policy": "select n.nspname || '.' || c.relname || '.' || p.polname, concat_ws(' ', p.polcmd,"
    " p.polpermissive, pg_get_expr(p.polqual, p.polrelid),"
    " pg_get_expr(p.polwithcheck, p.polrelid)) from "
    + _TABLE
    + " join pg_policy p on p.polrelid = c.oid",
    "function": "select n.nspname || '.' || p.proname || '(' ||"
    " pg_get_function_identity_arguments(p.oid) || ')', case when p.prokind = 'a' then 'aggregate'"
    " else pg_get_functiondef(p.oid) end from pg_proc p join pg_namespace n on"
    f" n.oid = p.pronamespace and {_SPACES} where {_OWN.format(of='pg_proc', id='p.oid')}",
    "type": "select n.nspname || '.' || t.typname, concat_ws(' ', t.typtype, (select string_agg("
    "e.enumlabel, ',' order by e.enumsortorder) from pg_enum e where e.enumtypid = t.oid),"
    " case when t.typtype = 'd' then format_type(t.typbasetype, t.typtypmod) end,"
    " case when t.typnotnull then 'not null' end, t.typdefault, (select string_agg("
    "k.conname || ' ' || pg_get_constraintdef(k.oid), ',' order by k.conname) from pg_constraint k"
    " where k.contypid = t.oid and k.contype <> 'n')) from pg_type t join pg_namespace n on"
    f" n.oid = t.typnamespace and {_SPACES} where t.typtype in ('e','d','r')"
    f" and {_OWN.format(of='pg_type', id='t.oid')}",
    "statistics": "select n.nspname || '.' || s.stxname, pg_get_statisticsobjdef(s.oid)"
    f" from pg_statistic_ext s join pg_namespace n on n.oid = s.stxnamespace and {_SPACES}",
    "comment": "select n.nspname || '.' || c.relname || coalesce('.' || a.attname, ''),"
    " d.description from " + _TABLE + " join pg_description d on d.objoid = c.oid and"
    " d.classoid = 'pg_class'::regclass left join pg_attribute a on a.attrelid = c.oid and"
    " d.objsubid > 0 and a.attnum = d.objsubid",
}
_PRIVILEGES: Mapping[str, str] = {
    "owner": "select n.nspname || '.' || c.relname, pg_get_userbyid(c.relowner)::text from "
    + _TABLE
    + " where c.relkind in ('r','p','f','m','v','S')",
    "grant": "select n.nspname || '.' || c.relname, (select string_agg(g::text, ',' order by"
    " g::text) from unnest(coalesce(c.relacl, acldefault(case c.relkind when 'S' then 's' else 'r'"
    ' end::"char", c.relowner))) g) from '
    + _TABLE
    + " where c.relkind in ('r','p','f','m','v','S')",
    "column grant": "select n.nspname || '.' || c.relname || '.' || a.attname, a.attacl::text from "
    + _TABLE
    + " join pg_attribute a on a.attrelid = c.oid where a.attacl is not null",
    "schema grant": "select n.nspname::text, (select string_agg(g::text, ',' order by g::text)"
    " from unnest(coalesce(n.nspacl, acldefault('n', n.nspowner))) g) from pg_namespace n where "
    + _SPACES,
    "function grant": "select n.nspname || '.' || p.proname || '(' ||"
    " pg_get_function_identity_arguments(p.oid) || ')', (select string_agg(g::text, ',' order by"
    " g::text) from unnest(coalesce(p.proacl, acldefault('f', p.proowner))) g) from pg_proc p"
    f" join pg_namespace n on n.oid = p.pronamespace and {_SPACES}"
    f" where {_OWN.format(of='pg_proc', id='p.oid')}",
}
_WORDING: Mapping[str, str] = {
    "search_path": "pg_catalog",
    "TimeZone": "UTC",
    "DateStyle": "ISO, YMD",
    "IntervalStyle": "postgres",
    "bytea_output": "hex",
    "extra_float_digits": "1",
    "quote_all_identifiers": "off",
}
"""Settings that change how the server words a definition, as the lines are written under them."""
_CASTS = r'::("([^"]|"")*"|[a-z_0-9. ])+(\(\d+(,\d+)?\))?(\[\])?|[()]'
_WORDED_BY_SERVER = ("view", "rule", "function", "statistics", "extension")


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Everything a schema consists of, as sorted lines."""

    structure: tuple[Line, ...]
    privileges: tuple[Line, ...]

    @property
    def signature(self) -> str:
        """16 hex digits over structure, owners and grants."""
        return _digest((*self.structure, *self.privileges))

    @property
    def shape(self) -> str:
        """16 hex digits over the structure alone."""
        return _digest(self.structure)

    @property
    def portable(self) -> str:
        """16 hex digits over what servers of different versions say in the same words."""
        return _digest(line for line in self.structure if line[0] not in _WORDED_BY_SERVER)

    def differences(self, other: Catalogue, *, privileges: bool = True) -> tuple[str, ...]:
        """Return what differs: "- kind name definition" only here, "+ …" only in the other."""
        mine, theirs = set(self.structure), set(other.structure)
        if privileges:
            mine, theirs = mine | set(self.privileges), theirs | set(other.privileges)
        lost = [f"- {' '.join(line)}" for line in sorted(mine - theirs)]
        return (*lost, *(f"+ {' '.join(line)}" for line in sorted(theirs - mine)))


def read(connection: Connection, version_table: str = "alembic_version") -> Catalogue:
    """Return the catalogue of a database; the migration tool's own table does not count."""
    names = ", ".join(f"current_setting({literal(name)})" for name in _WORDING)
    before = connection.execute(f"select {names}".encode()).fetchone()
    _word_like(connection, _WORDING.values())
    try:
        structure = _lines(connection, lines_sql(_STRUCTURE, version_table))
        privileges = _lines(connection, lines_sql(_PRIVILEGES, version_table))
    finally:
        _word_like(connection, [str(each) for each in before or ()])
    return Catalogue(structure, privileges)


def _word_like(connection: Connection, values: Iterable[str]) -> None:
    for name, value in zip(_WORDING, values, strict=False):
        connection.execute("select set_config(%s, %s, false)", (name, value))


def digest_sql(version_table: str) -> str:
    """Return one statement whose only value is a digest of the structure.

    For the agent, which runs it inside env.py's own transaction; comparable with itself only.
    Where an array stands, casts and brackets do not count (see wizards.migrate.deparsed).
    """
    lines = lines_sql(_STRUCTURE, version_table)
    joined = (
        "concat_ws(' ', kind, name, case when position('ARRAY[' in definition) > 0 then"
        f" regexp_replace(definition, {literal(_CASTS)}, '', 'g') else definition end)"
    )
    return (
        f'select md5(string_agg({joined}, chr(10) order by {joined} collate "C")) from ({lines}) q'
    )


def lines_sql(queries: Mapping[str, str], version_table: str) -> str:
    """Return the queries as one, each line with its kind."""
    schema, _dot, table = version_table.rpartition(".")
    schema_sql = literal(schema) if schema else "n.nspname"
    parts = [
        f"select '{kind}' as kind, q.name::text as name, coalesce(q.definition::text, '')"
        f" as definition from ({_filled(query, schema_sql, literal(table))}) q(name, definition)"
        for kind, query in queries.items()
    ]
    return " union all ".join(parts)


def _filled(query: str, schema: str, table: str) -> str:
    return query.replace("{{schema}}", schema).replace("{{table}}", table)


def literal(text: str) -> str:
    """Return a text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def _lines(connection: Connection, sql: str) -> tuple[Line, ...]:
    rows = connection.execute(sql.encode()).fetchall()
    return tuple(sorted((str(kind), str(name), settled(str(text))) for kind, name, text in rows))


def _digest(lines: Iterable[Line]) -> str:
    digest = hashlib.sha256()
    for line in lines:
        digest.update("\x1f".join(line).encode() + b"\n")
    return digest.hexdigest()[:16]
