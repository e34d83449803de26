"""One key back: the decision with its cost first, and what belongs to the database's name kept."""

from __future__ import annotations

from collections.abc import Callable

import psycopg
import pytest

from tests.migrate.alembic_project import AlembicProject, Rev
from tests.migrate.conftest import Make
from tests.migrate.test_apply import ANY, picture
from tests.migrate.test_backup_and_rehearsal import at_first
from wizards.cancel import Cancel
from wizards.events import discard
from wizards.failures import Failure, Refused
from wizards.migrate.console import Console
from wizards.migrate.model import Decision, Outcome

Sql = Callable[..., list[tuple[object, ...]]]

DUE = Rev("b2", "a1", "ALTER TABLE items ADD COLUMN due date", "ALTER TABLE items DROP COLUMN due")
DROP = Rev(
    "b2",
    "a1",
    "ALTER TABLE items DROP COLUMN name",
    "ALTER TABLE items ADD COLUMN name text",
)


def applied(project: AlembicProject, *, rehearsed: bool) -> Console:
    """A console whose session has just been applied."""
    console = project.console()
    backup = console.backup(discard, Cancel())
    if rehearsed:
        console.rehearse(discard, Cancel(), backup=backup)
    done = console.up(discard, Cancel(), backup=backup, accept=ANY)
    assert done.outcome is Outcome.APPLIED, done
    return console


def test_a_proved_downgrade_is_chosen_and_shows_its_sql(
    make: Make, fresh_database: str, sql: Sql
) -> None:
    project = at_first(make, DUE)
    before = picture(fresh_database)
    console = applied(project, rehearsed=True)
    sql("UPDATE items SET size = size + 1 WHERE id = 7")
    plan = console.rollback_plan()
    assert plan.decision is Decision.DOWNGRADE
    assert plan.sql == ("ALTER TABLE items DROP COLUMN due",)
    assert plan.loses == ()
    done = console.rollback(plan, discard, Cancel())
    assert done.outcome is Outcome.APPLIED
    assert done.kept == ""
    assert sql("SELECT size FROM items WHERE id = 7") == [(8,)]
    sql("UPDATE items SET size = size - 1 WHERE id = 7")
    assert picture(fresh_database) == before
    assert console.rollback_plan().decision is Decision.NOTHING


@pytest.mark.slow
def test_values_written_into_a_new_column_are_counted_and_must_be_confirmed(
    make: Make, sql: Sql
) -> None:
    console = applied(at_first(make, DUE), rehearsed=True)
    sql("UPDATE items SET due = now() WHERE id <= 3")
    plan = console.rollback_plan()
    assert plan.decision is Decision.DOWNGRADE
    assert [(one.table, one.rows, one.columns) for one in plan.loses] == [
        ("public.items", 3, ("due",))
    ]
    with pytest.raises(Refused) as caught:
        console.rollback(plan, discard, Cancel())
    assert caught.value.code == "confirmation-missing"
    done = console.rollback(plan, discard, Cancel(), confirmed=console.target_name)
    assert done.outcome is Outcome.APPLIED


def test_dropped_data_comes_back_by_a_restore(make: Make, fresh_database: str, sql: Sql) -> None:
    project = at_first(make, DROP)
    before = picture(fresh_database)
    console = applied(project, rehearsed=True)
    plan = console.rollback_plan()
    assert plan.decision is Decision.RESTORE
    assert plan.loses == ()
    assert any("RENAME" in line for line in plan.sql)
    done = console.rollback(plan, discard, Cancel())
    assert done.outcome is Outcome.APPLIED
    assert picture(fresh_database) == before
    assert sql("SELECT name FROM items WHERE id = 1") == [("item 1",)]


def test_loss_counts_inserts_updates_and_deletes_of_others_only(make: Make, sql: Sql) -> None:
    backfill = Rev("b2", "a1", "UPDATE items SET size = 0 WHERE id <= 100")
    side = Rev("c3", "b2", "CREATE TABLE side (id int); INSERT INTO side VALUES (1), (2)")
    sql("CREATE TABLE other (id int); INSERT INTO other VALUES (1), (2)")
    console = applied(at_first(make, backfill, side), rehearsed=False)
    assert console.rollback_plan().loses == ()
    sql("INSERT INTO items VALUES (1001, 'new', 1), (1002, 'new', 1)")
    sql("UPDATE items SET name = 'changed' WHERE id = 300")
    sql("INSERT INTO side VALUES (3)")
    sql("INSERT INTO other VALUES (3)")
    sql("DELETE FROM other WHERE id < 3")
    plan = console.rollback_plan()
    assert plan.decision is Decision.RESTORE
    assert {one.table: one.rows for one in plan.loses} == {
        "public.items": 3,
        "public.side": 1,
        "public.other": 2,
    }


def test_more_loss_than_agreed_stops_at_the_fence_and_opens_the_database_again(
    make: Make, sql: Sql
) -> None:
    console = applied(at_first(make, DROP), rehearsed=False)
    plan = console.rollback_plan()
    assert plan.loses == ()
    sql("INSERT INTO items VALUES (1001, 1)")
    with pytest.raises(Failure) as caught:
        console.rollback(plan, discard, Cancel())
    assert caught.value.code == "would-lose"
    assert sql("SELECT count(*) FROM items WHERE id = 1001") == [(1,)]
    left = (
        "SELECT count(*) FROM pg_database WHERE datname LIKE current_database() || '_tarmac_new%'"
    )
    assert sql(left) == [(0,)]


