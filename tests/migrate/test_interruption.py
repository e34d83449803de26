"""kill -9 in the middle: the next start says what is true and leads to an end."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from tests.migrate.alembic_project import AlembicProject, Rev
from tests.migrate.conftest import Make
from tests.migrate.test_apply import ADD, ANY, picture
from tests.migrate.test_backup_and_rehearsal import at_first
from tui.screens.migrate.session import outcome_words
from wizards.cancel import Cancel
from wizards.events import discard
from wizards.failures import Failure, Refused
from wizards.journal import Journal
from wizards.migrate import swap
from wizards.migrate.model import Decision, Outcome

Sql = Callable[..., list[tuple[object, ...]]]
ROOT = Path(__file__).parents[2]

SLOW = Rev("c3", "b2", "CREATE TABLE slow (id int); SELECT pg_sleep(60)", "DROP TABLE slow")
SLOW_INDEX = Rev(
    "c3",
    "b2",
    "with op.get_context().autocommit_block():\n"
    "    op.execute('CREATE TABLE early (id int)')\n"
    "    op.execute('SELECT pg_sleep(60)')",
)


@contextmanager
def command(project: AlembicProject, *words: str) -> Iterator[subprocess.Popen[str]]:
    """Run `tarmac --json …` on a project; whatever is left of it is ended."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tui", "--json", *words],
        cwd=project.folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "TARMAC_LANG": "en"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()


def until(process: subprocess.Popen[str], wanted: Callable[[dict[str, object]], bool]) -> None:
    """Read events until one is the wanted one."""
    assert process.stdout is not None
    for line in process.stdout:
        if wanted(json.loads(line)):
            return
    raise AssertionError("the process ended before it came that far")


def in_statement(text: str) -> Callable[[dict[str, object]], bool]:
    return lambda event: (
        event.get("event") == "migrate.statement"
        and event.get("where") == "target"
        and event.get("state") == "start"
        and text in str(event.get("sql"))
    )


def killed_in(project: AlembicProject, text: str, *more: str) -> None:
    words = ("migrate", "up", "--no-rehearsal", "--accept", *ANY, *more)
    with command(project, *words) as process:
        until(process, in_statement(text))
        os.kill(process.pid, signal.SIGKILL)
        process.wait()


@pytest.mark.slow
def test_killed_inside_a_transaction_nothing_of_it_is_there(
    make: Make, fresh_database: str, sql: Sql
) -> None:
    project = at_first(make, ADD, SLOW, per_migration=False)
    before = picture(fresh_database)
    killed_in(project, "pg_sleep", "--no-backup")
    console = project.console()
    found = console.interrupted()
    assert found is not None
    assert found.way is Decision.NOTHING
    assert "exactly as at the start" in found.says
    assert sql("SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(60)'"
               " AND pid <> pg_backend_pid()") == [(0,)]  # fmt: skip
    with pytest.raises(Failure) as caught:
        console.up(discard, Cancel(), accept=ANY)
    assert caught.value.code == "session-unfinished"
    assert console.recover(found, discard, Cancel()).outcome is Outcome.UNCHANGED
    assert picture(fresh_database) == before
    assert console.interrupted() is None
    assert console.sessions()[0].outcome == "unchanged"


@pytest.mark.slow
def test_killed_after_one_revision_was_committed_the_way_back_is_a_restore(
    make: Make, fresh_database: str
) -> None:
    project = at_first(make, ADD, SLOW)
    before = picture(fresh_database)
    killed_in(project, "pg_sleep")
    console = project.console()
    found = console.interrupted()
    assert found is not None
    assert found.way is Decision.RESTORE
    assert found.revisions == ("b2",)
    assert "1 of 2" in found.says
    done = console.recover(found, discard, Cancel())
    assert done.outcome is Outcome.RECOVERED
    assert picture(fresh_database) == before


@pytest.mark.slow
def test_killed_after_a_rewrite_was_committed_its_rows_are_not_taken_for_others_work(
    make: Make, fresh_database: str
) -> None:
    rewrite = Rev("b2", "a1", "ALTER TABLE items ALTER COLUMN id TYPE text")
    project = at_first(make, rewrite, SLOW)
    before = picture(fresh_database)
    killed_in(project, "pg_sleep")
    console = project.console()
    found = console.interrupted()
    assert found is not None
    assert console.recover(found, discard, Cancel()).outcome is Outcome.RECOVERED
    assert picture(fresh_database) == before


@pytest.mark.slow
def test_killed_in_an_autocommit_block_what_it_left_is_taken_away(
    make: Make, fresh_database: str, sql: Sql
) -> None:
    project = at_first(make, ADD, SLOW_INDEX)
    before = picture(fresh_database)
    killed_in(project, "pg_sleep")
    assert sql("SELECT to_regclass('early') IS NOT NULL") == [(True,)]
    console = project.console()
    found = console.interrupted()
    assert found is not None
    assert found.way is Decision.RESTORE
    assert console.recover(found, discard, Cancel()).outcome is Outcome.RECOVERED
    assert picture(fresh_database) == before


