"""Histories of published packages: up, down, rehearsed, and compared with what Alembic does alone.

Each is installed into an environment of its own (cached), never into ours. Slow: minutes, and a
package index is needed.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import pytest

from wizards.cancel import Cancel
from wizards.events import discard
from wizards.migrate import catalogue
from wizards.migrate.catalogue import Catalogue
from wizards.migrate.console import Console
from wizards.migrate.model import Outcome
from wizards.postgres.address import Address
from wizards.postgres.cluster import Cluster
from wizards.postgres.connection import connect

pytestmark = pytest.mark.slow

IN_A_WORKER = """
import anyio
import anyio.to_thread


def call(run):
    async def main():
        return await anyio.to_thread.run_sync(run)

    return anyio.run(main)
"""
ANY = ("*@*=a check of a published history",)


@dataclass(frozen=True, kw_only=True)
class Published:
    """A package with an Alembic history: what is installed, where it is, how it is told its URL."""

    package: str
    needs: tuple[str, ...] = ()
    alone: bool = False
    """Install the package without its requirements, and ``needs`` instead of them."""

    folder: str
    variable: str = "DATABASE_URL"
    driver: str = ""
    environment: dict[str, str] = field(default_factory=dict)
    bootstrap: str = ""
    revisions: int

    @property
    def name(self) -> str:
        return self.package.partition("==")[0]


OPEN_WEBUI = (
    "aiocache aiohttp aiosqlite alembic==1.18.4 argon2-cffi asyncpg authlib bcrypt beautifulsoup4"
    " chardet cryptography fastapi httpx itsdangerous loguru markdown orjson peewee peewee-migrate"
    " pgvector pillow psycopg[binary] psycopg2-binary pycrdt pydantic pyjwt python-dotenv"
    " python-mimeparse python-multipart python-socketio pytz redis requests"
    " sqlalchemy[asyncio]==2.0.50 starlette-compress starsessions typer uvicorn validators"
)
HISTORIES = (
    Published(
        package="argilla-server==2.8.0",
        needs=("asyncpg", "psycopg2-binary"),
        folder="argilla_server",
        variable="ARGILLA_DATABASE_URL",
        driver="asyncpg",
        revisions=24,
    ),
    Published(
        package="prefect==3.9.1",
        folder="prefect/server/database",
        variable="PREFECT_API_DATABASE_CONNECTION_URL",
        driver="asyncpg",
        bootstrap=IN_A_WORKER,
        revisions=120,
    ),
    Published(
        package="open-webui==0.12.4",
        needs=tuple(OPEN_WEBUI.split()),
        alone=True,
        folder="open_webui",
        environment={"WEBUI_SECRET_KEY": "only-for-a-check"},
        revisions=66,
    ),
)


def installed(one: Published) -> Path:
    """Return the interpreter of the package's environment, made where it is not there yet."""
    said = json.dumps([one.package, one.needs, one.alone, sys.version])
    cache = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache"))
    folder = cache / "tarmac-tests" / f"{one.name}-{hashlib.sha256(said.encode()).hexdigest()[:12]}"
    python, done = folder / "bin" / "python", folder / "done"
    if not done.exists():
        subprocess.run([sys.executable, "-m", "venv", "--clear", folder], check=True)
        pip = [str(python), "-m", "pip", "install", "-q", "--disable-pip-version-check"]
        subprocess.run([*pip, "--no-deps", one.package], check=True)
        needs = list(one.needs) + ([] if one.alone else required(python, one.name))
        subprocess.run([*pip, *needs], check=True)
        done.touch()
    return python


def required(python: Path, name: str) -> list[str]:
    """Return a package's requirements; certificates newer than the index's are not insisted on."""
    asked = "import json, sys; from importlib.metadata import requires as r;"
    asked += "print(json.dumps(r(sys.argv[1]) or []))"
    said = subprocess.run([python, "-c", asked, name], check=True, capture_output=True, text=True)
    found = [line for line in json.loads(said.stdout) if "extra ==" not in line]
    return ["certifi" if line.startswith("certifi") else line for line in found]


@pytest.fixture
def new_database(postgres_cluster: Cluster) -> Iterator[Callable[[], str]]:
    """Make empty databases, dropped at the end."""
    names: list[str] = []

    def make() -> str:
        names.append(f"test_{secrets.token_hex(6)}")
        with psycopg.connect(postgres_cluster.url(), autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{names[-1]}"'.encode())
        return postgres_cluster.url(names[-1])

    yield make
    with psycopg.connect(postgres_cluster.url(), autocommit=True) as connection:
        for name in names:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)'.encode())


