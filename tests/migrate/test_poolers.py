"""A connection pooler is passed by where its provider says how, and refused otherwise."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from wizards.events import discard
from wizards.failures import Failure
from wizards.migrate.console import Console
from wizards.migrate.providers.sql_files import variable_of
from wizards.postgres import connection, pooler
from wizards.postgres.address import Address

NEON = (
    "postgresql+asyncpg://u:p%40-pooler@ep-cool-1-pooler.us-east-2.aws.neon.tech/db?sslmode=require"
)
SCHEMA = """datasource db {
  provider  = "postgresql"
  url       = env("DATABASE_URL")
  // directUrl = env("OLD_URL")
  directUrl = env("DIRECT_URL")
}
"""


@pytest.mark.parametrize(
    ("url", "server"),
    [
        (NEON, NEON.replace("ep-cool-1-pooler", "ep-cool-1")),
        (
            "postgres://postgres.ref:6543@aws-0.pooler.supabase.com:6543/postgres",
            "postgres://postgres.ref:6543@aws-0.pooler.supabase.com:5432/postgres",
        ),
        ("postgresql://u@ep-cool-1.neon.tech/db", None),
        ("postgresql:///db?host=/run/postgresql", None),
        ("postgresql://u@my-pooler.example.com:6432/db", None),
    ],
)
def test_a_provider_that_names_its_server_is_taken_at_its_word(
    url: str, server: str | None
) -> None:
    assert pooler.direct(url) == (server or url)


def test_the_history_says_that_the_pooler_was_passed_by(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "migrations").mkdir()
    (tmp_path / "migrations" / "001_a.up.sql").write_text("select 1;")
    monkeypatch.setenv("DATABASE_URL", NEON)
    target = Console(tmp_path, None).project.target(discard)
    assert target.address.host == "ep-cool-1.us-east-2.aws.neon.tech"
    assert target.url == NEON.replace("ep-cool-1-pooler", "ep-cool-1")
    assert "ep-cool-1.us-east-2" in target.notes[0]


def test_prismas_direct_url_is_taken_where_it_is_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "prisma").mkdir()
    (tmp_path / "prisma" / "schema.prisma").write_text(SCHEMA)
    assert variable_of(tmp_path) == "DATABASE_URL"
    monkeypatch.setenv("DIRECT_URL", "postgresql://u@h/d")
    assert variable_of(tmp_path) == "DIRECT_URL"
    monkeypatch.delenv("DIRECT_URL")
    (tmp_path / ".env").write_text('DIRECT_URL="postgresql://u@h/d"\n')
    assert variable_of(tmp_path) == "DIRECT_URL"


def test_prisma_seven_names_the_variable_in_its_own_file(tmp_path: Path) -> None:
    config = 'export default defineConfig({ datasource: { url: env("PG_URL") } })'
    (tmp_path / "prisma.config.ts").write_text(config)
    assert variable_of(tmp_path) == "PG_URL"


@pytest.fixture(params=["transaction", "session"])
def pgbouncer(
    request: pytest.FixtureRequest, tmp_path: Path, fresh_database: str
) -> Iterator[tuple[str, Address]]:
    """A real PgBouncer before the database, in one of its modes."""
    program = shutil.which("pgbouncer", path="/usr/sbin:/usr/bin:/usr/local/bin")
    if program is None:
        pytest.skip("pgbouncer is not installed")
    address = Address.from_url(fresh_database)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    (tmp_path / "users").write_text(f'"{address.user}" "{address.password}"\n')
    config = tmp_path / "pgbouncer.ini"
    server = f"host={address.host} port={address.port} user={address.user}"
    if address.password:
        server += f" password={address.password}"
    config.write_text(
        f"[databases]\n* = {server}\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\n"
        f"unix_socket_dir =\nauth_type = any\nauth_file = {tmp_path}/users\n"
        f"pool_mode = {request.param}\n" + ("user = nobody\n" if os.geteuid() == 0 else "")
    )
    running = subprocess.Popen([program, "-q", str(config)])
    through = replace(address, host="127.0.0.1", port=port)
    try:
        for _attempt in range(100):
            try:
                psycopg.connect(through.url(), connect_timeout=1).close()
                break
            except psycopg.OperationalError:
                running.poll()
        yield request.param, through
    finally:
        running.terminate()
        running.wait(10)


def test_lent_transactions_are_refused_before_anything_is_set(
    pgbouncer: tuple[str, Address],
) -> None:
    mode, through = pgbouncer
    if mode == "session":
        with connection.facts_connection(through) as opened:
            assert connection.value(opened, "show default_transaction_read_only") == "on"
        return
    with pytest.raises(Failure) as refused:
        connection.facts_connection(through)
    assert refused.value.code == "pooled-connection"
    with psycopg.connect(through.url()) as another:
        row = another.execute("show default_transaction_read_only").fetchone()
    assert row == ("off",)
