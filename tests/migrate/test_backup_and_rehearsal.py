"""Backups that restore, rehearsals that really commit, a live database that is left alone."""

from __future__ import annotations

import shutil
import stat
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from tests.migrate.alembic_project import AlembicProject, Rev
from tests.migrate.conftest import Make
from wizards.cancel import Cancel, Cancelled
from wizards.events import Event, discard
from wizards.failures import Failure
from wizards.migrate import archive, catalogue, counting, growth
from wizards.migrate.model import Severity
from wizards.migrate.scratch import scratch
from wizards.postgres import binaries
from wizards.postgres.address import Address
from wizards.postgres.connection import connect

Sql = Callable[..., list[tuple[object, ...]]]

ITEMS = Rev(
    "a1",
    None,
    "CREATE TABLE items (id bigint PRIMARY KEY, name text, size int);"
    "INSERT INTO items SELECT n, 'item ' || n, n FROM generate_series(1, 500) n",
    "DROP TABLE items",
)


def at_first(make: Make, *rest: Rev, per_migration: bool = True) -> AlembicProject:
    """A project whose first revision is applied, the rest pending."""
    project = make(ITEMS, *rest, per_migration=per_migration)
    with psycopg.connect(project.url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute(ITEMS.up.encode())
        connection.execute("CREATE TABLE alembic_version (version_num varchar(32) PRIMARY KEY)")
        connection.execute("INSERT INTO alembic_version VALUES ('a1')")
    return project


def test_a_backup_counts_every_row_and_is_proved_by_restoring_it(make: Make, sql: Sql) -> None:
    project = at_first(make)
    heard: list[Event] = []
    taken = project.console().backup(heard.append, Cancel())
    assert taken.verified
    assert taken.rows == {"public.items": 500, "public.alembic_version": 1}
    assert taken.current == ("a1",)
    assert taken.bytes == taken.path.stat().st_size > 0
    for path in (taken.path, taken.path.with_name(taken.path.name + ".json")):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(taken.path.parent.stat().st_mode) == 0o700
    assert [one.path for one in project.console().backups()] == [taken.path]
    assert any(event.event == "migrate.backup" for event in heard)
    left = sql("SELECT count(*) FROM pg_database WHERE starts_with(datname, 'tarmac_scratch')")
    assert left == [(0,)]


def test_dump_and_proof_tell_how_far_they_are(
    make: Make, monkeypatch: pytest.MonkeyPatch, heard: list[Event]
) -> None:
    project = at_first(make)
    monkeypatch.setattr(growth, "_EVERY", 0.0)
    monkeypatch.setattr(archive, "_TICK", 0.001)
    monkeypatch.setattr(counting, "beside_the_dump", lambda _address: False)
    taken = project.console().backup(heard.append, Cancel())
    told = [event.fields for event in heard if event.event == "migrate.backup"]
    assert {"running", "dumped", "counting", "restoring"} <= {one["state"] for one in told}
    tables = [(one["tables"], one["of_tables"]) for one in told if one["state"] == "counting"]
    assert tables == [(0, 2), (1, 2)]
    restored = [one for one in told if one["state"] == "restoring"]
    assert {one["file"] for one in restored} == {taken.path.name}
    assert {one["of_bytes"] for one in restored} == {taken.database_bytes}
    sizes = [int(str(one["bytes"])) for one in restored]
    assert 0 < sizes[0] <= sizes[-1] <= 2 * taken.database_bytes


@pytest.mark.parametrize(
    ("host", "cores", "beside"),
    [
        ("127.0.0.1", 2, False),
        ("/tmp", 2, False),
        ("127.0.0.1", 8, True),
        ("db.example.com", 2, True),
    ],
)
def test_rows_are_counted_beside_the_dump_where_that_slows_neither(
    monkeypatch: pytest.MonkeyPatch, host: str, cores: int, beside: bool
) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: cores)
    address = Address(host=host, port=5432, user="u", database="d")
    assert counting.beside_the_dump(address) is beside


