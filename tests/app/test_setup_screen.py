"""Set-up by keyboard alone: interview, file, plan, apply, resume."""

from __future__ import annotations

from dataclasses import replace

from textual.events import Paste
from textual.widgets import Input

from tests.app.conftest import Opened
from tests.app.fakes import KILLED, PLAN, FakeEngines
from tui.jobs import Job
from tui.screens.card import FailureCard
from tui.screens.confirm import Confirm
from tui.screens.setup import summary
from tui.screens.setup.field import Field
from tui.screens.setup.interview_view import InterviewView
from tui.screens.setup.progress import PlanBoard
from tui.screens.setup.screen import SetupScreen
from tui.screens.setup.secrets_card import SecretsCard
from tui.widgets.rows import Rows
from tui.widgets.yes_no import YesNo
from wizards.events import Event
from wizards.failures import Failure, UsageFailure
from wizards.interview import Interview
from wizards.plan import Action
from wizards.question import Kind, Question


async def test_a_default_shows_where_it_came_from(opened: Opened) -> None:
    async with opened() as driven:
        await driven.press("2")
        assert "from gcloud config" in driven.text
        assert "1/3 · Project and billing" in driven.text
        assert "2 to choose from" in driven.text


async def test_what_is_wrong_is_said_beside_the_field(opened: Opened) -> None:
    async with opened() as driven:
        await driven.press("2", *"abc")
        assert "✗ must have at least 6 characters" in driven.text
        await driven.press(*"defg")
        assert "✗" not in driven.text
        assert driven.text.splitlines()[2].rstrip("│ ").endswith("you")


async def test_answers_survive_turning_pages_and_leaving_the_mode(opened: Opened) -> None:
    async with opened() as driven:
        await driven.press("2", *"abcdefg", "ctrl+n")
        assert "2/3 · Database" in driven.text
        await driven.press("f2", "f3", "ctrl+b")
        assert driven.app.screen.query(Field).first().query_one(Input).value == "abcdefg"


async def test_a_question_that_no_longer_applies_disappears(opened: Opened) -> None:
    async with opened() as driven:
        await driven.press("2", "ctrl+n")
        assert "Machine of the database" in driven.text
        assert isinstance(driven.app.focused, YesNo)
        await driven.press("space")
        assert "Machine of the database" not in driven.text
        assert isinstance(driven.app.focused, YesNo)


async def test_live_choices_are_offered_and_typing_stays_possible(opened: Opened) -> None:
    async with opened() as driven:
        await driven.press("2", "ctrl+l", "down", "enter")
        assert driven.app.screen.query(Field).first().query_one(Input).value == "other-1234"
        await driven.press("ctrl+n", "tab", *"db")
        assert "no list (nobody is logged in): type it" in driven.text


async def test_the_file_is_shown_before_it_is_written(opened: Opened) -> None:
    engines = FakeEngines()
    engines.setup.exists = False
    async with opened(engines=engines) as driven:
        await driven.press("2", "ctrl+s")
        assert isinstance(driven.app.screen, Confirm)
        assert 'id = "notes-prod-7"' in driven.text
        await driven.press("tab", "enter")
        assert engines.setup.text_written["project.id"] == "notes-prod-7"
        assert "$12.44 a month (prices of 2026-08)" in driven.text


async def test_planning_offers_to_write_answers_that_are_not_written_yet(opened: Opened) -> None:
    engines = FakeEngines()
    engines.setup.exists = False
    async with opened(engines=engines) as driven:
        await driven.press("2", "ctrl+g")
        assert isinstance(driven.app.screen, Confirm)
        assert "Write tarmac.toml?" in driven.text
        await driven.press("escape")
        assert engines.setup.calls == []
        await driven.press("ctrl+g", "tab", "enter")
        assert engines.setup.text_written["project.id"] == "notes-prod-7"
        assert engines.setup.calls == ["plan"]


async def test_a_no_to_writing_plans_the_file_as_it_is(opened: Opened) -> None:
    engines = FakeEngines()
    engines.setup.typed = True
    async with opened(engines=engines) as driven:
        await driven.press("2", "ctrl+g", "enter")
        assert engines.setup.text_written == {}
        assert engines.setup.calls == ["plan"]
        assert "the plan of tarmac.toml as it is" in driven.notices


async def test_planning_without_a_file_says_which_answer_is_missing(opened: Opened) -> None:
    engines = FakeEngines()
    engines.setup.exists = False
    async with opened(engines=engines) as driven:
        await driven.press("2", *["backspace"] * 12, *"abc", "ctrl+g")
        assert "still missing: Project id" in driven.notices


