"""The real PostgreSQL servers behind the instances, each in its own folder of the state.

Everything here blocks and runs in threads; nothing here touches the store.
"""

from __future__ import annotations

import json
import shutil
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sandbox.errors import ApiError
from wizards.postgres.binaries import ClusterFailed, embedded
from wizards.postgres.cluster import Cluster
from wizards.postgres.physical_copy import LogMissing, recover_until

if TYPE_CHECKING:
    import psycopg

ADMIN = "cloudsqladmin"
SUPERUSER = "cloudsqlsuperuser"
FIRST_ROLES = f"""
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{SUPERUSER}') THEN
    CREATE ROLE {SUPERUSER} NOLOGIN CREATEDB CREATEROLE;
    CREATE ROLE cloudsqliamserviceaccount NOLOGIN;
    CREATE ROLE cloudsqliamuser NOLOGIN;
    GRANT pg_monitor, pg_signal_backend TO {SUPERUSER};
    CREATE ROLE postgres LOGIN CREATEDB CREATEROLE IN ROLE {SUPERUSER};
    ALTER DATABASE postgres OWNER TO {SUPERUSER};
  END IF;
END $$
"""


# An error here is a setting that was written, or taken away, and waits for a restart.
NEEDS_RESTART = "SELECT EXISTS (SELECT FROM pg_file_settings WHERE error IS NOT NULL)"

Body = dict[str, Any]


