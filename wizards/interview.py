"""Which question is next, and does a value pass? Never prints, never awaits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from generators.language import _
from wizards.answers import Answer, Answers, Layer
from wizards.question import Kind, Question, Value

_TRUE = {"yes", "y", "true", "1", "on", "예", "네"}
_FALSE = {"no", "n", "false", "0", "off", "아니오", "아니요"}


@dataclass
class Interview:
    """Questions in order over answers in layers; front ends only ask and :meth:`put`."""

    questions: Sequence[Question]
    answers: Answers = field(default_factory=Answers)

    def every(self) -> list[Question]:
        """Return every question there is for the answers so far, those that follow included."""
        known: dict[str, Value] = dict(self.answers)
        return list(self._through(known))

    def _through(self, known: dict[str, Value]) -> Iterator[Question]:
        """Yield each question with those that it brings, filling in defaults on the way."""
        for question in self.questions:
            for one in self._with_followers(question, known):
                yield one
                if one.kind is Kind.SHOWN or one.key in known or one.default is None:
                    continue
                known[one.key] = one.default(known) if callable(one.default) else one.default

    def _with_followers(self, question: Question, known: dict[str, Value]) -> Iterator[Question]:
        yield question
        yield from question.then(known)

    def asked(self) -> list[Question]:
        """Return the questions that apply to the answers so far."""
        known: dict[str, Value] = dict(self.answers)
        found = list(self._through(known))
        return [question for question in found if question.when(known)]

    def values(self) -> dict[str, Value]:
        """Return every value known so far, defaults included; of what is only shown, none."""
        known: dict[str, Value] = dict(self.answers)
        for _question in self._through(known):
            pass
        return known

    def given(self) -> dict[str, Value]:
        """Return the values of the questions that apply: what a blueprint is made from."""
        known: dict[str, Value] = dict(self.answers)
        found = [one for one in self._through(known) if one.kind is not Kind.SHOWN]
        return {question.key: known.get(question.key) for question in found if question.when(known)}

    def answer(self, question: Question) -> Answer | None:
        """Return the answer that stands for a question, with its provenance."""
        if question.kind is Kind.SHOWN:
            default = question.default
            value = default(self.given()) if callable(default) else default
            return Answer(value, Layer.DEFAULT)
        given = self.answers.answer(question.key)
        if given is not None:
            return given
        value = self.values().get(question.key)
        return None if value is None else Answer(value, Layer.DEFAULT)

    def pending(self) -> list[Question]:
        """Return what must still be asked: no value at all, or one that does not pass."""
        known = self.values()
        return [
            question
            for question in self.asked()
            if self.complaint(question, known.get(question.key)) is not None
        ]

    def pages(self) -> list[str]:
        """Return the pages that have questions to ask, in order."""
        return list(dict.fromkeys(question.page for question in self.asked()))

    def complaint(self, question: Question, value: Value) -> str | None:
        """Say what is wrong with a value, or None when it passes."""
        if question.kind is Kind.SHOWN:
            return None
        if value is None or value == "" or value == ():
            return _("needs an answer") if question.required else None
        if question.kind is Kind.CHOICE and not question.live:
            allowed = [choice.value for choice in question.choices]
            if value not in allowed:
                return _("must be one of: {choices}").format(choices=", ".join(allowed))
        return question.check(value)

    def put(
        self, question: Question, text: str | Value, layer: Layer = Layer.TYPED, source: str = ""
    ) -> str | None:
        """Read a value, keep it when it passes and return None; else return what is wrong."""
        try:
            value = read_value(question.kind, text)
        except ValueError as wrong:
            return str(wrong)
        wrong_with = self.complaint(question, value)
        if wrong_with is None and question.kind is not Kind.SHOWN:
            self.answers.give(question.key, value, layer, source)
        return wrong_with


def read_value(kind: Kind, given: str | Value) -> Value:
    """Turn text (a flag, a prompt, a file) into the kind's value; ValueError says what is wrong."""
    if not isinstance(given, str):
        return _of_kind(kind, given)
    text = given.strip()
    match kind:
        case Kind.NUMBER:
            try:
                return int(text)
            except ValueError:
                raise ValueError(_("{text} is not a whole number").format(text=text)) from None
        case Kind.YES_NO:
            if text.lower() in _TRUE | _FALSE:
                return text.lower() in _TRUE
            raise ValueError(_("say yes or no"))
        case Kind.SEVERAL:
            return tuple(part.strip() for part in text.split(",") if part.strip())
        case _:
            return text


def _of_kind(kind: Kind, given: Value) -> Value:
    """Return a value that has a type already where the type fits; a number may stand for a text."""
    if given is None:
        return given
    whole = isinstance(given, int) and not isinstance(given, bool)
    match kind:
        case Kind.NUMBER:
            if not whole:
                raise ValueError(_("{text} is not a whole number").format(text=_as_toml(given)))
        case Kind.YES_NO:
            if not isinstance(given, bool):
                raise ValueError(_("say yes or no"))
        case Kind.SEVERAL:
            if not isinstance(given, list | tuple):
                raise ValueError(_("must be a list"))
            return tuple(str(part) for part in given)
        case _:
            if not whole:
                raise ValueError(_("must be text in quotes"))
            return str(given)
    return given


def _as_toml(value: Value) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
