"""The table of contents of a dump, and what of it can be restored into a database that is there."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

_LINE = re.compile(r"(?P<id>\d+); \d+ \d+ (?P<rest>.*)")
# What pg_dump writes for tables and what hangs on them; anything else is not restored in place.
KNOWN = (
    "ACL",
    "AGGREGATE",
    "BLOB COMMENTS",
    "BLOB METADATA",
    "BLOB",
    "BLOBS",
    "CHECK CONSTRAINT",
    "COMMENT",
    "CONSTRAINT",
    "DEFAULT ACL",
    "DEFAULT",
    "DOMAIN",
    "EXTENSION",
    "FK CONSTRAINT",
    "FUNCTION",
    "INDEX ATTACH",
    "INDEX",
    "MATERIALIZED VIEW DATA",
    "MATERIALIZED VIEW",
    "POLICY",
    "PROCEDURE",
    "ROW SECURITY",
    "RULE",
    "SCHEMA",
    "SEQUENCE OWNED BY",
    "SEQUENCE SET",
    "SEQUENCE",
    "SHELL TYPE",
    "STATISTICS DATA",
    "STATISTICS",
    "TABLE ATTACH",
    "TABLE DATA",
    "TABLE",
    "TRIGGER",
    "TYPE",
    "VIEW",
)
_LONGEST_FIRST = tuple(sorted(KNOWN, key=len, reverse=True))


@dataclass(frozen=True, slots=True)
class Entry:
    """One line: what it makes, in which schema ("-" for none), its tag and its owner ("").

    ``kind`` is "" for one that is not known here; ``line`` is the text pg_restore reads back.
    """

    line: str
    kind: str
    schema: str
    tag: str
    owner: str


def entries(listed: str) -> list[Entry]:
    """Return the entries of what ``pg_restore --list`` printed."""
    found = []
    for line in listed.splitlines():
        matched = _LINE.fullmatch(line)
        if matched is not None:
            found.append(_entry(line, matched["rest"]))
    return found


def kept(found: Iterable[Entry], schemas: Collection[str], owned: Collection[str]) -> list[Entry]:
    """Return the entries to restore where extensions and the schemas that are there stay.

    ``schemas`` are there already; of ``owned`` ones the grants may be written too.
    """
    return [one for one in found if not _stays(one, schemas, owned)]


def unknown(found: Iterable[Entry]) -> list[str]:
    """Return the entries of kinds that are not restored in place."""
    return [one.line.split(" ", 3)[3] for one in found if not one.kind]


def owners(found: Iterable[Entry]) -> set[str]:
    """Return the roles that own what is restored."""
    return {one.owner for one in found if one.owner}


def extensions(found: Iterable[Entry]) -> set[str]:
    """Return the extensions that the dump wants."""
    return {one.tag for one in found if one.kind == "EXTENSION"}


def as_list(found: Sequence[Entry]) -> str:
    """Return the entries as the file that ``pg_restore --use-list`` reads."""
    return "".join(f"{one.line}\n" for one in found)


def _stays(one: Entry, schemas: Collection[str], owned: Collection[str]) -> bool:
    if one.kind == "EXTENSION" or one.tag.startswith("EXTENSION "):
        return True
    if one.kind == "SCHEMA":
        return one.tag in schemas
    if one.kind in ("ACL", "COMMENT") and one.tag.startswith("SCHEMA "):
        name = one.tag.removeprefix("SCHEMA ")
        return name in schemas and name not in owned
    return False


def _entry(line: str, rest: str) -> Entry:
    kind = next((one for one in _LONGEST_FIRST if rest.startswith(f"{one} ")), "")
    schema, _gap, named = rest.removeprefix(kind).lstrip().partition(" ")
    tag, _gap, owner = named.rpartition(" ")
    return Entry(line, kind, schema, tag, owner)
