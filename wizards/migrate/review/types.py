"""Column types as the catalogue writes them, read from a parse tree or from format_type()."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from wizards.migrate.review import libpg
from wizards.migrate.review.libpg import pb
from wizards.migrate.review.names import words

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
SERIALS = frozenset({"serial", "smallserial", "bigserial"})
INTERVAL_ANY = 0x7FFF


class Type(NamedTuple):
    """A type: its catalogue name, its modifiers (length; precision and scale) and array-ness."""

    name: str
    mods: tuple[int, ...] = ()
    array: bool = False

    @property
    def shown(self) -> str:
        """The type as SQL."""
        mods = f"({','.join(map(str, self.mods))})" if self.mods else ""
        head, gap, zone = self.name.partition(" with")
        text = f"{head}{mods}{gap}{zone}" if head in {"time", "timestamp"} else self.name + mods
        return text + ("[]" if self.array else "")


def of_node(node: pb.TypeName) -> Type:
    """Return the type of a parsed type name."""
    name = _catalogue_name(tuple(words(node.names)))
    typmods = node.typmods
    if not len(typmods):
        return Type(name, (), bool(len(node.array_bounds)))
    mods = tuple(mod.a_const.ival.ival for mod in typmods)
    if name == "interval":
        mods = _interval_mods(mods)
    elif name == "numeric" and len(mods) == 1:
        mods = (mods[0], 0)
    return Type(name, mods, bool(node.array_bounds))


@lru_cache(maxsize=1024)
def _catalogue_name(parts: tuple[str, ...]) -> str:
    name = ".".join(part for part in parts if part != "pg_catalog")
    return _CANONICAL.get(name, name)


def of_text(formatted: str) -> Type:
    """Return the type of what ``format_type()`` printed."""
    found = _FORMATTED.match(formatted)
    if found is None:
        return Type(formatted)
    name = f"{found['name'].strip()} {(found['rest'] or '').strip()}".strip()
    if name.startswith("interval "):
        return Type("interval", (-1,))
    mods = tuple(int(mod) for mod in (found["mods"] or "").split(",") if mod.strip().isdigit())
    return Type(_CANONICAL.get(name, name) if name != "char" else name, mods, bool(found["array"]))


def of_sql(text: str) -> Type:
    """Return the type of SQL as people write it ("varchar(50)", "timestamptz")."""
    try:
        select = libpg.parse(f"SELECT NULL::{text}".encode())[0].stmt.select_stmt
    except libpg.NotUnderstood:
        return Type(text)
    return of_node(select.target_list[0].res_target.val.type_cast.type_name)


def _interval_mods(mods: tuple[int, ...]) -> tuple[int, ...]:
    """The grammar gives (field mask, precision); a mask other than "any" restricts fields."""
    if not mods:
        return ()
    return mods[1:] if mods[0] == INTERVAL_ANY else (-1,)
