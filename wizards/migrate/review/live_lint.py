"""Files judged with a connection: facts, exact verdicts and will-it-fail checks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from generators.language import _
from wizards.failures import Failure
from wizards.migrate.model import Severity
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
                )
                failing = check_parsed(list(enumerate(file.statements)), connection, facts)
                both = sorted(
                    (*failing, *file.findings), key=lambda found: (found.statement, found.line)
                )
                judged.append(replace(file, findings=tuple(both)))
    except psycopg.Error as wrong:
        raise Failure(
            "database-unreachable",
            _("the database could not be asked for facts"),
            why=str(wrong).splitlines()[0] if str(wrong) else type(wrong).__name__,
            next=(_("check --database, or leave it out to judge by the text alone"),),
            raw=str(wrong),
        ) from wrong
    return judged
