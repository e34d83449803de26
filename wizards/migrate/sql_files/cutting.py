"""A migration's text as the statements that are sent, and what its transaction may hold."""

from __future__ import annotations

from typing import Any, NamedTuple

from wizards.migrate.review.sql import Parsed, each_statement
from wizards.migrate.sql_files.step import Complaint

_OPENS = {"TRANS_STMT_BEGIN", "TRANS_STMT_START"}
_ENDS = {"TRANS_STMT_COMMIT", "TRANS_STMT_ROLLBACK", "TRANS_STMT_PREPARE"}
_ALONE = {
    "vacuum_stmt": "is_vacuumcmd",
    "createdb_stmt": "",
    "dropdb_stmt": "",
    "create_table_space_stmt": "",
    "drop_table_space_stmt": "",
    "alter_system_stmt": "",
}


class Cut(NamedTuple):
    """One statement: its line (from 1), and whether it opens, ends or forbids a transaction."""

    sql: str
    line: int
    opens: bool = False
    ends: bool = False
    alone: bool = False


def cut(text: str, name: str) -> list[Cut]:
    """Return the statements of a file; psql commands and COPY FROM STDIN are complaints."""
    return [_cut(one, name) for one in each_statement(text)]


def _cut(one: Parsed, name: str) -> Cut:
    if one.sql.startswith("\\"):
        raise Complaint("psql-command", f"{name}:{one.line}")
    node = one.node
    if node is None:
        return Cut(one.sql, one.line)
    if one.kind == "copy_stmt" and _of(node, "is_from") and not _of(node, "filename"):
        raise Complaint("copy-stdin", f"{name}:{one.line}")
    if one.kind == "transaction_stmt":
        kind = _enum(node, "kind")
        return Cut(one.sql, one.line, opens=kind in _OPENS, ends=kind in _ENDS)
    return Cut(one.sql, one.line, alone=_is_alone(one.kind, node))


def _is_alone(kind: str, node: Any) -> bool:
    """Say whether PostgreSQL refuses a statement inside a transaction block."""
    if kind in _ALONE:
        return not _ALONE[kind] or bool(_of(node, _ALONE[kind]))
    if kind in ("index_stmt", "drop_stmt"):
        return bool(_of(node, "concurrent"))
    if kind == "reindex_stmt":
        names = {str(part.def_elem.defname) for part in node.params}
        return "concurrently" in names
    if kind == "alter_table_stmt":
        commands = [part.alter_table_cmd for part in node.cmds]
        return any(
            getattr(getattr(one, "def").partition_cmd, "concurrent", False) for one in commands
        )
    return False


def _of(node: Any, field: str) -> object:
    return getattr(node, field)


def _enum(node: Any, field: str) -> str:
    described = node.DESCRIPTOR.fields_by_name[field].enum_type
    return str(described.values_by_number[int(str(_of(node, field)))].name)
