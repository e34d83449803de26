"""SQL of a restore in place: what may not be, what is emptied, what must be true at the end."""

from __future__ import annotations

from collections.abc import Mapping

from wizards.migrate.catalogue import literal

LOCK_WAIT = "15s"

_OWN = "n.nspname !~ '^pg_' and n.nspname <> 'information_schema'"
_ALONE = (
    "not exists (select 1 from pg_depend x where x.classid = '{of}'::regclass"
    " and x.objid = {id} and x.deptype in ({kinds}))"
)


def _of(catalogue: str, oid: str, kinds: str = "'e', 'i'") -> str:
    """Leave out what belongs to an extension ("e") or to another object ("i")."""
    return _ALONE.format(of=catalogue, id=oid, kinds=kinds)


_RELATIONS = (
    "select case c.relkind when 'v' then 'view' when 'm' then 'materialized view'"
    " when 'S' then 'sequence' when 'f' then 'foreign table' else 'table' end as kind,"
    " format('%I.%I', n.nspname, c.relname) as name, c.relowner as owner"
    " from pg_class c join pg_namespace n on n.oid = c.relnamespace"
    f" where c.relkind in ('r', 'p', 'v', 'm', 'S', 'f') and {_OWN}"
    " and " + _of("pg_class", "c.oid", "'e'")  # a partition key makes a table its own part
)
_ROUTINES = (
    "select 'routine' as kind, format('%I.%I(%s)', n.nspname, p.proname,"
    " pg_get_function_identity_arguments(p.oid)) as name, p.proowner as owner"
    " from pg_proc p join pg_namespace n on n.oid = p.pronamespace"
    f" where {_OWN} and {_of('pg_proc', 'p.oid')}"
)
_TYPES = (
    "select case t.typtype when 'd' then 'domain' else 'type' end as kind,"
    " format('%I.%I', n.nspname, t.typname) as name, t.typowner as owner"
    " from pg_type t join pg_namespace n on n.oid = t.typnamespace"
    " left join pg_class c on c.oid = t.typrelid"
    " where (t.typtype in ('e', 'd', 'r') or (t.typtype = 'c' and c.relkind = 'c'))"
    f" and {_OWN} and {_of('pg_type', 't.oid')}"
)
EVERYTHING = f"{_RELATIONS} union all {_ROUTINES} union all {_TYPES}"

OTHERS_OBJECTS = (
    f"select kind || ' ' || name || ' (' || pg_get_userbyid(owner) || ')' from ({EVERYTHING}"
    " union all select 'large object', oid::text, lomowner from pg_largeobject_metadata) q"
    " where not pg_has_role(current_user, owner, 'USAGE') order by 1"
)
"""What the role may not drop."""

_ODD = (
    ("operator", "pg_operator", "oprname", "oprnamespace"),
    ("operator class", "pg_opclass", "opcname", "opcnamespace"),
    ("operator family", "pg_opfamily", "opfname", "opfnamespace"),
    ("collation", "pg_collation", "collname", "collnamespace"),
    ("conversion", "pg_conversion", "conname", "connamespace"),
    ("text search configuration", "pg_ts_config", "cfgname", "cfgnamespace"),
    ("text search dictionary", "pg_ts_dict", "dictname", "dictnamespace"),
    ("text search parser", "pg_ts_parser", "prsname", "prsnamespace"),
    ("text search template", "pg_ts_template", "tmplname", "tmplnamespace"),
)
ODD_OBJECTS = " union all ".join(
    [
        f"select '{kind} ' || n.nspname || '.' || o.{name} from {table} o"
        f" join pg_namespace n on n.oid = o.{space} where {_OWN}"
        " and not exists (select 1 from pg_depend x where"
        f" x.classid = '{table}'::regclass and x.objid = o.oid and x.deptype in ('e', 'i', 'a'))"
        for kind, table, name, space in _ODD
    ]
    + [
        "select 'event trigger ' || evtname from pg_event_trigger",
        "select 'publication ' || pubname from pg_publication",
        "select 'foreign server ' || srvname from pg_foreign_server",
    ]
)
"""What a restore in place does not know how to put back."""

OTHERS_INSIDE = (
    "select coalesce(usename, '')::text || ' ' || coalesce(application_name, '')"
    " from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()"
    " and backend_type = 'client backend' and application_name not like 'tarmac%'"
)
SCHEMAS = (
    "select n.nspname::text, has_schema_privilege(n.oid, 'CREATE'),"
    f" pg_has_role(current_user, n.nspowner, 'USAGE') from pg_namespace n where {_OWN}"
)
EXTENSIONS = (
    "select e.extname::text, pg_has_role(current_user, e.extowner, 'USAGE') from pg_extension e"
)
MEMBER_OF = "select rolname::text from pg_roles where pg_has_role(current_user, oid, 'MEMBER')"


def opening() -> str:
    """Return the start of the transaction: not to wait for locks for long, not to chatter."""
    return (
        f"set local lock_timeout = '{LOCK_WAIT}';\n"
        "set local client_min_messages = error;\n"
        "set local search_path = '';\n"
    )


def emptying(schemas: list[str], extensions: list[str]) -> str:
    """Return what drops everything of the project's own, extra schemas and extensions too."""
    extra = [f"drop schema if exists {_quoted(name)} cascade;\n" for name in schemas]
    extra += [f"drop extension if exists {_quoted(name)};\n" for name in extensions]
    return f"""do $tarmac$
declare statements text[]; one text;
begin
  select array_agg(format('drop %s if exists %s cascade', kind, name)) into statements
  from (select * from ({EVERYTHING}) e
        order by array_position(array['materialized view', 'view', 'foreign table', 'table',
                                      'sequence', 'routine', 'domain', 'type'], kind)) q;
  foreach one in array coalesce(statements, '{{}}') loop execute one; end loop;
  perform pg_catalog.lo_unlink(oid) from pg_largeobject_metadata;
end $tarmac$;
{"".join(extra)}"""


def closing(rows: Mapping[str, int]) -> str:
    """Return what compares every count before the transaction commits."""
    values = ", ".join(f"({literal(name)}, {count}::bigint)" for name, count in rows.items())
    return f"""
set row_security = off;
do $tarmac$
declare one record; found bigint;
begin
  for one in
    select v.name, v.rows, c.place from (values {values or "(null, 0)"}) v(name, rows)
    left join (select n.nspname || '.' || c.relname as name,
                      format('%I.%I', n.nspname, c.relname) as place
               from pg_catalog.pg_class c
               join pg_catalog.pg_namespace n on n.oid = c.relnamespace
               where c.relkind = 'r') c on c.name = v.name
    where v.name is not null
  loop
    if one.place is null then raise exception 'tarmac: % is missing', one.name; end if;
    execute 'select count(*) from ' || one.place into found;
    if found <> one.rows then
      raise exception 'tarmac: % has % rows instead of %', one.name, found, one.rows;
    end if;
  end loop;
end $tarmac$;
"""


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
