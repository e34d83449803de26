"""SQL that runs inside something else: WITH, EXPLAIN ANALYZE, prepared statements, functions."""

# ruff: noqa: E501, ISC004

from __future__ import annotations

import pytest

from tests.review.asked import found, judged
from wizards.migrate.model import Severity

BODY = "BEGIN DELETE FROM t; END"


@pytest.mark.parametrize(
    "sql",
    [
        "WITH gone AS (DELETE FROM t RETURNING *) INSERT INTO archive SELECT * FROM gone",
        "WITH gone AS (DELETE FROM t RETURNING *) SELECT count(*) FROM gone",
        "WITH a AS (WITH b AS (DELETE FROM t RETURNING *) SELECT * FROM b) SELECT 1",
        "EXPLAIN (ANALYZE, BUFFERS) DELETE FROM t",
        "PREPARE p AS DELETE FROM t; EXECUTE p",
        f"CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS '{BODY}'; SELECT f()",
        f"CREATE FUNCTION s.f() RETURNS void LANGUAGE plpgsql AS '{BODY}'; SELECT * FROM s.f()",
        f"CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS '{BODY}'; DO 'BEGIN PERFORM f(); END'",
        "CREATE FUNCTION f() RETURNS void LANGUAGE sql AS 'SELECT 1; DELETE FROM t'; SELECT f()",
        "CREATE PROCEDURE f() LANGUAGE sql BEGIN ATOMIC DELETE FROM t; END; CALL f()",
        "CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS 'BEGIN DELETE FROM t; RETURN 1; END';"
        "SELECT f()",
        "CREATE FUNCTION f() RETURNS SETOF int LANGUAGE plpgsql AS "
        "'BEGIN RETURN QUERY DELETE FROM t RETURNING 1; END'; SELECT f()",
        "DO $$ DECLARE r record; BEGIN FOR r IN DELETE FROM t RETURNING * LOOP NULL; END LOOP; END $$",
    ],
)
def test_what_runs_inside_is_judged(sql: str) -> None:
    finding = found(sql)["unfiltered-dml"]
    assert finding.tables == ("t",)
    assert finding.severity is Severity.DANGER


@pytest.mark.parametrize(
    "sql",
    [
        "EXPLAIN DELETE FROM t",
        "PREPARE p AS DELETE FROM t",
        f"CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS '{BODY}'",
        f"CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS '{BODY}'; SELECT g()",
        "WITH t AS (SELECT 1) SELECT * FROM t",
    ],
)
def test_what_does_not_run_is_not_judged(sql: str) -> None:
    assert "unfiltered-dml" not in found(sql)


@pytest.mark.parametrize(
    ("sql", "severity"),
    [
        ("SELECT create_hypertable('t', 'at')", Severity.CAUTION),
        ("SELECT app.clean_up()", Severity.CAUTION),
        ("DO 'BEGIN PERFORM app.clean_up(); END'", Severity.CAUTION),
        ("CALL app.clean_up()", Severity.DANGER),
        ("EXECUTE elsewhere", Severity.DANGER),
        ("CREATE FUNCTION f() RETURNS int LANGUAGE c AS 'a', 'b'; SELECT f()", Severity.DANGER),
    ],
)
def test_a_function_that_is_not_written_here_cannot_be_judged(sql: str, severity: Severity) -> None:
    told = [one for one in judged(sql).findings if one.rule == "opaque-do-block"]
    assert min(told, key=lambda one: one.severity.rank).severity is severity


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT pg_catalog.setval('s', 1, false)",
        "SELECT set_config('search_path', '', false), now(), count(*), version()",
        "SELECT my_function(a) FROM t",
        "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT f()'; SELECT f()",
    ],
)
def test_postgres_own_functions_and_queries_of_tables_are_left_alone(sql: str) -> None:
    assert "opaque-do-block" not in found(sql)


def test_rows_that_are_returned_cannot_be_deleted_in_batches() -> None:
    assert found("DELETE FROM t")["unfiltered-dml"].fix
    moved = "WITH gone AS (DELETE FROM t RETURNING *) INSERT INTO archive SELECT * FROM gone"
    assert found(moved)["unfiltered-dml"].fix is None
    assert found("DELETE FROM t USING u")["unfiltered-dml"].fix is None


@pytest.mark.parametrize(
    ("sql", "rule"),
    [
        ("CREATE RULE r AS ON INSERT TO t DO INSTEAD NOTHING", "create-trigger"),
        ("DROP RULE r ON t", "drop-trigger"),
        ("ALTER TYPE pair DROP ATTRIBUTE b", "drop-column"),
        ("ALTER TYPE pair RENAME ATTRIBUTE b TO c", "rename-column"),
        ("ALTER TYPE pair ALTER ATTRIBUTE b TYPE text CASCADE", "alter-type"),
        ("ALTER INDEX i SET TABLESPACE fast", "set-tablespace"),
        ("ALTER TABLE ALL IN TABLESPACE a SET TABLESPACE b", "set-tablespace"),
        ("REASSIGN OWNED BY a TO b", "change-owner"),
        ("BEGIN; CREATE DATABASE d; COMMIT", "concurrently-in-transaction"),
        ("BEGIN; REINDEX SCHEMA s; COMMIT", "concurrently-in-transaction"),
        ("BEGIN; ALTER SYSTEM SET work_mem = '1GB'; COMMIT", "concurrently-in-transaction"),
        ("BEGIN; DROP DATABASE d; COMMIT", "concurrently-in-transaction"),
    ],
)
def test_rarer_statements_are_judged_as_well(sql: str, rule: str) -> None:
    assert rule in found(sql)


def test_attributes_of_a_type_that_the_plan_made_may_change() -> None:
    sql = "CREATE TYPE pair AS (a int, b int); ALTER TYPE pair DROP ATTRIBUTE b;"
    assert not found(sql + "ALTER TYPE pair RENAME ATTRIBUTE a TO c")


@pytest.mark.parametrize("where", ["NOT false", "id = id", "t.id = t.id", "1 = 1", "true"])
def test_a_condition_that_every_row_meets_is_none(where: str) -> None:
    assert found(f"DELETE FROM t WHERE {where}")["unfiltered-dml"].severity is Severity.DANGER


@pytest.mark.parametrize("where", ["t.id = u.id", "f(a) = f(b)", "NOT a", "a = 1", "1 = 2"])
def test_a_condition_that_some_rows_meet_is_one(where: str) -> None:
    finding = found(f"DELETE FROM t USING u WHERE {where}").get("unfiltered-dml")
    assert finding is None or finding.severity is Severity.NOTICE


def test_what_a_new_schema_is_made_with_is_new() -> None:
    sql = "CREATE SCHEMA app CREATE TABLE a (id bigint PRIMARY KEY); CREATE INDEX ON app.a (id)"
    assert not [one for one in judged(sql).findings if one.lock]


def test_a_domain_nobody_is_known_to_use_may_be_used() -> None:
    assert found("ALTER DOMAIN d SET NOT NULL")["domain-constraint"].scans
    assert "domain-constraint" not in found("CREATE DOMAIN d AS int; ALTER DOMAIN d SET NOT NULL")
