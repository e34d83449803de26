"""SQL text to statements: places, psql's own syntax, and what nobody understands."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.review.asked import found, judged
from tests.review.rule_cases import CASES
from wizards.migrate.model import Severity
from wizards.migrate.review.sql import parameters_filled, statements


def places(sql: str) -> list[tuple[int, int, int, str]]:
    return [(one.line, one.column, one.end_line, one.sql) for one in statements(sql)]


def test_places_count_lines_and_characters_from_one() -> None:
    sql = "-- é\n/* a /* nested */ b */ SELECT 1;\r\n  SELECT 'é', 2; DROP TABLE\n  t\n;\n"
    assert places(sql) == [
        (2, 24, 2, "SELECT 1"),
        (3, 3, 3, "SELECT 'é', 2"),
        (3, 18, 4, "DROP TABLE\n  t"),
    ]


def test_places_stay_right_beside_a_statement_that_does_not_parse() -> None:
    sql = "SELECT 1;\nSELEC 2;\n\n  DROP TABLE t;"
    assert [(one.line, one.column, bool(one.kind)) for one in statements(sql)] == [
        (1, 1, True),
        (2, 1, False),
        (4, 3, True),
    ]
    assert found(sql)["not-understood"].line == 2
    assert found(sql)["drop-table"].line == 4


def test_semicolons_in_quotes_dollars_and_comments_end_nothing() -> None:
    inner = [
        "SELECT ';'",
        "SELECT E'\\';'",
        'SELECT ";"',
        "SELECT $a$ ; $$ ; $a$",
        "SELECT 1 /* ; */ + 2",
        "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END; END",
    ]
    sql = ";\n".join([*inner, "broken here"])
    assert [one.sql for one in statements(sql)] == [*inner, "broken here"]


def test_psql_commands_and_copy_data_are_read() -> None:
    sql = (
        "\\set ON_ERROR_STOP on\n"
        "COPY t (a) FROM stdin;\n1\tDROP TABLE x;\n\\.\n"
        "\\copy t from 'file.csv' csv\n"
        "SELECT 'x' \\gexec\n"
        "\\i other.sql\n"
        "DROP TABLE t;\n"
    )
    read = statements(sql)
    assert [one.kind for one in read] == [
        "copy_stmt",
        "copy_stmt",
        "select_stmt",
        "",
        "",
        "drop_stmt",
    ]
    assert [one.refused for one in read if not one.kind] == [
        "psql command \\gexec",
        "psql command \\i",
    ]
    assert read[-1].line == 8


@pytest.mark.parametrize(
    "sql",
    [
        "DROP TABLE a\0; SELECT 1",
        "SELECT 'unterminated",
        "SELECT $$ unterminated",
        "/* unterminated",
        "SELECT 1 WHERE \ufffd = 2",
        "SELECT 'bytes that were not UTF-8: \ufffd'",
        "ALTER TABLE {{ table }} ADD x int",
        "SELECT " + "(" * 30_000 + "1" + ")" * 30_000,
        "SELECT " + "1+" * 20_000 + "1",
        "SELECT " + " ".join(["NOT"] * 5_000) + " true",
    ],
)
def test_what_is_not_understood_is_danger(sql: str) -> None:
    result = judged(sql)
    unread = [one for one in result.statements if not one.kind]
    danger = [one for one in result.findings if one.rule == "not-understood"]
    assert len(danger) == len(unread)
    assert all(one.severity is Severity.DANGER for one in danger)
    assert unread or sql.startswith("/*") or "1+" in sql


def test_a_nul_byte_hides_nothing() -> None:
    rules = {one.rule for one in judged("SELECT 1;\0 DROP TABLE t").findings}
    assert "not-understood" in rules


def test_placeholders_are_filled_outside_strings_only() -> None:
    sql = "SELECT '%s :x', %(a)s, :b::int, a::text, '50%%'"
    assert parameters_filled(sql) == "SELECT '%s :x', $1, $1::int, a::text, '50%'"


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=300))
def test_byte_noise_never_crashes_and_is_never_safe(noise: bytes) -> None:
    result = judged(noise.decode("utf-8", "replace"))
    unread = {number for number, one in enumerate(result.statements) if not one.kind}
    assert unread == {one.statement for one in result.findings if one.rule == "not-understood"}


@settings(max_examples=150, deadline=None)
@given(st.sampled_from([case[1] for case in CASES]), st.data())
def test_mutated_sql_never_crashes_and_is_never_safe(sql: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(sql)))
    until = data.draw(st.integers(at, min(len(sql), at + 8)))
    text = sql[:at] + data.draw(st.text(max_size=4)) + sql[until:]
    result = judged(text, in_transaction=data.draw(st.booleans()))
    unread = {number for number, one in enumerate(result.statements) if not one.kind}
    told = {one.statement for one in result.findings if one.rule == "not-understood"}
    assert unread <= told
