"""Interviews as plain prompts, one line at a time: also the accessible mode. ``<`` goes back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from generators.language import _
from wizards.failures import Failure
from wizards.interview import Interview, read_value
from wizards.question import Choice, Kind, Known, Question, Value

BACK = "<"
_OTHER = "\0other"

Live = Callable[[str, Known], Sequence[Choice]]
Say = Callable[[str], None]
Note = Callable[[Known], str]


class Back(Exception):
    """The person wants the question before this one."""


def no_live(_name: str, _known: Known) -> Sequence[Choice]:
    """Offer nothing from the cloud; typing goes on."""
    return ()


def no_note(_known: Known) -> str:
    """Say nothing between pages."""
    return ""


def interview_inline(
    interview: Interview, say: Say, live: Live = no_live, note: Note = no_note
) -> None:
    """Ask every question that applies; Ctrl-C raises KeyboardInterrupt and changes nothing.

    ``note`` is said whenever a page is left (what it would cost so far).
    """
    page = ""
    place = 0
    while place < len(interview.asked()):
        question = interview.asked()[place]
        if question.page != page:
            said = note(interview.values()) if page else ""
            if said:
                say(f"  {said}")
            page = question.page
            say("")
            say(f"── {page} ──")
        try:
            given = _ask(interview, question, say, live)
        except Back:
            place = max(place - 1, 0)
            continue
        wrong = interview.put(question, given)
        if wrong:
            say(f"✗ {wrong}")
        else:
            place += 1


def _ask(interview: Interview, question: Question, say: Say, live: Live) -> Value:
    if question.why:
        say(f"  {question.why}")
    now = interview.answer(question)
    shown = now.value if now else None
    message = question.ask + (f" ({now.provenance})" if now and shown not in ("", ()) else "")
    match question.kind:
        case Kind.YES_NO:
            yes_no = [Choice("yes", _("yes")), Choice("no", _("no"))]
            default = None if shown is None else "yes" if shown else "no"
            return read_value(Kind.YES_NO, _select(message, yes_no, default, other=False))
        case Kind.CHOICE:
            return _choice(interview, question, message, shown, say, live)
        case Kind.SECRET:
            return secret(message)
        case _ if question.live:
            return _choice(interview, question, message, shown, say, live)
        case _:
            return _text(interview, question, message, shown)


def _choice(
    interview: Interview, question: Question, message: str, now: Value, say: Say, live: Live
) -> Value:
    offered = list(question.choices)
    if question.live:
        try:
            offered = list(live(question.live, interview.values())) or offered
        except Failure as failure:
            say("  " + _("could not be asked: {why}").format(why=failure.message))
    if not offered:
        return _text(interview, question, message, now)
    default = None if now is None else str(now)
    picked = _select(message, offered, default, other=bool(question.live))
    return _text(interview, question, message, now) if picked == _OTHER else picked


def _select(message: str, offered: Sequence[Choice], default: str | None, *, other: bool) -> str:
    import questionary

    rows = [questionary.Choice(choice.words, value=choice.value) for choice in offered]
    values = [choice.value for choice in offered]
    if default and default not in values and other:
        rows.insert(0, questionary.Choice(default, value=default))
        values.insert(0, default)
    if other:
        rows.append(questionary.Choice(_("something else: type it"), value=_OTHER))
    rows.append(questionary.Choice(_("< back"), value=BACK))
    picked = questionary.select(
        message, rows, default=default if default in values else None, qmark="?"
    ).unsafe_ask()
    if picked == BACK:
        raise Back
    return str(picked)


def _text(interview: Interview, question: Question, message: str, now: Value) -> str:
    import questionary

    def passes(text: str) -> bool | str:
        if text.strip() == BACK:
            return True
        try:
            wrong = interview.complaint(question, read_value(question.kind, text))
        except ValueError as unreadable:
            return str(unreadable)
        return wrong or True

    default = ", ".join(now) if isinstance(now, tuple) else "" if now is None else str(now)
    given = _answer(questionary.text(message, default=default, validate=passes, qmark="?"))
    if given.strip() == BACK:
        raise Back
    return given


def secret(message: str) -> str:
    """Ask for a value without showing it."""
    import questionary

    given = _answer(questionary.password(message, qmark="?"))
    if given == BACK:
        raise Back
    return given


def confirm(message: str, *, default: bool = False) -> bool:
    """Ask yes or no; Enter alone takes the default."""
    import questionary

    return bool(questionary.confirm(message, default=default, qmark="?").unsafe_ask())


def _answer(prompt: Any) -> str:
    return str(prompt.unsafe_ask())
