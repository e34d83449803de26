"""A database with one of everything, as the measured lock facts have it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from wizards.postgres.binaries import ServerTools, found
from wizards.postgres.cluster import Cluster

SCHEMA = Path(__file__).with_name("lock_schema.sql")


def _servers() -> list[ServerTools]:
    """One server of each major version found on this machine."""
    return list({tools.version[0]: tools for tools in found() if tools.runs_servers}.values())


@pytest.fixture(scope="module", params=_servers(), ids=lambda tools: f"pg{tools.version[0]}")
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
