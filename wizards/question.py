"""A question as data; each front end interprets it in its own way."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

Value = str | int | bool | tuple[str, ...] | None
Known = Mapping[str, Value]


class Kind(StrEnum):
    """How a value is given."""

    TEXT = "text"
    NUMBER = "number"
    YES_NO = "yes_no"
    CHOICE = "choice"
    SEVERAL = "several"
    SECRET = "secret"
    SHOWN = "shown"
    """Nothing is asked: lines that follow from the other answers, with their reasons."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One value to choose, with the words and the hint (price, region) a person reads."""

    value: str
    label: str = ""
    hint: str = ""

    @property
    def words(self) -> str:
        """The label, or the value where there is none."""
        return self.label or self.value


def always(_known: Known) -> bool:
    """Ask in any case."""
    return True


def accept(_value: Value) -> str | None:
    """Let every value pass."""
    return None


def nothing_more(_known: Known) -> Sequence[Question]:
    """Be followed by no further question."""
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One thing to ask: ``key`` is dotted as in the blueprint, ``check`` returns what is wrong.

    ``live`` names a list that a worker may fetch (projects, billing accounts, regions, tiers);
    typing stays possible for those. ``page`` groups questions; ``why`` is the help text. ``then``
    gives the questions that an answer brings with it. Of a shown one, ``default`` gives the lines.
    """

    key: str
    ask: str
    kind: Kind = Kind.TEXT
    page: str = ""
    why: str = ""
    default: Value | Callable[[Known], Value] = None
    choices: Sequence[Choice] = ()
    live: str = ""
    required: bool = True
    when: Callable[[Known], bool] = always
    check: Callable[[Value], str | None] = accept
    then: Callable[[Known], Sequence[Question]] = nothing_more

    @property
    def flag(self) -> str:
        """The command-line words that give this answer."""
        return f"--set {self.key}=…"
