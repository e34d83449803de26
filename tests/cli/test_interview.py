"""Questions as data: layers, provenance, what is pending, what does not pass."""

from __future__ import annotations

from wizards.answers import Layer
from wizards.interview import Interview
from wizards.question import Choice, Kind, Question

NAME = Question(key="service.name", ask="Name?", default="app")
SIZE = Question(key="service.port", ask="Port?", kind=Kind.NUMBER, default=8080)
DATABASE = Question(key="with.database", ask="A database?", kind=Kind.YES_NO, default=True)
TIER = Question(
    key="database.tier",
    ask="Tier?",
    kind=Kind.CHOICE,
    choices=(Choice("small"), Choice("large")),
    when=lambda known: bool(known.get("with.database")),
)


def interview() -> Interview:
    return Interview([NAME, SIZE, DATABASE, TIER])


def test_only_what_has_no_passing_value_is_pending() -> None:
    assert interview().pending() == [TIER]


def test_a_question_whose_condition_fails_is_not_asked() -> None:
    talk = interview()
    assert talk.put(DATABASE, "no") is None
    assert TIER not in talk.asked()
    assert talk.pending() == []


def test_typed_wins_over_flag_file_and_default_and_says_where_it_came_from() -> None:
    talk = interview()
    talk.put(SIZE, "9000", Layer.FILE)
    talk.put(SIZE, "9001", Layer.FLAG)
    assert talk.values()["service.port"] == 9001
    talk.put(SIZE, 9002)
    answer = talk.answer(SIZE)
    assert answer is not None
    assert (answer.value, answer.layer) == (9002, Layer.TYPED)
    assert talk.answer(NAME).provenance == "proposal"  # type: ignore[union-attr]


def test_a_value_that_does_not_pass_says_why_and_changes_nothing() -> None:
    talk = interview()
    assert "whole number" in (talk.put(SIZE, "many") or "")
    assert "small, large" in (talk.put(TIER, "huge") or "")
    assert talk.values()["service.port"] == 8080


def test_taking_an_answer_back_uncovers_the_layer_below() -> None:
    talk = interview()
    talk.put(NAME, "from-file", Layer.FILE)
    talk.put(NAME, "typed")
    talk.answers.take_back("service.name")
    assert talk.values()["service.name"] == "from-file"
