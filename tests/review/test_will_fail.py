"""Facts and will-it-fail checks on a real PostgreSQL, of data that fails and data that passes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import psycopg
import pytest

from wizards.migrate.facts import connected, gather
from wizards.migrate.model import Finding, RevisionPreview, Severity, Statement
from wizards.migrate.review.judge import judge_plan
from wizards.migrate.review.names import Name
from wizards.migrate.will_fail import check_plan, checks

SCHEMA = """
CREATE TABLE owners (id int PRIMARY KEY);
INSERT INTO owners SELECT generate_series(1, 10);
CREATE TYPE mood AS ENUM ('ok', 'sad');
CREATE DOMAIN positive AS int;
CREATE TABLE notes (id int PRIMARY KEY, body text, full_body text, slug text, owner_id int, n int,
  txt text, big bigint, num numeric(6, 2), v varchar(10), word text, pos positive, a int, b int);
INSERT INTO notes SELECT g, CASE WHEN g % 10 <> 0 THEN 'x' END, 'x', 's' || (g % 995),
  g % 12 + 1, g, g::text, g, g, 'v', 'ok', g, g % 2, g FROM generate_series(1, 1000) g;
UPDATE notes SET txt = 'oops' WHERE id IN (3, 7);
UPDATE notes SET big = 3000000000 WHERE id = 5;
UPDATE notes SET word = 'glad' WHERE id = 9;
UPDATE notes SET pos = -1 WHERE id <= 4;
CREATE INDEX ix_n ON notes (n);
ALTER TABLE notes ADD CONSTRAINT low CHECK (id < 990) NOT VALID;
ALTER TABLE notes ADD CONSTRAINT own FOREIGN KEY (owner_id) REFERENCES owners NOT VALID;
CREATE TABLE tags (note_id int REFERENCES owners, name text);
CREATE VIEW notes_view AS SELECT v FROM notes;
CREATE TABLE part (id int, d int) PARTITION BY RANGE (d);
CREATE TABLE part_default PARTITION OF part DEFAULT;
INSERT INTO part SELECT g, g FROM generate_series(1, 100) g;
CREATE TABLE child (id int, d int);
INSERT INTO child SELECT g, g FROM generate_series(195, 204) g;
CREATE TABLE empty (id int);
ANALYZE;
"""
# (statement that fails, how many rows fail, of how many, sample keys, words of the message)
FAILS: list[tuple[str, int | None, int | None, list[object], str]] = [
    ("ALTER TABLE notes ALTER body SET NOT NULL", 100, 1000, [10, 20, 30, 40, 50], "no body"),
    ("ALTER TABLE notes ADD UNIQUE (slug)", 10, 1000, ["s1", "s2", "s3", "s4", "s5"], "5 values"),
    ("CREATE UNIQUE INDEX u ON notes (slug) WHERE n <= 996", 2, 1000, ["s1"], "1 values of slug"),
    ("CREATE UNIQUE INDEX u ON notes (a)", 1000, 1000, [0, 1], "2 values of a"),
    ("ALTER TABLE notes DROP CONSTRAINT notes_pkey, ADD PRIMARY KEY (body)", 100, 1000, [], "body"),
    (
        "ALTER TABLE notes ADD FOREIGN KEY (owner_id) REFERENCES owners",
        166,
        1000,
        [10, 11],
        "owners",
    ),
    ("ALTER TABLE notes VALIDATE CONSTRAINT own", 166, 1000, [10, 11, 22, 23, 34], "owners"),
    ("ALTER TABLE notes VALIDATE CONSTRAINT low", 11, 1000, [990, 991, 992, 993, 994], "break low"),
    ("ALTER TABLE notes ADD CONSTRAINT c CHECK (n > 5)", 5, 1000, [1, 2, 3, 4, 5], "break c"),
    ("ALTER TABLE notes ALTER slug TYPE varchar(3)", 895, 1000, [100, 101], "do not fit"),
    ("ALTER TABLE notes ALTER txt TYPE int USING txt::int", 2, 1000, [3, 7], "do not fit integer"),
    ("ALTER TABLE notes ALTER txt TYPE int", None, None, [], "cannot be cast automatically"),
    ("ALTER TABLE notes ALTER txt TYPE int USING (trim(txt)::int)", None, None, [], "oops"),
    ("ALTER TABLE notes ALTER big TYPE int", 1, 1000, [5], "do not fit integer"),
    ("ALTER TABLE notes ALTER num TYPE numeric(4, 1)", 1, 1000, [1000], "numeric(4,1)"),
    ("ALTER TABLE notes ALTER word TYPE mood USING word::mood", None, None, [], "mood"),
    ("ALTER TABLE notes ADD COLUMN x int NOT NULL", 1000, 1000, [], "1,000 rows"),
    ("ALTER DOMAIN positive ADD CONSTRAINT c CHECK (value > 0)", 4, 1000, [1, 2, 3, 4], "break c"),
    ("CREATE INDEX ix_n ON notes (a)", None, None, [], "exists already"),
    ("CREATE TABLE owners (id int)", None, None, [], "exists already"),
    ("ALTER TABLE notes ADD COLUMN n int", None, None, [], "a column n already"),
    ("ALTER TABLE notes DROP COLUMN nosuch", None, None, [], "no column nosuch"),
    ("ALTER TABLE nosuch ADD COLUMN x int", None, None, [], "no table nosuch"),
    ("ALTER TABLE notes DROP CONSTRAINT nosuch", None, None, [], "no constraint nosuch"),
    ("ALTER TABLE notes ALTER v TYPE text", None, None, [], "notes_view"),
    ("ALTER TABLE notes DROP COLUMN v", None, None, [], "notes_view"),
    ("DROP TABLE notes", None, None, [], "notes_view"),
    ("DROP TABLE owners", None, None, [], "tags"),
    ("DROP INDEX notes_pkey", None, None, [], "notes_pkey"),
    ("ALTER TABLE owners SET UNLOGGED", None, None, [], "tags"),
    (
        "ALTER TABLE part ATTACH PARTITION child FOR VALUES FROM (200) TO (300)",
        5,
        10,
        [],
        "outside",
    ),
    ("CREATE TABLE p2 PARTITION OF part FOR VALUES FROM (91) TO (300)", 10, 100, [], "belong"),
]
PASSES = [
    "ALTER TABLE notes ALTER full_body SET NOT NULL",
    "ALTER TABLE notes ADD UNIQUE (b)",
    "CREATE UNIQUE INDEX u ON notes (slug) WHERE n < 900",
    "ALTER TABLE notes ADD CONSTRAINT c CHECK (n > 0)",
    "ALTER TABLE notes ADD CONSTRAINT c CHECK (n > 5) NOT VALID",
    "ALTER TABLE notes ADD FOREIGN KEY (a) REFERENCES owners NOT VALID",
    "ALTER TABLE notes ALTER slug TYPE varchar(4)",
    "ALTER TABLE notes ALTER slug TYPE varchar(2) USING left(slug, 2)",
    "ALTER TABLE notes ALTER n TYPE bigint",
    "ALTER TABLE notes ALTER num TYPE numeric(8, 2)",
    "ALTER TABLE notes ADD COLUMN x int NOT NULL DEFAULT 1",
    "ALTER TABLE notes ADD COLUMN x int",
    "ALTER TABLE empty ADD COLUMN x int NOT NULL",
    "CREATE INDEX IF NOT EXISTS ix_n ON notes (a)",
    "CREATE TABLE IF NOT EXISTS owners (id int)",
    "ALTER TABLE notes ADD COLUMN IF NOT EXISTS n int",
    "ALTER TABLE notes DROP COLUMN v CASCADE",
    "DROP TABLE owners CASCADE",
    "DROP TABLE tags, owners CASCADE",
    "DROP INDEX ix_n",
    "CREATE TABLE fresh (id int); ALTER TABLE fresh ADD COLUMN x int NOT NULL",
    "ALTER TABLE part ATTACH PARTITION child FOR VALUES FROM (195) TO (300)",
    "ALTER DOMAIN positive ADD CONSTRAINT c CHECK (value > -5)",
]


@pytest.fixture
def database(fresh_database: str) -> str:
    with psycopg.connect(fresh_database, autocommit=True) as connection:
        connection.execute(SCHEMA.encode())
    return fresh_database


def asked(url: str, *sql: str) -> list[Finding]:
    with connected(url) as connection:
        facts = gather(connection, sql)
        return list(checks([Statement(sql=one) for one in sql], connection, facts))


def really_fails(url: str, sql: str) -> bool:
    with psycopg.connect(url) as connection:
        try:
            connection.execute(sql.encode())
        except psycopg.Error:
            return True
        finally:
            connection.rollback()
    return False


def test_every_kind_of_failure_is_found_with_its_counts(database: str) -> None:
    for sql, failing, rows, sample, words in FAILS:
        found = [one for one in asked(database, sql) if one.rule == "will-fail"]
        assert found, sql
        assert all(one.severity is Severity.DANGER for one in found), sql
        assert any(words in one.message for one in found), (sql, found[0].message)
        counted = [one.facts for one in found if "rows_failing" in one.facts]
        if failing is not None:
            told = [(one["rows_failing"], one["rows"]) for one in counted]
            assert (failing, rows) in told, (sql, told)
            keys = counted[told.index((failing, rows))]["sample"]
            assert isinstance(keys, Sequence), sql
            assert len(keys) <= 5, sql
            assert not sample or sorted(map(str, sample)) == sorted(
                map(str, keys[: len(sample)])
            ), (
                sql,
                keys,
            )
        assert really_fails(database, sql), sql


def test_what_will_pass_is_not_accused(database: str) -> None:
    for sql in PASSES:
        assert asked(database, sql) == [], sql
        assert not really_fails(database, sql), sql


def test_an_invalid_index_in_the_way_is_named(database: str) -> None:
    with psycopg.connect(database, autocommit=True) as connection, pytest.raises(psycopg.Error):
        connection.execute("CREATE UNIQUE INDEX CONCURRENTLY ux ON notes (slug)")
    (found,) = asked(database, "CREATE INDEX CONCURRENTLY ux ON notes (slug)")
    assert "INVALID index ux" in found.message
    assert found.fix == "DROP INDEX CONCURRENTLY ux;"


def test_what_an_earlier_statement_changes_is_said_to_be_uncheckable(database: str) -> None:
    backfill = "UPDATE notes SET body = '' WHERE body IS NULL"
    for before in (backfill, "DO $$ BEGIN END $$", "ALTER TABLE notes RENAME full_body TO other"):
        found = asked(database, before, "ALTER TABLE notes ALTER body SET NOT NULL")
        expected = ("will-fail", "danger") if "RENAME" in before else ("not-checked", "notice")
        assert [(one.rule, one.severity.value) for one in found] == [expected], before
    (found,) = asked(
        database, "ALTER TABLE notes ADD COLUMN x int", "ALTER TABLE notes ALTER x SET NOT NULL"
    )
    assert found.rule == "not-checked"
    assert found.statement == 1
    assert "cannot be checked before it runs" in found.message


def test_a_plan_is_checked_across_its_revisions(database: str) -> None:
    plan = (
        RevisionPreview(id="1", statements=(Statement(sql="SELECT 1"),)),
        RevisionPreview(
            id="2",
            statements=(
                Statement(sql="CREATE TABLE fresh (id int)"),
                Statement(sql="ALTER TABLE notes ALTER body SET NOT NULL", line=7),
            ),
        ),
        RevisionPreview(
            id="3", statements=(Statement(sql="ALTER TABLE fresh ADD x int NOT NULL"),)
        ),
    )
    with connected(database) as connection:
        facts = gather(connection, [one.sql for each in plan for one in each.statements])
        judged = check_plan(judge_plan(plan, facts=facts), connection, facts)
    failing = [
        (each.id, one.statement, one.line)
        for each in judged
        for one in each.findings
        if one.rule == "will-fail"
    ]
    assert failing == [("2", 1, 7)]
    (set_not_null,) = [one for one in judged[1].findings if one.rule == "set-not-null"]
    assert set_not_null.facts["rows"] == 1000
    assert set_not_null.severity is Severity.DANGER


def test_facts_tell_sizes_neighbours_and_proofs(database: str) -> None:
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("ALTER TABLE notes ADD CONSTRAINT nn CHECK (n IS NOT NULL AND a >= 0)")
    with connected(database) as connection:
        facts = gather(
            connection, ["DROP TABLE owners", "ALTER TABLE notes ADD y int DEFAULT nextval('s')"]
        )
    notes, owners = facts.tables[Name("", "notes")], facts.tables[Name("", "owners")]
    assert (notes.rows, notes.rows_known, owners.rows) == (1000, True, 10)
    assert notes.bytes > notes.table_bytes > 0
    assert set(owners.children) == {Name("", "notes"), Name("", "tags")}
    assert notes.constraints["nn"].proves == ("n",)
    assert not notes.constraints["low"].valid
    assert notes.columns["num"].type == "numeric(6,2)"
    assert notes.views == (Name("", "notes_view"),)
    assert facts.postgres >= 15


def test_rows_of_a_table_never_analysed_are_counted(fresh_database: str) -> None:
    with psycopg.connect(fresh_database, autocommit=True) as connection:
        connection.execute("CREATE TABLE t (id int) WITH (autovacuum_enabled = off)")
        connection.execute("INSERT INTO t SELECT generate_series(1, 1234)")
    with connected(fresh_database) as connection:
        facts = gather(connection, ["ALTER TABLE t ALTER id SET NOT NULL"])
    assert facts.tables[Name("", "t")].rows == 1234


def test_facts_and_checks_only_read(database: str) -> None:
    with connected(database) as connection, pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
        connection.execute("CREATE TABLE written (id int)")


def test_a_lock_held_by_somebody_else_is_not_waited_for(database: str) -> None:
    with psycopg.connect(database) as holder:
        holder.execute("LOCK TABLE notes IN ACCESS EXCLUSIVE MODE")
        with connected(database) as connection:
            facts = gather(connection, ["SELECT 1 FROM owners"])
            assert Name("", "owners") in facts.tables
            found = checks(
                [Statement(sql="ALTER TABLE notes ALTER body SET NOT NULL")], connection, facts
            )
        assert facts.unread == {Name("", "notes")}
        assert found == ()


def test_a_table_too_large_to_read_in_time_is_sampled_and_says_so(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from contextlib import contextmanager

    from wizards.migrate import will_fail

    asked_so_far: list[int] = []

    @contextmanager
    def impatient(connection: psycopg.Connection[tuple[object, ...]]) -> Iterator[None]:
        """Give up on the first question, as a server does after its statement_timeout."""
        asked_so_far.append(1)
        if len(asked_so_far) == 1:
            raise psycopg.errors.QueryCanceled("canceling statement due to statement timeout")
        with connection.transaction():
            yield

    monkeypatch.setattr(will_fail, "bounded", impatient)
    (found,) = asked(database, "ALTER TABLE notes ALTER body SET NOT NULL")
    assert (found.rule, found.facts["sampled"]) == ("will-fail", True)
    assert "in a sample" in found.message
    asked_so_far.clear()
    (open_,) = asked(database, "ALTER TABLE notes ALTER full_body SET NOT NULL")
    assert (open_.rule, open_.severity) == ("not-checked", Severity.NOTICE)
    asked_so_far.clear()
    (open_,) = asked(database, "ALTER TABLE notes ADD UNIQUE (slug)")
    assert (open_.rule, open_.severity) == ("not-checked", Severity.NOTICE)