def test_counting_stops_in_the_middle_of_a_table(fresh_database: str) -> None:
    with connect(Address.from_url(fresh_database)) as connection:
        connection.execute("create table held (id int)")
        connection.execute("insert into held values (1)")
        connection.execute("alter table held enable row level security")
        connection.execute("create policy slow on held using (pg_sleep(60) is not null)")
        connection.execute("create role counter; grant select on held to counter")
        connection.execute("set role counter")
        cancel = Cancel()
        threading.Timer(0.2, cancel.ask).start()
        begun = time.monotonic()
        with pytest.raises(Cancelled):
            counting.counted(connection, cancel)
        assert time.monotonic() - begun < 10
        connection.execute("reset role")
        connection.execute("drop table held; drop role counter")


def test_a_scratch_hurries_only_while_it_is_filled(fresh_database: str, tmp_path: Path) -> None:
    with scratch(Address.from_url(fresh_database), tmp_path) as place:
        with place.hurried(), connect(place.address) as connection:
            assert connection.execute("SHOW synchronous_commit").fetchone() == ("off",)
        with connect(place.address) as connection:
            assert connection.execute("SHOW synchronous_commit").fetchone() == ("on",)


def test_no_copy_is_begun_where_it_would_not_fit(
    fresh_database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sql: Sql
) -> None:
    sql("CREATE ROLE cramped LOGIN PASSWORD 'cramped-word'")
    try:
        address = replace(Address.from_url(fresh_database), user="cramped", password="cramped-word")
        usage = shutil.disk_usage("/")
        monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage._replace(free=1 << 20))
        with pytest.raises(Failure) as caught, scratch(address, tmp_path / "scratch"):
            pass
        assert caught.value.code == "no-room-for-scratch"
        assert list((tmp_path / "scratch").iterdir()) == []
    finally:
        sql("DROP ROLE cramped")


