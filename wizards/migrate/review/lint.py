"""Files judged: SQL scripts and Alembic revision files, each as text with its path."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from wizards.events import Json
from wizards.migrate.model import Finding, Severity
from wizards.migrate.review.catalogue import Facts
from wizards.migrate.review.judge import Reviewer
from wizards.migrate.review.sql import Parsed, each_statement
from wizards.migrate.shapes import finding

DEFAULT_POSTGRES = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedFile:
    """One file's statements and findings; ``lines`` are the source's, for showing."""

    path: str
    statements: tuple[Parsed, ...]
    findings: tuple[Finding, ...]
    lines: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Json]:
        """Return the shape of ``data.files[]``."""
        return {
            "path": self.path,
            "statements": len(self.statements),
            "findings": [finding(found) for found in self.findings],
        }


def judge_file(
    text: str,
    *,
    path: str = "-",
    in_transaction: bool = False,
    postgres: int = 16,
    facts: Facts | None = None,
    levels: Mapping[str, Severity | None] | None = None,
    asked_for: frozenset[str] = frozenset(),
    keep_trees: bool = False,
) -> JudgedFile:
    """Judge a SQL script (autocommit unless it says BEGIN) or an Alembic revision (``.py``).

    ``in_transaction`` says the runner opens a transaction around a SQL script; a revision file
    runs in one anyway, but for its autocommit blocks. Parse trees, most of the memory, are only
    kept on request.
    """
    revision_file = path.endswith(".py")
    reviewer = Reviewer(
        postgres=postgres,
        facts=facts,
        levels=levels or {},
        asked_for=asked_for,
        by_hand=not revision_file,
        keep_trees=keep_trees,
    )
    if revision_file:
        from wizards.migrate.review.revision_file import read

        revision = read(text)
        cases = reviewer.add(
            enumerate(revision.statements), transactional=True, commits=revision.commits
        )
    else:
        cases = reviewer.add(enumerate(each_statement(text)), transactional=in_transaction)
    found = tuple(one for case in cases for one in reviewer.findings(case))
    return JudgedFile(
        path=path,
        statements=tuple(case.parsed for case in cases),
        findings=found,
        lines=tuple(text.splitlines()),
    )


def lint_texts(
    texts: Sequence[tuple[str, str]],
    *,
    postgres: int | None = None,
    database: str | None = None,
    in_transaction: bool | None = None,
    levels: Mapping[str, Severity | None] | None = None,
    asked_for: frozenset[str] = frozenset(),
) -> list[JudgedFile]:
    """Judge (path, text) pairs, each on its own; with a database URL, with facts and checks."""
    if database is not None:
        from wizards.migrate.review.live_lint import live_lint

        return live_lint(texts, database, in_transaction, levels, asked_for)
    return [
        judge_file(
            text,
            path=path,
            in_transaction=runs_in_transaction(path, text, in_transaction),
            postgres=postgres or DEFAULT_POSTGRES,
            levels=levels,
            asked_for=asked_for,
        )
        for path, text in texts
    ]


def runs_in_transaction(path: str, text: str, said: bool | None) -> bool:
    """What was said, else how the file's tool runs it: Prisma sends a file as one batch."""
    if said is not None:
        return said
    return path.endswith("migration.sql") and "CONCURRENTLY" not in text.upper()
