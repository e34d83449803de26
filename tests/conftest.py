"""What several areas share: a real PostgreSQL and a database of one's own."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.running_sandbox import running_sandbox
from wizards.postgres.cluster import Cluster
from wizards.postgres.sandbox_address import SandboxAddress


@pytest.fixture(scope="session")
def postgres_cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A running server of this test session; its data disappears with it."""
    cluster = Cluster(tmp_path_factory.mktemp("postgres") / "data")
    cluster.create(disposable=True)
    cluster.start()
    yield cluster
    cluster.destroy()


@pytest.fixture(scope="session")
def postgres_url(postgres_cluster: Cluster) -> str:
    """The superuser's URL of the session's server."""
    return postgres_cluster.url()


@pytest.fixture
def fresh_database(postgres_cluster: Cluster) -> Iterator[str]:
    """The superuser's URL of an empty database, dropped (whoever is connected) at the end."""
    name = f"test_{secrets.token_hex(6)}"
    with psycopg.connect(postgres_cluster.url(), autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}" STRATEGY file_copy')
    yield postgres_cluster.url(name)
    with psycopg.connect(postgres_cluster.url(), autocommit=True) as connection:
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[SandboxAddress]:
    """A Google Cloud of this test's own, 600 times as fast; every answer is checked."""
    with running_sandbox(tmp_path / "sandbox") as address:
        yield address
