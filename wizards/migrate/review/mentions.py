"""Which tables, indexes, types and functions SQL names: what facts must be gathered of."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from wizards.migrate.review.libpg import pb
from wizards.migrate.review.names import Name, of_object, of_range, of_words, words
from wizards.migrate.review.rules.columns import expression_sql
from wizards.migrate.review.sql import Parsed
from wizards.migrate.review.volatility import descend, function_calls, operators

_TABLE_PART = frozenset({pb.OBJECT_TRIGGER, pb.OBJECT_POLICY, pb.OBJECT_RULE})


@dataclass
class Mentions:
    """Names in a plan; ``defaults`` are the default expressions of added columns, as SQL."""

    relations: set[Name] = field(default_factory=set)
    types: set[Name] = field(default_factory=set)
    functions: set[Name] = field(default_factory=set)
    defaults: dict[str, tuple[Name, ...]] = field(default_factory=dict)


def mentions(parsed: Iterable[Parsed]) -> Mentions:
    """Collect the names of every statement."""
    found = Mentions()
    for one in parsed:
        if one.node is None:
            continue
        if one.kind == "drop_stmt":
            _drop(one.node, found)
        for part in descend(one.node):
            kind = part.DESCRIPTOR.name
            if kind == "RangeVar":
                found.relations.add(of_range(part))
            elif kind == "TypeName":
                found.types.add(of_words(words(part.names)))
            elif kind == "ColumnDef":
                _default(part, found)
            elif kind == "IndexStmt" and part.idxname:
                found.relations.add(of_range(part.relation).beside(part.idxname))
            elif kind == "Constraint" and part.indexname:
                found.relations.add(Name("", part.indexname))
            elif kind == "AlterDomainStmt" or kind == "AlterEnumStmt":
                found.types.add(of_words(words(part.type_name)))
    return found


def _drop(node: pb.DropStmt, found: Mentions) -> None:
    for item in node.objects:
        if node.remove_type in _TABLE_PART:
            found.relations.add(of_words(words(item.list.items)[:-1]))
        else:
            found.relations.add(of_object(item))


def _default(column: pb.ColumnDef, found: Mentions) -> None:
    for part in column.constraints:
        if part.constraint.contype != pb.CONSTR_DEFAULT:
            continue
        names = tuple(
            of_words(words(call.funcname)) for call in function_calls(part.constraint.raw_expr)
        )
        if names or any(operators(part.constraint.raw_expr)):
            found.functions.update(names)
            found.defaults[expression_sql(part.constraint.raw_expr)] = names
