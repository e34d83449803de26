"""Column types that are usually regretted: told as notices, on new tables too."""

from __future__ import annotations

from collections.abc import Callable

from generators.language import _
from wizards.migrate.review.case import Case
from wizards.migrate.review.names import Name
from wizards.migrate.review.types import Type

_REGRETTED: dict[str, tuple[str, str, Callable[[], str]]] = {
    "integer": ("int-type", "bigint", lambda: _("runs out at 2.1 billion")),
    "smallint": ("int-type", "bigint", lambda: _("runs out at 32,767")),
    "json": ("json-type", "jsonb", lambda: _("has no equality and cannot be indexed")),
    "character": ("char-type", "text", lambda: _("pads with blanks and saves nothing")),
    '"char"': ("char-type", "text", lambda: _("is PostgreSQL's own one-byte type")),
    "timestamp without time zone": (
        "timestamp-type",
        "timestamptz",
        lambda: _("does not say which moment it means"),
    ),
    "money": ("money-type", "numeric", lambda: _("depends on the server's locale")),
    "real": ("float-type", "numeric", lambda: _("rounds what people count")),
    "double precision": ("float-type", "numeric", lambda: _("rounds what people count")),
}
_SERIAL = {"serial", "smallserial", "bigserial"}


def name_type(case: Case, table: Name, column: str, type_: Type) -> None:
    """Notice a type that is usually regretted."""
    if type_.name in _SERIAL:
        rule, better = "serial-type", "bigint GENERATED ALWAYS AS IDENTITY"
        why = _("its sequence and rights go their own way")
        if type_.name != "bigserial":
            _tell(case, table, column, type_, "int-type", "bigint", _("runs out at 2.1 billion"))
    elif type_.name == "character varying" and type_.mods:
        rule, better = "varchar-type", "text"
        why = _("a longer limit needs a migration; a CHECK can be changed online")
    elif type_.name in _REGRETTED:
        rule, better, says = _REGRETTED[type_.name]
        why = says()
    else:
        return
    _tell(case, table, column, type_, rule, better, why)


def _tell(
    case: Case, table: Name, column: str, type_: Type, rule: str, better: str, why: str
) -> None:
    case.find(
        rule,
        _("{column} {type}: {why}; {better} is usually better").format(
            column=column, type=type_.shown, why=why, better=better
        ),
        on=(table,),
        even_new=True,
    )
