"""SQL text as parsed statements, each with its place in the text."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from generators.language import _
from wizards.migrate.review import libpg, psql
from wizards.migrate.review.names import Name
from wizards.migrate.review.suppressions import Allow, allows_in

if TYPE_CHECKING:
    from google.protobuf.message import Message

    from wizards.migrate.review.libpg import pb

_PART = 128 * 1024
"""Bytes of a script parsed at a time: enough to be fast, little enough to keep memory flat."""

_TRIVIA = re.compile(rb"(?:\s+|;|--[^\r\n]*)*")
_PARAMETER = re.compile(r"%\(\w+\)[sbt]|%[sbt](?!\w)|(?<![:\w]):(?=[a-z_])\w+")
_PARAMETER_IN = re.compile(r"('(?:[^']|'')*')|" + _PARAMETER.pattern)


class Hint(NamedTuple):
    """What a revision file says beside the SQL: a column's old type, or a constraint's kind."""

    table: Name
    column: str = ""
    old_type: str = ""
    constraint: str = ""
    kind: str = ""


class Parsed(NamedTuple):
    """One statement: its text without leading comments, its place (from 1) and its parse tree.

    ``kind`` is the node's name in PostgreSQL's grammar ("alter_table_stmt"); it is empty when the
    parser refused, and then ``refused`` says why.
    """

    sql: str
    line: int
    column: int
    end_line: int
    kind: str
    node: Message | None
    refused: str = ""
    allows: tuple[Allow, ...] = ()
    hints: tuple[Hint, ...] = ()


UNKNOWN = Parsed("", 1, 1, 1, "", None)
"""Stands for SQL that only running it shows."""

_Placed = tuple[int, int, Parsed]


class Source:
    """UTF-8 text with its lines; places count from 1, columns in characters."""

    def __init__(self, text: str) -> None:
        self.bytes = text.encode("utf-8", "replace")
        self.ascii = len(self.bytes) == len(text)
        self._starts = [0, *(found.end() for found in re.finditer(rb"\r\n|\n|\r", self.bytes))]

    def line(self, offset: int) -> int:
        """Return the line of a byte offset."""
        return bisect_right(self._starts, offset)

    def column(self, offset: int) -> int:
        """Return the column of a byte offset."""
        start = self._starts[self.line(offset) - 1]
        if self.ascii:
            return offset - start + 1
        return len(self.bytes[start:offset].decode("utf-8", "replace")) + 1

    def cut(self, start: int, end: int) -> str:
        """Return the text between two byte offsets."""
        return self.bytes[start:end].decode("utf-8", "replace")


def statements(text: str) -> list[Parsed]:
    """Return every statement of a script, in order; what is not understood is among them."""
    return list(each_statement(text))


def each_statement(text: str) -> Iterator[Parsed]:
    """Yield every statement of a script; of a large one only a part is parsed at a time."""
    source = Source(text.removeprefix("\ufeff"))
    placed = _parsed_or_cut(source)
    if "\ufffd" in text:
        placed = ((start, end, _readable(parsed)) for start, end, parsed in placed)
    if "tarmac:" in text:
        yield from _with_allows(source, list(placed))
    else:
        yield from (parsed for _start, _end, parsed in placed)


def _parsed_or_cut(source: Source) -> Iterator[_Placed]:
    """Parse part after part; from the first part that does not parse on, cut the rest as psql."""
    start, size = 0, len(source.bytes)
    while start < size:
        end, raw = _part(source.bytes, start)
        if raw is None:
            yield from _in_pieces(source, start)
            return
        for one in raw:
            at = start + one.stmt_location
            until = at + one.stmt_len if one.stmt_len else end
            kind = one.stmt.WhichOneof("node") or ""
            yield _placed(source, at, until, kind, getattr(one.stmt, kind, None))
        start = end


def _part(sql: bytes, start: int) -> tuple[int, list[pb.RawStmt] | None]:
    """Parse up to a semicolon at a line's end; one inside quotes or a body makes the part grow.

    A part that ends inside a string, a comment, brackets or a function's body never parses, so one
    that does parse ends between two statements.
    """
    length = _PART
    while True:
        end = sql.find(b";\n", start + length) + 2
        if end < 2:
            end = len(sql)
        part = sql[start:end]
        try:
            if b"\0" not in part:
                return end, libpg.parse(part)
        except libpg.NotUnderstood:
            pass
        if end == len(sql):
            return end, None
        length *= 4


def _readable(parsed: Parsed) -> Parsed:
    """What stood where U+FFFD stands now was not UTF-8, so nobody knows what it says."""
    if "\ufffd" not in parsed.sql:
        return parsed
    return parsed._replace(kind="", node=None, refused=_("bytes that are not UTF-8"))


def parameters_filled(sql: str) -> str:
    """Return SQL with driver placeholders (%(name)s, %s, :name) as ``$1``, as a server sees it."""
    filled = _PARAMETER_IN.sub(lambda found: found[1] or "$1", sql)
    return filled.replace("%%", "%")


def _placed(
    source: Source, start: int, end: int, kind: str, node: Message | None, refused: str = ""
) -> _Placed:
    start = _first_token(source.bytes, start, end)
    while end > start and source.bytes[end - 1] in b" \t\r\n\f\v;":
        end -= 1
    line = source.line(start)
    text = source.cut(start, end)
    end_line = source.line(max(end - 1, start))
    return start, end, Parsed(text, line, source.column(start), end_line, kind, node, refused)


def _first_token(sql: bytes, at: int, end: int) -> int:
    while True:
        trivia = _TRIVIA.match(sql, at, end)
        at = trivia.end() if trivia else at
        if not sql.startswith(b"/*", at, end):
            return at
        at = min(psql.end_of_block(sql, at + 2), end)


def _in_pieces(source: Source, start: int) -> Iterator[_Placed]:
    for piece in psql.pieces(source.bytes, start):
        if piece.meta:
            yield from _meta(source, piece)
        elif _first_token(source.bytes, piece.start, piece.end) < piece.end:
            yield from _piece(source, piece)


def _piece(source: Source, piece: psql.Piece) -> list[_Placed]:
    sql = source.bytes[piece.start : piece.end]
    refused = ""
    if b"\0" in sql:
        refused = _("the text holds a NUL byte")
    else:
        try:
            return [
                _placed(
                    source,
                    piece.start + one.stmt_location,
                    piece.start + one.stmt_location + one.stmt_len if one.stmt_len else piece.end,
                    one.stmt.WhichOneof("node") or "",
                    getattr(one.stmt, one.stmt.WhichOneof("node") or "", None),
                )
                for one in libpg.parse(sql)
            ]
        except libpg.NotUnderstood as error:
            refused = error.message
    return [_placed(source, piece.start, piece.end, "", None, refused)]


def _meta(source: Source, piece: psql.Piece) -> list[_Placed]:
    if psql.is_harmless(piece.meta):
        return []
    if piece.meta == "copy":
        inside = source.bytes[piece.start + 1 : piece.end]
        try:
            copy = libpg.parse(inside)[0].stmt
        except (libpg.NotUnderstood, IndexError):
            pass
        else:
            return [_placed(source, piece.start, piece.end, "copy_stmt", copy.copy_stmt)]
    refused = _("psql command {name}").format(name="\\" + piece.meta)
    return [_placed(source, piece.start, piece.end, "", None, refused)]


def _with_allows(source: Source, found: list[_Placed]) -> list[Parsed]:
    """Give each statement the suppressions above it, inside it, or behind it on its last line."""
    given: dict[int, list[Allow]] = {}
    starts = [start for start, _end, _parsed in found]
    for start, end in libpg.comments(source.bytes):
        allows = allows_in(source.cut(start, end), source.line(start))
        if not allows or not found:
            continue
        before = bisect_right(starts, start) - 1
        owner = before + 1
        if before >= 0 and (
            start < found[before][1] or found[before][2].end_line == source.line(start)
        ):
            owner = before
        given.setdefault(min(owner, len(found) - 1), []).extend(allows)
    return [
        parsed._replace(allows=tuple(given[index])) if index in given else parsed
        for index, (_start, _end, parsed) in enumerate(found)
    ]
