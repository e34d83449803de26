"""Rows that others write after a backup or beside a session are never lost unsaid."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from tests.migrate.alembic_project import Rev
from tests.migrate.conftest import Make
from tests.migrate.test_apply import ANY, at
from tests.migrate.test_backup_and_rehearsal import at_first
from wizards.cancel import Cancel
from wizards.events import Event, discard
from wizards.failures import Refused
from wizards.migrate import at_start
from wizards.migrate.backup import Subject, take
from wizards.migrate.model import Applied, Decision, Outcome
from wizards.migrate.own_work import OwnWork
from wizards.postgres.address import Address
from wizards.postgres.connection import connect

Sql = Callable[..., list[tuple[object, ...]]]

WIDER = Rev("b2", "a1", "ALTER TABLE items ALTER COLUMN size TYPE bigint", "pass")
FAILS = Rev("c3", "b2", "ALTER TABLE items ALTER COLUMN size TYPE bigint USING 1 / (size - 7)")


def test_a_backup_older_than_the_last_write_is_replaced_before_the_first_statement(
    make: Make, sql: Sql
) -> None:
    project = at_first(make, WIDER)
    console = project.console()
    old = console.backup(discard, Cancel())
    sql("UPDATE items SET size = -size WHERE id <= 120")
    heard: list[Event] = []
    done = console.up(heard.append, Cancel(), backup=old, accept=ANY)
    assert done.outcome is Outcome.APPLIED
    (told,) = [one.fields for one in heard if one.fields.get("state") == "outdated"]
    assert (told["file"], told["rows"]) == (old.path.name, 120)
    phases = [one.fields["phase"] for one in heard if one.event == "migrate.phase"]
    assert phases.index("backup") < phases.index("apply")
    plan = console.rollback_plan()
    assert plan.decision is Decision.RESTORE
    assert plan.backup is not None
    assert plan.backup.path != old.path
    assert plan.backup.verified
    assert plan.loses == ()
    assert console.rollback(plan, discard, Cancel()).outcome is Outcome.APPLIED
    assert sql("SELECT count(*) FROM items WHERE size < 0") == [(120,)]


def test_a_changed_and_a_deleted_row_make_a_backup_old_and_nothing_else_does(
    fresh_database: str, sql: Sql, tmp_path: Path
) -> None:
    sql("CREATE TABLE items AS SELECT n AS id FROM generate_series(1, 50) n")
    sql("CREATE TABLE others AS TABLE items")
    address = Address.from_url(fresh_database)
    subject = Subject(address=address, target="t", version_table="alembic_version")
    backup = take(subject, tmp_path, discard, Cancel())
    with connect(address) as connection:
        assert at_start.look(connection, backup).written == {}
        sql("VACUUM FULL items")
        assert at_start.look(connection, backup).written == {}
        sql("DELETE FROM items WHERE id <= 3")
        sql("UPDATE others SET id = -id WHERE id > 48")
        found = at_start.look(connection, backup)
        assert found.written == {"public.items": 3, "public.others": 2}
        assert at_start.of_text(at_start.as_text(found)) == found


def test_a_backup_of_the_database_before_a_restore_is_not_compared_and_not_used(
    make: Make, sql: Sql
) -> None:
    console = at_first(make, WIDER).console()
    backup = console.backup(discard, Cancel())
    console.restore(backup, discard, Cancel(), confirmed=console.target_name)
    heard: list[Event] = []
    console.up(heard.append, Cancel(), backup=backup, accept=ANY)
    (told,) = [one.fields for one in heard if one.fields.get("state") == "outdated"]
    assert told["rows"] is None
    assert console.rollback_plan().loses == ()


def test_what_was_written_before_the_start_is_added_for_a_table_the_session_rewrote(
    make: Make, sql: Sql
) -> None:
    """Somebody writes after the fresh backup's moment, before the session looks at the tables."""
    console = at_first(make, WIDER).console()

    write = at("verify", "done", lambda: sql("UPDATE items SET size = -size WHERE id <= 12"))
    done = console.up(write, Cancel(), accept=ANY)
    assert done.outcome is Outcome.APPLIED
    plan = console.rollback_plan()
    assert plan.decision is Decision.RESTORE
    assert [(one.table, one.rows, one.exact) for one in plan.loses] == [("public.items", 12, True)]
    with pytest.raises(Refused):
        console.rollback(plan, discard, Cancel())


