"""An extension that only a superuser may create does not stand in the way of a backup."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from wizards.failures import Failure
from wizards.migrate import swap
from wizards.migrate.extensions import not_remade
from wizards.migrate.scratch import scratch
from wizards.postgres.address import Address
from wizards.postgres.connection import connect

Sql = Callable[..., list[tuple[object, ...]]]


def test_what_the_role_may_create_itself_is_made_beside_the_database(
    plain_role: Address, sql: Sql, tmp_path: Path
) -> None:
    sql("CREATE EXTENSION hstore")
    with connect(plain_role) as connection:
        assert not_remade(connection) == ()
    with scratch(plain_role, tmp_path) as found:
        assert found.same_server
    assert swap.allowed(plain_role)


def test_what_only_a_superuser_may_create_is_made_on_a_server_of_ours(
    plain_role: Address, sql: Sql, tmp_path: Path
) -> None:
    sql("CREATE EXTENSION dblink")
    with scratch(plain_role, tmp_path) as found, connect(found.address) as connection:
        assert not found.same_server
        connection.execute("CREATE EXTENSION dblink")
    with pytest.raises(Failure, match="dblink") as refused:
        swap.preflight(plain_role)
    assert "tarmac migrate restore FILE --in-place" in refused.value.next
