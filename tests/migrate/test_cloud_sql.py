"""Cloud SQL's own backup, point in time and clone, against a sandbox with real data."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from tests.migrate.on_cloud_sql import RECOVERS, SECOND, OnCloudSql, on_cloud_sql, states
from tests.running_sandbox import running_sandbox
from tests.sandbox.furnished import furnish_state
from wizards.cancel import Cancel
from wizards.events import Event, discard
from wizards.migrate import manifest, records
from wizards.migrate.cloudsql import left
from wizards.migrate.model import Outcome
from wizards.postgres.sandbox_address import SandboxAddress


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxAddress]:
    state = tmp_path_factory.mktemp("cloud") / "state"
    furnish_state(state)
    with running_sandbox(state, speed=10_000.0) as address:
        yield address


@pytest.fixture
def prod(tmp_path: Path, cloud: SandboxAddress) -> OnCloudSql:
    return on_cloud_sql(tmp_path / "project", cloud, **RECOVERS)


def test_an_apply_leaves_a_backup_and_a_moment_that_bring_the_start_back(
    prod: OnCloudSql, heard: list[Event]
) -> None:
    console = prod.console()
    first = console.up(heard.append, Cancel())
    assert first.outcome is Outcome.APPLIED, first.error
    [run, *_automated] = prod.runs()
    assert (run["type"], run["description"]) == ("ON_DEMAND", f"tarmac session {first.session}")
    assert first.cloud["backup"] == run["id"]
    assert states(heard, "migrate.cloud_backup")[0] == "start"
    assert states(heard, "migrate.cloud_backup")[-1] == "done"
    [told] = records.told(prod.folder, "prod")
    journalled = told.start.part("cloud").fields
    assert journalled == first.cloud
    moment = datetime.fromisoformat(str(journalled["point_in_time"]))
    assert moment <= datetime.fromisoformat(told.start.text("at"))
    [dump] = console.backups()
    assert manifest.as_json(dump)["cloud"] == first.cloud
    assert first.report is not None
    assert f"Cloud SQL backup {run['id']}" in first.report.read_text()
    console.close()


@pytest.mark.slow
def test_a_rehearsal_on_a_clone_touches_nothing_and_leaves_nothing(
    prod: OnCloudSql, heard: list[Event]
) -> None:
    console = prod.console()
    console.up(discard, Cancel())
    prod.write(SECOND)
    found = console.rehearse(heard.append, Cancel(), on_clone=True)
    assert found.ok, found.error
    assert found.reverts_clean
    assert found.reverts_data
    assert "clone" in found.on
    assert states(heard, "migrate.clone") == ["start", "making", "made", "deleting", "deleted"]
    assert prod.instances() == [prod.instance]
    assert left.clones(prod.folder) == []
    assert prod.sql("select count(*) from note") == [(1000,)]
    with pytest.raises(Exception, match="due"):
        prod.sql("select due from note")
    done = console.up(discard, Cancel())
    assert done.outcome is Outcome.APPLIED
    assert console.rollback_plan().decision.value == "downgrade"
    console.close()


@pytest.mark.slow
def test_the_way_back_shows_what_the_instance_offers_with_its_loss(
    prod: OnCloudSql, heard: list[Event]
) -> None:
    prod.says(protected=False)
    console = prod.console()
    console.up(discard, Cancel())
    prod.write({"002_drop.up.sql": "ALTER TABLE note DROP COLUMN body;\n"})
    done = console.up(heard.append, Cancel(), accept=["drop-column@002=tested"])
    assert done.outcome is Outcome.APPLIED, done.error
    prod.sql("insert into note select g from generate_series(2001, 2007) g")
    plan = console.rollback_plan()
    assert plan.decision.value == "restore"
    moment, whole = plan.others
    assert (moment.way, whole.way) == ("point-in-time", "instance")
    for one in plan.others:
        assert [(lost.table, lost.rows) for lost in one.loses] == [("public.note", 7)]
    assert str(done.cloud["point_in_time"]) in moment.commands[0]
    assert str(done.cloud["backup"]) in whole.commands[0]
    assert "postgres" in whole.says
    for dump in (prod.folder / ".tarmac" / "backups").iterdir():
        dump.unlink()
    bare = prod.console().rollback_plan()
    assert bare.decision.value == "refuse"
    assert bare.others == plan.others
    console.close()
