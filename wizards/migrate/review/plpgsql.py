"""What a PL/pgSQL block sends: its SQL statements, and what only running it would show."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from wizards.migrate.review import libpg
from wizards.migrate.review.libpg import pb

_TAG = "$tarmac_block$"
_HEADS = ("void", "integer", "SETOF integer", "trigger")
_DYNAMIC = frozenset({"PLpgSQL_stmt_dynexecute", "PLpgSQL_stmt_dynfors", "PLpgSQL_stmt_call"})


_QUERIES = frozenset({"PLpgSQL_stmt_fors", "PLpgSQL_stmt_return_query", "PLpgSQL_stmt_open"})


class Body(NamedTuple):
    """SQL in the order it is written; ``dynamic`` holds what is put together while running."""

    statements: tuple[str, ...]
    dynamic: tuple[str, ...]


def body(node: pb.DoStmt) -> Body | None:
    """Read a DO statement, None when it is not PL/pgSQL that parses."""
    options = {item.def_elem.defname: item.def_elem.arg for item in node.args}
    language = options["language"].string.sval if "language" in options else "plpgsql"
    if language != "plpgsql" or "as" not in options:
        return None
    return read(options["as"].string.sval)


def read(source: str) -> Body | None:
    """Read the source of a block, None when it does not parse.

    The parser aborts the process on a DO without a body, so it only ever sees one written here.
    """
    return _parsed(source, "DO {source}")


def read_function(source: str) -> Body | None:
    """Read a function's source, whatever it returns; None when it does not parse."""
    for head in _HEADS:
        found = _parsed(
            source, f"CREATE FUNCTION f() RETURNS {head} LANGUAGE plpgsql AS {{source}}"
        )
        if found is not None:
            return found
    return None


def _parsed(source: str, around: str) -> Body | None:
    if not source.strip() or "\0" in source or _TAG in source:
        return None
    block = around.replace("{source}", f"{_TAG}{source}{_TAG}").encode("utf-8", "replace")
    result = libpg.native.lib.pg_query_parse_plpgsql(block)
    try:
        if result.error:
            return None
        functions = json.loads(result.plpgsql_funcs)
    except ValueError:
        return None
    finally:
        libpg.native.lib.pg_query_free_plpgsql_parse_result(result)
    statements: list[str] = []
    dynamic: list[str] = []
    for function in functions:
        _collect(function, statements, dynamic)
    return Body(tuple(statements), tuple(dynamic))


def _collect(node: Any, statements: list[str], dynamic: list[str]) -> None:
    """Walk the tree in the order of the source."""
    todo = [node]
    while todo:
        part = todo.pop()
        if isinstance(part, list):
            todo.extend(reversed(part))
        elif isinstance(part, dict):
            for kind, value in part.items():
                if kind in _DYNAMIC:
                    _dynamic(value, statements, dynamic)
                elif kind == "PLpgSQL_stmt_execsql":
                    statements.append(_query(value.get("sqlstmt")))
                elif kind == "PLpgSQL_stmt_perform":
                    statements.append(_query(value.get("expr")))
                elif kind in _QUERIES and value.get("query"):
                    statements.append(_query(value.get("query")))
            todo.extend(reversed(list(part.values())))


def _query(expression: Any) -> str:
    found = expression.get("PLpgSQL_expr", {}) if isinstance(expression, dict) else {}
    return str(found.get("query", ""))


def _dynamic(node: Any, statements: list[str], dynamic: list[str]) -> None:
    """EXECUTE of a constant text is as good as the text; anything else is put together later."""
    query = _query(node.get("query") or node.get("expr"))
    try:
        target = libpg.parse(f"SELECT {query}".encode())[0].stmt.select_stmt.target_list[0]
    except (libpg.NotUnderstood, IndexError):
        dynamic.append(query)
        return
    value = target.res_target.val
    if value.WhichOneof("node") == "a_const" and value.a_const.HasField("sval"):
        statements.append(str(value.a_const.sval.sval))
    else:
        dynamic.append(query)