async def test_a_broken_tarmac_toml_is_said_in_place_and_read_again(opened: Opened) -> None:
    engines = FakeEngines()
    good = engines.setup.interview
    broken = UsageFailure("blueprint-invalid", "tarmac.toml is not valid", why="line 3: no key")

    def refuse() -> Interview:
        raise broken

    engines.setup.interview = refuse  # type: ignore[method-assign]
    async with opened(engines=engines) as driven:
        await driven.press("2")
        assert isinstance(driven.app.screen, SetupScreen)
        assert "✗ tarmac.toml is not valid" in driven.text
        assert "line 3: no key" in driven.text
        engines.setup.interview = good  # type: ignore[method-assign]
        await driven.press("ctrl+r")
        assert "Project id" in driven.text


async def test_the_plan_shows_marks_costs_checks_and_the_command(opened: Opened) -> None:
    async with opened(120, 36) as driven:
        await driven.press("2", "ctrl+g", *["down"] * 5)
        for words in (
            "+ create    database instance notes-db",
            "= adopt     service account notes-run",
            "✓ no change project notes-prod-7",
            "+12.21",
            "▲ 1 to consider",
            "tier: db-f1-micro",
            "$ gcloud sql instances create notes-db",
        ):
            assert words in driven.text
        await driven.press("c")
        assert driven.app.clipboard.startswith("gcloud sql instances create notes-db")


async def test_an_apply_shows_each_step_and_what_it_waits_for(opened: Opened) -> None:
    async with opened() as driven:
        driven.engines.setup.gate.clear()
        await driven.press("2", "ctrl+g", "a", "tab", "enter")
        await driven.until(lambda: "now: database instance notes-db" in driven.text)
        assert "▸ Project, billing, APIs" in driven.text  # over: folded by itself
        assert "○ service account notes-run  after APIs" not in driven.text
        assert "1 of 4 done" in driven.text
        driven.engines.setup.gate.set()
        await driven.settle()
        assert "✓ 4 done" in driven.text
        assert "one after the other 4.0 s" in driven.text


async def test_x_stops_an_apply_at_its_next_safe_place(opened: Opened) -> None:
    async with opened() as driven:
        driven.engines.setup.gate.clear()
        await driven.press("2", "ctrl+g", "a", "tab", "enter")
        await driven.until(lambda: "now: database instance" in driven.text)
        await driven.press("x")
        await driven.until(lambda: not driven.app.jobs["setup.apply"].running)
        await driven.pilot.pause()
        assert "stopped; u resumes" in driven.notices


async def test_secrets_only_a_person_knows_are_typed_hidden(opened: Opened) -> None:
    engines = FakeEngines()
    engines.setup.asks = ["SECRET_KEY"]
    async with opened(engines=engines) as driven:
        await driven.press("2", "ctrl+g", "a")
        assert isinstance(driven.app.screen, SecretsCard)
        await driven.press(*"hunter2")
        assert "hunter2" not in driven.text
        await driven.press("enter", "tab", "enter", "tab", "enter")
        assert engines.setup.secrets == {"SECRET_KEY": "hunter2"}


async def test_an_unfinished_apply_is_said_and_resumed_with_u(opened: Opened) -> None:
    engines = FakeEngines()
    engines.setup.left = KILLED
    async with opened(engines=engines) as driven:
        await driven.press("2")
        assert "✗ an apply ended without a word (3 done, 2 left)" in driven.text
        assert "○ left      sql.instance:notes-db" in driven.text
        assert "✓ done      apis" in driven.text
        await driven.press("u", "tab", "enter")
        assert engines.setup.calls[-2:] == ["plan", "apply"]
        assert "ended without a word" not in driven.text


async def test_what_was_interrupted_stands_in_both_views_until_it_is_resolved(
    opened: Opened,
) -> None:
    engines = FakeEngines()
    engines.setup.left = KILLED
    async with opened(engines=engines) as driven:
        await driven.press("2", "p")
        assert "an apply ended without a word" in driven.text
        await driven.press("i")
        assert "esc u resume" in driven.text
        await driven.press("f2", "f3")
        assert "an apply ended without a word" in driven.text
        engines.setup.left = None
        await driven.press("f2", "f3")
        assert "ended without a word" not in driven.text


async def test_escape_leaves_a_field_so_that_letters_are_keys(opened: Opened) -> None:
    async with opened() as driven:
        await driven.press("2", "escape", "p")
        screen = driven.app.screen
        assert isinstance(screen, SetupScreen)
        assert screen.view == "plan"
        await driven.press("i")
        assert screen.view == "interview"
        assert screen.query_one(InterviewView).interview is not None


