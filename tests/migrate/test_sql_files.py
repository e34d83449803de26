"""Migrations that are SQL files: Prisma's ledger, dbmate's, golang-migrate's and plain pairs."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Mapping
from pathlib import Path

import psutil  # type: ignore[import-untyped]
import psycopg
import pytest

from wizards.cancel import Cancel
from wizards.events import Event, discard
from wizards.failures import Failure, Refused
from wizards.migrate.console import Console
from wizards.migrate.model import Decision, Outcome

Sql = Callable[..., list[tuple[object, ...]]]

INIT = 'CREATE TABLE "User" (id bigint primary key, email text NOT NULL);'
FILL = """INSERT INTO "User" SELECT g, 'u' || g FROM generate_series(1, 500) g;"""


@pytest.fixture
def folder(tmp_path: Path, fresh_database: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DATABASE_URL", fresh_database)
    return tmp_path


def write(folder: Path, files: Mapping[str, str]) -> None:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def prisma(folder: Path, **migrations: str) -> Console:
    write(
        folder,
        {
            "prisma/schema.prisma": 'datasource db { url = env("DATABASE_URL") }',
            **{f"prisma/migrations/{k}/migration.sql": text for k, text in migrations.items()},
        },
    )
    return Console(folder, None)


def up(console: Console, *accept: str) -> Outcome:
    return console.up(discard, Cancel(), accept=accept, without_backup=True).outcome


def ledger(sql: Sql) -> list[tuple[object, ...]]:
    return sql(
        "select migration_name, finished_at is not null, rolled_back_at is not null,"
        " applied_steps_count from _prisma_migrations order by started_at, migration_name"
    )


def test_prisma_migrations_leave_the_rows_that_prisma_itself_leaves(folder: Path, sql: Sql) -> None:
    console = prisma(folder, m1_init=INIT, m2_fill=FILL)
    assert up(console) is Outcome.APPLIED
    assert ledger(sql) == [("m1_init", True, False, 1), ("m2_fill", True, False, 1)]
    text = (folder / "prisma/migrations/m1_init/migration.sql").read_bytes()
    stored = sql("select checksum from _prisma_migrations where migration_name = 'm1_init'")
    assert stored == [(hashlib.sha256(text).hexdigest(),)]
    assert sql('select count(*) from "User"') == [(500,)]
    assert up(console) is Outcome.NOTHING


def test_a_failed_prisma_migration_leaves_nothing_and_can_be_run_again(
    folder: Path, sql: Sql
) -> None:
    bad = 'ALTER TABLE "User" ADD COLUMN n int; SELECT 1 / 0;'
    console = prisma(folder, m1_init=INIT, m2_bad=bad)
    found = console.up(discard, Cancel(), without_backup=True)
    assert found.outcome is Outcome.UNCHANGED or found.applied == ("m1_init",)
    assert "division by zero" in found.error
    assert ("m2_bad", False, True, 0) in ledger(sql)
    write(folder, {"prisma/migrations/m2_bad/migration.sql": 'ALTER TABLE "User" ADD n int;'})
    assert up(console) is Outcome.APPLIED
    assert ("m2_bad", True, False, 1) in ledger(sql)


def test_a_migration_that_prisma_left_failed_must_be_resolved_first(folder: Path, sql: Sql) -> None:
    console = prisma(folder, m1_init=INIT, m2_fill=FILL)
    assert console.up(discard, Cancel(), to="m1_init", without_backup=True).applied == ("m1_init",)
    sql(
        "insert into _prisma_migrations (id, checksum, migration_name, logs)"
        " values ('x', 'y', 'm2_fill', 'boom')"
    )
    with pytest.raises(Failure) as refused:
        up(console)
    assert refused.value.code == "migration-failed-before"
    assert "tarmac migrate resolve m2_fill --rolled-back" in refused.value.next
    assert [one.id for one in console.history().pending] == ["m2_fill"]
    console.resolve("m2_fill", discard, applied=False)
    assert up(console) is Outcome.APPLIED
    with pytest.raises(Failure) as settled:
        console.resolve("m2_fill", discard, applied=False)
    assert settled.value.code == "not-failed"


def test_resolving_as_applied_counts_it_without_running_it(folder: Path, sql: Sql) -> None:
    console = prisma(folder, m1_init=INIT, m2_fill=FILL)
    console.up(discard, Cancel(), to="m1_init", without_backup=True)
    sql("insert into _prisma_migrations (id, checksum, migration_name) values ('x','y','m2_fill')")
    console.resolve("m2_fill", discard, applied=True)
    assert not console.history().pending
    assert sql('select count(*) from "User"') == [(0,)]


def test_an_edited_prisma_migration_is_said_and_line_ends_are_no_edit(folder: Path) -> None:
    console = prisma(folder, m1_init=INIT + "\n", m2_fill=FILL + "\n")
    up(console)
    path = folder / "prisma/migrations/m1_init/migration.sql"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert console.history().warnings == ()
    path.write_text(INIT + "-- more")
    assert console.history().warnings == ("m1_init was edited after it was applied",)


def test_a_prisma_file_with_concurrently_runs_statement_by_statement(
    folder: Path, sql: Sql
) -> None:
    alone = 'CREATE INDEX CONCURRENTLY i ON "User" (email); ALTER TABLE "User" ADD n int;'
    console = prisma(folder, m1_init=INIT, m2_alone=alone)
    preview = console.preview()
    assert [one.transactional for one in preview] == [True, False]
    assert up(console) is Outcome.APPLIED
    assert sql("select indisvalid from pg_index where indexrelid = 'i'::regclass") == [(True,)]


def test_prisma_without_a_way_down_is_taken_back_by_the_backup(folder: Path, sql: Sql) -> None:
    console = prisma(folder, m1_init=INIT, m2_fill=FILL)
    up(console)
    write(folder, {"prisma/migrations/m3_drop/migration.sql": 'ALTER TABLE "User" DROP email;'})
    accept = ("drop-column@m3_drop=tried on staging",)
    assert console.up(discard, Cancel(), accept=accept).outcome is Outcome.APPLIED
    plan = console.rollback_plan()
    assert plan.decision is Decision.RESTORE
    console.rollback(plan, discard, Cancel())
    assert sql('select count(email) from "User"') == [(500,)]
    assert [one.id for one in console.history().pending] == ["m3_drop"]


def test_a_written_down_file_takes_a_prisma_migration_back(folder: Path, sql: Sql) -> None:
    console = prisma(folder, m1_init=INIT)
    up(console)
    write(
        folder,
        {
            "prisma/migrations/m2_tag/migration.sql": "CREATE TABLE tag (id bigint primary key);",
            "prisma/migrations/m2_tag/down.sql": "DROP TABLE tag;",
        },
    )
    backup = console.backup(discard, Cancel())
    assert console.rehearse(discard, Cancel(), backup=backup).reverts_clean
    assert console.up(discard, Cancel(), backup=backup).outcome is Outcome.APPLIED
    plan = console.rollback_plan()
    assert plan.decision is Decision.DOWNGRADE
    console.rollback(plan, discard, Cancel())
    assert sql("select to_regclass('tag')") == [(None,)]
    assert ("m2_tag", True, True, 1) in ledger(sql)


def test_prisma_eight_is_refused_with_an_explanation(folder: Path) -> None:
    console = prisma(folder, m1_init=INIT)
    write(folder, {"package.json": '{"devDependencies": {"prisma": "^8.0.1"}}'})
    with pytest.raises(Failure) as refused:
        console.history()
    assert refused.value.code == "prisma-too-new"


def test_a_run_of_prisma_itself_is_not_joined(
    folder: Path, fresh_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from wizards.migrate.sql_files import prisma as ledger_of_prisma

    console = prisma(folder, m1_init=INIT)
    with psycopg.connect(fresh_database, autocommit=True) as other:
        other.execute("select pg_advisory_lock(%s)", (ledger_of_prisma.LOCK,))
        cancel = Cancel()
        threading.Timer(1.0, cancel.ask).start()
        found = console.up(discard, cancel, without_backup=True)
    assert found.outcome in (Outcome.CANCELLED, Outcome.UNCHANGED)
    assert [one.id for one in console.history().pending] == ["m1_init"]


def test_the_schema_of_prismas_url_is_where_everything_happens(
    folder: Path, fresh_database: str, sql: Sql, monkeypatch: pytest.MonkeyPatch
) -> None:
    sql("create schema shop")
    monkeypatch.setenv("DATABASE_URL", fresh_database + "?schema=shop&connection_limit=3")
    console = prisma(folder, m1_init=INIT)
    assert up(console) is Outcome.APPLIED
    assert sql("select to_regclass('shop.\"User\"')::text") == [('shop."User"',)]
    assert sql("select count(*) from shop._prisma_migrations") == [(1,)]
    assert not console.history().pending


def test_dbmate_goes_up_and_down_as_dbmate_does(folder: Path, sql: Sql) -> None:
    write(
        folder,
        {
            "db/migrations/20240101000000_init.sql": (
                f'-- migrate:up\n{INIT}\n\n-- migrate:down\nDROP TABLE "User";\n'
            ),
            "db/migrations/20240102000000_index.sql": (
                "-- migrate:up transaction:false\n"
                'CREATE INDEX CONCURRENTLY i ON "User" (email);\n-- migrate:down\nDROP INDEX i;\n'
            ),
        },
    )
    console = Console(folder, None)
    preview = console.preview()
    assert [one.statements[0].line for one in preview] == [2, 2]
    assert up(console) is Outcome.APPLIED
    rows = [("20240101000000",), ("20240102000000",)]
    assert sql("select version from schema_migrations order by 1") == rows
    with pytest.raises(Refused) as refused:
        console.down(discard, Cancel(), to="base", without_backup=True)
    accept = [one.split()[1].replace("REASON", "a test") for one in refused.value.next]
    down = console.down(discard, Cancel(), to="base", accept=accept, without_backup=True)
    assert down.outcome is Outcome.APPLIED
    assert sql("select count(*) from schema_migrations") == [(0,)]
    assert sql("select to_regclass('\"User\"')") == [(None,)]


def test_golang_migrate_keeps_its_single_row(folder: Path, sql: Sql) -> None:
    sql("create table schema_migrations (version bigint primary key, dirty boolean not null)")
    write(
        folder,
        {
            "migrations/000001_init.up.sql": INIT,
            "migrations/000001_init.down.sql": 'DROP TABLE "User";',
            "migrations/000002_bad.up.sql": "SELECT 1 / 0;",
            "migrations/000002_bad.down.sql": "SELECT 1;",
        },
    )
    console = Console(folder, None)
    first = console.up(discard, Cancel(), to="1", without_backup=True)
    assert first.outcome is Outcome.APPLIED
    assert sql("select version, dirty from schema_migrations") == [(1, False)]
    assert console.up(discard, Cancel(), without_backup=True).outcome is Outcome.UNCHANGED
    assert sql("select version, dirty from schema_migrations") == [(1, False)]
    sql("update schema_migrations set version = 2, dirty = true")
    with pytest.raises(Failure) as refused:
        up(console)
    assert refused.value.code == "migration-failed-before"


def test_plain_pairs_are_recorded_with_their_statements_in_one_transaction(
    folder: Path, sql: Sql
) -> None:
    write(
        folder,
        {
            "migrations/001_init.up.sql": INIT,
            "migrations/001_init.down.sql": 'DROP TABLE "User";',
            "migrations/002_fill.up.sql": f"BEGIN;\n{FILL}\nCOMMIT;",
            "migrations/010_late.sql": "CREATE TABLE late (id bigint primary key);",
        },
    )
    console = Console(folder, None)
    assert [one.id for one in console.history().pending] == ["001_init", "002_fill", "010_late"]
    assert up(console) is Outcome.APPLIED
    assert sql("select id from tarmac_migrations order by 1") == [
        ("001_init",),
        ("002_fill",),
        ("010_late",),
    ]


def test_the_first_of_plain_pairs_is_proved_although_its_own_table_stays(folder: Path) -> None:
    pair = {
        "migrations/001_init.up.sql": INIT,
        "migrations/001_init.down.sql": 'DROP TABLE "User";',
    }
    write(folder, pair)
    rehearsed = Console(folder, None).rehearse(discard, Cancel())
    assert dict(rehearsed.proofs) == {"001_init": True}
    assert (rehearsed.reverts_clean, rehearsed.reverts_data) == (True, True)


def test_another_tools_files_are_refused_by_name(folder: Path) -> None:
    write(folder, {"migrations/V1__init.sql": INIT})
    with pytest.raises(Failure) as flyway:
        Console(folder, None).history()
    assert (flyway.value.code, "Flyway" in flyway.value.message) == ("provider-not-available", True)


def test_a_psql_command_is_named_with_its_line_and_nothing_runs(folder: Path, sql: Sql) -> None:
    write(folder, {"migrations/001_load.up.sql": "CREATE TABLE t (id int);\n\\i other.sql\n"})
    console = Console(folder, None)
    assert "not-understood" in {one.rule for one in console.preview()[0].findings}
    assert up(console, "not-understood@001_load=looked") is Outcome.UNCHANGED
    assert sql("select to_regclass('t')") == [(None,)]


def test_a_new_migration_is_written_in_the_folders_own_convention(folder: Path) -> None:
    console = prisma(folder, m1_init=INIT)
    (made,) = console.new("add tags")
    assert made.path.name == "migration.sql"
    assert made.path.parent.name.endswith("_add_tags")


@pytest.mark.parametrize("tool", ["prisma", "golang-migrate"])
def test_killed_in_a_transaction_no_half_told_row_stays_and_the_next_run_goes_on(
    folder: Path, sql: Sql, tool: str
) -> None:
    """Prisma would refuse with P3009, golang-migrate call the database dirty."""
    slow = 'ALTER TABLE "User" ADD COLUMN n int; SELECT pg_sleep(60);'
    if tool == "prisma":
        console, path = prisma(folder, m1_init=INIT), "prisma/migrations/m2_slow/migration.sql"
    else:
        sql("create table schema_migrations (version bigint primary key, dirty boolean not null)")
        write(folder, {"migrations/000001_init.up.sql": INIT})
        console, path = Console(folder, None), "migrations/000002_slow.up.sql"
    assert up(console) is Outcome.APPLIED
    write(folder, {path: slow})
    found = console.up(kill_in("pg_sleep"), Cancel(), accept=("*@*=x",), without_backup=True)
    assert (found.outcome, found.code) == (Outcome.UNCHANGED, "agent-crashed")
    write(folder, {path: 'ALTER TABLE "User" ADD COLUMN n int;'})
    assert up(console, "*@*=x") is Outcome.APPLIED
    assert not console.history().pending


def test_a_dirty_version_of_golang_migrate_is_not_taken_for_an_applied_one(
    folder: Path, sql: Sql
) -> None:
    sql("create table schema_migrations (version bigint primary key, dirty boolean not null)")
    write(folder, {"migrations/000001_init.up.sql": INIT})
    console = Console(folder, None)
    assert up(console) is Outcome.APPLIED
    alone = 'CREATE INDEX CONCURRENTLY i ON "User" (email); SELECT pg_sleep(60);'
    write(folder, {"migrations/000002_slow.up.sql": alone})
    found = console.up(kill_in("pg_sleep"), Cancel(), accept=("*@*=x",))
    assert (found.outcome, found.applied) == (Outcome.RECOVERED, ())
    assert sql("select version, dirty from schema_migrations") == [(1, False)]
    assert sql("select to_regclass('i')") == [(None,)]


def kill_in(text: str) -> Callable[[Event], None]:
    """An Emit that kills our agent as soon as a statement with a text runs on the target."""

    def emit(event: Event) -> None:
        fields = event.fields
        begun = event.event == "migrate.statement" and fields.get("state") == "start"
        if begun and text in str(fields["sql"]) and fields["where"] == "target":
            for process in psutil.Process().children():
                if "wizards.migrate.sql_files.serving" in process.cmdline():
                    process.kill()

    return emit
