"""PostgreSQL's own parser (libpg_query), loaded without what only other uses of it need.

``import postgast`` brings a formatter, a deparser and typed node classes along, which cost more
than parsing a large file does. Only its native library and its message classes are loaded here.
"""

from __future__ import annotations

import ctypes
import importlib.util
import sys
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from google.protobuf.message import DecodeError

from generators.language import _

if TYPE_CHECKING:
    from postgast import native
    from postgast import pg_query_pb2 as pb

__all__ = ["NotUnderstood", "comments", "deparse", "native", "parse", "pb"]


def _part(name: str) -> ModuleType:
    """Load one module of postgast from its file, or take it where it is already loaded."""
    full = f"postgast.{name}"
    if full in sys.modules:
        return sys.modules[full]
    package = importlib.util.find_spec("postgast")
    if package is None or not package.submodule_search_locations:
        raise ImportError("postgast is not installed", name="postgast")
    path = Path(package.submodule_search_locations[0]) / f"{name}.py"
    spec = importlib.util.spec_from_file_location(f"_tarmac_{name}", path)
    if spec is None or spec.loader is None:
        raise ImportError(f"cannot load {path}", name=full)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


if not TYPE_CHECKING:
    native = _part("native")
    pb = _part("pg_query_pb2")


class NotUnderstood(Exception):
    """The parser refused; ``message`` is PostgreSQL's, ``offset`` counts characters from 0."""

    def __init__(self, message: str, offset: int) -> None:
        super().__init__(message)
        self.message = message
        self.offset = offset


def parse(sql: bytes) -> list[pb.RawStmt]:
    """Return the statements of UTF-8 SQL, each with byte offsets; raise :class:`NotUnderstood`."""
    result = native.lib.pg_query_parse_protobuf(sql)
    try:
        _refuse(result)
        tree = ctypes.string_at(result.parse_tree.data, result.parse_tree.len)
        return list(pb.ParseResult.FromString(tree).stmts)
    except DecodeError as error:
        raise NotUnderstood(_("nested too deeply"), 0) from error
    finally:
        native.lib.pg_query_free_protobuf_parse_result(result)


def expression(sql: str) -> pb.Node:
    """Return the node of one SQL expression; raise :class:`NotUnderstood`."""
    return parse(f"SELECT {sql}".encode())[0].stmt.select_stmt.target_list[0].res_target.val


def comments(sql: bytes) -> list[tuple[int, int]]:
    """Return (start, end) byte offsets of the comments, none when the scanner refuses."""
    result = native.lib.pg_query_scan(sql)
    try:
        if result.error:
            return []
        tokens = pb.ScanResult.FromString(ctypes.string_at(result.pbuf.data, result.pbuf.len))
        kinds = (pb.SQL_COMMENT, pb.C_COMMENT)
        return [(one.start, one.end) for one in tokens.tokens if one.token in kinds]
    finally:
        native.lib.pg_query_free_scan_result(result)


def _refuse(result: ctypes.Structure) -> None:
    if not result.error:
        return
    error = result.error.contents
    message = (error.message or b"").decode("utf-8", "replace")
    raise NotUnderstood(message, max(int(error.cursorpos) - 1, 0))


def deparse(statement: pb.Node) -> str:
    """Return the SQL of one statement node, "" when the parser cannot write it back."""
    tree = pb.ParseResult(stmts=[pb.RawStmt(stmt=statement)]).SerializeToString()
    buffer = ctypes.create_string_buffer(tree, len(tree))
    message = native.PgQueryProtobuf(len(tree), ctypes.cast(buffer, ctypes.c_void_p))
    result = native.lib.pg_query_deparse_protobuf(message)
    try:
        return "" if result.error else str(result.query.decode("utf-8", "replace"))
    finally:
        native.lib.pg_query_free_deparse_result(result)
