"""Every suggested way, of statements that stand in each other's light: it runs as it is written."""

from __future__ import annotations

import psycopg
import pytest

from tests.review.conftest import SCHEMA
from wizards.migrate.facts import connected, gather
from wizards.migrate.review.judge import Reviewer
from wizards.migrate.review.sql import statements

AFTER = {"fk-missing-index", "table-without-pk"}
"""Their way follows the statement, the others' replaces it."""


@pytest.fixture
def shop(everything: str) -> str:
    base = everything.rpartition("/")[0]
    with psycopg.connect(everything, autocommit=True) as connection:
        connection.execute("DROP DATABASE IF EXISTS shop_template")
        connection.execute("CREATE DATABASE shop_template")
    with psycopg.connect(f"{base}/shop_template", autocommit=True) as connection:
        connection.execute(SCHEMA.with_name("shop_schema.sql").read_bytes())
        connection.execute("ANALYZE")
    return base


def copied(base: str) -> str:
    with psycopg.connect(f"{base}/postgres", autocommit=True) as connection:
        connection.execute("DROP DATABASE IF EXISTS shop_copy")
        connection.execute("CREATE DATABASE shop_copy TEMPLATE shop_template")
    return f"{base}/shop_copy"


@pytest.mark.slow
def test_every_way_around_runs(shop: str) -> None:
    given = SCHEMA.with_name("shop_fixes.sql").read_text("utf-8").splitlines()
    with connected(f"{shop}/shop_template") as connection:
        facts = gather(connection, given)
    failed, ran = [], 0
    for sql in given:
        reviewer = Reviewer(postgres=facts.postgres, facts=facts)
        (case,) = reviewer.add(enumerate(statements(sql)), transactional=False)
        ways = [(one.rule, one.fix) for one in reviewer.findings(case) if one.fix]
        assert ways, sql
        for rule, fix in ways:
            with psycopg.connect(copied(shop), autocommit=True) as connection:
                if rule in AFTER:
                    connection.execute(sql.encode())
                try:
                    for one in statements(fix):
                        connection.execute(one.sql.encode())
                except psycopg.Error as error:
                    failed.append(f"{sql}\n{fix}\n{error}")
            ran += 1
    assert not failed, "\n\n".join(failed)
    assert ran > len(given)
