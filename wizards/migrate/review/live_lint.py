"""Files judged with a connection: facts, exact verdicts and will-it-fail checks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import chain

from generators.language import _
from wizards.failures import Failure
from wizards.migrate.model import Finding, Severity
from wizards.migrate.review.lint import JudgedFile, judge_file, runs_in_transaction


def live_lint(
    texts: Sequence[tuple[str, str]],
    database: str,
    in_transaction: bool | None,
    levels: Mapping[str, Severity | None] | None,
    asked_for: frozenset[str],
) -> list[JudgedFile]:
    """Judge files with the facts of a database; Failure when it cannot be asked."""
    import psycopg

    from wizards.migrate.facts import connected, gather
    from wizards.migrate.will_fail import check_parsed

    judged = []
    try:
        with connected(database) as connection:
            for path, text in texts:
                first = judge_file(text, path=path)
                facts = gather(connection, [one.sql for one in first.statements])
                file = judge_file(
                    text,
                    path=path,
                    in_transaction=runs_in_transaction(path, text, in_transaction),
                    postgres=facts.postgres,
                    facts=facts,
                    levels=levels,
                    asked_for=asked_for,
                    keep_trees=True,
                )
                failing = check_parsed(list(enumerate(file.statements)), connection, facts)
                judged.append(replace(file, findings=_merged(failing, file.findings)))
    except psycopg.Error as wrong:
        raise Failure(
            "database-unreachable",
            _("the database could not be asked for facts"),
            why=str(wrong).splitlines()[0] if str(wrong) else type(wrong).__name__,
            next=(_("check --database, or leave it out to judge by the text alone"),),
            raw=str(wrong),
        ) from wrong
    return judged


def _merged(failing: Sequence[Finding], others: Sequence[Finding]) -> tuple[Finding, ...]:
    """Both, statement by statement, failures first."""
    from wizards.migrate.will_fail import with_failures

    numbers = sorted({found.statement for found in chain(failing, others)})
    first: dict[int, list[Finding]] = {}
    rest: dict[int, list[Finding]] = {}
    for found in failing:
        first.setdefault(found.statement, []).append(found)
    for found in others:
        rest.setdefault(found.statement, []).append(found)
    return tuple(
        found
        for number in numbers
        for found in with_failures(first.get(number, ()), rest.get(number, ()))
    )
