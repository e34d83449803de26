"""Names of tables and columns: as keys, as people read them, and quoted for SQL."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from wizards.migrate.review.libpg import pb

_PLAIN = re.compile(r"[a-z_][a-z0-9_$]*\Z")
# fmt: off
_RESERVED = frozenset(
    [
    "all", "analyse", "analyze", "and", "any", "array", "as", "asc", "asymmetric",
    "authorization", "between", "binary", "both", "case", "cast", "check", "collate",
    "collation", "column", "concurrently", "constraint", "create", "cross", "current_catalog",
    "current_date", "current_role", "current_schema", "current_time", "current_timestamp",
    "current_user", "default", "deferrable", "desc", "distinct", "do", "else", "end", "except",
    "false", "fetch", "for", "foreign", "freeze", "from", "full", "grant", "group", "having",
    "ilike", "in", "initially", "inner", "intersect", "into", "is", "isnull", "join", "lateral",
    "leading", "left", "like", "limit", "localtime", "localtimestamp", "natural", "not",
    "notnull", "null", "offset", "on", "only", "or", "order", "outer", "overlaps", "placing",
    "primary", "references", "returning", "right", "select", "session_user", "similar", "some",
    "symmetric", "system_user", "table", "tablesample", "then", "to", "trailing", "true",
    "union", "unique", "user", "using", "variadic", "verbose", "when", "where", "window",
    "with",
]
)
# fmt: on


class Name(NamedTuple):
    """A relation's or type's name; ``schema`` is empty for what the search path finds."""

    schema: str
    name: str

    @property
    def shown(self) -> str:
        """The name as JSON and people read it: ``orders``, ``billing.orders``."""
        return f"{self.schema}.{self.name}" if self.schema else self.name

    @property
    def sql(self) -> str:
        """The name quoted where it must be."""
        return f"{quoted(self.schema)}.{quoted(self.name)}" if self.schema else quoted(self.name)

    def beside(self, name: str) -> Name:
        """Another name in the same schema."""
        return Name(self.schema, name)


def named(schema: str, name: str) -> Name:
    """Return a name; ``public`` is the search path's and left out."""
    return Name("" if schema == "public" else schema, name)


def shown_name(text: str) -> Name:
    """Read back what :attr:`Name.shown` wrote (the first dot divides)."""
    schema, dot, name = text.partition(".")
    return named(schema, name) if dot else Name("", text)


def quoted(identifier: str) -> str:
    """Return an identifier as SQL, with quotes only where PostgreSQL needs them."""
    if _PLAIN.match(identifier) and identifier not in _RESERVED:
        return identifier
    return '"' + identifier.replace('"', '""') + '"'


def literal(text: str) -> str:
    """Return text as an SQL string literal."""
    return "'" + text.replace("'", "''") + "'"


def of_range(relation: pb.RangeVar) -> Name:
    """Return the name of a table reference."""
    return named(relation.schemaname, relation.relname)


def words(nodes: Iterable[pb.Node]) -> list[str]:
    """Return the text of a list of String nodes."""
    return [node.string.sval for node in nodes]


def of_words(parts: list[str]) -> Name:
    """Return the name of dotted parts; the database part, if any, is dropped."""
    return named(parts[-2] if len(parts) > 1 else "", parts[-1] if parts else "")


def of_object(node: pb.Node) -> Name:
    """Return the name of a DROP/RENAME object: a List, a TypeName or a String node."""
    kind = node.WhichOneof("node")
    if kind == "list":
        return of_words(words(node.list.items))
    if kind == "type_name":
        return of_words(words(node.type_name.names))
    if kind == "object_with_args":
        return of_words(words(node.object_with_args.objname))
    return Name("", node.string.sval)
