"""The console of a target on Cloud SQL: its backups in the list, its ways back, clones left."""

from __future__ import annotations

from datetime import UTC, datetime

from tests.app.conftest import Opened
from tests.app.fakes import FakeEngines
from wizards.cloud.things import SqlBackup
from wizards.migrate.cloudsql.instance import Instance
from wizards.migrate.cloudsql.left import Clone
from wizards.migrate.cloudsql.listed import Listed
from wizards.migrate.cloudsql.side import CloudSide
from wizards.migrate.model import Decision, OtherWay, RollbackPlan

NOTES = Instance("notes-prod", "asia-northeast3", "notes-db")
MADE = datetime(2026, 11, 3, 14, 2, tzinfo=UTC)
RUN = SqlBackup(
    id="1795174378091",
    state="SUCCESSFUL",
    ended=MADE,
    kind="ON_DEMAND",
    description="tarmac session 20261103-140112-000001",
)
LEFT = Clone(
    instance=NOTES.beside("notes-db-tarmac-1103140112-ab12"),
    source="notes-db",
    world="google",
    since=MADE,
    usd_hour=0.0713,
)
WAY = OtherWay(
    way="point-in-time",
    title="a new instance as of 2026-11-03T14:02:00.000Z",
    says="The service must be switched to it.",
    commands=("gcloud sql instances clone notes-db notes-db-20261103-140200",),
)


def on_cloud_sql() -> FakeEngines:
    engines = FakeEngines()
    engines.migrate.side = CloudSide(Listed(NOTES, (RUN,), 3), (LEFT,), 0.0713)
    return engines


async def test_a_clone_left_behind_is_said_with_its_cost(opened: Opened) -> None:
    async with opened(120, 36, on_cloud_sql()) as driven:
        await driven.press("4")
        said = " ".join(driven.text.split())
        assert "notes-db-tarmac-1103140112-ab12 was left behind, about $0.07 an hour" in said
        assert "tarmac migrate clones --delete" in said


async def test_the_list_of_backups_has_those_of_cloud_sql_with_their_command(
    opened: Opened,
) -> None:
    async with opened(engines=on_cloud_sql()) as driven:
        await driven.press("4", "B")
        assert "Cloud SQL, all of notes-db" in driven.text
        await driven.press("end", "c")
        command = "tarmac migrate restore-instance 1795174378091 --confirm notes-db"
        assert driven.app.clipboard == command
        await driven.press("enter")
        assert "would overwrite the whole instance" in driven.notices
        assert driven.engines.migrate.calls == []


async def test_where_nothing_is_safe_the_card_has_the_commands_of_cloud_sql(
    opened: Opened,
) -> None:
    engines = on_cloud_sql()
    plan = RollbackPlan(decision=Decision.REFUSE, why="there is no backup", others=(WAY,))
    engines.migrate.rollback_plan = lambda: plan  # type: ignore[method-assign]
    async with opened(120, 36, engines) as driven:
        await driven.press("4", "r")
        await driven.until(lambda: "gcloud sql instances clone notes-db" in driven.text)


async def test_a_clone_is_made_only_after_its_cost_was_said(opened: Opened) -> None:
    async with opened(120, 36, on_cloud_sql()) as driven:
        await driven.press("4", "N")
        assert "costs about $0.07 an hour while it is" in driven.text
        assert driven.engines.migrate.calls == []
        await driven.press("right", "enter")
        await driven.until(lambda: "not rehearsed" not in driven.text)
        assert driven.engines.migrate.calls == ["rehearse"]


async def test_elsewhere_no_clone_is_offered(opened: Opened) -> None:
    async with opened() as driven:
        await driven.press("4", "N")
        assert "not known to be on Cloud SQL" in driven.notices
        assert driven.engines.migrate.calls == []
