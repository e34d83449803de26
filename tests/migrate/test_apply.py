"""Applying for real: what fails is taken back, what waits is seen, who is second is refused."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from tests.migrate.alembic_project import ENV, AlembicProject, Rev
from tests.migrate.conftest import Make
from tests.migrate.test_backup_and_rehearsal import at_first
from wizards.cancel import Cancel
from wizards.events import Event, discard
from wizards.failures import Failure, Refused
from wizards.migrate import catalogue, rows
from wizards.migrate.model import Applied, Outcome
from wizards.postgres.address import Address
from wizards.postgres.connection import connect

Sql = Callable[..., list[tuple[object, ...]]]
ANY = ("*@*=a test",)

ADD = Rev("b2", "a1", "ALTER TABLE items ADD COLUMN x int", "ALTER TABLE items DROP COLUMN x")
NULLS = Rev("c3", "b2", "ALTER TABLE items ALTER COLUMN x SET NOT NULL")
HALF_WAY = Rev(
    "c3",
    "b2",
    "op.execute('CREATE TABLE early (id int)')\n"
    "with op.get_context().autocommit_block():\n"
    "    op.execute('CREATE UNIQUE INDEX CONCURRENTLY twice ON items ((size % 2))')",
)


def picture(url: str) -> tuple[str, dict[str, str], list[tuple[object, ...]]]:
    """Schema signature, checksums of all rows, and the version rows."""
    with connect(Address.from_url(url)) as connection:
        version = connection.execute("SELECT version_num FROM alembic_version").fetchall()
        return (
            catalogue.read(connection).signature,
            rows.checksums(connection, Cancel(), skip="alembic_version"),
            version,
        )


def up(project: AlembicProject, heard: list[Event] | None = None, **more: object) -> Applied:
    told = discard if heard is None else heard.append
    return project.console().up(told, Cancel(), accept=ANY, **more)  # type: ignore[arg-type]


def at(phase: str, state: str, act: Callable[[], object]) -> Callable[[Event], None]:
    """An Emit that acts when a phase first comes to a state."""
    acted: list[bool] = []

    def emit(event: Event) -> None:
        fields = event.fields
        if not acted and (fields.get("phase"), fields.get("state")) == (phase, state):
            acted.append(True)
            act()

    return emit


def test_applying_verifies_on_a_new_connection_and_writes_a_report(make: Make, sql: Sql) -> None:
    project = at_first(make, ADD)
    heard: list[Event] = []
    done = up(project, heard)
    assert done.outcome is Outcome.APPLIED
    assert (done.applied, done.current) == (("b2",), ("b2",))
    assert sql("SELECT version_num FROM alembic_version") == [("b2",)]
    assert [check.level for check in done.checks] == ["ok", "ok", "ok"]
    assert done.report is not None
    report = done.report.read_text()
    assert "ALTER TABLE items ADD COLUMN x int;" in report
    assert "accepted: *@*: a test" in report
    states = [
        (event.fields["state"], event.fields["sql"])
        for event in heard
        if event.event == "migrate.statement" and event.fields["where"] == "target"
    ]
    assert states == [("start", ADD.up), ("done", ADD.up)]
    secret = project.url.split("@")[0].rsplit(":", 1)[1]
    for path in (project.folder / ".tarmac").rglob("*"):
        if path.is_file() and path.suffix != ".dump":
            assert secret not in path.read_text(), path


def test_nothing_pending_is_nothing_done(make: Make) -> None:
    assert up(at_first(make)).outcome is Outcome.NOTHING


@pytest.mark.parametrize(
    ("per_migration", "failing", "outcome"),
    [
        (False, NULLS, Outcome.UNCHANGED),
        pytest.param(True, NULLS, Outcome.RECOVERED, marks=pytest.mark.slow),
        pytest.param(True, HALF_WAY, Outcome.RECOVERED, marks=pytest.mark.slow),
        (False, HALF_WAY, Outcome.RECOVERED),
    ],
    ids=["whole-run", "per-migration", "half-way-per-migration", "half-way-whole-run"],
)
def test_a_failed_apply_ends_where_it_began(
    make: Make, fresh_database: str, per_migration: bool, failing: Rev, outcome: Outcome
) -> None:
    project = at_first(make, ADD, failing, per_migration=per_migration)
    before = picture(fresh_database)
    done = up(project)
    assert done.outcome is outcome, done
    assert done.failed_revision == "c3"
    assert done.code == "revision-failed"
    assert done.sqlstate in ("23502", "23505")
    assert picture(fresh_database) == before
    assert done.applied == ()
    assert done.current == ("a1",)
    assert bool(done.kept) is (outcome is Outcome.RECOVERED)
    assert project.console().interrupted() is None
    assert project.console().rollback_plan().decision == "nothing"


def test_a_proved_way_back_is_taken_instead_of_a_restore(
    make: Make, fresh_database: str, sql: Sql
) -> None:
    project = at_first(make, ADD, NULLS)
    console = project.console()
    before = picture(fresh_database)
    backup = console.backup(discard, Cancel())
    assert console.rehearse(discard, Cancel(), backup=backup).proofs == {"b2": True}
    done = console.up(discard, Cancel(), backup=backup, accept=ANY)
    assert done.outcome is Outcome.RECOVERED
    assert done.kept == ""
    assert picture(fresh_database) == before


def test_rows_written_meanwhile_stop_an_automatic_restore(
    make: Make, fresh_database: str, sql: Sql
) -> None:
    project = at_first(make, ADD, HALF_WAY)
    write = at("apply", "start", lambda: sql("INSERT INTO items VALUES (9001, 'precious', 1)"))
    done = project.console().up(write, Cancel(), accept=ANY)
    assert done.outcome is Outcome.STOPPED
    assert "public.items (1)" in done.said
    assert sql("SELECT name FROM items WHERE id = 9001") == [("precious",)]
    plan = project.console().rollback_plan()
    assert plan.decision == "restore"
    assert [(one.table, one.rows) for one in plan.loses] == [("public.items", 1)]
    with pytest.raises(Refused):
        project.console().rollback(plan, discard, Cancel())
    name = project.console().target_name
    done = project.console().rollback(plan, discard, Cancel(), confirmed=name)
    assert done.outcome is Outcome.APPLIED
    assert sql("SELECT count(*) FROM items") == [(500,)]
    kept = fresh_database.rpartition("/")[0] + "/" + done.kept
    with psycopg.connect(kept) as old:
        assert old.execute("SELECT name FROM items WHERE id = 9001").fetchall() == [("precious",)]


@pytest.mark.parametrize(
    "engine", [pytest.param("autocommit_block", marks=pytest.mark.slow), "AUTOCOMMIT"]
)
def test_rows_that_a_failed_apply_left_outside_a_transaction_are_not_called_unchanged(
    make: Make, sql: Sql, engine: str
) -> None:
    steps = "op.execute('UPDATE items SET size = 0 WHERE id <= 120')\n"
    if engine == "autocommit_block":
        steps = "with op.get_context().autocommit_block():\n    " + steps
    project = at_first(make, Rev("b2", "a1", steps + "op.execute('SELECT 1 / 0')"))
    if engine == "AUTOCOMMIT":
        pool = "poolclass=pool.NullPool"
        env = ENV.format(per_migration=False)
        project.env(env.replace(pool, pool + ", isolation_level='AUTOCOMMIT'"))
    done = up(project)
    assert sql("SELECT count(*) FROM items WHERE size = 0") == [(120,)]
    assert done.outcome is Outcome.STOPPED
    assert "public.items (120)" in done.said
    plan = project.console().rollback_plan()
    assert (plan.decision, plan.loses[0].rows) == ("restore", 120)


def test_a_backup_of_another_state_is_refused(make: Make, sql: Sql) -> None:
    project = at_first(make, ADD)
    backup = project.console().backup(discard, Cancel())
    sql("ALTER TABLE items ADD COLUMN behind_our_back int")
    with pytest.raises(Refused) as caught:
        up(project, backup=backup)
    assert caught.value.code == "backup-stale"


def test_env_that_forgets_to_commit_is_not_called_done(make: Make, sql: Sql) -> None:
    project = at_first(make, ADD)
    forgetful = ENV.format(per_migration=False).replace(
        "with context.begin_transaction():\n        context.run_migrations()",
        "change = connection.begin()\n    context.run_migrations()\n    change.rollback()",
    )
    project.env(forgetful)
    done = up(project, without_backup=True)
    assert done.outcome is Outcome.UNCHANGED
    assert done.code == "not-persisted"
    assert sql("SELECT version_num FROM alembic_version") == [("a1",)]


def test_a_lock_that_is_not_granted_is_tried_again_and_the_blocker_is_named(
    make: Make, fresh_database: str
) -> None:
    project = at_first(make, ADD)
    (project.folder / "tarmac.toml").write_text('[migrations]\nlock_timeout = "400ms"\n')
    heard: list[Event] = []
    release = threading.Event()

    def listen(event: Event) -> None:
        heard.append(event)
        if event.fields.get("phase") == "retry":
            release.set()

    ready = threading.Event()

    def block() -> None:
        with psycopg.connect(fresh_database, application_name="the blocker") as connection:
            connection.execute("SELECT 1 FROM items LIMIT 1")
            ready.set()
            release.wait(20)

    blocker = threading.Thread(target=block)
    blocker.start()
    ready.wait(5)
    try:
        done = project.console().up(listen, Cancel(), accept=ANY, without_backup=True)
    finally:
        release.set()
        blocker.join()
    assert done.outcome is Outcome.APPLIED
    assert done.attempts == 2
    blockers = [
        one["application"]
        for event in heard
        if event.event == "migrate.locks"
        for one in event.fields.get("blockers", [])
    ]
    assert "the blocker" in blockers


def test_who_queues_behind_us_is_seen_and_a_cancel_is_honest(
    make: Make, fresh_database: str
) -> None:
    slow = Rev("b2", "a1", "LOCK TABLE items; SELECT pg_sleep(60)")
    project = at_first(make, slow)
    before = picture(fresh_database)
    cancel = Cancel()
    victims: list[object] = []
    threads: list[threading.Thread] = []

    def queue() -> None:
        with psycopg.connect(fresh_database, application_name="the victim") as connection:
            connection.execute("SELECT count(*) FROM items")

    def listen(event: Event) -> None:
        if event.event == "migrate.locks" and not threads:
            threads.append(threading.Thread(target=queue))
            threads[0].start()
        if event.event == "migrate.locks" and event.fields.get("victims"):
            victims.extend(event.fields["victims"])
            cancel.ask()

    begun = time.monotonic()
    done = project.console().up(listen, cancel, accept=ANY, without_backup=True)
    threads[0].join(5)
    assert time.monotonic() - begun < 20
    assert done.outcome is Outcome.CANCELLED
    assert [one["application"] for one in victims] == ["the victim"]
    assert picture(fresh_database) == before


def test_a_second_session_is_refused_with_who_has_the_first(make: Make) -> None:
    slow = Rev("b2", "a1", "SELECT pg_sleep(60)")
    project = at_first(make, slow)
    cancel, begun = Cancel(), threading.Event()

    def listen(event: Event) -> None:
        if event.event == "migrate.statement":
            begun.set()

    def first() -> None:
        project.console().up(listen, cancel, accept=ANY, without_backup=True)

    running = threading.Thread(target=first)
    running.start()
    try:
        assert begun.wait(15)
        other = AlembicProject(project.folder, project.url, project.python)
        with pytest.raises(Failure) as caught:
            other.console().up(discard, Cancel(), accept=ANY, without_backup=True)
        assert caught.value.code == "session-running"
        assert "tarmac session" in caught.value.why
    finally:
        cancel.ask()
        running.join(20)


def test_findings_refuse_and_the_database_is_not_touched(make: Make, sql: Sql) -> None:
    project = at_first(make, Rev("b2", "a1", "DROP TABLE items"))
    with pytest.raises(Refused) as caught:
        project.console().up(discard, Cancel())
    assert caught.value.code == "findings"
    assert caught.value.exit_code == 4
    assert any("drop-table@b2" in step for step in caught.value.next)
    assert sql("SELECT count(*) FROM items") == [(500,)]


def test_going_down_one_step_takes_a_backup_and_verifies(make: Make, sql: Sql) -> None:
    project = at_first(make, ADD)
    assert up(project, without_backup=True).outcome is Outcome.APPLIED
    done = project.console().down(discard, Cancel(), accept=ANY)
    assert done.outcome is Outcome.APPLIED
    assert done.current == ("a1",)
    assert len(project.console().backups()) == 1
    assert sql("SELECT count(*) FROM information_schema.columns WHERE column_name = 'x'") == [(0,)]


@pytest.mark.slow
def test_two_heads_go_up_and_exactly_back(make: Make, sql: Sql, tmp_path: Path) -> None:
    side = Rev("s1", None, "CREATE TABLE side (id int)", "DROP TABLE side")
    project = at_first(make, ADD, side)
    console = project.console()
    backup = console.backup(discard, Cancel())
    assert console.rehearse(discard, Cancel(), backup=backup).reverts_clean
    done = console.up(discard, Cancel(), backup=backup, accept=ANY)
    assert done.outcome is Outcome.APPLIED
    assert set(done.current) == {"b2", "s1"}
    plan = console.rollback_plan()
    assert plan.decision == "downgrade"
    assert set(plan.revisions) == {"b2", "s1"}
    assert "DROP TABLE side" in plan.sql
    console.rollback(plan, discard, Cancel())
    assert sql("SELECT version_num FROM alembic_version") == [("a1",)]


def test_one_by_one_commits_and_verifies_each_revision_before_the_next(
    make: Make, sql: Sql, heard: list[Event]
) -> None:
    project = make(
        Rev("a", None, "CREATE TABLE a (id int)"),
        Rev("b", "a", "CREATE TABLE b (id int)"),
        Rev("c", "b", "SELECT 1 / 0"),
    )
    seen: list[tuple[str, list[tuple[object, ...]]]] = []

    def between(revision: str) -> bool:
        seen.append((revision, sql("select version_num from alembic_version")))
        return True

    found = project.console().up(heard.append, Cancel(), without_backup=True, between=between)
    assert seen == [("a", [("a",)]), ("b", [("b",)])]
    states = [e.fields["state"] for e in heard if e.event == "migrate.revision"]
    assert states == ["start", "done", "committed", "verified"] * 2 + ["start", "failed"]
    assert found.failed_revision == "c"


def test_between_two_revisions_a_person_may_stop_and_keep_what_is_done(
    make: Make, sql: Sql
) -> None:
    project = make(
        Rev("a", None, "CREATE TABLE a (id int)"), Rev("b", "a", "CREATE TABLE b (id int)")
    )
    console = project.console()
    found = console.up(discard, Cancel(), without_backup=True, between=lambda _revision: False)
    assert (found.outcome, found.applied) == (Outcome.APPLIED, ("a",))
    assert sql("select version_num from alembic_version") == [("a",)]
    assert console.interrupted() is None
    assert [one.id for one in console.history().pending] == ["b"]