@pytest.fixture(params=HISTORIES, ids=lambda one: one.name)
def history(request: pytest.FixtureRequest) -> Published:
    one: Published = request.param
    return one


def told(url: str, one: Published) -> str:
    return url.replace("postgresql://", f"postgresql+{one.driver}://") if one.driver else url


def project(root: Path, one: Published, python: Path) -> Path:
    """Make a folder whose tarmac.toml points into the installed package."""
    packages = next((python.parent.parent / "lib").glob("python*/site-packages"))
    root.mkdir()
    (root / "app").symlink_to(packages / one.folder)
    lines = ["[migrations]", 'directory = "app"', f'interpreter = "{python}"']
    if one.bootstrap:
        (root / "bootstrap.py").write_text(one.bootstrap)
        lines.append(f'bootstrap = "{root / "bootstrap.py"}"')
    if one.environment:
        pairs = ", ".join(f'{name} = "{value}"' for name, value in one.environment.items())
        lines.append(f"environment = {{ {pairs} }}")
    lines += ["[environments.real]", f'database_url_env = "{one.variable}"']
    (root / "tarmac.toml").write_text("\n".join(lines) + "\n")
    return root


def seen(url: str) -> Catalogue:
    with connect(Address.from_url(url)) as connection:
        return catalogue.read(connection)


def by_alembic(one: Published, python: Path, url: str, root: Path) -> float:
    """Run the project's own `alembic upgrade head`; return seconds."""
    script = "import alembic.config, sys\n"
    script += "run = lambda: alembic.config.main(argv=['upgrade', 'head'])\n"
    script += f"{one.bootstrap}\n" + ("call(run)\n" if one.bootstrap else "run()\n")
    begun = time.perf_counter()
    environment = {**os.environ, **one.environment, one.variable: told(url, one)}
    done = subprocess.run(
        [str(python), "-P", "-c", script],
        cwd=root / "app",
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return time.perf_counter() - begun


def test_a_published_history_goes_up_down_and_up_as_with_alembic_itself(
    history: Published,
    tmp_path: Path,
    new_database: Callable[[], str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    python = installed(history)
    root = project(tmp_path / "project", history, python)
    theirs, ours = new_database(), new_database()
    alone = by_alembic(history, python, theirs, root)
    monkeypatch.setenv(history.variable, told(ours, history))
    console = Console(root, "real")
    assert len(console.history().revisions) == history.revisions
    previews = console.preview()
    assert len(previews) == history.revisions
    begun = time.perf_counter()
    done = console.up(discard, Cancel(), accept=ANY, without_backup=True)
    spent = time.perf_counter() - begun
    assert done.outcome is Outcome.APPLIED, done
    assert len(done.applied) == history.revisions
    assert seen(theirs).differences(seen(ours)) == ()
    top = seen(ours)
    down = console.down(discard, Cancel(), accept=ANY, without_backup=True)
    assert down.outcome is Outcome.APPLIED, down
    again = console.up(discard, Cancel(), accept=ANY, without_backup=True)
    assert again.outcome is Outcome.APPLIED, again
    assert top.differences(seen(ours)) == ()
    print(
        f"\n{history.name}: {history.revisions} revisions, "
        f"{sum(1 for one in previews if one.reason)} not previewable offline, "
        f"up {spent:.1f} s, alembic alone {alone:.1f} s"
    )


def test_a_published_history_is_rehearsed_whole(
    history: Published,
    tmp_path: Path,
    new_database: Callable[[], str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    python = installed(history)
    root = project(tmp_path / "project", history, python)
    monkeypatch.setenv(history.variable, told(new_database(), history))
    console = Console(root, "real")
    found = console.rehearse(discard, Cancel())
    assert found.ok, (found.failed_revision, found.error)
    assert len(found.revisions) == history.revisions
    assert len(console.history().pending) == history.revisions
    held = sum(1 for one in found.revisions for statement in one.statements if statement.locks)
    print(
        f"\n{history.name}: rehearsed in {found.milliseconds / 1000:.1f} s, locks of "
        f"{held} statements, way back clean: {found.reverts_clean}"
    )
