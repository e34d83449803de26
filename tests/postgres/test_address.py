"""URLs as projects write them, and the way to an instance that is not there."""

from __future__ import annotations

from pathlib import Path

import pytest

from wizards.failures import Failure, UsageFailure
from wizards.postgres import tunnel
from wizards.postgres.address import Address
from wizards.postgres.sandbox_address import SandboxAddress


@pytest.mark.parametrize(
    ("url", "host", "port", "user", "database"),
    [
        ("postgresql://me:pw@db.example:6543/shop", "db.example", 6543, "me", "shop"),
        ("postgres://me@localhost/shop", "localhost", 5432, "me", "shop"),
        ("postgresql+asyncpg://me:p%40ss@[::1]:5/shop", "::1", 5, "me", "shop"),
        ("postgresql+psycopg://me:pw@/shop?host=/sql/a:b", "/sql/a:b", 5432, "me", "shop"),
        ("postgresql://me@127.0.0.1", "127.0.0.1", 5432, "me", "me"),
    ],
)  # fmt: skip
def test_urls_are_understood(url: str, host: str, port: int, user: str, database: str) -> None:
    found = Address.from_url(url)
    assert (found.host, found.port, found.user, found.database) == (host, port, user, database)
    again = Address.from_url(found.url("psycopg"))
    assert again == found


def test_the_password_is_decoded_and_never_shown() -> None:
    found = Address.from_url("postgresql://me:p%40ss%2Fword@h/d?sslmode=require")
    assert found.password == "p@ss/word"
    assert "p@ss" not in repr(found) + found.shown
    assert found.environment()["PGPASSWORD"] == "p@ss/word"
    assert found.environment()["PGSSLMODE"] == "require"


def test_asyncpg_spells_tls_its_own_way() -> None:
    found = Address.from_url("postgresql+asyncpg://me@h/d?ssl=require")
    assert found.options == {"sslmode": "require"}
    assert found.url("asyncpg").endswith("?ssl=require")
    assert found.url().endswith("?sslmode=require")


@pytest.mark.parametrize("url", ["", "sqlite:///x.db", "mysql://u@h/d", "postgresql://u@h:port/d"])
def test_what_is_no_postgres_url_is_a_usage_failure(url: str) -> None:
    with pytest.raises(UsageFailure) as caught:
        Address.from_url(url)
    assert caught.value.code == "not-postgres"


def test_without_a_proxy_the_missing_tunnel_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(Failure) as caught:
        tunnel.open_tunnel("shop", "asia-northeast3", "shop-db", None)
    assert caught.value.code == "tunnel-missing"
    assert "shop:asia-northeast3:shop-db" in caught.value.message
    assert "not available yet" in caught.value.why


def test_a_sandbox_without_the_instance_says_so(sandbox: SandboxAddress) -> None:
    with pytest.raises(Failure) as caught:
        tunnel.open_tunnel("shop", "asia-northeast3", "no-such-db", sandbox)
    assert caught.value.code == "instance-not-running"


def test_a_proxy_that_fails_gives_its_own_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "cloud-sql-proxy"
    program.write_text("#!/bin/sh\necho 'could not find default credentials' >&2\nexit 1\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")
    with pytest.raises(Failure) as caught:
        tunnel.open_tunnel("shop", "asia-northeast3", "shop-db", None)
    assert caught.value.code == "tunnel-failed"
    assert "default credentials" in caught.value.why


def test_what_neon_writes_into_its_urls_reaches_libpqs_programs() -> None:
    url = "postgresql://u:p@ep.neon.tech/db?channel_binding=require&options=endpoint%3Dep-1"
    said = Address.from_url(url).environment()
    assert (said["PGCHANNELBINDING"], said["PGOPTIONS"]) == ("require", "endpoint=ep-1")
