"""The server dies in the middle of a statement: a card now, the truth at the next start."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import psycopg
import pytest

from tests.migrate.alembic_project import Rev, make_project
from tests.migrate.test_apply import picture
from wizards.cancel import Cancel
from wizards.events import Event, discard
from wizards.failures import Failure
from wizards.migrate.model import Decision, Outcome
from wizards.postgres.cluster import Cluster


@pytest.mark.slow
def test_a_killed_server_leaves_a_session_that_the_next_start_explains(
    tmp_path: Path, alembic_python: Path
) -> None:
    cluster = Cluster(tmp_path / "data")
    cluster.create()
    port = cluster.start()
    try:
        with psycopg.connect(cluster.url(), autocommit=True) as connection:
            connection.execute("CREATE TABLE items AS SELECT n AS id FROM generate_series(1, 50) n")
            connection.execute("CREATE TABLE alembic_version (version_num varchar(32))")
        before = picture(cluster.url())
        url = cluster.url().replace("postgresql://", "postgresql+psycopg://")
        slow = Rev("b2", None, "DELETE FROM items; SELECT pg_sleep(60)")
        project = make_project(tmp_path / "project", url, alembic_python, [slow])

        def listen(event: Event) -> None:
            if event.event == "migrate.locks":
                _kill_everything(cluster)

        with pytest.raises(Failure) as caught:
            project.console().up(listen, Cancel(), accept=["*@*=x"], without_backup=True)
        assert caught.value.code == "database-unreachable"
        assert cluster.start(port) == port
        console = project.console()
        found = console.interrupted()
        assert found is not None
        assert found.way is Decision.NOTHING
        assert console.recover(found, discard, Cancel()).outcome is Outcome.UNCHANGED
        assert picture(cluster.url()) == before
        assert console.interrupted() is None
    finally:
        cluster.destroy()


def _kill_everything(cluster: Cluster) -> None:
    """SIGKILL the postmaster and its children, which share its process group or name it parent."""
    try:
        postmaster = int((cluster.data / "postmaster.pid").read_text().splitlines()[0])
    except FileNotFoundError:
        return
    children = [
        int(place.name) for place in Path("/proc").glob("[0-9]*") if _parent(place) == postmaster
    ]
    for pid in (postmaster, *children):
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue
    deadline = time.monotonic() + 5
    while any(Path(f"/proc/{pid}/stat").exists() and not _dead(pid) for pid in children):
        assert time.monotonic() < deadline
        time.sleep(0.02)


def _parent(place: Path) -> int:
    try:
        return int((place / "stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0


def _dead(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True
