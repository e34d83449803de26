"""docs/failures.md says what the cards say, and the cards name answers that exist."""

from __future__ import annotations

import re
from pathlib import Path

from wizards.cloud.failure_table import document
from wizards.cloud.known.table import WORDS
from wizards.setup.questions import questions

DOCUMENT = Path(__file__).parents[2] / "docs" / "failures.md"


def test_the_document_is_the_one_that_make_failures_writes() -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == document(), "run: make failures"


def test_every_code_stands_in_the_document_once() -> None:
    codes = re.findall(r"^### `([a-z-]+)`$", document(), re.MULTILINE)
    assert sorted(codes) == sorted(WORDS)


def test_the_answers_that_cards_suggest_are_questions_of_the_interview() -> None:
    known = {question.key for question in questions()}
    named = set(re.findall(r"tarmac init --set ([a-z_.]+)=", document()))
    assert named - known == set()


def test_the_commands_that_cards_suggest_exist() -> None:
    from tui.cli import COMMANDS

    named = set(re.findall(r"`tarmac (?:--sandbox )?([a-z]+)", document()))
    assert named <= set(COMMANDS)
