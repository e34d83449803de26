"""What goes on in the database: open transactions, the pace of writes, connections."""

from __future__ import annotations

import threading

import psycopg
import pytest

from wizards.cancel import Cancel
from wizards.migrate import situation
from wizards.postgres.address import Address
from wizards.postgres.connection import facts_connection


def looked(url: str, seconds: float = 0.1) -> situation.Situation:
    with facts_connection(Address.from_url(url)) as connection:
        return situation.look(connection, Cancel(), seconds=seconds)


def test_a_transaction_that_stays_open_is_seen_with_the_tables_it_holds(
    fresh_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with psycopg.connect(fresh_database, application_name="nightly") as other:
        other.execute("create table t (id int)")
        other.commit()
        other.execute("insert into t values (1)")
        found = looked(fresh_database)
        (one,) = found.transactions
        assert (one.application, one.tables, one.state) == ("nightly", "t", "idle in transaction")
        assert found.checks() == []
        monkeypatch.setattr(situation, "LONG_SECONDS", 0.0)
        (check,) = found.checks()
        assert check.fix == f"SELECT pg_terminate_backend({one.pid});"
        assert "nightly" in check.says


def test_the_pace_of_writes_is_measured_between_two_looks(fresh_database: str) -> None:
    stop = threading.Event()

    def write() -> None:
        with psycopg.connect(fresh_database, autocommit=True) as other:
            while not stop.is_set():
                other.execute("insert into t select generate_series(1, 500)")
                other.execute("select pg_stat_force_next_flush()")
                other.execute("select 1")

    with psycopg.connect(fresh_database, autocommit=True) as other:
        other.execute("create table t (id int)")
    writer = threading.Thread(target=write)
    writer.start()
    try:
        found = looked(fresh_database, seconds=1.0)
    finally:
        stop.set()
        writer.join()
    assert found.writes["public.t"] > situation.BUSY_WRITES
    assert [check.id for check in found.checks()] == ["writes"]
    assert found.as_json()["max_connections"] == found.most_connections > 0


def test_a_quiet_database_has_nothing_to_wait_for(fresh_database: str) -> None:
    found = looked(fresh_database)
    assert (found.transactions, found.writes, found.checks()) == ((), {}, [])