def test_a_write_just_before_the_rewrite_is_told_as_a_possible_loss(make: Make, sql: Sql) -> None:
    console = at_first(make, WIDER).console()
    write = at("apply", "start", lambda: sql("UPDATE items SET size = -size WHERE id <= 5"))
    assert console.up(write, Cancel(), accept=ANY).outcome is Outcome.APPLIED
    (one,) = console.rollback_plan().loses
    assert (one.table, one.rows, one.exact) == ("public.items", 5, False)


def test_a_failed_session_that_rewrote_a_table_is_not_restored_over_such_a_write(
    make: Make, sql: Sql
) -> None:
    project = at_first(make, WIDER, FAILS)
    write = at("apply", "start", lambda: sql("UPDATE items SET name = 'precious' WHERE id <= 5"))
    done: Applied = project.console().up(write, Cancel(), accept=ANY)
    assert done.outcome is Outcome.STOPPED
    assert "public.items" in done.said
    assert sql("SELECT count(*) FROM items WHERE name = 'precious'") == [(5,)]


@pytest.mark.slow
def test_a_failed_session_nobody_wrote_beside_is_restored_although_it_rewrote(
    make: Make, sql: Sql
) -> None:
    done = at_first(make, WIDER, FAILS).console().up(discard, Cancel(), accept=ANY)
    assert done.outcome is Outcome.RECOVERED
    assert sql("SELECT sum(size) FROM items") == [(125250,)]


@pytest.mark.parametrize(
    ("work", "expected"),
    [
        ("SELECT count(*) FROM items", {}),
        ("SELECT txid_current()", {"public.items": 0}),
        ("UPDATE items SET size = 0 WHERE id = 1", {"public.items": 1}),
    ],
    ids=["reads", "draws-a-transaction-id", "writes"],
)
def test_who_stays_connected_may_have_written_unless_no_transaction_id_was_drawn(
    fresh_database: str, sql: Sql, work: str, expected: dict[str, int]
) -> None:
    sql("CREATE TABLE items AS SELECT n AS id, n AS size FROM generate_series(1, 50) n")
    address = Address.from_url(fresh_database)
    with psycopg.connect(fresh_database, autocommit=True) as other, connect(address) as connection:
        start = at_start.look(connection, None)
        other.execute(work.encode())
        other.execute("SELECT pg_stat_force_next_flush()")
        with connect(address, "tarmac 1") as agent, agent.transaction():
            (drawn,) = agent.execute("SELECT txid_current()").fetchone() or (0,)
            agent.execute("ALTER TABLE items ALTER COLUMN size TYPE bigint")
        own = OwnWork(frozenset({int(str(drawn))}))
        assert at_start.unsure(connection, start, own, "tarmac 1") == expected
    with connect(address) as connection:
        complete = at_start.unsure(connection, start, own, "tarmac 1")
        assert complete == ({} if "UPDATE" not in work else expected)


ELSE = """select count(*) from pg_stat_activity where datname = current_database()
and backend_type = 'client backend' and pid <> all(%s)"""


def test_who_was_idle_all_the_time_does_not_make_it_uncertain(
    fresh_database: str, sql: Sql
) -> None:
    sql("CREATE TABLE items AS SELECT n AS id, n AS size FROM generate_series(1, 50) n")
    address = Address.from_url(fresh_database)
    with psycopg.connect(fresh_database, autocommit=True) as idle, connect(address) as connection:
        idle.execute("SELECT 1")
        start = at_start.look(connection, None)
        sql("SELECT txid_current()")  # by somebody who is gone
        sql("ALTER TABLE items ALTER COLUMN size TYPE bigint")
        known = [idle.info.backend_pid, connection.info.backend_pid]
        while connection.execute(ELSE, (known,)).fetchone() != (0,):
            pass  # a client is gone before its backend is
        assert at_start.unsure(connection, start, OwnWork(), "tarmac 1") == {}
        idle.execute("SELECT 1")
        assert at_start.unsure(connection, start, OwnWork(), "tarmac 1") == {"public.items": 0}
