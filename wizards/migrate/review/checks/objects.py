"""Doubts that one look into the catalogue settles: what others need, what is there or is not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from generators.language import _
from wizards.migrate.review.checks.at import At
from wizards.migrate.review.checks.doubt import Doubt, Kind
from wizards.migrate.review.libpg import pb
from wizards.migrate.review.names import Name, literal, of_object, of_range, of_words, words

_RELATIONS = {
    pb.OBJECT_TABLE: "'r', 'p'",
    pb.OBJECT_VIEW: "'v'",
    pb.OBJECT_MATVIEW: "'m'",
    pb.OBJECT_SEQUENCE: "'S'",
    pb.OBJECT_FOREIGN_TABLE: "'f'",
}
_TYPES = frozenset({pb.OBJECT_TYPE, pb.OBJECT_DOMAIN})
_OF_TABLE = {
    pb.OBJECT_TRIGGER: ("pg_trigger", "tgrelid", "tgname"),
    pb.OBJECT_POLICY: ("pg_policy", "polrelid", "polname"),
}
OWNER_OF = """CASE d.classid
  WHEN 'pg_class'::regclass THEN d.objid
  WHEN 'pg_rewrite'::regclass THEN (SELECT ev_class FROM pg_rewrite WHERE oid = d.objid)
  WHEN 'pg_constraint'::regclass THEN (SELECT conrelid FROM pg_constraint WHERE oid = d.objid)
  WHEN 'pg_attrdef'::regclass THEN (SELECT adrelid FROM pg_attrdef WHERE oid = d.objid)
  WHEN 'pg_trigger'::regclass THEN (SELECT tgrelid FROM pg_trigger WHERE oid = d.objid)
  WHEN 'pg_policy'::regclass THEN (SELECT polrelid FROM pg_policy WHERE oid = d.objid) END"""
NEEDED = """
WITH RECURSIVE goes(class, object, part) AS (
  {start}
  UNION SELECT d.classid, d.objid, d.objsubid FROM pg_depend d JOIN goes
    ON d.refclassid = class AND d.refobjid = object AND (part = 0 OR d.refobjsubid = part)
  WHERE d.deptype IN ('a', 'i', 'P', 'S')
), needs AS (
  SELECT DISTINCT d.classid, d.objid, d.objsubid, {owner} AS owner FROM pg_depend d JOIN goes
    ON d.refclassid = class AND d.refobjid = object AND (part = 0 OR d.refobjsubid = part)
  WHERE d.deptype = 'n' AND NOT EXISTS (SELECT 1 FROM goes own WHERE own.class = d.classid
    AND own.object = d.objid AND own.part IN (0, d.objsubid)){only}
)
SELECT DISTINCT CASE WHEN classid = 'pg_rewrite'::regclass
  THEN pg_describe_object('pg_class'::regclass, owner, 0)
  ELSE pg_describe_object(classid, objid, objsubid) END FROM needs
WHERE coalesce((SELECT relname FROM pg_class WHERE oid = owner), '')
  <> ALL (ARRAY[{spared}]::text[])
