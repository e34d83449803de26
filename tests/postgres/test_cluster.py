import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from wizards.postgres import account, postmaster, scram, template
from wizards.postgres.account import Account
from wizards.postgres.binaries import ClusterFailed, embedded
from wizards.postgres.cluster import SETTINGS, Cluster


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    made = Cluster(tmp_path / "data")
    made.create(password="first", disposable=True)
    yield made
    made.destroy()


def _one(url: str, statement: str) -> object:
    with psycopg.connect(url, connect_timeout=3) as connection:
        row = connection.execute(statement).fetchone()
        assert row
        return row[0]


def test_a_new_cluster_is_a_copy_once_the_template_is_there(
    postgres_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_arguments: object) -> None:
        raise AssertionError("initdb ran again")

    monkeypatch.setattr(template, "_make", refuse)
    cluster = Cluster(tmp_path / "data")
    try:
        cluster.create(disposable=True)
        cluster.start()
        assert _one(cluster.url(), "SELECT 1") == 1
    finally:
        cluster.destroy()


def test_only_the_right_password_opens_it_over_tcp_and_over_the_socket(cluster: Cluster) -> None:
    port = cluster.start()
    assert _one(cluster.url(password="first"), "SELECT current_user") == "postgres"
    for host in ("127.0.0.1", str(cluster.socket)):
        about = {"host": host, "port": port, "dbname": "postgres", "user": "postgres"}
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(**about, password="wrong")
        with psycopg.connect(**about, password="first") as connection:
            assert connection.execute("SELECT 2").fetchone() == (2,)


def test_it_listens_on_loopback_only_and_runs_as_nobody_special(cluster: Cluster) -> None:
    cluster.start()
    assert _one(cluster.url(), "SHOW listen_addresses") == "127.0.0.1"
    pid = int((cluster.data / "postmaster.pid").read_text().splitlines()[0])
    if Path("/proc").exists():
        assert Path(f"/proc/{pid}").stat().st_uid != 0


def test_the_socket_path_stays_below_a_hundred_bytes(tmp_path: Path) -> None:
    deep = tmp_path / ("d" * 60) / ("e" * 60)
    cluster = Cluster(deep / "data")
    try:
        cluster.create(disposable=True)
        port = cluster.start()
        assert len(os.fsencode(cluster.socket / f".s.PGSQL.{port}")) < 100
    finally:
        cluster.destroy()


def test_stopping_and_starting_keeps_data_and_port(cluster: Cluster) -> None:
    port = cluster.start()
    with psycopg.connect(cluster.url()) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    cluster.stop()
    assert not cluster.running()
    with pytest.raises(ClusterFailed, match="not running"):
        cluster.url()
    assert Cluster(cluster.data).start() == port
    assert _one(cluster.url(), "SELECT answer FROM kept") == 42


def test_a_server_whose_owner_was_killed_is_found_again(cluster: Cluster) -> None:
    script = (
        "import os,signal,sys;from pathlib import Path;"
        "from wizards.postgres.cluster import Cluster;"
        "print(Cluster(Path(sys.argv[1])).start(), flush=True);os.kill(os.getpid(), signal.SIGKILL)"
    )
    killed = subprocess.run(
        [sys.executable, "-c", script, cluster.data], capture_output=True, text=True, check=False
    )
    assert killed.returncode == -signal.SIGKILL
    assert cluster.running()
    assert cluster.adopt() == int(killed.stdout)
    assert cluster.start() == int(killed.stdout)
    cluster.stop()
    assert cluster.adopt() is None


def test_a_server_that_was_killed_recovers_at_the_next_start(cluster: Cluster) -> None:
    cluster.start()
    with psycopg.connect(cluster.url()) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS answer")
    pid = int((cluster.data / "postmaster.pid").read_text().splitlines()[0])
    os.kill(pid, signal.SIGKILL)
    deadline = time.monotonic() + 5
    while cluster.running() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not cluster.running()
    cluster.start()
    assert _one(cluster.url(), "SELECT answer FROM kept") == 7


