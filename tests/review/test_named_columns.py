"""Constraints whose columns need quotes, or have other letters than English: facts still come."""

from __future__ import annotations

import psycopg

from tests.review.test_measured import measured, predicted
from wizards.migrate.facts import connected, gather
from wizards.migrate.review.names import Name

SCHEMA = """
CREATE TABLE "User" ("userId" int NOT NULL, "이름" text, b int, c int,
  CHECK ("이름" IS NOT NULL AND (b > 0 OR c > 0)), CHECK ("userId" > 0 OR "이름" = ' OR ')
);
ALTER TABLE "User" ADD CONSTRAINT split CHECK (b IS NOT NULL OR c IS NOT NULL);
INSERT INTO "User" VALUES (1, 'ㄱ', 1, 1);
"""


def test_a_check_on_a_quoted_or_korean_column_proves_what_it_says(everything: str) -> None:
    given = [
        'ALTER TABLE "User" ALTER "이름" SET NOT NULL',
        'ALTER TABLE "User" ALTER "userId" SET NOT NULL',
        'ALTER TABLE "User" ALTER b SET NOT NULL',
    ]
    with psycopg.connect(everything, autocommit=True) as connection:
        connection.execute(SCHEMA.encode())
    with connected(everything) as facts_connection:
        facts = gather(facts_connection, given)
    proves = {one.proves for one in facts.tables[Name("", "User")].constraints.values()}
    assert ("이름",) in proves
    assert ("b",) not in proves
    with psycopg.connect(everything) as connection:
        for sql in given:
            assert predicted(facts, sql, ["User"]) == measured(connection, sql, ["User"])
