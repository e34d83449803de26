"""Cloud SQL's own backup, point in time and clone, against a sandbox with real data."""

from __future__ import annotations

from datetime import datetime

import psycopg
import pytest

from tests.migrate.on_cloud_sql import (
    SECOND,
    OnCloudSql,
    killed_while,
    states,
)
from tests.sandbox.client import until
from wizards.cancel import Cancel
from wizards.events import Event, discard
from wizards.failures import Failure
from wizards.migrate import manifest, records, retention
from wizards.migrate.model import Decision, Outcome


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
    assert moment.loses[0].exact, "the moment is the session's own"
    assert not whole.loses[0].exact, "the backup is older, and nobody counted in between"
    assert str(done.cloud["point_in_time"]) in moment.commands[0]
    assert str(done.cloud["backup"]) in whole.commands[0]
    assert "postgres" in whole.says
    for dump in (prod.folder / ".tarmac" / "backups").iterdir():
        dump.unlink()
    bare = prod.console().rollback_plan()
    assert bare.decision.value == "refuse"
    assert bare.others == plan.others
    console.close()


@pytest.mark.slow
def test_after_a_kill_the_next_start_says_that_the_instance_was_overwritten(
    prod: OnCloudSql,
) -> None:
    assert prod.tarmac("migrate", "up", "--yes").code == 0
    prod.write({"002_gone.up.sql": "TRUNCATE note;\nALTER TABLE note ADD COLUMN due date;\n"})
    applied = prod.tarmac("migrate", "up", "--yes", "--accept", "truncate@002_gone=tested")
    assert applied.code == 0, applied.out
    number = applied.envelope["data"]["cloud"]["backup"]
    killed_while(prod, "running", "restore-instance", number, "--confirm", prod.instance)
    until(lambda: _rows(prod), lambda rows: rows == 1000, seconds=30)
    left_open = prod.tarmac("migrate", "status").envelope["data"]["interrupted"]
    assert left_open["says"] == "The rollback is done."
    ended = prod.tarmac("migrate", "rollback", "--recover")
    assert ended.code == 0, ended.out
    assert "interrupted" not in prod.tarmac("migrate", "status").envelope["data"]


def _rows(prod: OnCloudSql) -> int:
    try:
        return int(str(prod.sql("select count(*) from note")[0][0]))
    except (OSError, AssertionError, psycopg.Error):
        return -1  # it is being restored


@pytest.mark.slow
@pytest.mark.parametrize("method", [r"instances\.clone", r"instances\.restoreBackup"])
def test_an_answer_that_is_lost_on_the_way_is_found_again(prod: OnCloudSql, method: str) -> None:
    console = prod.console()
    done = console.up(discard, Cancel())
    prod.write(SECOND)
    prod.fault(method=method, kind="reset", times=1, after=True)
    if "clone" in method:
        assert console.rehearse(discard, Cancel(), on_clone=True).reverts_clean
        assert prod.instances() == [prod.instance]
    else:
        number = str(done.cloud["backup"])
        back = prod.tarmac("migrate", "restore-instance", number, "--confirm", prod.instance)
        assert back.code == 0, back.out
        assert back.envelope["data"]["current"] == []
    console.close()


@pytest.mark.slow
def test_a_way_back_does_not_wait_for_a_cloud_that_does_not_answer(prod: OnCloudSql) -> None:
    console = prod.console()
    console.up(discard, Cancel())
    prod.fault(method=r"instances\.get|backupRuns\.list", kind="status", status=503, times=0)
    plan = console.rollback_plan()
    prod.client.ok("DELETE", "/sandbox/v1/faults")
    assert plan.decision is Decision.DOWNGRADE or plan.decision is Decision.RESTORE
    assert [one.way for one in plan.others] == ["point-in-time", "instance"]
    assert "not known" in plan.others[0].says
    console.close()


def _no_backups(prod: OnCloudSql) -> None:
    prod.fault(
        method=r"backupRuns\.insert", kind="status", status=403, times=1,
        reason="IAM_PERMISSION_DENIED", metadata={"permission": "cloudsql.backupRuns.create"},
    )  # fmt: skip


