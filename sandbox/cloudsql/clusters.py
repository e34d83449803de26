"""The real PostgreSQL servers behind the instances, each in its own folder of the state.

Everything here blocks and runs in threads; nothing here touches the store.
"""

from __future__ import annotations

import shutil
import threading
import time
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from sandbox.errors import ApiError
from wizards.postgres.binaries import ClusterFailed, embedded
from wizards.postgres.cluster import Cluster

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


class Clusters:
    """The clusters of a state folder, by project and instance."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
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
        with self._lock(project, instance):
            try:
                if not cluster.exists:
                    cluster.destroy()
                    cluster.create(ADMIN, disposable=True)
                cluster.start()
                if (project, instance) not in self._prepared:
                    with _connected(cluster) as connection:
                        connection.execute(FIRST_ROLES)
                    self._prepared.add((project, instance))
            except ClusterFailed as failed:
                raise ApiError("INTERNAL", f"{failed.message} {failed.why}".strip()) from None
        return cluster

    def halt(self, project: str, instance: str) -> None:
        """Stop an instance's server."""
        with self._lock(project, instance):
            self.get(project, instance).stop()

    def destroy(self, project: str, instance: str, *, keep: bool = False) -> None:
        """Delete an instance's server and data; ``keep`` sets the data aside instead."""
        cluster = self.get(project, instance)
        place = self._folder / project / instance
        with self._lock(project, instance):
            self._prepared.discard((project, instance))
            if keep and cluster.exists:
                cluster.stop()
                (place / "data").rename(place / f"final-backup-{int(time.time())}")
            elif place.exists():
                cluster.destroy()
                if not any(place.glob("final-backup-*")):
                    shutil.rmtree(place)

    def configure(self, project: str, instance: str, wanted: Mapping[str, str]) -> None:
        """Apply the settings that this server knows, restarting it when one needs that."""
        cluster = self.ensure(project, instance)
        with self._lock(project, instance):
            with _connected(cluster) as connection:
                known = connection.execute(
                    "SELECT name FROM pg_settings WHERE name = ANY(%s) AND context <> 'internal'",
                    [list(wanted)],
                ).fetchall()
                for (name,) in known:
                    connection.execute(_setting(name, wanted[name]))
                connection.execute("SELECT pg_reload_conf()")
                waiting = connection.execute(
                    "SELECT count(*) FROM pg_settings WHERE name = ANY(%s) "
                    "AND (pending_restart OR context = 'postmaster')",
                    [list(wanted)],
                ).fetchone()
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
def _connected(cluster: Cluster) -> Iterator[psycopg.Connection]:
    import psycopg

    url = cluster.url()
    with psycopg.connect(url, autocommit=True, connect_timeout=10) as connection:
        yield connection


def _setting(name: str, value: str) -> psycopg.sql.Composed:
    from psycopg import sql

    statement = sql.SQL("ALTER SYSTEM SET {} = {}")
    return statement.format(sql.Identifier(name), sql.Literal(value))
