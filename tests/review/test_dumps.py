"""Dumps as pg_dump writes them: data is no SQL, and what the dump makes is new."""

from __future__ import annotations

import subprocess

import psycopg
import pytest

from tests.review.asked import judged
from tests.review.conftest import SCHEMA
from wizards.migrate.review.sql import statements
from wizards.postgres.binaries import found as servers

DUMP = """
--
-- Data for Name: notes; Type: TABLE DATA
--

/* it's */ COPY public.notes (id, "글") FROM stdin;
1\tit's; DROP TABLE notes;
2\t\\N
3\t$$ "open
\\.


-- Data for Name: other

COPY other FROM STDIN WITH (FORMAT csv);
1,'; TRUNCATE other;
\\.

SELECT pg_catalog.setval('public.notes_id_seq', 3, true);
"""


def test_data_below_a_comment_and_copy_is_no_sql() -> None:
    read = statements(DUMP)
    assert [one.kind for one in read] == ["copy_stmt", "copy_stmt", "select_stmt"]
    assert [one.line for one in read] == [6, 15, 19]
    assert not judged(DUMP).findings


@pytest.mark.parametrize("command", ["\\d+ t", "\\dtS", "\\l+", "\\set ON_ERROR_STOP on", "\\x"])
def test_commands_that_only_show_are_left_alone(command: str) -> None:
    assert not judged(f"{command}\nSELECT 1;").findings


@pytest.mark.parametrize("command", ["\\i other.sql", "\\gexec", "\\! rm x", "\\if :a"])
def test_commands_that_run_something_are_not_understood(command: str) -> None:
    assert [one.rule for one in judged(f"SELECT 1;\n{command}\n").findings] == ["not-understood"]


def test_owners_of_what_the_file_makes_may_be_set() -> None:
    sql = """
        CREATE SCHEMA s; ALTER SCHEMA s OWNER TO bob;
        CREATE SEQUENCE s.q; ALTER TABLE s.q OWNER TO bob;
        CREATE FOREIGN TABLE s.f (id bigint) SERVER far; ALTER FOREIGN TABLE s.f OWNER TO bob;
    """
    assert "change-owner" not in {one.rule for one in judged(sql).findings}


@pytest.mark.slow
def test_a_dump_that_is_restored_into_nothing_blocks_nobody(everything: str) -> None:
    with psycopg.connect(everything, autocommit=True) as connection:
        connection.execute("DROP DATABASE IF EXISTS dumped")
        connection.execute("CREATE DATABASE dumped")
        major = connection.info.server_version // 10000
    url = everything.rpartition("/")[0] + "/dumped"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(SCHEMA.with_name("shop_schema.sql").read_bytes())
    tools = next(one for one in servers() if one.version[0] == major and one.runs_servers)
    for options in ([], ["--inserts"]):
        dump = subprocess.run(
            [tools.program("pg_dump"), *options, url], capture_output=True, text=True, check=True
        ).stdout
        file = judged(dump)
        loud = [(one.line, one.rule, one.tables) for one in file.findings if one.severity.rank < 2]
        assert not loud
        assert len(file.statements) > 150
