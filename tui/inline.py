"""Interviews as plain prompts, one line at a time: also the accessible mode. ``<`` goes back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from generators.language import _
from wizards.failures import Failure
from wizards.interview import Interview, read_value
from wizards.question import Choice, Kind, Known, Question, Value

BACK = "<"
_OTHER = "\0other"

Live = Callable[[str, Known], Sequence[Choice]]
Say = Callable[[str], None]
Note = Callable[[Interview], str]


class Back(Exception):
    """The person wants the question before this one."""


def no_live(_name: str, _known: Known) -> Sequence[Choice]:
    """Offer nothing from the cloud; typing goes on."""
    return ()


def no_note(_talk: Interview) -> str:
    """Say nothing after an answer."""
    return ""


def no_keeping(_talk: Interview, _at: str) -> None:
    """Keep nothing."""


@dataclass
class Prompts:
    """One interview as prompts: where choices come from, what is said and kept on the way.

    ``note`` gives the line that is said when an answer changed it (the price so far), ``keep``
    is called after each answer with the key of the next question.
    """

    interview: Interview
    say: Say
    live: Live = no_live
    note: Note = no_note
    keep: Callable[[Interview, str], None] = no_keeping

    def go(self, start: str = "") -> None:
        """Ask what applies, from a key on; Ctrl-C raises KeyboardInterrupt."""
        page = ""
        place = self._place(start)
        while place < len(self.interview.asked()):
            question = self.interview.asked()[place]
            if question.page != page:
                page = question.page
                self.say("")
                self.say(f"── {page} ──")
            try:
                place += self.one(question)
            except Back:
                place = self._before(place)
                continue
            asked = self.interview.asked()
            self.keep(self.interview, asked[place].key if place < len(asked) else "")

    def _place(self, key: str) -> int:
        keys = [question.key for question in self.interview.asked()]
        return keys.index(key) if key in keys else 0

    def _before(self, place: int) -> int:
        """Return the place of the question before one, past what is only shown."""
        asked = self.interview.asked()
        earlier = [n for n in range(place) if asked[n].kind is not Kind.SHOWN]
        return earlier[-1] if earlier else 0

    def one(self, question: Question) -> int:
        """Ask one question; return 1 when it is answered, 0 when it must be asked again."""
        if question.kind is Kind.SHOWN:
            self._show(question)
            return 1
        said = self.note(self.interview)
        now = self.interview.answer(question)
        given = _ask(self.interview, question, self.say, self.live)
        if now is not None and given in (now.value, _as_text(now.value)):
            wrong = self.interview.complaint(question, now.value)
        else:
            wrong = self.interview.put(question, given)
        if wrong:
            self.say(f"✗ {wrong}")
            return 0
        says = self.note(self.interview)
        if says != said:
            self.say(f"  {says}")
        return 1

    def _show(self, question: Question) -> None:
        answer = self.interview.answer(question)
        self.say(f"  {question.ask}:")
        for line in answer.value if answer and isinstance(answer.value, tuple) else ():
            self.say(f"  · {line}")


def interview_inline(
    interview: Interview, say: Say, live: Live = no_live, note: Note = no_note
) -> None:
    """Ask every question that applies; Ctrl-C raises KeyboardInterrupt and changes nothing."""
    Prompts(interview, say, live, note).go()


def choose_one(message: str, offered: Sequence[Choice], default: str | None = None) -> str:
    """Let a person pick one of several values."""
    return _select(message, offered, default, other=False, back=False)


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


def _select(
    message: str,
    offered: Sequence[Choice],
    default: str | None,
    *,
    other: bool,
    back: bool = True,
) -> str:
    import questionary

    rows = [questionary.Choice(choice.words, value=choice.value) for choice in offered]
    values = [choice.value for choice in offered]
    if default and default not in values and other:
        rows.insert(0, questionary.Choice(default, value=default))
        values.insert(0, default)
    if other:
        rows.append(questionary.Choice(_("something else: type it"), value=_OTHER))
    if back:
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

    default = _as_text(now)
    given = _answer(questionary.text(message, default=default, validate=passes, qmark="?"))
    if given.strip() == BACK:
        raise Back
    return given


def _as_text(value: Value) -> str:
    return ", ".join(value) if isinstance(value, tuple) else "" if value is None else str(value)


def secret(message: str) -> str:
    """Ask for a value without showing it."""
    import questionary

    given = _answer(questionary.password(message, qmark="?"))
    if given == BACK:
        raise Back
    return given


def typed_name(message: str) -> str:
    """Let a person type a name out; "" when they leave it."""
    import questionary

    return _answer(questionary.text(message)).strip()


def confirm(message: str, *, default: bool = False) -> bool:
    """Ask yes or no; Enter alone takes the default."""
    import questionary

    return bool(questionary.confirm(message, default=default, qmark="?").unsafe_ask())


def _answer(prompt: Any) -> str:
    return str(prompt.unsafe_ask())
