"""The safe path as SQL that runs: the statement rewritten, or the steps that replace it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from generators.language import _
from wizards.migrate.review import libpg
from wizards.migrate.review.libpg import pb
from wizards.migrate.review.names import Name, quoted, words

_CREATE_INDEX = re.compile(r"\A(\s*CREATE\s+(?:UNIQUE\s+)?INDEX)\b", re.IGNORECASE)
_INDEX_NAME = 63
_ZERO = {
    "text": "''",
    "character varying": "''",
    "integer": "0",
    "bigint": "0",
    "smallint": "0",
    "numeric": "0",
    "boolean": "false",
    "timestamp with time zone": "now()",
    "timestamp without time zone": "now()",
    "date": "current_date",
    "jsonb": "'{}'",
    "json": "'{}'",
}


def alter(relation: pb.RangeVar, *commands: pb.AlterTableCmd) -> str:
    """Return ``ALTER TABLE relation command, …`` for these commands alone."""
    statement = pb.AlterTableStmt(relation=relation, objtype=pb.OBJECT_TABLE)
    statement.cmds.extend(pb.Node(alter_table_cmd=command) for command in commands)
    return libpg.deparse(pb.Node(alter_table_stmt=statement))


def concurrently(create_index: str, node: pb.IndexStmt) -> str:
    """Return a CREATE INDEX statement with CONCURRENTLY."""
    text, found = _CREATE_INDEX.subn(r"\1 CONCURRENTLY", create_index, count=1)
    if found:
        return ended(text)
    copy = pb.IndexStmt()
    copy.CopyFrom(node)
    copy.concurrent = True
    return libpg.deparse(pb.Node(index_stmt=copy)) + ";"


def ended(sql: str) -> str:
    """Return a statement with its semicolon, which no comment at its end may swallow."""
    text = sql.rstrip("; \r\n")
    return f"{text}\n;" if "--" in text.rpartition("\n")[2] else f"{text};"


def not_valid(
    relation: pb.RangeVar,
    command: pb.AlterTableCmd,
    name: str,
    alone: str,
    before: Sequence[pb.AlterTableCmd] = (),
) -> str:
    """Return the constraint as NOT VALID, and the VALIDATE that follows in its own transaction.

    ``alone`` is the statement where it holds nothing but this constraint, else "". ``before`` are
    the commands of the same statement that it cannot do without.
    """
    constraint = getattr(command, "def").constraint
    if alone and constraint.conname and "--" not in alone:
        added = f"{alone.rstrip('; ')} NOT VALID"
    else:
        added = alter(relation, *before, _named_not_valid(command, name))
    if not added:
        return ""
    table = Name(relation.schemaname, relation.relname).sql
    valid = f"ALTER TABLE {table} VALIDATE CONSTRAINT {quoted(constraint.conname or name)};"
    return steps(f"{added};", _("-- then, in a transaction of its own:"), valid)


def _named_not_valid(command: pb.AlterTableCmd, name: str) -> pb.AlterTableCmd:
    copy = pb.AlterTableCmd()
    copy.CopyFrom(command)
    constraint = getattr(copy, "def").constraint
    constraint.conname = constraint.conname or name
    constraint.skip_validation = True
    constraint.initially_valid = False
    return copy


def bare_column(table: Name, column: pb.ColumnDef, *, optional: bool = False) -> str:
    """Return ADD COLUMN with the type and collation alone; ``optional`` with IF NOT EXISTS."""
    bare = pb.ColumnDef()
    bare.CopyFrom(column)
    del bare.constraints[:]
    relation = pb.RangeVar(schemaname=table.schema, relname=table.name, inh=True)
    add = pb.AlterTableCmd(subtype=pb.AT_AddColumn, behavior=pb.DROP_RESTRICT, missing_ok=optional)
    getattr(add, "def").column_def.CopyFrom(bare)
    return alter(relation, add) + ";"


def split_column(table: Name, column: pb.ColumnDef, constraint: pb.Constraint) -> str:
    """Return a column and its constraint in steps that never read the table under a lock."""
    relation = pb.RangeVar(schemaname=table.schema, relname=table.name, inh=True)
    bare = pb.ColumnDef()
    bare.CopyFrom(column)
    kept = [part for part in column.constraints if part.constraint != constraint]
    del bare.constraints[:]
    bare.constraints.extend(kept)
    add = pb.AlterTableCmd(subtype=pb.AT_AddColumn, behavior=pb.DROP_RESTRICT)
    getattr(add, "def").column_def.CopyFrom(bare)
    check = pb.AlterTableCmd(subtype=pb.AT_AddConstraint, behavior=pb.DROP_RESTRICT)
    getattr(check, "def").constraint.CopyFrom(constraint)
    if constraint.contype == pb.CONSTR_FOREIGN:
        own = getattr(check, "def").constraint.fk_attrs.add()
        own.string.sval = column.colname
    ending = "fkey" if constraint.contype == pb.CONSTR_FOREIGN else "check"
    name = shortened(f"{table.name}_{column.colname}_{ending}")
    return steps(f"{alter(relation, add)};", not_valid(relation, check, name, ""))


def unique_by_index(
    table: Name,
    name: str,
    columns: list[str],
    kind: str,
    *,
    like: pb.Constraint | None = None,
    instead: str = "",
) -> str:
    """Return the two steps to a UNIQUE or PRIMARY KEY constraint that blocks only briefly.

    ``like`` says what else it has: INCLUDE, NULLS NOT DISTINCT, DEFERRABLE. ``instead`` is the
    constraint that the same statement drops, whose name may be the same.
    """
    index = shortened(f"{name}_new") if instead else name
    dropped = f"DROP CONSTRAINT {quoted(instead)}, " if instead else ""
    later = " DEFERRABLE" if like and like.deferrable else ""
    later += " INITIALLY DEFERRED" if like and like.initdeferred else ""
    return steps(
        _unique_index(table, index, columns, like),
        f"ALTER TABLE {table.sql} {dropped}"
        f"ADD CONSTRAINT {quoted(name)} {kind} USING INDEX {quoted(index)}{later};",
    )


def _unique_index(table: Name, index: str, columns: list[str], like: pb.Constraint | None) -> str:
    included = words(like.including) if like else []
    keys = ", ".join(map(quoted, columns))
    made = [
        f"CREATE UNIQUE INDEX CONCURRENTLY {quoted(index)} ON {table.sql} ({keys})",
        f"INCLUDE ({', '.join(map(quoted, included))})" if included else "",
        "NULLS NOT DISTINCT" if like and like.nulls_not_distinct else "",
        f"TABLESPACE {quoted(like.indexspace)}" if like and like.indexspace else "",
    ]
    return " ".join(part for part in made if part) + ";"


def set_not_null(table: Name, column: str, postgres: int) -> str:
    """Return SET NOT NULL without a scan under a strong lock."""
    name = quoted(shortened(f"{table.name}_{column}_not_null"))
    col = quoted(column)
    if postgres >= 18:
        return steps(
            f"ALTER TABLE {table.sql} ADD CONSTRAINT {name} NOT NULL {col} NOT VALID;",
            _("-- then, in a transaction of its own:"),
            f"ALTER TABLE {table.sql} VALIDATE CONSTRAINT {name};",
        )
    return steps(
        f"ALTER TABLE {table.sql} ADD CONSTRAINT {name} CHECK ({col} IS NOT NULL) NOT VALID;",
        _("-- then, in a transaction of its own:"),
        f"ALTER TABLE {table.sql} VALIDATE CONSTRAINT {name};",
        f"ALTER TABLE {table.sql} ALTER COLUMN {col} SET NOT NULL;",
        f"ALTER TABLE {table.sql} DROP CONSTRAINT {name};",
    )


def expand_column(table: Name, column: str, to: pb.ColumnDef, cast: str) -> str:
    """Return the expand half of a type change; the contract half follows the next release.

    ``to`` holds the new type and its collation, ``cast`` computes the new value.
    """
    name = shortened(f"{column}_new")
    made = pb.ColumnDef(colname=name, type_name=to.type_name, is_local=True)
    if to.HasField("coll_clause"):
        made.coll_clause.CopyFrom(to.coll_clause)
    new = quoted(name)
    col = quoted(column)
    return steps(
        bare_column(table, made),
        _("-- write both columns from the application, then fill in batches until 0 rows:"),
        f"UPDATE {table.sql} SET {new} = {cast} WHERE ctid = ANY (ARRAY("
        f"SELECT ctid FROM {table.sql} WHERE {new} IS NULL AND {col} IS NOT NULL LIMIT 10000));",
        _("-- read {new}, and drop {old} in a later release").format(new=new, old=col),
    )


def backfill(table: Name, column: str, value: str) -> str:
    """Return one batch of filling a column; run it until it touches no row."""
    col = quoted(column)
    return (
        f"UPDATE {table.sql} SET {col} = {value} WHERE ctid = ANY (ARRAY("
        f"SELECT ctid FROM {table.sql} WHERE {col} IS NULL LIMIT 10000));"
    )


def steps(*lines: str) -> str:
    """Join SQL lines, leaving out empty ones."""
    return "\n".join(line for line in lines if line)


def zero(type_: str) -> str:
    """Return a plain value of a type as SQL, "" for a type that has none."""
    return _ZERO.get(type_.split("(")[0].strip(), "")


def shortened(name: str) -> str:
    """Return a name within PostgreSQL's 63 bytes."""
    return name.encode()[:_INDEX_NAME].decode("utf-8", "ignore")
