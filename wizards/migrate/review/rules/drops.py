"""DROP of tables, schemas, databases, views, triggers, policies and what CASCADE takes along."""

from __future__ import annotations

from typing import TYPE_CHECKING

from generators.language import _
from wizards.migrate.review.case import Case
from wizards.migrate.review.libpg import pb
from wizards.migrate.review.locks import AX
from wizards.migrate.review.names import Name, of_object, of_words, quoted, words
from wizards.migrate.review.rules.constraints import referencing
from wizards.migrate.review.rules.indexes import drop_index, not_in_transaction

if TYPE_CHECKING:
    from collections.abc import Callable

_LOCKED = frozenset({pb.OBJECT_TABLE, pb.OBJECT_VIEW, pb.OBJECT_MATVIEW, pb.OBJECT_FOREIGN_TABLE})


def drop(case: Case, node: pb.DropStmt) -> None:
    """Judge DROP … by the kind of what is dropped."""
    kind = node.remove_type
    if kind == pb.OBJECT_INDEX:
        drop_index(case, node)
    elif kind in _ON_TABLE:
        for item in node.objects:
            parts = words(item.list.items)
            _ON_TABLE[kind](case, of_words(parts[:-1]), parts[-1])
    else:
        for item in node.objects:
            name = of_object(item)
            if kind == pb.OBJECT_TABLE:
                _table(case, name)
            elif kind == pb.OBJECT_SCHEMA:
                _schema(case, name)
            elif kind in _LOCKED:
                case.touch(name, AX)
    if node.behavior == pb.DROP_CASCADE:
        _cascade(case, node)


def _table(case: Case, table: Name) -> None:
    context = case.context
    live = context.table(table)
    parents = tuple(name for name in (live.parents if live else ()) if name != table)
    children = tuple(name for name in (live.children if live else ()) if name != table)
    if live is not None and live.partition_of:
        above = context.table(live.partition_of)
        default = above.default_partition if above else None
        parents = (*parents, live.partition_of, *([default] if default else []))
        parents = tuple(name for name in parents if name != table)
    for other in (*parents, *children):
        case.touch(other, AX)
    new = context.is_new(table)
    case.find(
        "drop-table",
        _("loses every row of {table}; code of the last release still uses it").format(
            table=table.shown
        ),
        on=(table, *parents) if not new else (table,),
        lock=AX,
        fix=f"ALTER TABLE {table.sql} RENAME TO {quoted(table.name + '_dropped')};\n"
        + _("-- then drop it in a later release, when nothing has missed it"),
    )
    context.new.discard(table)
    context.partitioned.discard(table)
    for index in context.indexes.on(table):
        context.indexes.drop(index)


def _schema(case: Case, schema: Name) -> None:
    if schema in case.context.made_schemas:
        return
    case.find(
        "drop-schema",
        _("drops schema {schema}: with CASCADE, all its tables and their rows").format(
            schema=schema.name
        ),
        lock=AX,
    )


def _trigger(case: Case, table: Name, trigger: str) -> None:
    case.find(
        "drop-trigger",
        _("blocks reads and writes of {table} for a moment; {trigger} no longer runs").format(
            table=table.shown, trigger=trigger
        ),
        on=(table,),
        lock=AX,
    )


def _policy(case: Case, table: Name, policy: str) -> None:
    case.find(
        "row-security",
        _("policy {policy} no longer limits who sees rows of {table}").format(
            policy=policy, table=table.shown
        ),
        on=(table,),
        lock=AX,
    )


_ON_TABLE: dict[int, Callable[[Case, Name, str], None]] = {
    pb.OBJECT_TRIGGER: _trigger,
    pb.OBJECT_POLICY: _policy,
    pb.OBJECT_RULE: _trigger,
}


def _cascade(case: Case, node: pb.DropStmt) -> None:
    named = [of_object(item) for item in node.objects]
    live = [case.context.table(name) for name in named]
    for view in (view for one in live if one for view in one.views):
        case.touch(view, AX)
    dependents = sorted({view.shown for one in live if one for view in one.views})
    case.find(
        "drop-cascade",
        _("CASCADE also drops {dependents}").format(dependents=", ".join(dependents))
        if dependents
        else _("CASCADE also drops whatever depends on it: views, foreign keys, columns"),
        on=tuple(named) if node.remove_type in _LOCKED else (),
        lock=AX if node.remove_type in _LOCKED else None,
        fix=case.parsed.sql[: -len("CASCADE")].rstrip() + ";"
        if case.parsed.sql.upper().endswith("CASCADE")
        else None,
    )


def drop_column(case: Case, table: Name, command: pb.AlterTableCmd) -> None:
    """Judge DROP COLUMN: the data is gone, and old code still asks for it."""
    context = case.context
    live = context.table(table)
    parents = [
        one.references
        for one in (live.constraints.values() if live else ())
        if one.kind == "f" and command.name in one.columns and one.references
    ]
    for parent in parents:
        case.touch(parent, AX)
    cascade = command.behavior == pb.DROP_CASCADE
    if cascade:
        for child in referencing(case, table, command.name):
            case.touch(child, AX)
        for view in live.views if live and command.name in live.view_columns else ():
            case.touch(view, AX)
    case.find(
        "drop-column",
        _("loses the data of {column}; code of the last release still reads it").format(
            column=f"{table.shown}.{command.name}"
        ),
        on=(table, *parents),
        lock=AX,
        fix=None,
    )
    if cascade:
        case.find(
            "drop-cascade",
            _("CASCADE also drops every view, key and constraint that needs {column}").format(
                column=command.name
            ),
            on=(table,),
            lock=AX,
        )
    context.columns.get(table, {}).pop(command.name, None)
    context.not_null.discard((table, command.name))


def drop_database(case: Case, node: pb.DropdbStmt) -> None:
    """Judge DROP DATABASE."""
    not_in_transaction(case, "DROP DATABASE")
    case.find("drop-database", _("drops database {name} whole").format(name=node.dbname))


def drop_owned(case: Case, _node: pb.DropOwnedStmt) -> None:
    """Judge DROP OWNED BY."""
    case.find("drop-cascade", _("drops everything these roles own in this database"), lock=AX)
