"""Copies of a server that is being written to."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest

from wizards.postgres import physical_copy
from wizards.postgres.cluster import Cluster


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    made = Cluster(tmp_path / "data")
    made.create(disposable=True)
    made.start()
    with psycopg.connect(made.url(), autocommit=True) as connection:
        connection.execute("CREATE TABLE one (id int)")
        connection.execute("CREATE TABLE other (id int)")
    yield made
    made.destroy()


@pytest.fixture
def copy(tmp_path: Path) -> Iterator[Cluster]:
    wanted = Cluster(tmp_path / "copy")
    yield wanted
    wanted.destroy()


def _write(url: str, stop: threading.Event, begun: threading.Event) -> None:
    """Insert into both tables in one transaction, and let files come and go."""
    with psycopg.connect(url) as connection:
        number = 0
        while not stop.is_set():
            number += 1
            connection.execute("INSERT INTO one SELECT generate_series(1, 100)")
            connection.execute("INSERT INTO other SELECT generate_series(1, 100)")
            connection.execute(f"CREATE TABLE passing_{number} AS SELECT 1 AS id")
            connection.execute(f"DROP TABLE IF EXISTS passing_{max(number - 3, 0)}")
            connection.commit()
            begun.set()


def _counts(cluster: Cluster) -> tuple[int, int]:
    with psycopg.connect(cluster.url()) as connection:
        row = connection.execute(
            "SELECT (SELECT count(*) FROM one), (SELECT count(*) FROM other)"
        ).fetchone()
        assert row is not None
        return int(row[0]), int(row[1])


def test_a_copy_made_under_writes_holds_whole_transactions(
    cluster: Cluster, copy: Cluster, tmp_path: Path
) -> None:
    stop, begun = threading.Event(), threading.Event()
    writer = threading.Thread(target=_write, args=(cluster.url(), stop, begun))
    writer.start()
    begun.wait(10)
    least = _counts(cluster)[0]
    cluster.copy_to(tmp_path / "kept")
    stop.set()
    writer.join()
    most = _counts(cluster)[0]
    copy.create_from(tmp_path / "kept")
    copy.start()
    one, other = _counts(copy)
    assert one == other
    assert least <= one <= most
    assert copy.port != cluster.port
    with psycopg.connect(cluster.url()) as connection:
        left = connection.execute("SELECT count(*) FROM pg_replication_slots").fetchone()
    assert left == (0,)


def test_a_copy_recovers_to_a_moment_of_its_source(
    cluster: Cluster, copy: Cluster, tmp_path: Path
) -> None:
    cluster.copy_to(tmp_path / "kept")
    with psycopg.connect(cluster.url(), autocommit=True) as connection:
        connection.execute("INSERT INTO one SELECT generate_series(1, 10)")
        row = connection.execute("SELECT clock_timestamp()").fetchone()
        assert row is not None
        moment: datetime = row[0]
        connection.execute("INSERT INTO one SELECT generate_series(1, 10)")

    def recovers(data: Path) -> None:
        physical_copy.recover_until(data, moment.astimezone(UTC), cluster.url(), cluster.data)

    copy.create_from(tmp_path / "kept", prepare=recovers)
    copy.start()
    assert _counts(cluster)[0] == 20
    assert _counts(copy)[0] == 10


def test_a_log_that_is_gone_is_named(cluster: Cluster, tmp_path: Path) -> None:
    (tmp_path / "to" / "pg_wal").mkdir(parents=True)
    with pytest.raises(physical_copy.LogMissing, match="0" * 24):
        physical_copy.copy_log(cluster.data, tmp_path / "to", "0" * 24, "F" * 24)
