"""Alembic revision files read without running them."""

from __future__ import annotations

from pathlib import Path

import pytest

from wizards.migrate.model import Finding
from wizards.migrate.review.lint import judge_file
from wizards.migrate.review.revision_file import read

TEXT = Path(__file__).with_name("revision.txt").read_text(encoding="utf-8")
CREATED = " ".join(
    [
        "CREATE TABLE tags (id bigserial NOT NULL,",
        "note integer REFERENCES notes (id) ON DELETE CASCADE, kind kind DEFAULT 'a',",
        "at timestamp with time zone DEFAULT now(),",
        "CONSTRAINT pk_tags PRIMARY KEY (id), CONSTRAINT uq_note UNIQUE (note))",
    ]
)
LINES = TEXT.splitlines()


def line_of(words: str) -> int:
    return next(number for number, line in enumerate(LINES, 1) if words in line)


def findings() -> list[Finding]:
    return list(judge_file(TEXT, path="7c1e.py").findings)


def test_every_operation_becomes_the_sql_that_alembic_sends() -> None:
    read_ = read(TEXT)
    assert [one.sql for one in read_.statements if one.kind] == [
        "CREATE TYPE kind AS ENUM ('a', 'b')",
        CREATED,
        "CREATE INDEX ix_tags_note ON tags (note)",
        "ALTER TABLE notes ADD COLUMN due timestamp with time zone NOT NULL",
        "ALTER TABLE notes ALTER COLUMN n TYPE bigint",
        "ALTER TABLE notes ALTER COLUMN body TYPE text",
        "ALTER TABLE notes ALTER COLUMN body SET NOT NULL",
        "ALTER TABLE attic.old DROP COLUMN legacy",
        "CREATE UNIQUE INDEX ix_old ON attic.old (a, lower(b))",
        "ALTER TABLE attic.old RENAME COLUMN x TO y",
        "CREATE INDEX CONCURRENTLY ix_due ON notes (due)",
        "CREATE INDEX CONCURRENTLY ix_bad ON notes (due)",
        "TRUNCATE a",
        "TRUNCATE b",
        "DELETE FROM x",
        'DROP TABLE "Y"',
        "DELETE FROM notes WHERE id = $1",
        "UPDATE notes SET due = now()",
        "ALTER TABLE notes DROP CONSTRAINT abc",
        "ALTER TABLE a ADD FOREIGN KEY (x) REFERENCES b (id) NOT VALID",
        "ALTER TABLE notes ADD CONSTRAINT ck CHECK (n > 0)",
        "DROP INDEX ix_gone",
        "ALTER TABLE p RENAME TO q",
        "CREATE TYPE mood AS ENUM ('x', 'y')",
    ]


def test_lines_are_those_of_the_python_operation() -> None:
    by_rule = {(one.rule, one.tables): one for one in findings()}
    assert by_rule["add-required-column", ("notes",)].line == line_of("op.add_column")
    assert by_rule["drop-column", ("attic.old",)].line == line_of("batch_op.drop_column")
    assert by_rule["truncate", ("a",)].line == line_of("TRUNCATE {name}")
    assert by_rule["drop-table", ("Y",)].line == line_of("op.execute(dedent(")
    assert by_rule["drop-table", ("Y",)].end_line == line_of("op.execute(dedent(") + 3
    assert by_rule["unfiltered-dml", ("notes",)].line == line_of('"UPDATE notes SET due')


def test_the_commit_map_follows_autocommit_blocks() -> None:
    concurrent = [one.line for one in findings() if one.rule == "concurrently-in-transaction"]
    assert concurrent == [line_of("ix_bad")]


def test_existing_type_gives_the_verdict_and_a_comment_may_allow() -> None:
    types = [one for one in findings() if one.rule == "alter-type"]
    assert types == []  # one is allowed with a reason, varchar(20) to text rewrites nothing
    bare = judge_file(TEXT.replace("# tarmac: allow", "# nothing"), path="x.py").findings
    (one,) = [found for found in bare if found.rule == "alter-type"]
    assert one.rewrites
    assert one.line == line_of('"notes", "n"')


def test_what_depends_on_running_is_not_understood() -> None:
    unread = {one.line: one.message for one in findings() if one.rule == "not-understood"}
    assert set(unread) == {
        line_of("sa.select("),
        line_of("DROP TABLE {row}"),
        line_of("op.create_view"),
    }
    assert all(one.severity.value == "danger" for one in findings() if one.rule == "not-understood")


def test_kinds_and_tables_said_beside_the_sql_are_used() -> None:
    rules = {(one.rule, one.line): one for one in findings()}
    assert ("drop-constraint-fk", line_of("op.drop_constraint")) in rules
    assert rules["drop-index-nonconcurrent", line_of("op.drop_index")].tables == ("notes",)


@pytest.mark.parametrize(
    "text", ["def upgrade(:\n", "x = 1\n", "\0", "", "def upgrade(): op.f(1)(2)"]
)
def test_a_file_that_is_no_revision_is_not_understood(text: str) -> None:
    judged = judge_file(text, path="x.py")
    rules = [one.rule for one in judged.findings]
    assert rules in (["not-understood"], []) and (rules or "upgrade" in text)


def test_the_downgrade_is_not_judged() -> None:
    assert not any(one.line >= line_of("def downgrade") for one in findings())


def test_composite_keys_and_their_types() -> None:
    text = """
from alembic import op
import sqlalchemy as sa
def upgrade():
    op.create_table(
        "pairs",
        sa.Column("a", sa.Integer(), sa.ForeignKey("x.id"), primary_key=True),
        sa.Column("b", sa.Integer(), primary_key=True),
    )
    op.create_table("single", sa.Column("id", sa.Integer(), primary_key=True))
"""
    pairs, single = (one.sql for one in read(text).statements)
    assert pairs == (
        "CREATE TABLE pairs (a integer REFERENCES x (id) NOT NULL, b integer NOT NULL, "
        "PRIMARY KEY (a, b))"
    )
    assert single == "CREATE TABLE single (id serial NOT NULL, PRIMARY KEY (id))"