def test_a_database_that_moved_on_is_not_rolled_back(make: Make, sql: Sql) -> None:
    project = at_first(make, DUE)
    console = applied(project, rehearsed=False)
    project.add(Rev("c3", "b2", "CREATE TABLE later (id int)"))
    sql("UPDATE alembic_version SET version_num = 'c3'")
    plan = console.rollback_plan()
    assert plan.decision is Decision.REFUSE
    assert "moved on" in plan.why
    with pytest.raises(Refused):
        console.rollback(plan, discard, Cancel())


def test_without_a_backup_and_a_proof_there_is_no_safe_way_back(make: Make) -> None:
    console = at_first(make, DUE).console()
    done = console.up(discard, Cancel(), without_backup=True)
    assert done.outcome is Outcome.APPLIED
    assert console.rollback_plan().decision is Decision.REFUSE


def test_a_protected_target_wants_its_name_typed(
    make: Make, sql: Sql, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = at_first(make, DUE)
    monkeypatch.setenv("PROD_URL", project.url)
    (project.folder / "tarmac.toml").write_text(
        '[environments.prod]\ndatabase_url_env = "PROD_URL"\nprotected = true\n'
    )
    console = Console(project.folder, "prod")
    assert (console.target_name, console.protected) == ("prod", True)
    with pytest.raises(Failure) as caught:
        console.up(discard, Cancel(), without_backup=True)
    assert caught.value.code == "backup-required"
    assert console.up(discard, Cancel()).outcome is Outcome.APPLIED
    plan = console.rollback_plan()
    with pytest.raises(Refused) as refused:
        console.rollback(plan, discard, Cancel(), confirmed="staging")
    assert refused.value.code == "confirmation-missing"
    assert console.rollback(plan, discard, Cancel(), confirmed="prod").outcome is Outcome.APPLIED


@pytest.mark.slow
def test_a_restore_keeps_what_belongs_to_the_databases_name(
    make: Make, sql: Sql, fresh_database: str
) -> None:
    project = at_first(make, DROP)
    name = fresh_database.rpartition("/")[2]
    sql("CREATE ROLE reader_of_items")
    try:
        sql(f"ALTER DATABASE {name} SET statement_timeout = '77s'")
        sql(f"ALTER DATABASE {name} SET search_path = app, public")
        sql(f"ALTER ROLE reader_of_items IN DATABASE {name} SET work_mem = '7MB'")
        sql(f"REVOKE CONNECT ON DATABASE {name} FROM PUBLIC")
        sql(f"GRANT CONNECT ON DATABASE {name} TO reader_of_items")
        sql(f"COMMENT ON DATABASE {name} IS 'the shop''s own'")
        sql(f"ALTER DATABASE {name} CONNECTION LIMIT 40")
        sql("GRANT SELECT ON public.items TO reader_of_items")
        look = (
            "SELECT datconnlimit, shobj_description(oid, 'pg_database'),"
            " (SELECT array_agg(a::text ORDER BY a::text) FROM unnest(datacl) a),"
            " (SELECT array_agg("
            "setrole::regrole || setconfig::text ORDER BY setrole) FROM pg_db_role_setting s"
            " WHERE s.setdatabase = d.oid) FROM pg_database d WHERE datname = current_database()"
        )
        grants = "SELECT relacl::text FROM pg_class WHERE relname = 'items'"
        before = sql(look), sql(grants)
        console = applied(project, rehearsed=False)
        done = console.rollback(console.rollback_plan(), discard, Cancel())
        assert (sql(look), sql(grants)) == before
        base = fresh_database.rpartition("/")[0]
        with psycopg.connect(f"{base}/{done.kept}") as kept:
            assert kept.execute("SELECT count(*) FROM public.items").fetchall() == [(500,)]
        with psycopg.connect(f"{base}/postgres", autocommit=True) as server:
            server.execute(f'DROP DATABASE "{done.kept}"'.encode())
    finally:
        sql("DROP OWNED BY reader_of_items")
        sql(f"REVOKE ALL ON DATABASE {name} FROM reader_of_items")
        sql("ALTER ROLE reader_of_items RESET ALL")
        sql("DROP ROLE reader_of_items")


def test_a_named_backup_can_be_restored_after_typing_the_name(
    make: Make, fresh_database: str, sql: Sql
) -> None:
    console = at_first(make).console()
    before = picture(fresh_database)
    backup = console.backup(discard, Cancel())
    sql("DELETE FROM items")
    sql("DROP TABLE items")
    with pytest.raises(Refused):
        console.restore(backup, discard, Cancel(), confirmed="")
    done = console.restore(backup, discard, Cancel(), confirmed=console.target_name)
    assert done.outcome is Outcome.APPLIED
    assert picture(fresh_database) == before


@pytest.mark.slow
def test_what_a_restore_put_aside_is_named_until_somebody_drops_it(make: Make) -> None:
    project = at_first(make, DROP)
    console = project.console()
    assert not [check for check in console.verify() if check.id == "kept"]
    console.up(discard, Cancel(), accept=ANY)
    done = console.rollback(console.rollback_plan(), discard, Cancel())
    (check,) = [check for check in console.verify() if check.id == "kept"]
    assert done.kept in check.says
    assert check.fix == f'DROP DATABASE "{done.kept}";'
