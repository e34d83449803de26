"""A Python environment with Alembic, made once per machine, and databases to migrate."""

from __future__ import annotations

import fcntl
import hashlib
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from tests.migrate.alembic_project import AlembicProject, Rev, make_project
from tests.migrate.on_cloud_sql import RECOVERS, OnCloudSql, on_cloud_sql
from tests.running_sandbox import running_sandbox
from tests.sandbox.furnished import furnish_state
from wizards.events import Event
from wizards.postgres.address import Address
from wizards.postgres.sandbox_address import SandboxAddress

REQUIREMENTS = Path(__file__).with_name("requirements.txt")
Make = Callable[..., AlembicProject]


def python_with_alembic() -> Path:
    """Return the interpreter of an environment with Alembic, which Tarmac's own has not.

    It is made once per content of the requirements.
    """
    key = hashlib.sha256(REQUIREMENTS.read_bytes() + sys.version.encode()).hexdigest()[:12]
    cache = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache"))
    folder = cache / "tarmac-tests" / f"alembic-{key}"
    python = folder / "bin" / "python"
    done = folder / "done"
    folder.parent.mkdir(parents=True, exist_ok=True)
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            subprocess.run([sys.executable, "-m", "venv", "--clear", folder], check=True)
            subprocess.run([python, "-m", "pip", "install", "-q", "-r", REQUIREMENTS], check=True)
            done.touch()
    return python


@pytest.fixture(scope="session")
def alembic_python() -> Path:
    """The interpreter of an environment with Alembic."""
    return python_with_alembic()


@pytest.fixture(autouse=True)
def no_database_around(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests say which database they mean."""
    for name in ("DATABASE_URL", "VIRTUAL_ENV", "TARMAC_SANDBOX"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def make(tmp_path: Path, fresh_database: str, alembic_python: Path) -> Make:
    """Make a project on an empty database; the URL names the driver the environment has."""

    def build(
        *revisions: Rev, per_migration: bool = False, driver: str = "psycopg"
    ) -> AlembicProject:
        url = fresh_database.replace("postgresql://", f"postgresql+{driver}://")
        folder = tmp_path / "project"
        return make_project(folder, url, alembic_python, revisions, per_migration=per_migration)

    return build


@pytest.fixture
def sql(fresh_database: str) -> Callable[..., list[tuple[object, ...]]]:
    """Run a statement on the test's database and return its rows."""

    def run(statement: str, parameters: Sequence[object] = ()) -> list[tuple[object, ...]]:
        with psycopg.connect(fresh_database, autocommit=True) as connection:
            cursor = connection.execute(statement.encode(), list(parameters) or None)
            return cursor.fetchall() if cursor.description else []

    return run


@pytest.fixture
def heard() -> list[Event]:
    """A list whose ``append`` is an Emit."""
    return []


@pytest.fixture
def plain_role(
    fresh_database: str, sql: Callable[..., list[tuple[object, ...]]]
) -> Iterator[Address]:
    """The database as a role sees it that owns it and may create others, but is no superuser."""
    address = Address.from_url(fresh_database)
    sql("CREATE ROLE plain_role LOGIN CREATEDB PASSWORD 'plain'")
    sql(f'ALTER DATABASE "{address.database}" OWNER TO plain_role')
    try:
        yield replace(address, user="plain_role", password="plain")
    finally:
        with psycopg.connect(fresh_database, autocommit=True) as connection:
            connection.execute("DROP OWNED BY plain_role")
            connection.execute(f'ALTER DATABASE "{address.database}" OWNER TO "{address.user}"')
            connection.execute("DROP ROLE plain_role")


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxAddress]:
    """A sandbox whose operations take what their real work takes."""
    state = tmp_path_factory.mktemp("cloud") / "state"
    furnish_state(state)
    with running_sandbox(state, speed=10_000.0) as address:
        yield address


@pytest.fixture
def prod(tmp_path: Path, cloud: SandboxAddress) -> Iterator[OnCloudSql]:
    """A project on a Cloud SQL instance of its own, protected and with its log kept."""
    made = on_cloud_sql(tmp_path / "project", cloud, **RECOVERS)
    yield made
    made.delete()