ORDER BY 1
"""
_HOLDS_TYPE = """ AND (d.classid IN ('pg_rewrite'::regclass, 'pg_trigger'::regclass,
    'pg_policy'::regclass, 'pg_proc'::regclass, 'pg_publication_rel'::regclass)
  OR (d.classid = 'pg_attrdef'::regclass AND EXISTS (SELECT 1 FROM pg_attrdef f
    JOIN pg_attribute a ON a.attrelid = f.adrelid AND a.attnum = f.adnum
    WHERE f.oid = d.objid AND a.attgenerated <> '')))"""
_COLUMN = """SELECT 'pg_class'::regclass::oid, attrelid, attnum::int FROM pg_attribute
  WHERE attrelid = {table}::regclass AND attname = {column}"""


def dropped(at: At, node: pb.DropStmt) -> Iterator[Doubt]:
    """DROP of anything: it must be there, and nothing else may need it without CASCADE."""
    names = [of_object(item) for item in node.objects]
    for item, name in zip(node.objects, names, strict=True):
        kind = node.remove_type
        if kind in _OF_TABLE:
            yield from _of_table(at, node, words(item.list.items))
            continue
        start = _start(kind, item, name)
        if not start or name in at.state.made or name in at.state.gone:
            continue
        if not node.missing_ok and kind != pb.OBJECT_TABLE:
            yield _absent(at, name, start)
        if node.behavior != pb.DROP_CASCADE:
            yield _needed(at, name, start, name.shown, spared=names)


def column(at: At, table: Name, name: str) -> Iterator[Doubt]:
    """DROP COLUMN without CASCADE: views, policies, triggers, keys of others may need it."""
    if at.state.has_column(table, name) and (table, name) not in at.state.added:
        start = _COLUMN.format(table=literal(table.sql), column=literal(name))
        yield _needed(at, table, start, name)


def constraint(at: At, table: Name, name: str) -> Iterator[Doubt]:
    """DROP CONSTRAINT without CASCADE: the foreign keys of others stand on it."""
    start = (
        "SELECT 'pg_constraint'::regclass::oid, oid, 0 FROM pg_constraint "
        f"WHERE conrelid = {literal(table.sql)}::regclass AND conname = {literal(name)}"
    )
    yield _needed(at, table, start, name)


def typed(at: At, table: Name, name: str) -> Iterator[Doubt]:
    """ALTER COLUMN … TYPE: what is compiled for the old type cannot follow."""
    yield at.doubt(
        table,
        Kind.ANSWER,
        _("will fail: the type of {column} cannot change under {answer}").replace("{column}", name),
        failing=NEEDED.format(
            start=_COLUMN.format(table=literal(table.sql), column=literal(name)),
            owner=OWNER_OF,
            only=_HOLDS_TYPE,
            spared=_spared(at, ()),
        ).replace("d.deptype = 'n'", "d.deptype IN ('n', 'a')"),
    )


def fixed(at: At, table: Name, name: str) -> Iterator[Doubt]:
    """A column of the partition key, or inherited from a parent, is neither altered nor dropped."""
    where = f"attrelid = {literal(table.sql)}::regclass AND attname = {literal(name)}"
    yield at.doubt(
        table,
        Kind.ANSWER,
        _("will fail: {column} is the {answer} and cannot be changed here").replace(
            "{column}", name
        ),
        failing=f"SELECT CASE WHEN attinhcount > 0 THEN 'column of a parent' "
        f"ELSE 'partition key' END FROM pg_attribute WHERE {where} AND (attinhcount > 0 OR EXISTS "
        "(SELECT 1 FROM pg_partitioned_table WHERE partrelid = attrelid "
        "AND attnum = ANY (partattrs::int2[])))",
    )


def _needed(at: At, table: Name, start: str, what: str, *, spared: Iterable[Name] = ()) -> Doubt:
    return at.doubt(
        table,
        Kind.ANSWER,
        _("will fail: {answer} needs {what}").replace("{what}", what),
        failing=NEEDED.format(start=start, owner=OWNER_OF, only="", spared=_spared(at, spared)),
    )


def _absent(at: At, name: Name, start: str) -> Doubt:
    return at.doubt(
        name,
        Kind.ANSWER,
        _("will fail: there is no {answer} here"),
        failing=f"SELECT {literal(name.shown)} WHERE NOT EXISTS ({start})",
    )


def _spared(at: At, more: Iterable[Name]) -> str:
    """Relations that this plan changes first, or in the same statement: they say nothing."""
    state = at.state
    changed = {table for table, _part in state.dropped | state.released | state.renamed}
    names = {*more, *state.gone, *changed, *state.altered}
    return ", ".join(sorted({literal(part) for name in names for part in name if part}))


def _start(kind: int, item: pb.Node, name: Name) -> str:
    found = literal(name.sql)
    if kind in _RELATIONS:
        return (
            "SELECT 'pg_class'::regclass::oid, oid, 0 FROM pg_class "
            f"WHERE oid = to_regclass({found}) AND relkind IN ({_RELATIONS[kind]})"
        )
    if kind in _TYPES:
        return (
            f"SELECT 'pg_type'::regclass::oid, oid, 0 FROM pg_type WHERE oid = to_regtype({found})"
        )
    if kind == pb.OBJECT_SCHEMA:
        return (
            "SELECT 'pg_namespace'::regclass::oid, oid, 0 FROM pg_namespace "
            f"WHERE nspname = {literal(name.name)}"
        )
    if kind == pb.OBJECT_EXTENSION:
        return (
            "SELECT 'pg_extension'::regclass::oid, oid, 0 FROM pg_extension "
            f"WHERE extname = {literal(name.name)}"
        )
    if kind == pb.OBJECT_FUNCTION and not len(item.object_with_args.objargs):
        return (
            "SELECT 'pg_proc'::regclass::oid, p.oid, 0 FROM pg_proc p "
            f"WHERE p.oid = to_regproc({found})"
        )
    return ""


def _of_table(at: At, node: pb.DropStmt, parts: list[str]) -> Iterator[Doubt]:
    table, name = of_words(parts[:-1]), parts[-1]
    catalogue, relation, label = _OF_TABLE[node.remove_type]
    if node.missing_ok or at.state.table(table) is None or table in at.state.altered:
        return
    yield at.doubt(
        table,
        Kind.ANSWER,
        _("will fail: there is no {answer} on {table}").replace("{table}", table.shown),
        failing=f"SELECT {literal(name)} WHERE NOT EXISTS (SELECT 1 FROM {catalogue} WHERE "
        f"{relation} = to_regclass({literal(table.sql)}) AND {label} = {literal(name)})",
    )


def enum_value(at: At, node: pb.AlterEnumStmt) -> Iterator[Doubt]:
    """ALTER TYPE … ADD VALUE and RENAME VALUE: the labels there are."""
    name = of_words(words(node.type_name))
    if name in at.state.made or name in at.state.altered:
        return
    labels = (
        f"SELECT 1 FROM pg_enum WHERE enumtypid = to_regtype({literal(name.sql)}) AND enumlabel = "
    )
    wanted, new = node.old_val or node.new_val_neighbor, literal(node.new_val)
    if wanted:
        yield at.doubt(
            name,
            Kind.ANSWER,
            _("will fail: {name} has no value {answer}").replace("{name}", name.shown),
            failing=f"SELECT {literal(wanted)} WHERE NOT EXISTS ({labels}{literal(wanted)})",
        )
    if not node.skip_if_new_val_exists:
        yield at.doubt(
            name,
            Kind.ANSWER,
            _("will fail: {name} has the value {answer} already").replace("{name}", name.shown),
            failing=f"SELECT {new} WHERE EXISTS ({labels}{new})",
        )


def taken(at: At, name: Name, *, catalogue: str = "relation") -> Iterator[Doubt]:
    """CREATE or RENAME meets something of that name: relations and types share their names."""
    if name in at.state.gone or name in at.state.made:
        return
    place = (
        f"(SELECT oid FROM pg_namespace WHERE nspname = coalesce({literal(name.schema)}, ''))"
        if name.schema
        else "(SELECT oid FROM pg_namespace WHERE nspname = current_schema())"
    )
    found = {
        "relation": f"SELECT 1 FROM pg_class WHERE relname = {literal(name.name)} "
        f"AND relnamespace = {place}",
        "type": f"SELECT 1 FROM pg_type WHERE typname = {literal(name.name)} "
        f"AND typnamespace = {place}",
        "schema": f"SELECT 1 FROM pg_namespace WHERE nspname = {literal(name.name)}",
        "extension": f"SELECT 1 FROM pg_extension WHERE extname = {literal(name.name)}",
    }[catalogue]
    yield at.doubt(
        name,
        Kind.ANSWER,
        _("will fail: {answer} exists already"),
        failing=f"SELECT {literal(name.shown)} WHERE EXISTS ({found})",
    )


def on_table(at: At, relation: pb.RangeVar, kind: int, name: str) -> Iterator[Doubt]:
    """CREATE TRIGGER and CREATE POLICY meet one of that name on the table."""
    table = of_range(relation)
    if at.state.table(table) is None or Name(table.name, name) in at.state.gone:
        return
    catalogue, owner, label = _OF_TABLE[kind]
    yield at.doubt(
        table,
        Kind.ANSWER,
        _("will fail: {table} has {answer} already").replace("{table}", table.shown),
        failing=f"SELECT {literal(name)} WHERE EXISTS (SELECT 1 FROM {catalogue} WHERE "
        f"{owner} = to_regclass({literal(table.sql)}) AND {label} = {literal(name)})",
    )


def owned(at: At, table: Name) -> Iterator[Doubt]:
    """Only the owner (or a member of the role that owns it) may change a table."""
    if at.state.table(table) is None or at.state.roles_changed:
        return
    yield at.doubt(
        table,
        Kind.ANSWER,
        _("will fail: {table} belongs to {answer}, and the connection's role may not change it"),
        failing="SELECT pg_get_userbyid(relowner) FROM pg_class "
        f"WHERE oid = to_regclass({literal(table.sql)}) "
        "AND NOT pg_has_role(current_user, relowner, 'USAGE')",
    )
