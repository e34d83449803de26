"""A scratch begins its sessions as the database does that it stands for."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.migrate.alembic_project import Rev
from tests.migrate.conftest import Make
from wizards.cancel import Cancel
from wizards.events import discard
from wizards.migrate.scratch import scratch
from wizards.postgres.address import Address
from wizards.postgres.connection import connect, value

Sql = Callable[..., list[tuple[object, ...]]]

USES_SCHEMA = Rev("a1", None, "ALTER TABLE items ADD COLUMN size int", "SELECT 1")
SETTINGS = ("search_path = app, public", "datestyle = 'german, dmy'", "app.tenant = 'a b'")


def set_up(sql: Sql) -> None:
    (database,) = sql("SELECT current_database()")[0]
    sql("CREATE SCHEMA app")
    sql("CREATE TABLE app.items (id int PRIMARY KEY)")
    for setting in SETTINGS:
        sql(f'ALTER DATABASE "{database}" SET {setting}')


def test_a_revision_finds_its_tables_where_the_databases_own_search_path_leads(
    make: Make, sql: Sql
) -> None:
    set_up(sql)
    assert make(USES_SCHEMA).console().rehearse(discard, Cancel()).ok


def test_a_scratch_on_a_server_of_ours_has_the_settings_too(
    fresh_database: str, sql: Sql, tmp_path: Path
) -> None:
    set_up(sql)
    sql("CREATE EXTENSION dblink")
    sql("CREATE ROLE settled LOGIN CREATEDB PASSWORD 'x'")
    sql("ALTER ROLE settled SET statement_timeout = '77s'")
    sql("ALTER ROLE settled SET default_transaction_read_only = on")
    try:
        given = Address.from_url(fresh_database)
        mine = Address(
            host=given.host, port=given.port, user="settled", password="x", database=given.database
        )
        with scratch(mine, tmp_path) as found, connect(found.address) as connection:
            assert not found.same_server
            assert value(connection, "show search_path") == "app, public"
            assert value(connection, "show datestyle") == "German, DMY"
            assert value(connection, "show app.tenant") == "a b"
            assert value(connection, "show statement_timeout") == "77s"
            assert value(connection, "show default_transaction_read_only") == "off"
    finally:
        sql("DROP ROLE settled")
