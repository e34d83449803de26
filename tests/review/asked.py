"""Short ways to ask the review."""

from __future__ import annotations

from wizards.migrate.model import Finding, Statement
from wizards.migrate.review.lint import JudgedFile, judge_file


def found(sql: str, **options: object) -> dict[str, Finding]:
    """The findings of a script by rule."""
    judged = judge_file(sql, path="x.sql", **options)  # type: ignore[arg-type]
    return {one.rule: one for one in judged.findings}


def judged(sql: str, **options: object) -> JudgedFile:
    """A script judged."""
    return judge_file(sql, path="x.sql", **options)  # type: ignore[arg-type]


def given(*sql: str) -> list[Statement]:
    """Statements of a revision."""
    return [Statement(sql=one) for one in sql]
