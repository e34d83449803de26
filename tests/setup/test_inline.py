"""The interview as prompts, driven by keys through a pipe."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from prompt_toolkit.application import create_app_session
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output import DummyOutput

from tui.inline import Prompts, interview_inline
from wizards.failures import Failure
from wizards.interview import Interview
from wizards.question import Choice, Kind, Question, Value
from wizards.setup.patient_choices import PatientChoices

ENTER = "\r"
DOWN = "\x1b[B"


@contextmanager
def keys(text: str) -> Iterator[None]:
    with create_pipe_input() as pipe, create_app_session(input=pipe, output=DummyOutput()):
        pipe.send_text(text)
        yield


def questions() -> list[Question]:
    def short(value: Value) -> str | None:
        return None if isinstance(value, str) and len(value) > 2 else "too short"

    return [
        Question(key="name", ask="Name", page="One", check=short),
        Question(key="port", ask="Port", kind=Kind.NUMBER, default=8080, page="One"),
        Question(key="ready", ask="Ready?", kind=Kind.YES_NO, default=True, page="Two"),
        Question(
            key="size",
            ask="Size",
            kind=Kind.CHOICE,
            choices=(Choice("s"), Choice("m")),
            default="s",
            page="Two",
        ),
    ]


def test_typing_and_taking_proposals_fills_the_interview() -> None:
    said: list[str] = []
    talk = Interview(questions())
    with keys(f"notes{ENTER}{ENTER}{ENTER}{DOWN}{ENTER}"):
        interview_inline(talk, said.append)
    assert talk.values() == {"name": "notes", "port": 8080, "ready": True, "size": "m"}
    assert [line for line in said if line.startswith("──")] == ["── One ──", "── Two ──"]


def test_less_than_goes_back_to_change_an_answer() -> None:
    talk = Interview(questions()[:2])
    erase = "\x7f" * 10
    with keys(f"notes{ENTER}{erase}<{ENTER}{erase}other{ENTER}{ENTER}"):
        interview_inline(talk, lambda _line: None)
    assert talk.values()["name"] == "other"


def test_control_c_leaves_and_keeps_nothing_half_done() -> None:
    talk = Interview(questions())
    with keys("not\x03"), pytest.raises(KeyboardInterrupt):
        interview_inline(talk, lambda _line: None)
    assert "name" not in talk.values()


def test_live_choices_that_cannot_be_asked_leave_typing_possible() -> None:
    said: list[str] = []

    def live(_name: str, _known: object) -> list[Choice]:
        raise Failure("login-missing", "nobody is logged in")

    talk = Interview([Question(key="project.id", ask="Project", live="projects")])
    with keys(f"notes-1{ENTER}"):
        interview_inline(talk, said.append, live)
    assert talk.values() == {"project.id": "notes-1"}
    assert any("nobody is logged in" in line for line in said)


def test_a_live_choice_can_be_picked_or_typed_instead() -> None:
    talk = Interview([Question(key="project.id", ask="Project", live="projects")])
    with keys(f"{DOWN}{ENTER}"):
        interview_inline(talk, lambda _l: None, lambda _n, _k: [Choice("one"), Choice("two")])
    assert talk.values() == {"project.id": "two"}
    with keys(f"{DOWN}{ENTER}" + "\x7f" * 5 + f"three{ENTER}"):
        interview_inline(talk, lambda _l: None, lambda _n, _k: [Choice("one"), Choice("two")])
    assert talk.values() == {"project.id": "three"}


def test_what_follows_from_the_answers_is_said_and_not_asked() -> None:
    said: list[str] = []
    shown = Question(
        key="setup.apis",
        ask="APIs",
        kind=Kind.SHOWN,
        page="One",
        default=lambda known: (f"run — for {known.get('name')}",),
    )
    talk = Interview([questions()[0], shown, questions()[1]])
    erase = "\x7f" * 10
    with keys(f"notes{ENTER}<{ENTER}{erase}other{ENTER}{ENTER}".replace("<", f"{erase}<")):
        interview_inline(talk, said.append)
    assert "  · run — for notes" in said
    assert "  · run — for other" in said


def test_each_answer_is_kept_with_the_place_where_one_goes_on() -> None:
    kept: list[tuple[object, str]] = []
    talk = Interview(questions()[:2])
    prompts = Prompts(
        talk, lambda _l: None, keep=lambda now, at: kept.append((now.answers.get("name"), at))
    )
    with keys(f"notes{ENTER}\x03"), pytest.raises(KeyboardInterrupt):
        prompts.go()
    assert kept == [("notes", "port")]
    with keys(f"{ENTER}"):
        prompts.go("port")
    assert kept[-1] == ("notes", "")


def test_a_proposal_that_is_taken_keeps_its_provenance() -> None:
    talk = Interview(questions()[:2])
    with keys(f"notes{ENTER}{ENTER}"):
        interview_inline(talk, lambda _line: None)
    answer = talk.answer(questions()[1])
    assert answer is not None
    assert answer.provenance == "proposal"


def test_the_price_is_said_when_an_answer_moves_it() -> None:
    said: list[str] = []
    talk = Interview(questions()[:2])
    prompts = Prompts(talk, said.append, note=lambda now: f"${now.values().get('port')}")
    with keys(f"notes{ENTER}" + "\x7f" * 4 + f"9000{ENTER}"):
        prompts.go()
    assert [line for line in said if "$" in line] == ["  $9000"]


def test_a_slow_list_is_given_up_on_and_used_once_it_is_there() -> None:
    gate = threading.Event()

    def slow(_name: str, _known: object) -> list[Choice]:
        gate.wait(10)
        return [Choice("one")]

    patient = PatientChoices(slow, patience=0.01)
    with pytest.raises(Failure) as refused:
        patient("projects", {})
    assert refused.value.code == "slow"
    gate.set()
    assert list(PatientChoices(slow, patience=10)("projects", {})) == [Choice("one")]
