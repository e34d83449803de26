"""The safe path is SQL that runs: each fix is run, statement by statement, on PostgreSQL."""

from __future__ import annotations

import psycopg
import pytest

from wizards.migrate.facts import connected, gather
from wizards.migrate.review.judge import Reviewer
from wizards.migrate.review.sql import statements

SCHEMA = """
DROP SCHEMA public CASCADE;
CREATE SCHEMA public;
CREATE TABLE p (id bigint PRIMARY KEY);
CREATE TABLE "My Table" (id bigint PRIMARY KEY, "select" int);
CREATE TABLE t (id bigint PRIMARY KEY, a int, b text, c varchar(20), p_id bigint, old int);
CREATE TABLE keyless (id bigint, a int);
CREATE INDEX t_a ON t (a);
CREATE DOMAIN d AS int;
CREATE TABLE measures (id bigint PRIMARY KEY, size d);
CREATE MATERIALIZED VIEW mv AS SELECT id FROM t;
CREATE UNIQUE INDEX mv_id ON mv (id);
CREATE TYPE mood AS ENUM ('ok');
CREATE TABLE part (id int, d int) PARTITION BY RANGE (d);
CREATE TABLE part1 PARTITION OF part FOR VALUES FROM (0) TO (10);
CREATE TABLE part2 (id int, d int);
INSERT INTO p SELECT generate_series(1, 10);
INSERT INTO t SELECT g, g, 'b', 'c', 1 + g % 10, g FROM generate_series(1, 100) g;
INSERT INTO keyless SELECT g, g FROM generate_series(1, 100) g;
INSERT INTO "My Table" SELECT g, g FROM generate_series(1, 100) g;
"""
RISKY = [
    ("CREATE INDEX i ON t (b)", "create-index-nonconcurrent"),
    ('CREATE UNIQUE INDEX "I x" ON "My Table" ("select")', "create-index-nonconcurrent"),
    ("CREATE INDEX i ON part (d)", "create-index-nonconcurrent"),
    ("DROP INDEX t_a", "drop-index-nonconcurrent"),
    ("REINDEX TABLE t", "reindex-nonconcurrent"),
    ("ALTER TABLE t ADD FOREIGN KEY (p_id) REFERENCES p", "fk-not-valid"),
    ("ALTER TABLE t ADD CONSTRAINT f FOREIGN KEY (p_id) REFERENCES p", "fk-not-valid"),
    ("ALTER TABLE t ADD CONSTRAINT f FOREIGN KEY (p_id) REFERENCES p", "fk-missing-index"),
    ("ALTER TABLE t ADD CHECK (a > 0)", "check-not-valid"),
    ("ALTER TABLE t ALTER a SET NOT NULL", "set-not-null"),
    ('ALTER TABLE "My Table" ALTER "select" SET NOT NULL', "set-not-null"),
    ("ALTER TABLE t ADD CONSTRAINT u UNIQUE (a)", "add-unique"),
    ("ALTER TABLE keyless ADD PRIMARY KEY (id)", "add-pk"),
    ("ALTER TABLE t ALTER c TYPE varchar(10)", "alter-type"),
    ("ALTER TABLE t ALTER a TYPE text USING a::text || '!'", "alter-type"),
    ("ALTER TABLE t ADD COLUMN u uuid DEFAULT gen_random_uuid()", "volatile-default"),
    ("ALTER TABLE t ADD COLUMN n bigserial", "add-serial"),
    ("ALTER TABLE t ADD COLUMN g int GENERATED ALWAYS AS (a + 1) STORED", "add-generated-stored"),
    ("ALTER TABLE t ADD COLUMN x int NOT NULL", "add-required-column"),
    ("ALTER TABLE t ADD COLUMN x int DEFAULT 1 CHECK (x > 0)", "add-column-constraint"),
    ("ALTER TABLE t ADD COLUMN x int DEFAULT 1 REFERENCES p (id)", "add-column-constraint"),
    ("ALTER TABLE t ADD COLUMN x int UNIQUE", "add-unique"),
    ("ALTER DOMAIN d ADD CONSTRAINT k CHECK (value > 0)", "domain-constraint"),
    ("ALTER TABLE t RENAME TO moved", "rename-table"),
    ("ALTER TABLE t RENAME old TO new", "rename-column"),
    ("ALTER TYPE mood RENAME VALUE 'ok' TO 'fine'", "rename-enum-value"),
    ("DROP TABLE keyless", "drop-table"),
    ("UPDATE t SET b = 'x'", "unfiltered-dml"),
    ("DELETE FROM t", "unfiltered-dml"),
    ("REFRESH MATERIALIZED VIEW mv", "refresh-matview"),
    ("VACUUM FULL t", "vacuum-full"),
    ("ALTER TABLE part ATTACH PARTITION part2 FOR VALUES FROM (10) TO (20)", "attach-partition"),
    ("CREATE TABLE part3 PARTITION OF part FOR VALUES FROM (30) TO (40)", "create-partition-of"),
    ("ALTER TABLE part DETACH PARTITION part1", "detach-partition"),
    ("CREATE TABLE fresh (a bigint)", "table-without-pk"),
]


def fix_of(url: str, sql: str, rule: str) -> str:
    with connected(url) as connection:
        facts = gather(connection, [sql])
    reviewer = Reviewer(postgres=facts.postgres, facts=facts)
    (case,) = reviewer.add(enumerate(statements(sql)), transactional=False)
    fixes = [one.fix for one in reviewer.findings(case) if one.rule == rule]
    assert fixes, (sql, [one.rule for one in reviewer.findings(case)])
    assert fixes[0], sql
    return fixes[0]


def test_every_fix_runs(fresh_database: str) -> None:
    for sql, rule in RISKY:
        with psycopg.connect(fresh_database, autocommit=True) as connection:
            connection.execute(SCHEMA.encode())
            connection.execute("ANALYZE")
            fix = fix_of(fresh_database, sql, rule)
            if rule == "table-without-pk":
                connection.execute(sql.encode())
            for one in statements(fix):
                assert one.kind, (sql, fix)
                try:
                    connection.execute(one.sql.encode())
                except psycopg.Error as error:
                    pytest.fail(f"{sql}\n{fix}\n{one.sql}: {error}")


def test_batches_end(fresh_database: str) -> None:
    """A batch that is run until it touches no row does come to an end, with the right result."""
    with psycopg.connect(fresh_database, autocommit=True) as connection:
        connection.execute(SCHEMA.encode())
        fix = fix_of(fresh_database, "UPDATE t SET b = 'x', a = 1", "unfiltered-dml")
        counts = [connection.execute(fix.encode()).rowcount for _ in range(2)]
        assert counts == [100, 0]
    with connected(fresh_database) as connection:
        facts = gather(connection, ["UPDATE t SET a = a + 1"])
    reviewer = Reviewer(facts=facts)
    (case,) = reviewer.add(enumerate(statements("UPDATE t SET a = a + 1")), transactional=False)
    assert [one.fix for one in reviewer.findings(case)] == [None]