async def test_any_page_is_reached_at_once_and_the_review_leads_back_to_one_answer(
    opened: Opened,
) -> None:
    async with opened() as driven:
        await driven.press("2", "ctrl+o")
        assert "2 · Database" in driven.text
        await driven.press("down", "down", "enter")
        assert "3/3 · Review" in driven.text
        assert "from gcloud config" in driven.text
        row = "Machine of the database"
        rows = driven.app.screen.query_one("#review", Rows)
        rows.move_to("database.tier")
        await driven.press("enter")
        assert "2/3 · Database" in driven.text
        screen = driven.app.screen
        assert isinstance(screen, SetupScreen)
        field = screen.asking.focused_field()
        assert field is not None
        assert field.question.ask == row
        await driven.press("ctrl+t")
        assert "3/3 · Review" in driven.text


async def test_the_price_moves_with_an_answer_and_names_it(opened: Opened) -> None:
    async with opened() as driven:
        await driven.press("2")
        assert "$12.44 a month (prices of 2026-08)" in driven.text
        assert "▲ 10 instances × 7 connections = 70" in driven.text
        await driven.press("ctrl+n", "tab", *["backspace"] * 11, *"db-g1-small")
        assert "$35.64 a month" in driven.text
        assert "+23.20 Machine of the database" in driven.text
        assert "10 instances × 7" not in driven.text


async def test_a_verdict_stands_under_the_answer_it_is_about(opened: Opened) -> None:
    async with opened(120, 36) as driven:
        await driven.press("2", "ctrl+n")
        field = driven.app.screen.query(Field).last()
        assert field.query_one("#verdict").display
        assert "→ service.max_instances = 3" in driven.text


async def test_pasted_lines_become_names_and_their_values_never_reach_the_screen(
    opened: Opened,
) -> None:
    names = Question(key="setup.secrets", ask="Secrets", kind=Kind.SEVERAL, page="One")
    engines = FakeEngines()
    engines.setup.interview = lambda: Interview([names])  # type: ignore[method-assign]
    async with opened(engines=engines) as driven:
        await driven.press("2")
        line = driven.app.screen.query(Field).first().query_one(Input)
        line.post_message(Paste("export SECRET_KEY=hunter2\n# note\nAPI_KEY=a=b\n"))
        await driven.settle()
        assert line.value == "SECRET_KEY, API_KEY"
        assert "hunter2" not in driven.text


async def test_korean_and_a_very_long_paste_are_taken_calmly(opened: Opened) -> None:
    async with opened() as driven:
        await driven.press("2", *["backspace"] * 12)
        line = driven.app.screen.query(Field).first().query_one(Input)
        line.post_message(Paste("가나다라 서비스"))
        await driven.settle()
        assert line.value == "가나다라 서비스"
        line.post_message(Paste("x" * 100_000))
        await driven.settle()
        await driven.press("ctrl+n")
        assert "2/3 · Database" in driven.text


async def test_a_failed_step_opens_its_card_and_the_raw_error_is_one_key_away(
    opened: Opened,
) -> None:
    engines = FakeEngines()
    engines.setup.breaks = Failure(
        "quota", "no quota left", why="the region is full", next=("tarmac plan",), raw="HTTP 429"
    )
    async with opened(120, 36, engines) as driven:
        await driven.press("2", "ctrl+g", "a", "tab", "enter", "escape")
        assert "✗ 1 failed" in driven.text
        assert "✗ database instance notes-db  no quota left" in driven.text
        driven.app.screen.query_one(".changes", Rows).move_to("sql.instance:notes-db")
        await driven.settle()
        assert "the region is full" in driven.text
        await driven.press("enter")
        assert isinstance(driven.app.screen, FailureCard)
        assert "HTTP 429" not in driven.text
        await driven.press("e")
        assert "HTTP 429" in driven.text


def test_what_was_not_begun_is_not_counted_as_done() -> None:
    board = PlanBoard(plan=PLAN)
    first, second, third = (change.id for change in PLAN.changes[:3])
    for name, state in ((first, "done"), (second, "failed"), (third, "skipped")):
        board.take(Event("plan.step", {"id": name, "state": state}))
    job: Job[object] = Job("setup.apply", "set-up", True, None, None)
    assert summary.running(board, None, 1.0).plain.startswith("1 of 3 done")
    ended = summary.ended(board, job, lambda _failed, _stopped: ("u", "resume"))
    assert "✓ 1 done · ✗ 1 failed · - 1 not begun" in ended.plain


async def test_a_plan_that_was_carried_out_is_not_applied_twice(opened: Opened) -> None:
    async with opened() as driven:
        await driven.press("2", "ctrl+g", "a", "tab", "enter", "a")
        assert driven.engines.setup.calls.count("apply") == 1
        assert "this plan was carried out: p plans again" in driven.notices


