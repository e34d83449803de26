"""Cuts a script the way psql does: quotes, dollar quotes, comments, meta commands, COPY data.

Only read when PostgreSQL's parser refuses the script as a whole; linear in its length.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

# fmt: off
HARMLESS = frozenset(
    [
    "set", "unset", "echo", "qecho", "warn", "timing", "pset", "x", "t", "a", "encoding",
    "restrict", "unrestrict", "prompt", "errverbose", "conninfo", "d", "dt", "di", "du", "dn",
    "df", "l", "q", "p", "r", "reset", "H", "C", "f",
]
)
# fmt: on
_TOKEN = re.compile(
    rb"""(?P<space>\s+)
    |(?P<line>--[^\r\n]*)
    |(?P<block>/\*)
    |(?P<escape>[eE]'(?:[^'\\]|\\.|'')*(?:'|\Z))
    |(?P<text>'(?:[^']|'')*(?:'|\Z))
    |(?P<ident>"(?:[^"]|"")*(?:"|\Z))
    |(?P<dollar>\$(?:[A-Za-z_\x80-\xff][A-Za-z0-9_\x80-\xff]*)?\$)
    |(?P<word>[A-Za-z_\x80-\xff][A-Za-z0-9_$\x80-\xff]*)
    |(?P<meta>\\[^\s\\]*)
    |(?P<number>[0-9$]+)
    |(?P<other>.)""",
    re.VERBOSE | re.DOTALL,
)
_LINE_END = re.compile(rb"\r?\n|\Z")
_COPY_DATA = re.compile(rb"\s*copy\b.*\bfrom\s+stdin\b", re.IGNORECASE | re.DOTALL)
_DATA_END = re.compile(rb"^\\\.\r?$", re.MULTILINE)
_ROUTINE = (b"function", b"procedure")
_BLOCK_EDGE = re.compile(rb"/\*|\*/")


def is_harmless(meta: str) -> bool:
    """Whether a psql command neither runs SQL nor reads a file: \\set, \\echo, \\d and its kind."""
    return meta in HARMLESS or meta.startswith("d") or meta.rstrip("+S") in HARMLESS


class Piece(NamedTuple):
    """A stretch of the script in bytes; ``meta`` is a psql command's name, "" for SQL."""

    start: int
    end: int
    meta: str = ""


def pieces(sql: bytes, start: int = 0) -> Iterator[Piece]:
    """Yield SQL statements and psql meta commands in order; data of COPY is left out."""
    at = start
    depth = blocks = first = 0
    heads: list[bytes] = []
    size = len(sql)
    while at < size:
        token = _TOKEN.match(sql, at)
        if token is None:
            break
        kind, word = token.lastgroup, token[0]
        at = token.end()
        if kind == "block":
            at = end_of_block(sql, at)
        elif kind == "dollar":
            closing = sql.find(word, at)
            at = size if closing < 0 else closing + len(word)
        elif kind == "word":
            word = word.lower()
            first = first if heads else token.start()
            heads = heads if len(heads) == 4 else [*heads, word]
            blocks += _atomic_step(word, blocks, heads, sql, at)
        elif kind == "meta":
            line_end = _LINE_END.search(sql, at)
            stop = size if line_end is None else line_end.start()
            name = word[1:].decode("utf-8", "replace")
            if name.startswith("g") and sql[start : token.start()].strip():
                yield Piece(start, token.start())
            if name != ".":
                yield Piece(token.start(), stop, name or "\\")
            at = start = stop
            heads, depth, blocks = [], 0, 0
        elif word == b"(":
            depth += 1
        elif word == b")":
            depth = max(depth - 1, 0)
        elif word == b";" and depth == 0 and blocks == 0:
            yield Piece(start, at - 1)
            if heads[:1] == [b"copy"] and _COPY_DATA.match(sql, first, at):
                data_end = _DATA_END.search(sql, at)
                at = size if data_end is None else data_end.end()
            start, heads = at, []
    if start < size:
        yield Piece(start, size)


def _atomic_step(word: bytes, blocks: int, heads: list[bytes], sql: bytes, at: int) -> int:
    """Count BEGIN ATOMIC … END of SQL routines, whose semicolons end nothing."""
    if heads[0] != b"create" or not any(kind in heads for kind in _ROUTINE):
        return 0
    if word == b"begin":
        return 1 if sql[at : at + 64].split(None, 1)[:1] and _next_word(sql, at) == b"atomic" else 0
    if blocks and word == b"case":
        return 1
    return -1 if blocks and word == b"end" else 0


def _next_word(sql: bytes, at: int) -> bytes:
    return (sql[at : at + 64].split(None, 1) or [b""])[0].lower()


def end_of_block(sql: bytes, at: int) -> int:
    """Return where a /* comment ends whose inside starts at ``at``; comments nest."""
    depth = 1
    while depth:
        edge = _BLOCK_EDGE.search(sql, at)
        if edge is None:
            return len(sql)
        depth += 1 if edge[0] == b"/*" else -1
        at = edge.end()
    return at
