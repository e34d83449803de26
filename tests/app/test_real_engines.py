"""The whole way with nothing replaced: a real PostgreSQL, a real agent, the sandbox's Google."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast

import pytest
from textual.widgets import Input

from tests.app.conftest import Driven
from tests.app.fakes import FakeEngines
from tests.migrate.alembic_project import AlembicProject, Rev
from tests.migrate.conftest import alembic_python, make, sql
from tests.running_sandbox import running_sandbox
from tui.app import TarmacApp
from tui.context import Context
from wizards.cloud.google_cloud import GoogleCloud
from wizards.postgres.sandbox_address import SandboxAddress

__all__ = ["alembic_python", "make", "sql"]
Make = Callable[..., AlembicProject]
Sql = Callable[..., list[tuple[object, ...]]]

FIRST = Rev("a1", None, "CREATE TABLE notes (id int PRIMARY KEY, body text)", "DROP TABLE notes")
SECOND = Rev(
    "b2", "a1", "ALTER TABLE notes ADD COLUMN due date", "ALTER TABLE notes DROP COLUMN due"
)


class Sandboxed(Context):
    """A context whose Google Cloud is a sandbox inside the test."""

    address: SandboxAddress | None = None

    def sandbox_address(self) -> SandboxAddress | None:
        return self.address


@asynccontextmanager
async def real_app(context: Context) -> AsyncIterator[Driven]:
    app = TarmacApp(context)
    app.probe_after = 0.001
    async with app.run_test(size=(120, 36), notifications=True) as pilot:
        driven = Driven(app, FakeEngines(), pilot)
        await driven.until(lambda: {"app.place", "home.migrations"} <= set(app.jobs))
        await settled(driven)
        yield driven


async def settled(driven: Driven) -> None:
    jobs = driven.app.jobs

    def done() -> bool:
        return all(job.reported for job in jobs.values() if job.name != "migrate.watch")

    await driven.until(done, seconds=60)


async def keys(driven: Driven, *pressed: str) -> None:
    for key in pressed:
        await driven.pilot.press(key)
        await settled(driven)


@pytest.mark.slow
async def test_a_migration_is_rehearsed_backed_up_applied_and_taken_back(
    make: Make, sql: Sql, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = make(FIRST, SECOND)
    monkeypatch.chdir(project.folder)
    async with real_app(Context()) as driven:
        assert "2 revisions pending" in driven.text
        await keys(driven, "f5")
        assert "2 pending" in driven.text
        assert "CREATE TABLE notes" in driven.text
        await keys(driven, "b", "h")
        assert "restorable" in driven.text
        assert "the way back is proved" in driven.text
        await keys(driven, "a", "tab", "enter")
        assert "✓ applied" in driven.text
        assert "watching, " in driven.text
        assert sql("SELECT version_num FROM alembic_version") == [("b2",)]
        await keys(driven, "r")
        assert "Roll " in driven.text
        await keys(driven, "tab", "enter")
        assert "✓ taken back" in driven.text
        assert sql("SELECT to_regclass('notes')") == [(None,)]


async def test_the_interview_becomes_a_plan_and_the_plan_google_cloud(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "shop"
    folder.mkdir()
    (folder / "main.py").write_text("from fastapi import FastAPI\n\napp = FastAPI()\n")
    (folder / "requirements.txt").write_text("fastapi==0.115.0\n")
    monkeypatch.setenv("CLOUDSDK_CONFIG", str(tmp_path / "no-gcloud"))
    monkeypatch.chdir(folder)
    with running_sandbox(tmp_path / "sandbox", speed=6000) as address:
        context = Sandboxed()
        context.address = address
        async with real_app(context) as driven:
            await keys(driven, "f3", "tab", "ctrl+l", "enter")
            account = driven.app.screen.query(Input)[1].value
            assert account
            await keys(driven, "ctrl+s", "tab", "enter")
            assert (folder / "tarmac.toml").exists()
            assert "+ create    project shop-" in driven.text
            await keys(driven, "a", "tab", "enter")
            assert "everything is in place" in driven.notices
            await keys(driven, "f6")
            assert "✓ Project" in driven.text
            project = cast(Any, context).blueprint().project
        cloud = GoogleCloud.of(address)
        found = cloud.project(project.id)
        cloud.close()
        assert found is not None
        assert project.billing_account == account
