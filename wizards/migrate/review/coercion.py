"""Does a type change rewrite the table? PostgreSQL's own answer, case by case.

After ATColumnChangeRequiresRewrite() and the length-coercion support functions (varchar, numeric,
timestamp, time, interval, varbit): a change that only relabels the stored bytes rewrites nothing.
"""

from __future__ import annotations

from typing import NamedTuple

from generators.language import _
from wizards.migrate.model import Severity
from wizards.migrate.review.catalogue import Index, Table
from wizards.migrate.review.context import Context
from wizards.migrate.review.names import Name
from wizards.migrate.review.types import Type, of_text

TEXTS = frozenset({"text", "character varying"})
_ZONES = {
    ("timestamp without time zone", "timestamp with time zone"),
    ("timestamp with time zone", "timestamp without time zone"),
}
_RELABELLED = frozenset(
    {
        ("cidr", "inet"),
        ("xml", "text"),
        ("xml", "character varying"),
        ("integer", "oid"),
        ("oid", "integer"),
        ("text", "character"),
        ("character varying", "character"),
        ("bit", "bit varying"),
        ("bit varying", "bit"),
    }
)
_OF_THE_TYPE = frozenset({"btree", "gist", "spgist"})
"""Access methods whose entries are of the column's own type, also under a polymorphic class."""

_FINEST = 6
_FULL = 0xFFFF
_WIDEST = dict.fromkeys(
    (f"{one} {zone} time zone" for one in ("timestamp", "time") for zone in ("with", "without")),
    _FINEST,
)
_LEAST = {"": 0, "second": 0, "minute": 1, "hour": 2, "day": 3, "month": 4, "year": 5}
_HARMLESS_TARGETS = frozenset({"text", "character varying", "numeric"})


class Change(NamedTuple):
    """One column's change; ``old`` None when unknown; ``using`` is "", "cast" or "real".

    ``through`` are the types that a USING of nothing but casts goes through.
    """

    table: Name
    column: str
    old: Type | None
    new: Type
    using: str = ""
    collation: str = ""
    through: tuple[Type, ...] = ()


class Cost(NamedTuple):
    """The verdict: None = cannot be known; ``scans`` = an index or a CHECK is done again."""

    rewrites: bool | None
    scans: bool
    why: str
    severity: Severity | None = None


def cost(change: Change, context: Context) -> Cost:
    """Return what a type change costs; from the catalogue where the context has facts."""
    live = context.table(change.table)
    if change.using == "real":
        return Cost(True, True, _("USING computes every value"))
    if change.old is None:
        return _unknown(change)
    column = live.columns.get(change.column) if live else None
    if column is not None and column.generated == "v":
        return _rest(change, live, context, _("the values are not stored"))
    if change.through:
        step, *further = change.through
        first = cost(change._replace(new=step, using="", through=()), context)
        if first.rewrites:
            return first
        return cost(change._replace(old=step, through=tuple(further)), context)
    if (change.old.name, change.old.array) == (change.new.name, change.new.array) and (
        not change.new.mods and not change.new.fields
    ):
        return _rest(change, live, context, _("the stored values stay as they are"))
    old = _from(change, context, live)
    rewrites, why = _domain(change, old, context) or relabels(old, change.new, context)
    if rewrites:
        return Cost(True, True, why)
    return _rest(change, live, context, why)


def _unknown(change: Change) -> Cost:
    """Without the old type only the target speaks: unlimited types are mostly a relabelling."""
    new = change.new
    why = _("the present type is not known here")
    if change.using == "" and new.name in _HARMLESS_TARGETS and not new.mods and not new.array:
        return Cost(None, False, why, Severity.NOTICE)
    if change.using == "" and new.name in {
        "integer",
        "bigint",
        "smallint",
        "real",
        "jsonb",
        "uuid",
    }:
        return Cost(True, True, _("no other type is stored like {type}").format(type=new.shown))
    return Cost(None, True, why)


def _from(change: Change, context: Context, live: Table | None) -> Type:
    """What the old values are: below a domain its base, whose length PostgreSQL does not trust."""
    assert change.old is not None
    if change.old.array:
        return change.old
    column = live.columns.get(change.column) if live else None
    planned = change.column in context.columns.get(change.table, {})
    base = column.base if column is not None and not planned else ""
    if not base:
        domain = context.domain(change.old.key)
        base = domain.base if domain else ""
    return of_text(base)._replace(mods=(), fields="") if base else change.old


def _domain(change: Change, old: Type, context: Context) -> tuple[bool, str] | None:
    """To a domain with a constraint all is checked, to another one it is its base that counts."""
    domain = None if change.new.array else context.domain(change.new.key)
    if domain is None:
        return None
    if domain.checked:
        return True, _("the domain's constraint is checked for every row")
    return relabels(old, of_text(domain.base), context)


