"""The questions about secrets: their names, and for each where its value comes from."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from generators.language import _
from wizards import blueprint_rules
from wizards.blueprint import Blueprint, Database
from wizards.question import Kind, Known, Question, Value
from wizards.setup import proposals
from wizards.setup.asking import ask
from wizards.setup.steering import HAS_DATABASE, SECRET_NAMES

SOURCES = "sources"
"""The list of choices of where a value comes from."""


def secrets(existing: Blueprint | None) -> list[Question]:
    """Return the page about secrets; each name brings the question where its value comes from."""
    return [
        ask(
            SECRET_NAMES,
            _("Further secrets, by variable"),
            _("Secrets"),
            kind=Kind.SEVERAL,
            required=False,
            default=(),
            check=proposals.wrong_variables,
            why=_("names only, like SECRET_KEY; values are asked for when they are stored"),
            then=_sources(existing),
        )
    ]


def _sources(existing: Blueprint | None) -> Callable[[Known], Sequence[Question]]:
    def then(known: Known) -> Sequence[Question]:
        names = known.get(SECRET_NAMES)
        chosen = names if isinstance(names, tuple) else ()
        passwords = _passwords(known, existing)
        return [
            *(_source(name, "generate") for name in passwords),
            *(_source(name, proposals.secret_source(name)) for name in chosen),
        ]

    return then


def _passwords(known: Known, existing: Blueprint | None) -> list[str]:
    """Return the variables that hold the passwords of the database's users."""
    if known.get(HAS_DATABASE) is not True:
        return []
    old = existing.database if existing and existing.database else Database(instance="")
    return [
        old.password_secret,
        *([old.migration_password_secret] if known.get("database.migration_user") else []),
    ]


def _source(variable: str, proposal: str) -> Question:
    return ask(
        f"secrets.{variable}.source",
        _("Where does {variable} come from?").format(variable=variable),
        _("Secrets"),
        live=SOURCES,
        default=proposal,
        check=_check,
        why=_("generate, ask (typed hidden when it is stored), env:VARIABLE or file:PATH"),
    )


def _check(value: Value) -> str | None:
    return blueprint_rules.complaint("secrets.source", value) or None
