"""Column types as the catalogue writes them, read from a parse tree or from format_type()."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from wizards.migrate.review import libpg
from wizards.migrate.review.libpg import pb
from wizards.migrate.review.names import Name, named, quoted, words

_CANONICAL = {
    "int": "integer",
    "int4": "integer",
    "int2": "smallint",
    "int8": "bigint",
    "varchar": "character varying",
    "bpchar": "character",
    "char": '"char"',
    "decimal": "numeric",
    "float4": "real",
    "float8": "double precision",
    "bool": "boolean",
    "timestamptz": "timestamp with time zone",
    "timestamp": "timestamp without time zone",
    "timetz": "time with time zone",
    "time": "time without time zone",
    "varbit": "bit varying",
    "serial4": "serial",
    "serial2": "smallserial",
    "serial8": "bigserial",
}
_FORMATTED = re.compile(
    r"(?P<name>[^(\[]+)(?:\((?P<mods>[^)]*)\)(?P<rest>[a-z ]*))?(?P<array>(?:\[\])*)\Z"
)
_PARTS = re.compile(r'([^".]+)|"((?:[^"]|"")*)"')
_NUMBER = re.compile(r"\s*-?\d+\s*\Z")
SERIALS = frozenset({"serial", "smallserial", "bigserial"})
INTERVAL_ANY = 0x7FFF
_FIELD_BITS = {"year": 2, "month": 1, "day": 3, "hour": 10, "minute": 11, "second": 12}


class Type(NamedTuple):
    """A type: its name as the catalogue quotes it, its modifiers (length; precision and scale),
    whether it is an array, and the ``fields`` of an interval ("day to second", "" for all)."""

    name: str
    mods: tuple[int, ...] = ()
    array: bool = False
    fields: str = ""

    @property
    def shown(self) -> str:
        """The type as SQL."""
        mods = f"({','.join(map(str, self.mods))})" if self.mods else ""
        head, gap, zone = self.name.partition(" with")
        if self.fields:
            text = f"{self.name} {self.fields}{mods}"
        else:
            text = f"{head}{mods}{gap}{zone}" if head in {"time", "timestamp"} else self.name + mods
        return text + ("[]" if self.array else "")

    @property
    def key(self) -> Name:
        """The name without quotes, as facts about domains are kept by."""
        parts = [first or second.replace('""', '"') for first, second in _PARTS.findall(self.name)]
        return named(parts[-2] if len(parts) > 1 else "", parts[-1] if parts else self.name)


def of_node(node: pb.TypeName) -> Type:
    """Return the type of a parsed type name."""
    name = _catalogue_name(tuple(words(node.names)))
    typmods = node.typmods
    if not len(typmods):
        return Type(name, (), bool(len(node.array_bounds)))
    mods = tuple(mod.a_const.ival.ival for mod in typmods)
    fields = ""
    if name == "interval":
        fields, mods = _fields(mods[0]), mods[1:]
    elif name == "numeric" and len(mods) == 1:
        mods = (mods[0], 0)
    return Type(name, mods, bool(node.array_bounds), fields)


@lru_cache(maxsize=1024)
def _catalogue_name(parts: tuple[str, ...]) -> str:
    known = parts[1:] if len(parts) > 1 and parts[0] in {"pg_catalog", "public"} else parts
    if len(known) == 1 and known[0] in _CANONICAL:
        return _CANONICAL[known[0]]
    return ".".join(map(quoted, known))


def of_text(formatted: str) -> Type:
    """Return the type of what ``format_type()`` printed."""
    found = _FORMATTED.match(formatted)
    if found is None:
        return Type(formatted)
    name = f"{found['name'].strip()} {(found['rest'] or '').strip()}".strip()
    name, _gap, fields = name.partition(" ") if name.startswith("interval ") else (name, "", "")
    mods = tuple(int(mod) for mod in (found["mods"] or "").split(",") if _NUMBER.match(mod))
    name = _CANONICAL.get(name, name) if name != "char" else name
    return Type(name, mods, bool(found["array"]), fields)


def of_sql(text: str) -> Type:
    """Return the type of SQL as people write it ("varchar(50)", "timestamptz")."""
    try:
        select = libpg.parse(f"SELECT NULL::{text}".encode())[0].stmt.select_stmt
    except libpg.NotUnderstood:
        return Type(text)
    return of_node(select.target_list[0].res_target.val.type_cast.type_name)


def _fields(mask: int) -> str:
    """An interval's fields from the bits that the grammar gives, as format_type() writes them."""
    if mask == INTERVAL_ANY:
        return ""
    words_ = [word for word, bit in _FIELD_BITS.items() if mask & (1 << bit)]
    return " to ".join(dict.fromkeys((words_[0], words_[-1]))) if words_ else ""