def test_a_taken_port_is_named_in_the_failure(cluster: Cluster, postgres_cluster: Cluster) -> None:
    with pytest.raises(ClusterFailed) as failed:
        cluster.start(port=postgres_cluster.port)
    assert str(postgres_cluster.port) in failed.value.why


def test_creating_twice_and_starting_nothing_are_refused(cluster: Cluster, tmp_path: Path) -> None:
    with pytest.raises(ClusterFailed, match="already holds something"):
        cluster.create()
    with pytest.raises(ClusterFailed, match="no PostgreSQL cluster"):
        Cluster(tmp_path / "absent").start()


def test_secrets_stay_out_of_the_process_list_and_of_readable_files(cluster: Cluster) -> None:
    cluster.start()
    assert stat.S_IMODE((cluster.data / SETTINGS).stat().st_mode) == 0o600
    assert stat.S_IMODE(cluster.data.stat().st_mode) == 0o700
    pid = int((cluster.data / "postmaster.pid").read_text().splitlines()[0])
    if Path("/proc").exists():
        assert b"first" not in Path(f"/proc/{pid}/cmdline").read_bytes()
    assert "first" not in repr(cluster._settings())


def test_durable_clusters_flush_to_disk(tmp_path: Path) -> None:
    cluster = Cluster(tmp_path / "data")
    try:
        cluster.create()
        cluster.start()
        assert _one(cluster.url(), "SHOW fsync") == "on"
    finally:
        cluster.destroy()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root drops its rights")
def test_as_root_data_and_programs_below_a_private_home_are_still_reached(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    package = embedded().folder.parents[1]
    for name in (package.name, f"{package.name}.libs"):
        if (package.parent / name).is_dir():
            subprocess.run(["cp", "-r", package.parent / name, home / name], check=True)
    ours = embedded()
    private = type(ours)(home / package.name / "pginstall" / "bin", ours.version, "embedded")
    reached = account.reachable_tools(account.current(), private)
    cluster = Cluster(home / "data", private)
    try:
        assert account.current().reaches(reached.folder)
        cluster.create(disposable=True)
        cluster.start()
        assert (home / "data").is_symlink()
        assert _one(cluster.url(), "SELECT 3") == 3
    finally:
        cluster.destroy()
        subprocess.run(["rm", "-rf", reached.folder.parents[2]], check=True)
    assert not (home / "data").is_symlink()


@pytest.mark.slow
@pytest.mark.skipif(os.geteuid() != 0, reason="only root drops its rights")
def test_relocated_data_disappears_days_after_its_link_did(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    abandoned = Cluster(home / "abandoned")
    abandoned.create(disposable=True)
    abandoned.start()
    data = abandoned.data
    (home / "abandoned").unlink()
    other = Cluster(home / "other")
    try:
        other.create(disposable=True)
        assert data.exists()
        other.destroy()
        long_ago = time.time() - 7 * 86400
        os.utime(data / "global" / "pg_control", (long_ago, long_ago))
        other.create(disposable=True)
        assert not data.exists()
        assert postmaster.read(data) is None
        assert other.data.exists()
    finally:
        other.destroy()
    assert not other.data.exists()


def test_reaching_follows_the_permissions_of_every_folder_above(tmp_path: Path) -> None:
    stranger = Account(uid=65533, gid=65533, dropped=True)
    (tmp_path / "open" / "shut").mkdir(parents=True)
    (tmp_path / "open" / "shut").chmod(0o700)
    assert not stranger.reaches(tmp_path / "open" / "shut" / "data")
    assert Account(uid=os.geteuid(), gid=os.getegid(), dropped=True).reaches(
        tmp_path / "open" / "shut" / "data"
    )


def test_a_verifier_is_what_postgres_makes_of_the_same_password(postgres_url: str) -> None:
    with psycopg.connect(postgres_url) as connection:
        connection.execute(f"CREATE ROLE probe LOGIN PASSWORD '{scram.verifier('pässword')}'")
        stored = connection.execute(
            "SELECT rolpassword FROM pg_authid WHERE rolname = 'probe'"
        ).fetchone()
        assert stored
        assert stored[0].startswith("SCRAM-SHA-256$4096:")
        connection.rollback()
