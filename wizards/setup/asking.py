"""How the questions of set-up are put together: keys of the blueprint, its rules as checks."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from wizards import blueprint_rules
from wizards.question import Choice, Kind, Known, Question, Value, always, nothing_more


def ask(
    key: str,
    words: str,
    page: str,
    *,
    kind: Kind = Kind.TEXT,
    why: str = "",
    default: Value | Callable[[Known], Value] = None,
    choices: Sequence[Choice] = (),
    live: str = "",
    required: bool = True,
    when: Callable[[Known], bool] = always,
    check: Callable[[Value], str | None] | None = None,
    then: Callable[[Known], Sequence[Question]] = nothing_more,
) -> Question:
    """Return a question whose answer must pass what the blueprint says about its key."""
    return Question(
        key=key,
        ask=words,
        page=page,
        kind=kind,
        why=why,
        default=default,
        choices=tuple(choices),
        live=live,
        required=required,
        when=when,
        check=check or (lambda value: blueprint_rules.complaint(key, value) or None),
        then=then,
    )


def show(
    key: str,
    words: str,
    page: str,
    lines: Callable[[Known], Value],
    *,
    why: str = "",
    when: Callable[[Known], bool] = always,
) -> Question:
    """Return what is shown instead of asked: lines that follow from the other answers."""
    return Question(
        key=key,
        ask=words,
        page=page,
        kind=Kind.SHOWN,
        why=why,
        default=lines,
        when=when,
        required=False,
    )
