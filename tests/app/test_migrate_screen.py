"""The migration console by keyboard alone, on an engine that answers from memory."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from textual.widgets import Button

from tests.app.conftest import Driven, Opened
from tests.app.fakes import PREVIEW, FakeEngines
from tui.screens.card import FailureCard
from tui.screens.confirm import Confirm
from tui.screens.migrate.board import Board, Live
from tui.screens.migrate.screen import MigrateScreen
from tui.screens.migrate.statement_card import StatementCard
from tui.screens.migrate.waiting import lock_lines
from wizards.events import Event, discard
from wizards.failures import Failure
from wizards.migrate.model import (
    Applied,
    Decision,
    Interrupted,
    Outcome,
    Rehearsal,
    RollbackPlan,
)


async def type_name_and_act(driven: Driven) -> None:
    await driven.press(*"prod", "enter", "enter")


async def give_reason_and_act(driven: Driven) -> None:
    await driven.press(*"agreed", "enter")
    await type_name_and_act(driven)


async def test_findings_stand_beside_their_statement_with_lock_and_fix(opened: Opened) -> None:
    async with opened(120, 36) as driven:
        await driven.press("4")
        assert "3 pending" in driven.text
        assert "✗ danger will fail: 1,204 of 200,000 rows are NULL" in driven.text
        assert "ACCESS EXCLUSIVE · blocks reads and writes · scans the table" in driven.text
        assert "✗1 ▲1" in driven.text


async def test_c_copies_the_fix_of_the_statement_under_the_cursor(opened: Opened) -> None:
    async with opened() as driven:
        await driven.press("4", "enter", "down", "c")
        assert driven.app.clipboard == "CREATE INDEX CONCURRENTLY ix_due ON notes (due)"


async def test_enter_on_a_statement_shows_it_whole(opened: Opened) -> None:
    async with opened() as driven:
        await driven.press("4", "enter", "enter")
        assert isinstance(driven.app.screen, StatementCard)
        await driven.press("c", "escape")
        assert driven.app.clipboard == PREVIEW[0].statements[0].sql


async def test_backup_then_rehearsal_are_shown_in_the_session(opened: Opened) -> None:
    async with opened(120, 36) as driven:
        await driven.press("4", "b", "h")
        assert driven.engines.migrate.calls == ["backup", "rehearse"]
        assert "12 MB restorable" in driven.text
        assert "rehearsed 3.1 s" in driven.text
        assert "longest lock AX notes 2.9 s" in driven.text
        assert "the way back is proved" in driven.text


async def test_enter_alone_never_applies(opened: Opened) -> None:
    async with opened() as driven:
        await driven.press("4", "a")
        assert isinstance(driven.app.screen, Confirm)
        assert "a backup is taken and proved by a restore first" in driven.text
        await driven.press("enter")
        assert isinstance(driven.app.screen, MigrateScreen)
        assert driven.engines.migrate.calls == []


async def test_a_protected_target_is_typed_before_the_apply(opened: Opened) -> None:
    async with opened() as driven:
        await driven.press("4", "a", *"agreed", "enter", *"pro", "enter")
        assert driven.app.screen.query_one("#yes", Button).disabled
        assert driven.engines.migrate.calls == []
        await driven.press("shift+tab", "d", "enter", "enter")
        assert driven.engines.migrate.calls == ["up heads"]
        assert "✓ applied" in driven.text
        assert "0 pending" in driven.text


async def test_an_apply_can_end_at_the_revision_under_the_cursor(opened: Opened) -> None:
    async with opened() as driven:
        await driven.press("4", "A")
        assert "1 revision on prod" in driven.text
        await give_reason_and_act(driven)
        assert driven.engines.migrate.accepted == ("set-not-null@7c1e0a=agreed",)
        assert driven.engines.migrate.calls == ["up 7c1e0a"]
        assert "2 pending" in driven.text


async def test_statements_are_marked_while_they_run_and_x_stops(opened: Opened) -> None:
    async with opened(120, 36) as driven:
        await driven.press("4", "a")
        driven.engines.migrate.gate.clear()
        await give_reason_and_act(driven)
        await driven.until(lambda: "» apply" in driven.text)
        assert "» ALTER TABLE" in driven.text
        await driven.press("x")
        await driven.until(lambda: driven.app.jobs["migrate.up"].state == "cancelled")


async def test_r_shows_decision_loss_and_estimate_before_anything_happens(opened: Opened) -> None:
    async with opened() as driven:
        await driven.press("4", "r")
        assert "restore the backup" in driven.text
        assert "a downgrade cannot bring the values" in driven.text
        assert "loses 12 rows of notes (body)" in driven.text
        assert "takes about 9.0 s" in driven.text
        await type_name_and_act(driven)
        assert driven.engines.migrate.calls == ["rollback"]
        assert driven.engines.migrate.confirmed == "prod"
        assert "taken back to the start" in driven.text


async def test_an_interrupted_session_blocks_the_apply_and_u_recovers(opened: Opened) -> None:
    engines = FakeEngines()
    engines.migrate.found = Interrupted(
        session="s0",
        since=datetime(2026, 11, 20, tzinfo=UTC),
        phase="apply",
        says="7c1e0a was half applied",
    )
    async with opened(engines=engines) as driven:
        await driven.press("4")
        assert "interrupted at apply" in driven.text
        await driven.press("a")
        assert "must be recovered first" in driven.notices
        await driven.press("u")
        assert engines.migrate.calls == ["recover"]
        assert "interrupted at" not in driven.text


async def test_a_database_that_is_down_is_said_in_place(opened: Opened) -> None:
    engines = FakeEngines()
    engines.migrate.fails = Failure(
        "database-down", "The database does not answer", why="connection refused", next=("ctrl+r",)
    )
    async with opened(engines=engines) as driven:
        await driven.press("4")
        assert isinstance(driven.app.screen, MigrateScreen)
        assert "✗ The database does not answer" in driven.text
        assert "connection refused" in driven.text
        engines.migrate.fails = None
        await driven.press("ctrl+r")
        assert "3 pending" in driven.text


async def test_a_database_that_was_away_comes_back_by_itself(opened: Opened) -> None:
    engines = FakeEngines()
    engines.migrate.fails = Failure("database-unreachable", "The database cannot be reached")
    async with opened(engines=engines) as driven:
        await driven.press("4")
        assert "looks again every 5 s, ^r looks now" in driven.text
        engines.migrate.fails = None
        screen = driven.app.screen
        assert isinstance(screen, MigrateScreen)
        screen._away_since = 0.0
        await driven.until(lambda: "3 pending" in driven.text)


async def test_the_question_waits_for_the_sql_and_says_so(opened: Opened) -> None:
    engines = FakeEngines()
    engines.migrate.reading.clear()
    async with opened(engines=engines) as driven:
        await driven.press("4", "a")
        assert isinstance(driven.app.screen, MigrateScreen)
        assert "judging the SQL on this moment" in driven.text
        engines.migrate.reading.set()
        await driven.until(lambda: isinstance(driven.app.screen, Confirm))
        assert "1,204 of 200,000 rows are NULL" in driven.text
        assert engines.migrate.previews == 1


async def test_escape_while_the_sql_is_read_asks_nothing(opened: Opened) -> None:
    engines = FakeEngines()
    engines.migrate.reading.clear()
    async with opened(engines=engines) as driven:
        await driven.press("4", "a", "escape")
        assert "judging the SQL" not in driven.text
        engines.migrate.reading.set()
        await driven.settle()
        assert isinstance(driven.app.screen, MigrateScreen)


async def test_what_was_repaired_outside_is_gone_from_the_question(opened: Opened) -> None:
    async with opened() as driven:
        await driven.press("4")
        assert "will fail: 1,204" in driven.text
        driven.engines.migrate.written = PREVIEW[2:]
        await driven.press("a")
        assert isinstance(driven.app.screen, Confirm)
        assert "✓ no findings" in driven.text
        assert "will fail" not in driven.text


async def test_reading_again_judges_again(opened: Opened) -> None:
    async with opened() as driven:
        await driven.press("4")
        first = replace(PREVIEW[0], statements=PREVIEW[0].statements[1:])
        driven.engines.migrate.written = (first, *PREVIEW[1:])
        await driven.press("ctrl+r")
        assert "will fail: 1,204" not in driven.text
        assert "blocks writes to notes" in driven.text


async def test_sql_that_cannot_be_read_is_said_in_place_and_nothing_is_asked(
    opened: Opened,
) -> None:
    engines = FakeEngines()
    engines.migrate.unread = Failure("env-failed", "env.py raised", why="ImportError: models")
    async with opened(engines=engines) as driven:
        await driven.press("4")
        assert isinstance(driven.app.screen, MigrateScreen)
        assert "✗ env.py raised" in driven.text
        await driven.press("a")
        assert isinstance(driven.app.screen, FailureCard)
        assert "ImportError: models" in driven.text
        engines.migrate.unread = None
        await driven.press("escape", "ctrl+r")
        assert "env.py raised" not in driven.text


async def test_the_age_of_the_facts_is_shown_after_a_minute(opened: Opened) -> None:
    async with opened(120, 36) as driven:
        await driven.press("4")
        assert "facts of" not in driven.text
        screen = driven.app.screen
        assert isinstance(screen, MigrateScreen)
        screen.board.judged_at = datetime.now(UTC) - timedelta(minutes=3, seconds=5)
        await driven.until(lambda: "facts of 3 minutes ago, ^r reads them again" in driven.text)
        await driven.press("ctrl+r")
        await driven.until(lambda: "facts of" not in driven.text)


HALF = Interrupted(
    session="s0",
    since=datetime(2026, 11, 20, tzinfo=UTC),
    phase="apply",
    says="7c1e0a was half applied",
)


async def test_an_interrupted_session_stays_in_sight_until_it_has_ended(opened: Opened) -> None:
    engines = FakeEngines()
    engines.migrate.found = HALF
    async with opened(engines=engines) as driven:
        await driven.press("4")
        engines.migrate.found = None  # what a look says while a lock is held for a moment
        for key in ("ctrl+r", "b", "v", "escape"):
            await driven.press(key)
            assert "interrupted at apply" in driven.text
            assert "u recover" in driven.text.splitlines()[-1]


async def test_a_look_for_interrupted_sessions_that_fails_is_not_silent(opened: Opened) -> None:
    engines = FakeEngines()

    def refuse() -> Interrupted | None:
        raise Failure("journal-unreadable", "the journal cannot be read")

    engines.migrate.interrupted = refuse  # type: ignore[method-assign]
    async with opened(120, 36, engines) as driven:
        await driven.press("4")
        assert "whether a session was interrupted: the journal cannot be read" in driven.text


async def test_a_refused_recovery_leaves_the_line_and_names_the_keys(opened: Opened) -> None:
    engines = FakeEngines()
    engines.migrate.found = HALF
    engines.migrate.refuses = Failure(
        "would-lose",
        "Going back would lose 3 rows",
        next=("tarmac migrate rollback --recover --keep",),
    )
    async with opened(engines=engines) as driven:
        await driven.press("4", "u")
        assert isinstance(driven.app.screen, FailureCard)
        assert "K keep as it is" in driven.text
        engines.migrate.refuses = None
        engines.migrate.calls.clear()
        await driven.press("K")
        assert isinstance(driven.app.screen, Confirm)
        await driven.press(*"prod", "enter", "enter")
        assert engines.migrate.calls == ["keep"]


async def test_a_refused_roll_back_offers_to_recover(opened: Opened) -> None:
    engines = FakeEngines()
    engines.migrate.found = HALF
    why = "The last session never ended. First say what became of it: recover."
    refused = RollbackPlan(decision=Decision.REFUSE, why=why, session="s0")
    engines.migrate.rollback_plan = lambda: refused  # type: ignore[method-assign]
    async with opened(engines=engines) as driven:
        await driven.press("4", "r")
        assert isinstance(driven.app.screen, FailureCard)
        assert "u recover" in driven.text
        await driven.press("u")
        assert engines.migrate.calls == ["recover"]


async def test_a_recovery_that_changes_the_database_is_asked_first(opened: Opened) -> None:
    engines = FakeEngines()
    engines.migrate.found = replace(HALF, way=Decision.RESTORE)
    async with opened(engines=engines) as driven:
        await driven.press("4", "u")
        assert isinstance(driven.app.screen, Confirm)
        assert "restore the backup" in driven.text
        assert engines.migrate.calls == []
        await type_name_and_act(driven)
        assert engines.migrate.calls == ["recover"]


async def test_the_backup_that_a_rehearsal_took_is_shown(opened: Opened) -> None:
    async with opened(120, 36) as driven:
        await driven.press("4", "h")
        assert driven.engines.migrate.calls == ["rehearse"]
        assert "no backup yet" not in driven.text
        assert "12 MB restorable" in driven.text


async def test_a_failed_apply_is_a_card_that_says_what_was_done(opened: Opened) -> None:
    engines = FakeEngines()
    ended = Applied(
        outcome=Outcome.RECOVERED,
        session="s1",
        error='column "body" contains null values',
        said="The backup of 14:02 was restored.",
    )
    engines.migrate.up = lambda *_arguments: ended  # type: ignore[method-assign]
    async with opened(engines=engines) as driven:
        await driven.press("4", "a")
        await give_reason_and_act(driven)
        assert isinstance(driven.app.screen, FailureCard)
        assert "The backup of 14:02 was restored." in driven.text


def test_what_was_taken_back_is_not_marked_as_applied() -> None:
    board = Board()
    board.states = {"7c1e": "committed", "8d2f": "failed"}
    board.live = {("7c1e", 0): Live("done"), ("8d2f", 0): Live("failed")}
    board.settle(up=True, outcome=Outcome.RECOVERED)
    assert board.states == {"8d2f": "failed"}
    assert list(board.live) == [("8d2f", 0)]
    board.settle(up=True, outcome=Outcome.CANCELLED)
    assert not board.states
    assert not board.live


async def test_a_refused_apply_leaves_nothing_half_applied_on_the_checklist(
    opened: Opened,
) -> None:
    def refused(*_arguments: object) -> Applied:
        raise Failure("backup-stale", "The database has changed since the backup")

    engines = FakeEngines()
    engines.migrate.up = refused  # type: ignore[method-assign]
    async with opened(engines=engines) as driven:
        await driven.press("4", "a")
        await give_reason_and_act(driven)
        await driven.press("escape")
        assert "○ applied 0/3" in driven.text


async def test_a_failed_rehearsal_names_the_revision(opened: Opened) -> None:
    engines = FakeEngines()
    failed = Rehearsal(
        revisions=(), ok=False, milliseconds=900.0, failed_revision="7c1e0a", error="has nulls"
    )
    engines.migrate.rehearse = lambda *_arguments: failed  # type: ignore[method-assign]
    async with opened(engines=engines) as driven:
        await driven.press("4", "h")
        assert isinstance(driven.app.screen, FailureCard)
        assert "7c1e0a failed on the scratch; the database was not touched." in driven.text
        assert "h rehearse   repair the revision" in driven.text


async def test_the_target_is_changed_with_e(opened: Opened) -> None:
    async with opened() as driven:
        await driven.press("4", "e", "home", "enter")
        assert driven.app.target == "local"
        assert "protected" not in driven.text.splitlines()[0]


def test_statements_of_a_downgrade_leave_the_upgrade_s_marks_alone() -> None:
    board = Board(previews={one.id: one for one in PREVIEW})
    fields = {"revision": "7c1e0a", "index": 0, "state": "done", "ms": 3}
    board.take(Event("migrate.statement", {**fields, "sql": "ALTER TABLE notes DROP COLUMN due"}))
    assert board.live == {}
    board.take(Event("migrate.statement", {**fields, "sql": PREVIEW[0].statements[0].sql}))
    assert board.live["7c1e0a", 0].milliseconds == 3


def test_who_blocks_and_who_waits_stand_on_lines_of_their_own() -> None:
    board = Board()
    board.take(
        Event(
            "migrate.locks",
            {
                "waiting": [{"relation": "public.notes", "mode": "AccessExclusiveLock"}],
                "blockers": [
                    {
                        "pid": 71,
                        "application": "psql",
                        "state": "idle in transaction",
                        "seconds": 75,
                    }
                ],
                "victims": [{"pid": 80, "application": "web", "seconds": 12}, {"pid": 81}],
                "held": [],
                "progress": None,
            },
        )
    )
    assert [line.plain.strip() for line in lock_lines(board)] == [
        "waits for AX notes · x cancels our statement · i who, with the SQL",
        "✗ blocked by pid 71 psql idle in transaction 1:15",
        "▲ 2 wait behind us: pid 80 web 12 s, pid 81",
    ]


def test_measures_of_a_rehearsal_join_the_findings() -> None:
    board = Board(previews={one.id: one for one in PREVIEW})
    measured = tuple(
        replace(one, statements=tuple(replace(each, milliseconds=5.0) for each in one.statements))
        for one in PREVIEW
    )
    board.rehearsal = Rehearsal(revisions=measured, ok=True, milliseconds=5.0)
    first = board.statements("7c1e0a")[0]
    assert first.milliseconds == 5.0
    assert first.findings == PREVIEW[0].statements[0].findings


def test_what_was_predicted_of_a_revision_is_gone_once_it_is_applied() -> None:
    board = Board(previews={one.id: one for one in PREVIEW})
    board.history = FakeEngines().migrate.history(discard)
    assert board.statements("7c1e0a")[0].findings
    assert board.findings()
    applied = tuple(replace(one, applied=True) for one in board.history.revisions)
    board.history = replace(board.history, revisions=applied)
    assert not any(one.findings for one in board.statements("7c1e0a"))
    assert board.findings() == []
