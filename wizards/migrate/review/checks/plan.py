"""Every doubt of a plan, in order, each asked of what the plan leaves unchanged until then."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from generators.language import _
from wizards.migrate.review.catalogue import Facts
from wizards.migrate.review.checks import added, casts, certain, keys, made, objects, rows
from wizards.migrate.review.checks.at import At
from wizards.migrate.review.checks.doubt import Doubt, Kind
from wizards.migrate.review.checks.state import EVERY, State
from wizards.migrate.review.libpg import pb
from wizards.migrate.review.names import Name, of_range, of_words, words
from wizards.migrate.review.rules.columns import expression_sql
from wizards.migrate.review.sql import Parsed


def doubts(parsed: Sequence[tuple[int, Parsed]], facts: Facts) -> Iterator[Doubt]:
    """Yield the doubts about (statement index, parsed) pairs of one plan."""
    state = State(facts)
    for statement, one in parsed:
        at = At(statement, one, state)
        for doubt in _of(at):
            settled = _as_of_then(doubt, state)
            if settled is not None:
                yield settled
        state.follow(one)


def _as_of_then(doubt: Doubt, state: State) -> Doubt | None:
    """What an earlier statement writes cannot be read before that statement has run."""
    if doubt.kind is Kind.ANSWER:
        return None if state.opaque else doubt
    if doubt.kind is Kind.CERTAIN:
        return _uncertain(doubt) if state.opaque else doubt
    if doubt.table in state.made:
        return _unchecked(doubt) if doubt.table in state.filled else None
    if state.table(doubt.table) is None:
        return None
    if doubt.kind is Kind.ANY_ROW:
        changed = state.opaque or EVERY in state.touched.get(doubt.table, ())
    else:
        changed = state.changed(doubt.table, doubt.columns)
    return _unchecked(doubt) if changed else doubt


def _uncertain(doubt: Doubt) -> Doubt:
    return replace(
        doubt,
        kind=Kind.UNCHECKED,
        message=_("cannot be checked before it runs: nobody knows what an earlier statement does"),
        fix=None,
    )


def _unchecked(doubt: Doubt) -> Doubt:
    if doubt.kind is Kind.UNCHECKED:
        return doubt
    return replace(
        doubt,
        kind=Kind.UNCHECKED,
        message=_("cannot be checked before it runs: an earlier statement changes {table}").format(
            table=doubt.table.shown
        ),
        fix=None,
    )


def _of(at: At) -> Iterator[Doubt]:
    node, kind = at.parsed.node, at.parsed.kind
    if kind == "alter_table_stmt" and isinstance(node, pb.AlterTableStmt):
        yield from _alter_table(at, node)
    elif kind == "index_stmt" and isinstance(node, pb.IndexStmt):
        yield from _index(at, node)
    elif kind == "create_stmt" and isinstance(node, pb.CreateStmt):
        yield from made.table(at, node)
        if node.HasField("partbound"):
            parent = of_range(node.inh_relations[0].range_var)
            yield from rows.partition(at, parent, None, node.partbound)
    elif kind == "drop_stmt" and isinstance(node, pb.DropStmt):
        refused = list(certain.drop(at, node))
        yield from refused or objects.dropped(at, node)
    elif kind == "alter_domain_stmt" and isinstance(node, pb.AlterDomainStmt):
        yield from _domain(at, node)
    elif kind in {"update_stmt", "delete_stmt", "insert_stmt"}:
        relation: pb.RangeVar = getattr(node, "relation")  # noqa: B009
        yield from certain.missing_table(at, of_range(relation))
        yield from keys.missing_columns(at, of_range(relation), _written(node))
    else:
        yield from made.made(at)


def _written(node: pb.UpdateStmt | pb.InsertStmt | pb.DeleteStmt) -> list[str]:
    """The columns that INSERT names and UPDATE sets."""
    if isinstance(node, pb.InsertStmt):
        return [item.res_target.name for item in node.cols]
    return [item.res_target.name for item in getattr(node, "target_list", ())]


def _alter_table(at: At, node: pb.AlterTableStmt) -> Iterator[Doubt]:
    table = of_range(node.relation)
    if node.objtype != pb.OBJECT_TABLE or node.missing_ok:
        return
    if at.state.is_missing(table):
        yield from certain.missing_table(at, table)
        return
    live = at.state.table(table)
    for item in node.cmds:
        command = item.alter_table_cmd
        if live is not None:
            refused = list(certain.command(at, table, live, command))
            yield from refused
            if refused:
                continue
        yield from _command(at, table, command)
    yield from objects.owned(at, table)


def _command(at: At, table: Name, command: pb.AlterTableCmd) -> Iterator[Doubt]:
    subtype = command.subtype
    definition = getattr(command, "def")
    if subtype == pb.AT_SetNotNull:
        yield from rows.nulls(at, table, command.name)
    elif subtype == pb.AT_AddConstraint:
        yield from rows.constraint(at, table, definition.constraint)
    elif subtype == pb.AT_ValidateConstraint:
        yield from rows.validate(at, table, command.name)
    elif subtype == pb.AT_DropColumn and command.behavior != pb.DROP_CASCADE:
        yield from objects.fixed(at, table, command.name)
        yield from objects.column(at, table, command.name)
    elif subtype == pb.AT_DropConstraint and command.behavior != pb.DROP_CASCADE:
        yield from objects.constraint(at, table, command.name)
    elif subtype == pb.AT_DropNotNull:
        yield from certain.key_column(at, table, command.name)
    elif subtype == pb.AT_AlterColumnType:
        yield from objects.fixed(at, table, command.name)
        yield from objects.typed(at, table, command.name)
        yield from casts.change(at, table, command)
    elif subtype == pb.AT_AddColumn:
        yield from added.column(at, table, definition.column_def)
    elif subtype == pb.AT_AttachPartition:
        cmd = definition.partition_cmd
        yield from rows.partition(at, table, of_range(cmd.name), cmd.bound)


def _index(at: At, node: pb.IndexStmt) -> Iterator[Doubt]:
    table = of_range(node.relation)
    if at.state.is_missing(table):
        yield from certain.missing_table(at, table)
        return
    refused = list(certain.new_index(at, node))
    yield from refused
    if not refused and node.idxname and not node.if_not_exists:
        yield from objects.taken(at, table.beside(node.idxname))
    yield from keys.missing_columns(at, table, [one.index_elem.name for one in node.index_params])
    if refused or not node.unique:
        return
    where = expression_sql(node.where_clause) if node.HasField("where_clause") else ""
    yield from keys.unique_keys(at, table, node, where)


def _domain(at: At, node: pb.AlterDomainStmt) -> Iterator[Doubt]:
    """A constraint of a domain is a CHECK on every column of it, or of a domain over it."""
    domain = of_words(words(node.type_name))
    constraint = getattr(node, "def").constraint
    known = at.state.facts.domains.get(domain)
    for table, column in known.columns if known else ():
        if node.subtype == "O":
            yield from rows.nulls(at, table, column)
        elif node.subtype == "C" and not constraint.skip_validation:
            value = added.with_column(constraint.raw_expr, "value", column)
            yield from rows.check(at, table, value, constraint.conname)
