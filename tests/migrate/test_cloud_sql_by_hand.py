"""The commands that cards and plans show for Cloud SQL, run by the real gcloud."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.migrate.on_cloud_sql import RECOVERS, SECOND, OnCloudSql, on_cloud_sql
from tests.running_sandbox import running_sandbox
from tests.sandbox.furnished import furnish_state
from tests.sandbox.real_gcloud import NEEDS_GCLOUD, Gcloud, gcloud_for
from wizards.cancel import Cancel
from wizards.cloud.google_cloud import GoogleCloud
from wizards.events import discard
from wizards.migrate.cloudsql import cloning
from wizards.migrate.cloudsql.instance import Instance

pytestmark = NEEDS_GCLOUD


@pytest.fixture
def prod(tmp_path: Path) -> Iterator[OnCloudSql]:
    furnish_state(tmp_path / "state")
    with running_sandbox(tmp_path / "state", speed=10_000.0) as address:
        yield on_cloud_sql(tmp_path / "project", address, **RECOVERS)


def _run(gcloud: Gcloud, command: str) -> None:
    gcloud(command.removeprefix("gcloud ") + " --quiet")


def test_what_a_rollback_shows_is_what_gcloud_takes(prod: OnCloudSql) -> None:
    gcloud = gcloud_for(prod.address)
    console = prod.console()
    console.up(discard, Cancel())
    prod.write(SECOND)
    console.up(discard, Cancel())
    prod.sql("delete from note")
    moment, whole = console.rollback_plan().others
    clone, *_switch = moment.commands
    _run(gcloud, clone)
    [name] = [one for one in prod.instances() if one != prod.instance]
    assert prod.sql("select count(*) from note", name) == [(1000,)]
    with pytest.raises(Exception, match="due"):
        prod.sql("select due from note", name)
    _run(gcloud, whole.commands[-1])
    assert prod.sql("select count(*) from note") == [(1000,)]
    console.close()


def test_a_clone_goes_by_the_commands_that_are_shown(prod: OnCloudSql) -> None:
    gcloud = gcloud_for(prod.address)
    cloud = GoogleCloud.of(prod.address)
    source = Instance("notes-prod", "asia-northeast3", prod.instance)
    clone = cloning.planned(cloud, source)
    cloud.wait(cloud.start_sql_clone("notes-prod", prod.instance, clone.instance.name))
    cloud.close()
    assert clone.instance.name in prod.instances()
    for command in clone.commands:
        _run(gcloud, command.replace(" --quiet", ""))
    assert prod.instances() == [prod.instance]
