"""The example's database: three revisions applied, about 200,000 rows, the same every time."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

from generators.language import _
from wizards.demo.environment import python_of
from wizards.failures import Failure
from wizards.redaction import hide, redacted

if TYPE_CHECKING:
    from wizards.postgres.cluster import Cluster

APPLIED = "5e6f7a8b9c0d"
ROWS = 200_000


def local_cluster(folder: Path) -> Cluster:
    """Return the demo's own PostgreSQL server (not started)."""
    from wizards.postgres.cluster import Cluster

    return Cluster(folder / ".tarmac" / "postgres")


def start_local_database(folder: Path) -> bool:
    """Start the demo's server, fill it once, and write its URL to ``.env`` (0600).

    Returns whether it was filled now. The password is made anew with the cluster.
    """
    import psycopg

    cluster = local_cluster(folder)
    if not cluster.exists:
        cluster.create("notes")
    cluster.start()
    hide(cluster.url().split(":")[2].split("@")[0])
    _write_url(folder / ".env", cluster.url("notes"))
    with psycopg.connect(cluster.url(), autocommit=True) as connection:
        known = connection.execute("select 1 from pg_database where datname = 'notes'").fetchone()
        if known:
            return False
        connection.execute("create database notes")
    fill(folder, cluster.url("notes"))
    return True


def fill(folder: Path, url: str) -> None:
    """Bring an empty database to the third revision and load the example's rows."""
    upgrade_to(folder, url, APPLIED)
    run_sql(url, folder / "seed.sql")


def upgrade_to(folder: Path, url: str, revision: str) -> None:
    """Run the project's own alembic, as its developers did before Tarmac came."""
    done = subprocess.run(
        [python_of(folder), "-m", "alembic", "upgrade", revision],
        cwd=folder,
        env={**os.environ, "DATABASE_URL": url},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise Failure(
            "demo-database-failed",
            _("the example's first revisions could not be applied"),
            raw=redacted(done.stderr[-2000:]),
        )


def run_sql(url: str, script: Path) -> None:
    """Run one of the example's SQL files in one transaction."""
    import psycopg

    with psycopg.connect(url) as connection:
        connection.execute(script.read_bytes())


def _write_url(path: Path, url: str) -> None:
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    kept = [line for line in lines if not line.startswith("DATABASE_URL=")]
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write("\n".join([*kept, f"DATABASE_URL={url}"]) + "\n")
