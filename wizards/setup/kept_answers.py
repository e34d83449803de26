"""Answers of an interview that was left, beside the project: readable by its owner only.

Kept are answers that a person gave, never a secret's value, and where the person was. They count
like typed ones when the interview goes on, unless tarmac.toml was changed after them.
"""

from __future__ import annotations

import json
from pathlib import Path

from generators.language import _
from wizards.answers import Layer
from wizards.blueprint_writing import replace_text
from wizards.interview import Interview
from wizards.journal import private_folder
from wizards.question import Kind, Value

NAME = "interview.json"


def keep(root: Path, talk: Interview, at: str = "") -> None:
    """Keep what was answered in ``.tarmac/interview.json`` (0600); ``at`` names the place."""
    secret = {one.key for one in talk.every() if one.kind is Kind.SECRET}
    answers = {
        key: answer.value
        for key in talk.answers
        if key not in secret
        and (answer := talk.answers.answer(key)) is not None
        and answer.layer is Layer.TYPED
    }
    text = json.dumps({"answers": answers, "at": at}, ensure_ascii=False, indent=1)
    replace_text(private_folder(root) / NAME, text, mode=0o600)


def take_up(root: Path, talk: Interview, blueprint: Path) -> str:
    """Give an interview the answers that were kept; return where the person was ("" = nowhere).

    Answers that are older than the blueprint only fill in what it does not say.
    """
    path = root / ".tarmac" / NAME
    answers, at = _read(path)
    if not answers:
        return at
    outdated = blueprint.exists() and blueprint.stat().st_mtime > path.stat().st_mtime
    at = "" if outdated else at
    layer = Layer.LAST_RUN if outdated else Layer.TYPED
    for _round in range(2):  # an answer may bring the question of another one
        for question in talk.every():
            if question.key in answers:
                talk.put(question, answers[question.key], layer, _("last time"))
    return at


def forget(root: Path) -> None:
    """Remove what was kept: the blueprint says it now."""
    (root / ".tarmac" / NAME).unlink(missing_ok=True)


def _read(path: Path) -> tuple[dict[str, Value], str]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):  # nothing kept, or cut short: the interview starts anew
        return {}, ""
    answers = found.get("answers") if isinstance(found, dict) else None
    if not isinstance(answers, dict):
        return {}, ""
    return (
        {key: tuple(value) if isinstance(value, list) else value for key, value in answers.items()},
        str(found.get("at") or ""),
    )
