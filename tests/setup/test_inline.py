"""The interview as prompts, driven by keys through a pipe."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from prompt_toolkit.application import create_app_session
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output import DummyOutput

from tui.inline import interview_inline
from wizards.failures import Failure
from wizards.interview import Interview
from wizards.question import Choice, Kind, Question, Value

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