class Clusters:
    """The clusters of a state folder, by project and instance."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._backups = folder.with_name("sql-backups")
        self._clusters: dict[tuple[str, str], Cluster] = {}
        self._locks: defaultdict[tuple[str, str], threading.Lock] = defaultdict(threading.Lock)
        self._guard = threading.Lock()
        self._prepared: set[tuple[str, str]] = set()

    @staticmethod
    def version() -> str:
        """Return the server's true version as Cloud SQL writes it (``POSTGRES_18_6``)."""
        major, minor = embedded().version
        return f"POSTGRES_{major}_{minor}"

    def get(self, project: str, instance: str) -> Cluster:
        """Return the cluster of an instance, which need not exist."""
        with self._guard:
            key = (project, instance)
            if key not in self._clusters:
                self._clusters[key] = Cluster(self._folder / project / instance / "data")
            return self._clusters[key]

    def ensure(self, project: str, instance: str) -> Cluster:
        """Make the cluster when it is not there, start it when it is down, and return it."""
        cluster = self.get(project, instance)
        with self._lock(project, instance), _failures_told():
            if not cluster.exists:
                cluster.destroy()
                cluster.create(ADMIN, disposable=True)
            cluster.start()
            if (project, instance) not in self._prepared:
                with _connected(cluster) as connection:
                    connection.execute(FIRST_ROLES)
                self._prepared.add((project, instance))
        return cluster

    def halt(self, project: str, instance: str) -> None:
        """Stop an instance's server."""
        with self._lock(project, instance):
            self.get(project, instance).stop()

    def destroy(self, project: str, instance: str) -> None:
        """Delete an instance's server and data."""
        cluster = self.get(project, instance)
        with self._lock(project, instance):
            self._prepared.discard((project, instance))
            cluster.destroy()
            shutil.rmtree(self._folder / project / instance, ignore_errors=True)

    def back_up(self, project: str, instance: str, backup: str) -> Body:
        """Copy a running instance's data aside; return ``{"began", "ended", "bytes"}``.

        A backup that is already whole stays as it is.
        """
        folder = self._backups / project / backup
        if not folder.exists():
            fresh = folder.with_name(f".{backup}")
            shutil.rmtree(fresh, ignore_errors=True)
            began = time.time()
            cluster = self.ensure(project, instance)
            with self._lock(project, instance), _failures_told():
                cluster.copy_to(fresh / "data")
            files = [path for path in fresh.rglob("*") if path.is_file()]
            size = sum(path.stat().st_size for path in files)
            about = {"began": began, "ended": time.time(), "bytes": size}
            (fresh / "about.json").write_text(json.dumps(about), encoding="utf-8")
            fresh.rename(folder)
        told: Body = json.loads((folder / "about.json").read_text(encoding="utf-8"))
        return told

    def forget_backup(self, project: str, backup: str) -> None:
        """Delete a backup's data."""
        shutil.rmtree(self._backups / project / backup, ignore_errors=True)

    def forget_backups(self) -> None:
        """Delete the data of every backup."""
        shutil.rmtree(self._backups, ignore_errors=True)

    def restore(self, project: str, instance: str, owner: str, backup: str) -> None:
        """Put a backup of the project ``owner`` in the place of an instance's data."""
        cluster = self.get(project, instance)
        port = cluster.port if cluster.running() else None
        self._remake(project, instance, self._backups / owner / backup / "data", port)
        self.ensure(project, instance)

    def clone(self, project: str, source: str, instance: str) -> None:
        """Make an instance with everything that another one holds at this moment."""
        copy = f"clone-to-{instance}"
        self.forget_backup(project, copy)
        if not self.get(project, instance).exists:
            self.back_up(project, source, copy)
            self._remake(project, instance, self._backups / project / copy / "data")
            self.forget_backup(project, copy)
        self.ensure(project, instance)

    def clone_as_of(
        self, project: str, source: str, instance: str, backup: str, moment: datetime
    ) -> None:
        """Make an instance with what another one held at a moment after a backup of it."""
        origin = self.ensure(project, source)
        if not self.get(project, instance).exists:

            def recovers(data: Path) -> None:
                recover_until(data, moment, origin.url(), origin.data)

            folder = self._backups / project / backup / "data"
            try:
                self._remake(project, instance, folder, prepare=recovers)
            except LogMissing:
                said = "The write-ahead log of that time is no longer kept: the sandbox keeps 1 GB."
                raise ApiError("FAILED_PRECONDITION", said) from None
        self.ensure(project, instance)

    def _remake(
        self,
        project: str,
        instance: str,
        copy: Path,
        port: int | None = None,
        prepare: Callable[[Path], None] = lambda _data: None,
    ) -> None:
        cluster = self.get(project, instance)
        with self._lock(project, instance), _failures_told():
            self._prepared.discard((project, instance))
            cluster.destroy()
            cluster.create_from(copy, port=port, prepare=prepare)

    def configure(self, project: str, instance: str, wanted: Mapping[str, str]) -> None:
        """Apply the settings that this server knows, restarting it only when one needs that."""
        cluster = self.ensure(project, instance)
        with self._lock(project, instance), _failures_told():
            with _connected(cluster) as connection:
                connection.execute("ALTER SYSTEM RESET ALL")
                known = connection.execute(
                    "SELECT name FROM pg_settings WHERE name = ANY(%s) AND context <> 'internal'",
                    [list(wanted)],
                ).fetchall()
                for (name,) in known:
                    connection.execute(_setting(name, wanted[name]))
                connection.execute("SELECT pg_reload_conf()")
                waiting = connection.execute(NEEDS_RESTART).fetchone()
            if waiting and waiting[0]:
                cluster.stop()
                cluster.start()

    @contextmanager
    def connected(self, project: str, instance: str) -> Iterator[psycopg.Connection]:
        """Connect to an instance as its administrator, in autocommit mode."""
        with _connected(self.ensure(project, instance)) as connection:
            yield connection

    def busy(self) -> bool:
        """Whether anybody else is connected to one of the running servers."""
        for cluster in list(self._clusters.values()):
            if not cluster.running():
                continue
            with _connected(cluster) as connection:
                row = connection.execute(
                    "SELECT count(*) FROM pg_stat_activity "
                    "WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
                ).fetchone()
                if row and row[0]:
                    return True
        return False

    def stop(self) -> None:
        """Stop every server."""
        for cluster in list(self._clusters.values()):
            cluster.stop()

    def remove_strays(self, known: Collection[tuple[str, str]]) -> None:
        """Delete the servers of this folder whose instances are not known any more."""
        for place in self._folder.glob("*/*/data"):
            key = (place.parts[-3], place.parts[-2])
            if key not in known:
                self.destroy(*key)

    def _lock(self, project: str, instance: str) -> threading.Lock:
        with self._guard:
            return self._locks[project, instance]


@contextmanager
def _failures_told() -> Iterator[None]:
    """Turn a failure of the real server into the error of the operation."""
    try:
        yield
    except ClusterFailed as failed:
        raise ApiError("INTERNAL", f"{failed.message} {failed.why}".strip()) from None


@contextmanager
def _connected(cluster: Cluster) -> Iterator[psycopg.Connection]:
    import psycopg

    url = cluster.url()
    with psycopg.connect(url, autocommit=True, connect_timeout=10) as connection:
        yield connection


def _setting(name: str, value: str) -> psycopg.sql.Composed:
    from psycopg import sql

    statement = sql.SQL("ALTER SYSTEM SET {} = {}")
    return statement.format(sql.Identifier(name), sql.Literal(value))