def relabels(old: Type, new: Type, context: Context) -> tuple[bool, str]:
    """Return (rewrites, why) for two known types, with the PostgreSQL rule in words."""
    same = old.name == new.name and old.array == new.array
    if same and ((not new.mods and not new.fields) or old[1:] == new[1:]):
        return False, _("the stored values stay as they are")
    if old.array or new.array:
        return True, _("arrays are converted element by element")
    if same:
        return _same_type(old, new)
    if old.name in TEXTS and new.name in TEXTS:
        limited = bool(new.mods)
        return limited, (
            _("the new limit is applied to every value") if limited else _("text is stored alike")
        )
    if (old.name, new.name) in _ZONES:
        return _zones(new, context)
    if new.mods:
        return True, _("every value is converted")
    casts = context.facts.casts if context.facts else _RELABELLED
    if (old.name, new.name) in casts or (old.name, new.name) in _RELABELLED:
        return False, _("the stored values stay as they are")
    return True, _("{old} is not stored like {new}").format(old=old.shown, new=new.shown)


def _same_type(old: Type, new: Type) -> tuple[bool, str]:
    wider, narrower = _("the limit only grows"), _("the new limit is applied to every value")
    if old.name in {"character varying", "bit varying"}:
        fits = bool(old.mods) and new.mods[0] >= old.mods[0]
        return not fits, wider if fits else narrower
    if old.name == "numeric":
        if not old.mods:
            return True, narrower
        fits = new.mods[0] >= old.mods[0] and new.mods[1:] == old.mods[1:]
        return not fits, wider if fits else _("precision shrinks or the scale changes")
    if old.name == "interval":
        return _interval(old, new)
    if old.name in _WIDEST:
        before = old.mods[0] if old.mods and old.mods[0] >= 0 else _WIDEST[old.name]
        fits = new.mods[0] >= before or new.mods[0] >= _WIDEST[old.name]
        return not fits, wider if fits else _("precision shrinks")
    return True, narrower


def _interval(old: Type, new: Type) -> tuple[bool, str]:
    """After interval_support(): no finer field may be lost, nor digits of the seconds."""
    if _LEAST[new.fields.split(" ")[-1]] > _LEAST[old.fields.split(" ")[-1]]:
        return True, _("the interval's fields change")
    whole = bool(_LEAST[old.fields.split(" ")[-1]])
    digits, before = (one.mods[0] if one.mods else _FULL for one in (new, old))
    fits = whole or digits >= _FINEST or digits >= before
    return not fits, _("the limit only grows") if fits else _("precision shrinks")


def _zones(new: Type, context: Context) -> tuple[bool, str]:
    if context.postgres < 12:
        return True, _("before PostgreSQL 12 the zone is computed for every row")
    if context.facts is not None and not context.facts.utc:
        return True, _("the session's time zone {zone} is not UTC").format(
            zone=context.facts.time_zone
        )
    if new.mods and new.mods[0] < _FINEST:
        return True, _("the new precision is applied to every value")
    if context.facts is None:
        return True, _("only a session whose TimeZone is UTC would not rewrite")
    return False, _("the session's time zone is UTC")


def _rest(change: Change, live: Table | None, context: Context, why: str) -> Cost:
    """No rewrite: but an index of another order, or a CHECK on the column, is done again."""
    if live is None:
        return Cost(False, False, why)
    column = live.columns.get(change.column)
    key = change.column
    indexes = [one for one in live.indexes if key in (*one.columns, *one.included)]
    if live.kind == "p" and (indexes or any(key in one.computes for one in live.indexes)):
        return Cost(False, True, _("its partitions' indexes are built again"))
    old_collation = column.collation if column and not column.has_default_collation else ""
    if any(key in one.columns for one in indexes) and change.collation != old_collation:
        return Cost(False, True, _("the collation changes, so its indexes are built again"))
    if any(change.column in index.computes for index in live.indexes):
        return Cost(False, True, _("an index computes with the column and is built again"))
    if any(_another_class(change, index, context, live) for index in indexes):
        return Cost(False, True, _("its indexes are built again"))
    checks = (one for one in live.constraints.values() if one.kind == "c" and one.valid)
    if any(change.column in one.columns for one in checks):
        return Cost(False, True, _("a CHECK on the column is proved again"))
    return Cost(False, False, why)


def _another_class(change: Change, index: Index, context: Context, live: Table) -> bool:
    """Whether an index sorts the new type by another operator class than the old one.

    An index that computes anything is always built again, and one whose class was chosen keeps it.
    """
    if index.partial or "" in index.columns:
        return True
    facts = context.facts
    if facts is None or change.old is None or change.column not in index.columns:
        return False
    place = index.columns.index(change.column)
    if index.chosen and index.chosen[place]:
        return False
    old = _from(change, context, live)
    domain = None if change.new.array else context.domain(change.new.key)
    new = of_text(domain.base) if domain else change.new
    method, known = index.method, facts.opclasses
    before = known.of(method, old.name, change.old.name, array=old.array)
    after = known.of(method, new.name, change.new.name, array=new.array)
    return before != after or (bool(after[1]) and method not in _OF_THE_TYPE)