def test_a_damaged_backup_is_never_restored(make: Make) -> None:
    project = at_first(make)
    taken = project.console().backup(discard, Cancel())
    with taken.path.open("r+b") as file:
        file.seek(taken.bytes // 2)
        file.write(b"\0\0\0\0\0\0\0\0")
    with pytest.raises(Failure) as caught:
        project.console().rehearse(discard, Cancel(), backup=taken)
    assert caught.value.code == "backup-damaged"


def test_a_cancelled_backup_leaves_no_file(make: Make) -> None:
    project = at_first(make)
    cancel = Cancel()
    cancel.ask()
    with pytest.raises(Cancelled):
        project.console().backup(discard, cancel)
    assert list((project.folder / ".tarmac" / "backups").iterdir()) == []


def test_too_little_room_is_said_before_anything_is_dumped(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = at_first(make)
    usage = shutil.disk_usage("/")
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage._replace(free=10))
    with pytest.raises(Failure) as caught:
        project.console().backup(discard, Cancel())
    assert caught.value.code == "no-room-for-backup"


def test_a_role_that_may_not_create_databases_gets_a_server_of_its_own(
    make: Make, sql: Sql, fresh_database: str
) -> None:
    project = at_first(make)
    sql("CREATE ROLE modest LOGIN PASSWORD 'modest-word'")
    try:
        sql("GRANT pg_read_all_data TO modest")
        place = fresh_database.split("@")[1]
        url = f"postgresql+psycopg://modest:modest-word@{place}"
        (project.folder / ".env").write_text(f"DATABASE_URL={url}\n")
        heard: list[Event] = []
        taken = project.console().backup(heard.append, Cancel())
        assert taken.verified
        where = [event.fields.get("where") for event in heard if event.event == "migrate.phase"]
        assert any("local PostgreSQL" in str(one) for one in where)
        assert list((project.folder / ".tarmac" / "scratch").iterdir()) == []
    finally:
        sql("DROP OWNED BY modest")
        sql("DROP ROLE modest")


def test_newer_tools_serve_an_older_server(
    make: Make, fresh_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server before 17 does not know a setting that newer dumps carry: it is left out."""
    project = at_first(make)
    taken = project.console().backup(discard, Cancel())
    address = Address.from_url(fresh_database)
    tools = binaries.for_server(17, "pg_restore")
    if tools.version[0] < 17:
        pytest.skip("no tools of PostgreSQL 17 or newer here")
    monkeypatch.setattr(archive, "for_server", lambda _major, _program: tools)
    with connect(address) as connection:
        connection.execute("CREATE DATABASE older_server")
    try:
        archive.restore(
            taken.path, address.of("older_server"), 15, privileges=False, cancel=Cancel()
        )
        with connect(address.of("older_server")) as connection:
            assert catalogue.read(connection).shape == taken.schema
            assert connection.execute("SELECT count(*) FROM items").fetchall() == [(500,)]
    finally:
        with connect(address) as connection:
            connection.execute("DROP DATABASE older_server WITH (FORCE)")


def test_a_rehearsal_measures_and_proves_the_way_back(make: Make, sql: Sql) -> None:
    project = at_first(
        make,
        Rev("b2", "a1", "ALTER TABLE items ADD COLUMN due date",
            "ALTER TABLE items DROP COLUMN due"),
        Rev("c3", "b2", "ALTER TABLE items ALTER COLUMN size TYPE bigint",
            "ALTER TABLE items ALTER COLUMN size TYPE int"),
        Rev("d4", "c3", "CREATE INDEX items_name ON items (name)", "DROP INDEX items_name"),
        Rev("e5", "d4", "UPDATE items SET due = now() WHERE id < 11",
            "UPDATE items SET due = NULL"),
    )  # fmt: skip
    before = sql("SELECT md5(string_agg(items::text, '' ORDER BY id)) FROM items")
    found = project.console().rehearse(discard, Cancel())
    assert found.ok, found.error
    statements = {one.id: one.statements[0] for one in found.revisions}
    assert {lock["mode"] for lock in statements["b2"].locks} == {"AccessExclusiveLock"}
    assert statements["c3"].rewrote == ("public.items",)
    assert statements["d4"].scanned == ("public.items",)
    assert {lock["mode"] for lock in statements["d4"].locks} == {"ShareLock"}
    assert statements["e5"].rows == 10
    assert statements["b2"].rewrote == ()
    assert all(one.milliseconds is not None for one in statements.values())
    assert any(one.rule == "alter-type" for one in statements["c3"].findings)
    assert found.reverts_clean is True
    assert found.reverts_data is True
    assert found.proofs == dict.fromkeys(("b2", "c3", "d4", "e5"), True)
    assert found.schema_before != found.schema_after
    assert sql("SELECT md5(string_agg(items::text, '' ORDER BY id)) FROM items") == before
    assert project.console().history().current == ("a1",)
    left = sql("SELECT count(*) FROM pg_database WHERE starts_with(datname, 'tarmac_scratch')")
    assert left == [(0,)]


def test_a_downgrade_that_forgets_something_is_found_out(make: Make) -> None:
    project = at_first(
        make,
        Rev("b2", "a1", "CREATE TABLE more (id int); CREATE INDEX items_size ON items (size)",
            "DROP TABLE more"),
    )  # fmt: skip
    found = project.console().rehearse(discard, Cancel())
    assert found.ok
    assert found.reverts_clean is False
    assert any("items_size" in line for line in found.differences)


def test_a_rehearsal_fails_where_the_live_database_would(make: Make, sql: Sql) -> None:
    project = at_first(
        make,
        Rev("b2", "a1", "ALTER TABLE items ADD COLUMN x int", "ALTER TABLE items DROP COLUMN x"),
        Rev("c3", "b2", "ALTER TABLE items ALTER COLUMN x SET NOT NULL"),
    )
    found = project.console().rehearse(discard, Cancel())
    assert not found.ok
    assert found.failed_revision == "c3"
    assert found.failed_statement == "ALTER TABLE items ALTER COLUMN x SET NOT NULL"
    assert "null values" in found.error
    assert sql("SELECT count(*) FROM information_schema.columns WHERE column_name = 'x'") == [(0,)]
    assert found.proofs == {"b2": True}


def test_preview_keeps_statements_lines_and_commits_apart(make: Make) -> None:
    body = (
        "with op.get_context().autocommit_block():\n"
        "    op.execute('CREATE INDEX CONCURRENTLY by_name ON items (name)')\n"
        "op.execute('ALTER TABLE items ADD COLUMN note text')"
    )
    project = at_first(
        make, Rev("b2", "a1", body), Rev("c3", "b2", "op.get_bind().scalar(sa.text('select 1'))")
    )
    mixed, python = project.console().preview()
    assert [one.sql for one in mixed.statements] == [
        "CREATE INDEX CONCURRENTLY by_name ON items (name)",
        "ALTER TABLE items ADD COLUMN note text",
    ]
    assert not mixed.transactional
    assert mixed.commits == (0, 1)
    source = (project.folder / "migrations" / "versions" / "b2.py").read_text().splitlines()
    assert "CONCURRENTLY" in source[mixed.statements[0].line - 1]
    assert "note text" in source[mixed.statements[1].line - 1]
    assert python.reason
    assert [one.rule for one in python.findings] == ["not-understood"]
    assert python.findings[0].severity is Severity.DANGER


def test_the_catalogue_sees_what_makes_two_schemas_different(fresh_database: str) -> None:
    changes = [
        "CREATE TABLE t (id int PRIMARY KEY, name varchar(10) DEFAULT 'x')",
        "ALTER TABLE t ALTER COLUMN name SET NOT NULL",
        "ALTER TABLE t ALTER COLUMN name SET DEFAULT 'y'",
        "ALTER TABLE t ALTER COLUMN name TYPE varchar(20)",
        "CREATE INDEX by_name ON t (name)",
        "ALTER TABLE t ADD CONSTRAINT positive CHECK (id > 0) NOT VALID",
        "ALTER TABLE t VALIDATE CONSTRAINT positive",
        "CREATE TYPE mood AS ENUM ('good')",
        "ALTER TYPE mood ADD VALUE 'bad'",
        "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'begin return new; end'",
        "CREATE TRIGGER watch BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f()",
        "ALTER TABLE t DISABLE TRIGGER watch",
        "CREATE VIEW v AS SELECT id FROM t",
        "CREATE SEQUENCE s",
        "COMMENT ON COLUMN t.name IS 'hello'",
        "ALTER TABLE t ENABLE ROW LEVEL SECURITY",
        "CREATE POLICY p ON t USING (id > 1)",
        "CREATE DOMAIN short AS text CHECK (length(value) < 5)",
        "GRANT SELECT ON t TO PUBLIC",
        "REVOKE ALL ON FUNCTION f() FROM PUBLIC",
    ]
    with connect(Address.from_url(fresh_database)) as connection:
        seen = [catalogue.read(connection)]
        for change in changes:
            connection.execute(change.encode())
            now = catalogue.read(connection)
            assert now.signature != seen[-1].signature, change
            assert seen[-1].differences(now), change
            seen.append(now)
        assert seen[-1].shape == seen[-3].shape
        again = catalogue.read(connection)
        assert again == seen[-1]


def test_the_password_is_never_an_argument_of_pg_dump(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = at_first(make)
    secret = project.url.split("@")[0].rsplit(":", 1)[1]
    commands: list[list[str]] = []
    started = archive._started

    def spy(command: list[str], address: Address, **more: int) -> object:
        commands.append(command)
        return started(command, address, **more)

    monkeypatch.setattr(archive, "_started", spy)
    project.console().backup(discard, Cancel())
    assert {Path(command[0]).name for command in commands} == {"pg_dump", "pg_restore"}
    assert not any(secret in word for command in commands for word in command)
    assert secret not in repr(Address.from_url(project.url))
    with psycopg.connect(project.url.replace("+psycopg", "")) as connection:
        assert connection.info.password == secret
