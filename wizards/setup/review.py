"""Every answer on one page at the end: value, where it came from, what is said about it."""

from __future__ import annotations

from dataclasses import dataclass

from generators.language import _
from wizards.blueprint import Blueprint
from wizards.interview import Interview
from wizards.plan import Check
from wizards.question import Kind, Question, Value
from wizards.setup.draft import draft
from wizards.setup.lints import complaints


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviewed:
    """One answer as it stands; ``wrong`` says what does not pass, "" when it does."""

    question: Question
    words: str
    provenance: str
    wrong: str = ""


def reviewed(talk: Interview) -> list[Reviewed]:
    """Return every question that applies with its answer, in the order of the pages."""
    known = talk.values()
    found = []
    for question in talk.asked():
        if question.kind is Kind.SHOWN:
            continue
        answer = talk.answer(question)
        found.append(
            Reviewed(
                question=question,
                words=in_words(question, known.get(question.key)),
                provenance=answer.provenance if answer else "",
                wrong=talk.complaint(question, known.get(question.key)) or "",
            )
        )
    return found


def verdicts(talk: Interview, existing: Blueprint | None = None) -> list[Check]:
    """Return what the rules say about the answers so far, what forbids a plan first."""
    return complaints(draft(talk.given(), existing))


def in_words(question: Question, value: Value) -> str:
    """Return a value as a person reads it."""
    if value is None or value == "" or value == ():
        return _("nothing")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, tuple):
        return ", ".join(value)
    named = {choice.value: choice.words for choice in question.choices}
    return named.get(str(value), str(value)) if not question.live else str(value)