async def test_an_area_folds_and_only_changes_can_be_shown(opened: Opened) -> None:
    async with opened(120, 36) as driven:
        await driven.press("2", "ctrl+g")
        rows = driven.app.screen.query_one(".changes", Rows)
        rows.move_to("area identities")
        await driven.press("enter")
        assert "▸ Identities and permissions" in driven.text
        assert "account:notes-run" not in [row.id for row in rows.rows]
        await driven.press("enter", "o")
        assert "project notes-prod-7" not in driven.text
        assert "only what changes" in driven.text


async def test_reading_again_keeps_the_plan_and_the_cursor(opened: Opened) -> None:
    async with opened() as driven:
        await driven.press("2", "ctrl+g")
        rows = driven.app.screen.query_one(".changes", Rows)
        rows.move_to("iam:project")
        await driven.press("ctrl+r")
        assert driven.engines.setup.calls == ["plan", "plan"]
        assert rows.row is not None
        assert rows.row.id == "iam:project"


async def test_a_grant_says_who_gets_what_and_why(opened: Opened) -> None:
    async with opened(120, 36) as driven:
        await driven.press("2", "ctrl+g")
        driven.app.screen.query_one(".changes", Rows).move_to("iam:project")
        await driven.settle()
        assert "+ notes-run gets roles/cloudsql.client" in driven.text
        assert "reaches its database" in driven.text


async def test_the_fix_of_a_verdict_is_copied(opened: Opened) -> None:
    async with opened() as driven:
        await driven.press("2", "ctrl+g")
        driven.app.screen.query_one(".changes", Rows).move_to("check connections")
        await driven.press("c")
        assert driven.app.clipboard.startswith("set service.max_instances = 3")


async def test_a_plan_of_three_hundred_changes_scrolls_and_filters(opened: Opened) -> None:
    engines = FakeEngines()
    many = tuple(
        replace(PLAN.changes[1], id=f"secret:s{n}", kind="secret", title=f"secret s{n}")
        for n in range(300)
    )
    engines.setup.planned = replace(PLAN, changes=many)
    async with opened(engines=engines) as driven:
        await driven.press("2", "ctrl+g", "end")
        rows = driven.app.screen.query_one(".changes", Rows)
        assert rows.row is not None
        assert rows.row.id == "secret:s299"
        await driven.press("slash", *"s123", "enter")
        assert [row.id for row in rows.rows] == ["area secrets", "secret:s123"]


async def test_enter_on_a_verdict_goes_to_the_question_it_is_about(opened: Opened) -> None:
    engines = FakeEngines()
    check = replace(PLAN.preflight[1], keys=("service.max_instances", "database.tier"))
    engines.setup.planned = replace(PLAN, preflight=(check,))
    async with opened(engines=engines) as driven:
        await driven.press("2", "ctrl+g")
        driven.app.screen.query_one(".changes", Rows).move_to("check connections")
        await driven.press("enter")
        screen = driven.app.screen
        assert isinstance(screen, SetupScreen)
        assert screen.view == "interview"
        field = screen.asking.focused_field()
        assert field is not None
        assert field.question.key == "database.tier"


async def test_a_deletion_with_data_waits_for_its_typed_name(opened: Opened) -> None:
    engines = FakeEngines()
    gone = replace(
        PLAN.changes[2],
        action=Action.DELETE,
        id="sql.database:old",
        title="database old",
        breaks="every row in it",
        confirm="old",
    )
    engines.setup.planned = replace(PLAN, changes=(gone,))
    async with opened(engines=engines) as driven:
        await driven.press("2", "ctrl+g")
        assert "■ asks      database old" in driven.text
        driven.app.screen.query_one(".changes", Rows).move_to("sql.database:old")
        await driven.press("enter")
        assert "every row in it" in driven.text
        await driven.press(*"old", "tab", "tab", "enter")
        assert engines.setup.confirmed == ("old",)
        assert engines.setup.calls == ["plan", "plan"]


async def test_an_address_that_a_step_waits_for_is_copied_whole(opened: Opened) -> None:
    engines = FakeEngines()
    engines.setup.gate.clear()
    engines.setup.waits_for = "open https://github.com/apps/install?state=abc"
    async with opened(engines=engines) as driven:
        await driven.press("2", "ctrl+g", "a", "tab", "enter")
        await driven.until(lambda: "now: database instance" in driven.text)
        assert "▲ open https://github.com" in driven.text
        driven.app.screen.query_one(".changes", Rows).move_to("sql.instance:notes-db")
        await driven.press("c")
        assert driven.app.clipboard == "https://github.com/apps/install?state=abc"
        engines.setup.gate.set()
        await driven.settle()
