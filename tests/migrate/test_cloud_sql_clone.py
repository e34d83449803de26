"""Rehearsals on a clone of a Cloud SQL instance: nothing touched, nothing left, none forgotten."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.migrate.alembic_project import Rev, make_project
from tests.migrate.on_cloud_sql import (
    BROKEN,
    RECOVERS,
    SECOND,
    OnCloudSql,
    killed_while,
    on_cloud_sql,
    states,
)
from wizards.cancel import Cancel, Cancelled
from wizards.events import Event, discard
from wizards.failures import Failure
from wizards.migrate.cloudsql import left
from wizards.migrate.model import Decision, Outcome
from wizards.postgres.sandbox_address import SandboxAddress


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
def test_a_rehearsal_that_fails_or_is_cancelled_leaves_no_clone(
    prod: OnCloudSql, heard: list[Event]
) -> None:
    console = prod.console()
    console.up(discard, Cancel())
    prod.write(BROKEN)
    found = console.rehearse(discard, Cancel(), on_clone=True)
    assert not found.ok
    assert found.failed_revision == "003_broken"
    assert prod.instances() == [prod.instance]
    cancel = Cancel()

    def at_first_look(event: Event) -> None:
        heard.append(event)
        if event.event == "migrate.clone" and event.fields["state"] == "making":
            cancel.ask()

    with pytest.raises(Cancelled):
        console.rehearse(at_first_look, cancel, on_clone=True)
    assert states(heard, "migrate.clone")[-1] == "deleted"
    assert prod.instances() == [prod.instance]
    assert left.clones(prod.folder) == []
    console.close()


@pytest.mark.slow
def test_after_a_kill_the_next_start_names_the_clone_and_deletes_it(prod: OnCloudSql) -> None:
    assert prod.tarmac("migrate", "up", "--yes").code == 0
    prod.write(SECOND)
    killed_while(prod, "making", "rehearse", "--on", "clone")
    [clone] = left.clones(prod.folder)
    assert clone.source == prod.instance
    assert clone.usd_hour > 0
    said = prod.tarmac("migrate", "status").envelope["data"]["clones_left"]
    assert [one["instance"] for one in said] == [clone.instance.connection_name]
    assert "gcloud sql instances delete" in said[0]["delete"][-1]
    both = prod.tarmac("migrate", "rehearse", "--on", "clone", "--backup", "a.dump")
    assert (both.code, both.envelope["errors"][0]["code"]) == (2, "clone-or-backup")
    gone = prod.tarmac("migrate", "clones", "--delete")
    assert gone.code == 0, gone.out
    assert len(gone.envelope["data"]["deleted"]) == 1
    assert prod.instances() == [prod.instance]
    assert prod.tarmac("migrate", "clones").envelope["data"]["clones"] == []


@pytest.mark.slow
def test_a_clone_that_cannot_be_deleted_is_said_and_not_forgotten(
    prod: OnCloudSql, heard: list[Event]
) -> None:
    console = prod.console()
    console.up(discard, Cancel())
    prod.write(SECOND)
    denied = {"permission": "cloudsql.instances.delete"}
    prod.fault(
        method=r"instances\.delete", kind="status", status=403, times=1,
        reason="IAM_PERMISSION_DENIED", metadata=denied,
    )  # fmt: skip
    found = console.rehearse(heard.append, Cancel(), on_clone=True)
    assert found.ok
    last = [one for one in heard if one.event == "migrate.clone"][-1]
    assert last.fields["state"] == "left"
    assert "tarmac migrate clones --delete" in str(last.fields["next"])
    [clone] = left.clones(prod.folder)
    console.project.required_cloud_sql(discard).delete(clone, discard, Cancel())
    assert left.clones(prod.folder) == []
    assert prod.instances() == [prod.instance]
    console.close()


@pytest.mark.slow
def test_without_room_for_a_dump_the_clone_and_the_instance_s_backup_do(
    prod: OnCloudSql, heard: list[Event], monkeypatch: pytest.MonkeyPatch
) -> None:
    prod.says(protected=True)
    console = prod.console()
    console.up(discard, Cancel())
    prod.write(SECOND)
    monkeypatch.setattr("shutil.disk_usage", lambda _path: SimpleNamespace(free=0))
    with pytest.raises(Failure) as full_disk:
        console.rehearse(discard, Cancel())
    assert "tarmac migrate rehearse --on clone" in full_disk.value.next
    assert console.rehearse(discard, Cancel(), on_clone=True).reverts_clean
    done = console.up(heard.append, Cancel(), without_backup=True)
    assert done.outcome is Outcome.APPLIED
    assert done.cloud["backup"]
    plan = console.rollback_plan()
    assert plan.decision is Decision.DOWNGRADE, "what the clone proved holds for the way back"
    assert console.rollback(plan, discard, Cancel(), confirmed="prod").went_back
    assert prod.instances() == [prod.instance]
    console.close()


@pytest.mark.slow
def test_the_project_s_own_alembic_runs_on_the_clone_and_nowhere_else(
    tmp_path: Path, cloud: SandboxAddress, alembic_python: Path
) -> None:
    prod = on_cloud_sql(tmp_path / "files", cloud, **RECOVERS)
    made = make_project(
        tmp_path / "project",
        "postgresql+psycopg://nobody@nowhere/none",
        alembic_python,
        [
            Rev("a1", None, "CREATE TABLE items (id int PRIMARY KEY)", "DROP TABLE items"),
            Rev(
                "b2", "a1", "ALTER TABLE items ADD COLUMN x int", "ALTER TABLE items DROP COLUMN x"
            ),
        ],
    )
    prod.folder = made.folder
    prod.says(provider="alembic", directory=".")
    console = prod.console()
    found = console.rehearse(discard, Cancel(), on_clone=True)
    assert found.ok, found.error
    assert found.reverts_clean
    assert [one.id for one in found.revisions] == ["a1", "b2"]
    assert prod.sql("select to_regclass('items')") == [(None,)]
    assert console.up(discard, Cancel()).outcome is Outcome.APPLIED
    console.close()