@pytest.mark.slow
def test_without_the_permission_the_dump_stands_alone_and_the_role_is_named(
    prod: OnCloudSql, heard: list[Event]
) -> None:
    _no_backups(prod)
    console = prod.console()
    done = console.up(heard.append, Cancel())
    assert done.outcome is Outcome.APPLIED
    assert done.cloud["backup"] is None
    assert done.cloud["point_in_time"]
    refused = next(one for one in heard if one.fields.get("state") == "refused")
    assert "roles/cloudsql.editor" in str(refused.fields["next"])
    assert "tarmac apply --resume" not in str(refused.fields["next"])
    prod.write(SECOND)
    prod.says("cloud_backup = true")
    _no_backups(prod)
    with pytest.raises(Failure) as must:
        prod.console().up(discard, Cancel())
    assert must.value.code == "cloud-backup-missing"
    with pytest.raises(Exception, match="due"):
        prod.sql("select due from note")
    prod.says("cloud_backup = false")
    before = len(prod.runs())
    alone = prod.console().up(discard, Cancel())
    assert alone.outcome is Outcome.APPLIED
    assert (alone.cloud, len(prod.runs())) == ({}, before)
    console.close()


@pytest.mark.slow
def test_without_a_dump_a_protected_target_needs_the_backup_of_cloud_sql(
    prod: OnCloudSql,
) -> None:
    prod.says(protected=True)
    _no_backups(prod)
    with pytest.raises(Failure) as must:
        prod.console().up(discard, Cancel(), without_backup=True)
    assert must.value.code == "cloud-backup-missing"
    console = prod.console()
    done = console.up(discard, Cancel(), without_backup=True)
    assert done.outcome is Outcome.APPLIED
    assert done.cloud["backup"]
    plan = console.rollback_plan()
    assert plan.decision is Decision.REFUSE
    assert [one.way for one in plan.others] == ["point-in-time", "instance"]
    prod.says("cloud_backup = false", protected=True)
    prod.write(SECOND)
    with pytest.raises(Failure) as none:
        prod.console().up(discard, Cancel(), without_backup=True)
    assert none.value.code == "backup-required"
    console.close()


@pytest.mark.slow
def test_the_whole_instance_comes_back_only_when_its_name_is_typed(prod: OnCloudSql) -> None:
    assert prod.tarmac("migrate", "up", "--yes").code == 0
    prod.write({"002_gone.up.sql": "TRUNCATE note;\n"})
    applied = prod.tarmac("migrate", "up", "--yes", "--accept", "truncate@002=tested")
    assert applied.code == 0, applied.out
    number = applied.envelope["data"]["cloud"]["backup"]
    listed = prod.tarmac("migrate", "backup", "--list").envelope["data"]["cloud"]
    assert listed["backups"][0]["id"] == number
    assert len(listed["backups"]) == 2
    assert listed["others"] == 1
    refused = prod.tarmac("migrate", "restore-instance", number, "--confirm", "prod")
    assert refused.code == 4
    assert refused.envelope["errors"][0]["code"] == "confirmation-missing"
    assert "postgres" in refused.envelope["errors"][0]["why"]
    assert prod.sql("select count(*) from note") == [(0,)]
    unknown = prod.tarmac("migrate", "restore-instance", "17", "--confirm", prod.instance)
    assert unknown.envelope["errors"][0]["code"] == "backup-unknown"
    back = prod.tarmac("migrate", "restore-instance", number, "--confirm", prod.instance)
    assert back.code == 0, back.out
    assert back.envelope["data"]["current"] == ["001_first"]
    assert prod.sql("select count(*) from note") == [(1000,)]
    status = prod.tarmac("migrate", "status").envelope["data"]
    assert "interrupted" not in status
    assert [one["id"] for one in status["revisions"] if one["applied"]] == ["001_first"]


@pytest.mark.slow
def test_old_backups_of_ours_go_one_by_one_and_those_of_others_stay(
    prod: OnCloudSql, heard: list[Event], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "KEPT", 1)
    monkeypatch.setenv(retention.VARIABLE, "0")
    console = prod.console()
    first = console.up(discard, Cancel())
    prod.write(SECOND)
    second = console.up(heard.append, Cancel())
    expired = [
        one.fields["backup"]
        for one in heard
        if one.event == "migrate.cloud_backup" and one.fields["state"] == "expired"
    ]
    assert expired == [first.cloud["backup"]]
    until(lambda: len(prod.runs()), lambda count: count == 2)
    assert {one["type"] for one in prod.runs()} == {"AUTOMATED", "ON_DEMAND"}
    assert prod.runs()[0]["id"] == second.cloud["backup"]
    console.close()
