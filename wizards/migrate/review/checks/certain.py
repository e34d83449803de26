"""Doubts that the catalogue alone settles: names taken or missing, things others depend on."""

from __future__ import annotations

from collections.abc import Iterator

from generators.language import _
from wizards.migrate.review.catalogue import Table
from wizards.migrate.review.checks.at import At
from wizards.migrate.review.checks.doubt import Doubt, Kind
from wizards.migrate.review.libpg import pb
from wizards.migrate.review.names import Name, of_object, of_range

_COLUMN_COMMANDS = frozenset(
    {pb.AT_DropColumn, pb.AT_SetNotNull, pb.AT_DropNotNull, pb.AT_AlterColumnType}
    | {pb.AT_ColumnDefault, pb.AT_AddIdentity, pb.AT_DropIdentity}
)


def missing_table(at: At, table: Name) -> Iterator[Doubt]:
    """The table is neither in the database nor made by the plan."""
    if at.state.is_missing(table):
        yield at.doubt(
            table,
            Kind.CERTAIN,
            _("will fail: there is no table {table} here").format(table=table.shown),
        )


def new_table(at: At, node: pb.CreateStmt) -> Iterator[Doubt]:
    """CREATE TABLE meets a relation of that name."""
    table = of_range(node.relation)
    if not node.if_not_exists and at.state.table(table) is not None:
        yield at.doubt(
            table,
            Kind.CERTAIN,
            _("will fail: {table} exists already").format(table=table.shown),
        )


def new_index(at: At, node: pb.IndexStmt) -> Iterator[Doubt]:
    """CREATE INDEX meets an index of that name, valid or left behind INVALID."""
    name = of_range(node.relation).beside(node.idxname)
    found = at.state.index(name)
    if not node.idxname or found is None:
        return
    if not found.valid:
        if node.if_not_exists:
            return
        yield at.doubt(
            found.table,
            Kind.CERTAIN,
            _("will fail: an INVALID index {index} is in the way").format(index=name.shown),
            fix=f"DROP INDEX CONCURRENTLY {name.sql};",
        )
    elif not node.if_not_exists:
        yield at.doubt(
            found.table,
            Kind.CERTAIN,
            _("will fail: index {index} exists already").format(index=name.shown),
        )


def command(at: At, table: Name, live: Table, node: pb.AlterTableCmd) -> Iterator[Doubt]:
    """Columns and constraints that are there already, or are not there."""
    state = at.state
    if node.subtype == pb.AT_AddColumn:
        name = getattr(node, "def").column_def.colname
        if state.has_column(table, name) and not node.missing_ok:
            yield at.doubt(
                table,
                Kind.CERTAIN,
                _("will fail: {table} has a column {column} already").format(
                    table=table.shown, column=name
                ),
            )
    elif node.subtype in _COLUMN_COMMANDS and not node.missing_ok:
        if not state.has_column(table, node.name):
            yield at.doubt(
                table,
                Kind.CERTAIN,
                _("will fail: {table} has no column {column}").format(
                    table=table.shown, column=node.name
                ),
            )
    elif node.subtype == pb.AT_AddConstraint:
        name = getattr(node, "def").constraint.conname
        if name and state.has_constraint(table, name):
            yield at.doubt(
                table,
                Kind.CERTAIN,
                _("will fail: {table} has a constraint {name} already").format(
                    table=table.shown, name=name
                ),
            )
    elif (
        node.subtype in {pb.AT_DropConstraint, pb.AT_ValidateConstraint}
        and not node.missing_ok
        and not state.has_constraint(table, node.name)
    ):
        yield at.doubt(
            table,
            Kind.CERTAIN,
            _("will fail: {table} has no constraint {name}").format(
                table=table.shown, name=node.name
            ),
        )
    if node.subtype == pb.AT_DropColumn:
        yield from _column_in_view(at, table, live, node)
    elif node.subtype == pb.AT_SetUnLogged:
        yield from _unlogged(at, table, live)


def second_key(at: At, table: Name) -> Iterator[Doubt]:
    """A table has one primary key."""
    live = at.state.table(table)
    for one in live.constraints.values() if live else ():
        if one.kind == "p" and at.state.has_constraint(table, one.name):
            yield at.doubt(
                table,
                Kind.CERTAIN,
                _("will fail: {table} has a primary key already, {name}").format(
                    table=table.shown, name=one.name
                ),
            )


def _column_in_view(at: At, table: Name, live: Table, node: pb.AlterTableCmd) -> Iterator[Doubt]:
    if node.behavior == pb.DROP_CASCADE or node.name not in live.view_columns:
        return
    if any(view in at.state.gone for view in live.views):
        return
    yield at.doubt(
        table,
        Kind.CERTAIN,
        _("will fail: a view needs {column}: {views}").format(
            column=node.name, views=", ".join(view.shown for view in live.views)
        ),
    )


def key_column(at: At, table: Name, column: str) -> Iterator[Doubt]:
    """DROP NOT NULL of a column of the primary key."""
    live = at.state.table(table)
    keys = [one for one in (live.constraints.values() if live else ()) if one.kind == "p"]
    if any(column in one.columns and at.state.has_constraint(table, one.name) for one in keys):
        yield at.doubt(
            table,
            Kind.CERTAIN,
            _("will fail: {column} is part of the primary key of {table}").format(
                column=column, table=table.shown
            ),
        )


def _unlogged(at: At, table: Name, live: Table) -> Iterator[Doubt]:
    children = [at.state.table(name) for name in live.children if name != table]
    logged = [child.name.shown for child in children if child is not None and child.logged]
    if logged:
        yield at.doubt(
            table,
            Kind.CERTAIN,
            _("will fail: {children} is logged and references {table}").format(
                children=", ".join(logged), table=table.shown
            ),
        )


def drop(at: At, node: pb.DropStmt) -> Iterator[Doubt]:
    """DROP of what is not there, or of what others need, without CASCADE."""
    names = [of_object(item) for item in node.objects]
    for name in names:
        if node.remove_type == pb.OBJECT_TABLE:
            yield from _table(at, node, name, names)
        elif node.remove_type == pb.OBJECT_INDEX:
            yield from _index(at, node, name)


def _table(at: At, node: pb.DropStmt, name: Name, dropped: list[Name]) -> Iterator[Doubt]:
    live = at.state.table(name)
    if live is None:
        if not node.missing_ok:
            yield from missing_table(at, name)
        return
    if node.behavior == pb.DROP_CASCADE:
        return
    changed = {table for table, _lost in at.state.dropped | at.state.released}
    needed = [
        other.shown
        for other in (*live.children, *live.views)
        if other not in {*dropped, *at.state.gone, *changed, name}
    ]
    if needed:
        yield at.doubt(
            name,
            Kind.CERTAIN,
            _("will fail: {needed} needs {table}").format(
                needed=", ".join(needed), table=name.shown
            ),
        )


def _index(at: At, node: pb.DropStmt, name: Name) -> Iterator[Doubt]:
    found = at.state.index(name)
    if found is None:
        known = name in at.state.made or at.state.extended or node.missing_ok
        if not known:
            yield at.doubt(
                name,
                Kind.CERTAIN,
                _("will fail: there is no index {index} here").format(index=name.shown),
            )
        return
    if found.constraint:
        yield at.doubt(
            found.table,
            Kind.CERTAIN,
            _("will fail: constraint {name} needs the index").format(name=found.constraint),
            fix=f"ALTER TABLE {found.table.sql} DROP CONSTRAINT {found.constraint};",
        )
