"""Doubts about what is made, renamed or emptied: names that are taken, tables that others need."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from generators.language import _
from wizards.migrate.review.checks import certain, keys, objects
from wizards.migrate.review.checks.at import At
from wizards.migrate.review.checks.doubt import Doubt, Kind
from wizards.migrate.review.libpg import pb
from wizards.migrate.review.names import Name, of_range, of_words, words


def made(at: At) -> Iterator[Doubt]:
    """Doubt a statement that makes, renames or empties something."""
    node: Any = at.parsed.node
    kind = at.parsed.kind
    if kind == "view_stmt" and not node.replace:
        yield from objects.taken(at, of_range(node.view))
    elif kind == "create_seq_stmt" and not node.if_not_exists:
        yield from objects.taken(at, of_range(node.sequence))
    elif kind == "create_table_as_stmt" and not node.if_not_exists:
        yield from objects.taken(at, of_range(node.into.rel))
    elif kind == "create_enum_stmt":
        yield from objects.taken(at, of_words(words(node.type_name)), catalogue="type")
    elif kind == "create_domain_stmt":
        yield from objects.taken(at, of_words(words(node.domainname)), catalogue="type")
    elif kind == "composite_type_stmt":
        yield from objects.taken(at, of_range(node.typevar), catalogue="type")
    elif kind == "create_schema_stmt" and not node.if_not_exists and node.schemaname:
        yield from objects.taken(at, Name("", node.schemaname), catalogue="schema")
    elif kind == "create_extension_stmt" and not node.if_not_exists:
        yield from objects.taken(at, Name("", node.extname), catalogue="extension")
    elif kind == "create_trig_stmt" and not node.replace:
        yield from certain.missing_table(at, of_range(node.relation))
        yield from objects.on_table(at, node.relation, pb.OBJECT_TRIGGER, node.trigname)
    elif kind == "create_policy_stmt":
        yield from certain.missing_table(at, of_range(node.table))
        yield from objects.on_table(at, node.table, pb.OBJECT_POLICY, node.policy_name)
    elif kind == "alter_enum_stmt":
        yield from objects.enum_value(at, node)
    elif kind == "rename_stmt":
        yield from _renamed(at, node)
    elif kind == "truncate_stmt":
        yield from _truncated(at, node)


def table(at: At, node: pb.CreateStmt) -> Iterator[Doubt]:
    """CREATE TABLE: its name is free, its parents and the tables it references are there."""
    name = of_range(node.relation)
    if node.relation.relpersistence != "t":
        taken = list(certain.new_table(at, node))
        yield from taken
        if not taken and not node.if_not_exists:
            yield from objects.taken(at, name)
    parents = [of_range(item.range_var) for item in node.inh_relations]
    for element in node.table_elts:
        kind = element.WhichOneof("node")
        constraints = [element.constraint] if kind == "constraint" else []
        if kind == "column_def":
            constraints = [part.constraint for part in element.column_def.constraints]
        elif kind == "table_like_clause":
            parents.append(of_range(element.table_like_clause.relation))
        parents += [
            of_range(one.pktable) for one in constraints if one.contype == pb.CONSTR_FOREIGN
        ]
    for parent in dict.fromkeys(parents):
        if parent != name:
            yield from certain.missing_table(at, parent)


def _renamed(at: At, node: pb.RenameStmt) -> Iterator[Doubt]:
    table = of_range(node.relation)
    kind = node.rename_type
    if node.missing_ok or not node.relation.relname:
        return
    if kind == pb.OBJECT_TABLE:
        yield from certain.missing_table(at, table)
    if kind in {pb.OBJECT_TABLE, pb.OBJECT_VIEW, pb.OBJECT_INDEX, pb.OBJECT_SEQUENCE}:
        yield from objects.taken(at, table.beside(node.newname))
    elif kind == pb.OBJECT_COLUMN:
        yield from keys.missing_columns(at, table, [node.subname])
        if at.state.table(table) is not None and at.state.has_column(table, node.newname):
            yield at.doubt(
                table,
                Kind.CERTAIN,
                _("will fail: {table} has a column {column} already").format(
                    table=table.shown, column=node.newname
                ),
            )
    elif kind == pb.OBJECT_TABCONSTRAINT and at.state.table(table) is not None:
        yield from _constraint(at, table, node)


def _constraint(at: At, table: Name, node: pb.RenameStmt) -> Iterator[Doubt]:
    if not at.state.has_constraint(table, node.subname):
        message = _("will fail: {table} has no constraint {name}")
        name = node.subname
    elif at.state.has_constraint(table, node.newname):
        message = _("will fail: {table} has a constraint {name} already")
        name = node.newname
    else:
        return
    yield at.doubt(table, Kind.CERTAIN, message.format(table=table.shown, name=name))


def _truncated(at: At, node: pb.TruncateStmt) -> Iterator[Doubt]:
    """TRUNCATE without CASCADE of a table that another one references."""
    tables = [of_range(item.range_var) for item in node.relations]
    for table in tables:
        yield from certain.missing_table(at, table)
        live = at.state.table(table)
        if live is None or node.behavior == pb.DROP_CASCADE:
            continue
        changed = {other for other, _part in at.state.dropped | at.state.released}
        spared = {*tables, *at.state.gone, *changed, *live.descendants}
        needed = [other.shown for other in live.children if other not in spared]
        if needed:
            yield at.doubt(
                table,
                Kind.CERTAIN,
                _("will fail: {children} references {table}; name both, or say CASCADE").format(
                    children=", ".join(needed), table=table.shown
                ),
            )