@pytest.mark.slow
def test_killed_after_a_statement_outside_a_transaction_its_rows_are_told(
    make: Make, sql: Sql
) -> None:
    """Version and structure are the start's, the rows are not: nobody says that nothing changed."""
    backfill = Rev(
        "b2",
        "a1",
        "with op.get_context().autocommit_block():\n"
        "    op.execute('UPDATE items SET size = 0 WHERE id <= 120')\n"
        "    op.execute('SELECT pg_sleep(60)')",
    )
    project = at_first(make, backfill)
    killed_in(project, "pg_sleep")
    console = project.console()
    found = console.interrupted()
    assert found is not None
    assert "public.items (120)" in found.says
    assert "2 statements had been begun outside a transaction" in found.says
    assert "exactly" not in found.says
    assert (found.way, found.left_behind) == (Decision.RESTORE, True)
    with pytest.raises(Refused) as caught:
        console.recover(found, discard, Cancel())
    assert caught.value.code == "would-lose"
    assert caught.value.next[0] == "tarmac migrate rollback --recover --keep"
    assert console.recover(found, discard, Cancel(), keep=True).outcome is Outcome.STOPPED
    plan = console.rollback_plan()
    assert plan.decision is Decision.RESTORE
    assert [(one.table, one.rows) for one in plan.loses] == [("public.items", 120)]
    console.rollback(plan, discard, Cancel(), confirmed=console.target_name)
    assert sql("SELECT count(*) FROM items WHERE size = 0") == [(0,)]


def test_a_session_cut_off_after_its_last_commit_is_verified_not_taken_back(
    make: Make, sql: Sql
) -> None:
    project = at_first(make, ADD)
    console = project.console()
    console.up(discard, Cancel(), without_backup=True, accept=ANY)
    newest = max((project.folder / ".tarmac" / "journal").glob("migrate-*.jsonl"))
    lines = [dict(line) for line in Journal(newest).read()]
    newest.write_text("".join(json.dumps(line) + "\n" for line in lines[:-1]))
    _forget_the_process(project)
    found = console.interrupted()
    assert found is not None
    done = console.recover(found, discard, Cancel())
    assert (done.outcome, done.went_back) == (Outcome.APPLIED, False)
    assert "nothing was taken back" in done.said
    assert [check.level for check in done.checks] == ["ok", "ok", "ok"]
    words = outcome_words(done, "recover").plain
    assert words.startswith("✓ verified: nothing was taken back")
    assert outcome_words(replace(done, went_back=True), "rollback").plain.startswith("✓ taken back")


def test_the_agent_killed_is_a_failed_apply_that_is_taken_back(
    make: Make, fresh_database: str
) -> None:
    project = at_first(make, ADD, SLOW)
    before = picture(fresh_database)
    with command(project, "migrate", "up", "--no-rehearsal", "--accept", *ANY) as process:
        until(process, in_statement("pg_sleep"))
        (agent,) = _children_with(process.pid, "agent.py")
        os.kill(agent, signal.SIGKILL)
        assert process.stdout is not None
        last = json.loads(process.stdout.read().strip().splitlines()[-1])
        assert process.wait() == 1
    assert last["data"]["outcome"] == "recovered"
    assert last["errors"][0]["code"] == "agent-crashed"
    assert picture(fresh_database) == before


def test_interrupt_from_the_keyboard_cancels_honestly(make: Make, fresh_database: str) -> None:
    project = at_first(make, Rev("b2", "a1", "SELECT pg_sleep(60)"))
    before = picture(fresh_database)
    words = ("migrate", "up", "--no-rehearsal", "--no-backup", "--accept", *ANY)
    with command(project, *words) as process:
        until(process, in_statement("pg_sleep"))
        begun = time.monotonic()
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 130
    assert time.monotonic() - begun < 15
    assert picture(fresh_database) == before
    assert project.console().interrupted() is None


@pytest.mark.slow
def test_a_restore_cut_off_behind_the_fence_is_opened_again(
    make: Make, fresh_database: str, sql: Sql, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = at_first(make, ADD)
    console = project.console()
    backup = console.backup(discard, Cancel())
    assert console.up(discard, Cancel(), backup=backup, accept=ANY).outcome is Outcome.APPLIED
    plan = console.rollback_plan()

    class Killed(BaseException):
        pass

    def die(*_arguments: object, **_more: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(swap, "_shut_out", die)
        patch.setattr(swap, "accept", _only_closing(swap.accept))
        patch.setattr(swap.databases, "drop", lambda *_arguments: None)
        with pytest.raises(Killed):
            console.rollback(plan, discard, Cancel())
    _forget_the_process(project)
    with pytest.raises(psycopg.OperationalError):
        sql("SELECT 1")
    again = project.console()
    found = again.interrupted()
    assert found is not None
    assert "closed" in found.says
    again.recover(found, discard, Cancel())
    assert sql("SELECT version_num FROM alembic_version") == [("b2",)]
    left = "SELECT count(*) FROM pg_database WHERE datname LIKE current_database() || '_tarmac_%'"
    assert sql(left) == [(0,)]


def test_a_session_that_still_runs_is_not_called_interrupted(make: Make) -> None:
    project = at_first(make, ADD, SLOW)
    words = ("migrate", "up", "--no-rehearsal", "--no-backup", "--accept", *ANY)
    with command(project, *words) as process:
        until(process, in_statement("pg_sleep"))
        assert project.console().interrupted() is None


def _only_closing(accept: Callable[..., None]) -> Callable[..., None]:
    def closing(server: object, name: str, *, yes: bool) -> None:
        if not yes:
            accept(server, name, yes=False)

    return closing


def _forget_the_process(project: AlembicProject) -> None:
    """Make the newest journal look as if another, dead process had written it."""
    newest = max((project.folder / ".tarmac" / "journal").glob("migrate-*.jsonl"))
    lines = [dict(line) for line in Journal(newest).read()]
    lines[0]["pid"] = 4_000_000
    newest.write_text("".join(json.dumps(line) + "\n" for line in lines))


def _children_with(parent: int, word: str) -> list[int]:
    found = []
    for place in Path("/proc").glob("[0-9]*"):
        try:
            stat = (place / "stat").read_text().rpartition(")")[2].split()
            arguments = (place / "cmdline").read_text()
        except OSError:
            continue
        if int(stat[1]) == parent and word in arguments:
            found.append(int(place.name))
    return found
