"""Every kind of failure told in advance: on data that fails, with the counts, and not on other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import psycopg
import pytest

from tests.review.failures import CERTAIN, COUNTED, PASSES, PLANS_THAT_PASS, SCHEMA
from wizards.migrate.facts import connected, gather
from wizards.migrate.model import Finding, Severity, Statement
from wizards.migrate.will_fail import checks


@pytest.fixture(scope="module")
def database(everything: str) -> str:
    with psycopg.connect(everything, autocommit=True) as connection:
        connection.execute("CREATE DATABASE failures")
    url = everything.rpartition("/")[0] + "/failures"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(SCHEMA.encode())
    return url


def compared(url: str, plans: Sequence[Sequence[str]]) -> Iterator[tuple[list[Finding], str]]:
    """What is told of each plan that starts here, and the error that PostgreSQL then gives."""
    with connected(url) as asking, psycopg.connect(url) as running:
        facts = gather(asking, [sql for plan in plans for sql in plan])
        for plan in plans:
            found = checks([Statement(sql=one) for one in plan], asking, facts)
            yield [one for one in found if one.rule == "will-fail"], error_of(running, plan)


def error_of(connection: psycopg.Connection[Any], plan: Sequence[str]) -> str:
    try:
        for one in plan:
            connection.execute(one.encode())
    except psycopg.Error as error:
        return str(error)
    finally:
        connection.rollback()
    return ""


def test_rows_that_fail_are_counted(database: str) -> None:
    wrong = []
    happened = compared(database, [[sql] for sql, _failing, _rows in COUNTED])
    for (sql, *counts), (found, error) in zip(COUNTED, happened, strict=True):
        told = [[one.facts.get("rows_failing"), one.facts.get("rows")] for one in found]
        if counts not in told or not error:
            wrong.append((sql, told, error))
    assert not wrong, "\n".join(map(str, wrong))


def test_what_the_catalogue_refuses_is_named(database: str) -> None:
    wrong = []
    happened = compared(database, [[sql] for sql, _words in CERTAIN])
    for (sql, words), (found, error) in zip(CERTAIN, happened, strict=True):
        if not any(words in one.message for one in found) or not error:
            wrong.append((sql, [one.message for one in found], error))
        assert all(one.severity is Severity.DANGER for one in found)
    assert not wrong, "\n".join(map(str, wrong))


def test_what_passes_is_not_accused(database: str) -> None:
    plans = [[one] for one in PASSES.strip().split("\n")] + PLANS_THAT_PASS
    wrong = [
        (plan, [one.message for one in found], error)
        for plan, (found, error) in zip(plans, compared(database, plans), strict=True)
        if found or error
    ]
    assert not wrong, "\n".join(map(str, wrong))


def test_whoever_may_not_change_a_table_is_told_whose_it_is(database: str) -> None:
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("CREATE ROLE guest LOGIN PASSWORD 'guest'")
        connection.execute("GRANT SELECT ON ALL TABLES IN SCHEMA public TO guest")
    place = database.rpartition("@")[2]
    url = f"postgresql://guest:guest@{place}"
    (((found,), error),) = compared(url, [["ALTER TABLE filled ADD COLUMN x int"]])
    assert "belongs to postgres" in found.message
    assert "must be owner" in error
