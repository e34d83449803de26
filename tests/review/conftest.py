"""A database with one of everything, as the measured lock facts have it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from _pytest.mark import ParameterSet

from wizards.postgres.binaries import found
from wizards.postgres.cluster import Cluster

SCHEMA = Path(__file__).with_name("lock_schema.sql")


def _servers() -> list[ParameterSet]:
    """One server of each major version found on this machine; all but the newest are slow."""
    servers = {tools.version[0]: tools for tools in found() if tools.runs_servers}
    return [
        pytest.param(servers[major], id=f"pg{major}", marks=pytest.mark.slow if number else ())
        for number, major in enumerate(sorted(servers, reverse=True))
    ]


@pytest.fixture(scope="module", params=_servers())
def everything(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The URL of a database with the schema of lock_schema.sql, on each server version."""
    cluster = Cluster(tmp_path_factory.mktemp("review") / "data", request.param)
    cluster.create(disposable=True)
    cluster.start()
    try:
        with psycopg.connect(cluster.url(), autocommit=True) as connection:
            connection.execute(SCHEMA.read_bytes())
            connection.execute("ANALYZE")
        yield cluster.url()
    finally:
        cluster.destroy()
