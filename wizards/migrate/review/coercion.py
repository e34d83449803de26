"""Does a type change rewrite the table? PostgreSQL's own answer, case by case.

After ATColumnChangeRequiresRewrite() and the length-coercion support functions (varchar, numeric,
timestamp, time, interval, varbit): a change that only relabels the stored bytes rewrites nothing.
"""

from __future__ import annotations

from typing import NamedTuple

from generators.language import _
from wizards.migrate.model import Severity
from wizards.migrate.review.catalogue import Table
from wizards.migrate.review.context import Context
from wizards.migrate.review.names import Name, shown_name
from wizards.migrate.review.types import Type, of_sql, of_text

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
_WIDEST = {
    "timestamp without time zone": 6,
    "timestamp with time zone": 6,
    "time without time zone": 6,
    "time with time zone": 6,
    "interval": 6,
}
_HARMLESS_TARGETS = frozenset({"text", "character varying", "numeric"})


class Change(NamedTuple):
    """One column's change; ``old`` None when unknown; ``using`` is "", "cast" or "real"."""

    table: Name
    column: str
    old: Type | None
    new: Type
    using: str = ""
    collation: str = ""


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
    domain = _domain(change, context, live)
    if domain is not None:
        return domain
    rewrites, why = relabels(change.old, change.new, context)
    if rewrites:
        return Cost(True, True, why)
    return _rest(change, live, why)


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


def _domain(change: Change, context: Context, live: Table | None) -> Cost | None:
    """From a domain to its base nothing moves; to a domain with a constraint all is checked."""
    column = live.columns.get(change.column) if live else None
    if (
        column is not None
        and column.base
        and change.column not in context.columns.get(change.table, {})
    ):
        base = of_text(column.base)
        rewrites, why = relabels(base, change.new, context)
        return Cost(True, True, why) if rewrites else _rest(change, live, why)
    domain = context.domain(shown_name(change.new.name))
    if domain is None or change.old is None:
        return None
    if domain.checked:
        return Cost(True, True, _("the domain's constraint is checked for every row"))
    rewrites, why = relabels(change.old, of_sql(domain.base), context)
    return Cost(True, True, why) if rewrites else _rest(change, live, why)


def relabels(old: Type, new: Type, context: Context) -> tuple[bool, str]:
    """Return (rewrites, why) for two known types, with the PostgreSQL rule in words."""
    same = old.name == new.name and old.array == new.array
    if same and (not new.mods or old.mods == new.mods):
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
        return _zones(old, new, context)
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
    if old.name in _WIDEST:
        if -1 in new.mods:
            return True, _("the interval's fields change")
        before = old.mods[0] if old.mods and old.mods[0] >= 0 else _WIDEST[old.name]
        fits = new.mods[0] >= before or new.mods[0] >= _WIDEST[old.name]
        return not fits, wider if fits else _("precision shrinks")
    return True, narrower


def _zones(old: Type, new: Type, context: Context) -> tuple[bool, str]:
    if context.postgres < 12:
        return True, _("before PostgreSQL 12 the zone is computed for every row")
    if context.facts is not None and not context.facts.utc:
        return True, _("the session's time zone {zone} is not UTC").format(
            zone=context.facts.time_zone
        )
    if new.mods and new.mods[0] < (old.mods[0] if old.mods else 6):
        return True, _("precision shrinks")
    if context.facts is None:
        return True, _("only a session whose TimeZone is UTC would not rewrite")
    return False, _("the session's time zone is UTC")


def _rest(change: Change, live: Table | None, why: str) -> Cost:
    """No rewrite: but an index of another order, or a CHECK on the column, is done again."""
    if live is None:
        return Cost(False, False, why)
    column = live.columns.get(change.column)
    indexed = any(change.column in index.columns for index in live.indexes)
    old_collation = column.collation if column and not column.has_default_collation else ""
    if indexed and column and change.collation != old_collation:
        return Cost(False, True, _("the collation changes, so its indexes are built again"))
    if indexed and change.old and (change.old.name, change.new.name) in _ZONES:
        return Cost(False, True, _("its indexes are built again"))
    if any(change.column in index.computes for index in live.indexes):
        return Cost(False, True, _("an index computes with the column and is built again"))
    if any(one.kind == "c" and change.column in one.columns for one in live.constraints.values()):
        return Cost(False, True, _("a CHECK on the column is proved again"))
    return Cost(False, False, why)
