"""Real PostgreSQL servers that go from one project's instance to the next one's."""

from __future__ import annotations

import time
from typing import Any

from psycopg import sql

from sandbox.cloudsql.clusters import Clusters
from wizards.postgres.cluster import Cluster

_KEPT_ROLES = (
    "cloudsqladmin",
    "cloudsqlsuperuser",
    "cloudsqliamserviceaccount",
    "cloudsqliamuser",
    "postgres",
)


class PooledClusters(Clusters):
    """Starting a server is the dear part of an instance, so a cleaned one is taken when there is.

    Backups are noted and not made: what they hold is tested elsewhere.
    """

    def get(self, project: str, instance: str) -> Cluster:
        """Return the cluster of an instance: its own, a cleaned one, or a new one."""
        key = (project, instance)
        with self._guard:
            if key not in self._clusters and self._free():
                old = self._free()[0]
                self._clusters[key] = self._clusters.pop(old)
                self._prepared.add(key)
        return super().get(project, instance)

    def back_up(self, project: str, instance: str, backup: str) -> dict[str, Any]:
        """Say that the data was copied."""
        return {"began": time.time(), "ended": time.time(), "bytes": 0}

    def recycle(self) -> None:
        """Empty every server and let the next instances have them."""
        for project, instance in list(self._clusters):
            if project == "":
                continue
            if self._clusters[project, instance].running():
                self._empty(project, instance)
                with self._guard:
                    cluster = self._clusters.pop((project, instance))
                    self._clusters["", f"{project}/{instance}"] = cluster

    def _free(self) -> list[tuple[str, str]]:
        return [key for key in self._clusters if key[0] == ""]

    def _empty(self, project: str, instance: str) -> None:
        with self.connected(project, instance) as connection:
            databases = connection.execute(
                "SELECT datname FROM pg_database WHERE NOT datistemplate AND datname <> 'postgres'"
            ).fetchall()
            for (name,) in databases:
                connection.execute(sql.SQL("DROP DATABASE {}").format(sql.Identifier(name)))
            roles = connection.execute(
                "SELECT rolname FROM pg_roles WHERE rolname !~ '^pg_' AND rolname <> ALL(%s)",
                [list(_KEPT_ROLES)],
            ).fetchall()
            for (name,) in roles:
                connection.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(name)))
