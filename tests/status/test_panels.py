"""Panels: each fetched on its own, each with its reason."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.cli.run_tarmac import tarmac
from tests.running_sandbox import running_sandbox
from tests.setup.sandboxed import applied, blueprint, fault
from wizards.blueprint import Environment
from wizards.blueprint_writing import write
from wizards.cloud.google_cloud import GoogleCloud
from wizards.postgres.sandbox_address import SandboxAddress
from wizards.status.panel import Light
from wizards.status.panels import Panel, panels


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxAddress]:
    with running_sandbox(tmp_path_factory.mktemp("sandbox"), speed=1200) as address:
        yield address


@pytest.fixture(autouse=True)
def state_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "xdg"))


def by_id(found: list[Panel]) -> dict[str, Panel]:
    return {panel.id: panel for panel in found}


def test_before_and_after_an_apply(sandbox: SandboxAddress, tmp_path: Path) -> None:
    cloud = GoogleCloud.of(sandbox)
    wanted = blueprint()
    before = panels(tmp_path, wanted, cloud, sandbox)
    assert by_id(before)["project"].state is Light.RED
    assert by_id(before)["service"].state is not Light.OK
    assert applied(tmp_path, wanted, cloud).failures == ()
    after = panels(tmp_path, wanted, cloud, sandbox, before=before)
    found = by_id(after)
    assert {panel.id: panel.state for panel in after} == {
        "project": Light.OK,
        "service": Light.OK,
        "database": Light.OK,
        "secrets": Light.OK,
        "cost": Light.OK,
    }
    served = {row.label: row.value for row in found["service"].rows}
    assert (served["state"], served["traffic"]) == ("ready", "100 % newest")
    assert "placeholder" in served["program"]
    assert served["address"].startswith("https://")
    values = {row.label: row.value for row in found["database"].rows}
    assert values["state"] == "RUNNABLE"
    assert values["tier"].startswith("db-f1-micro")
    again = by_id(panels(tmp_path, wanted, cloud, sandbox, before=after))
    assert again["project"].since == found["project"].since
    cloud.close()


def test_a_panel_that_cannot_be_reached_says_why_and_the_others_go_on(
    sandbox: SandboxAddress, tmp_path: Path
) -> None:
    cloud = GoogleCloud.of(sandbox)
    wanted = replace(
        blueprint(), environments={"local": Environment(database_url_env="NOBODY_SETS_THIS")}
    )
    (tmp_path / "alembic.ini").write_text("[alembic]\nscript_location = nowhere\n")
    assert applied(tmp_path, wanted, cloud).failures == ()
    fault(sandbox, "instances.get", times=0, status=403, message="not you")
    found = by_id(panels(tmp_path, wanted, cloud, sandbox))
    assert found["database"].state is Light.UNKNOWN
    assert "not you" in found["database"].says
    assert found["project"].state is Light.OK
    assert found["migrations:local"].state is Light.UNKNOWN
    assert found["migrations:local"].says
    assert found["migrations:local"].since is not None
    cloud.close()


def test_status_exits_3_when_a_panel_is_red_and_shows_the_panels(
    sandbox: SandboxAddress, tmp_path: Path
) -> None:
    write(tmp_path / "tarmac.toml", {"project.id": blueprint().project.id})
    env = {"TARMAC_SANDBOX": str(sandbox.state)}
    ran = tarmac("status", "--json", cwd=tmp_path, env=env)
    assert ran.code == 3
    shown = ran.envelope["data"]["panels"][0]
    assert (shown["id"], shown["state"]) == ("project", "red")
    assert set(shown) == {"id", "title", "state", "says", "since", "rows"}
    text = tarmac("status", cwd=tmp_path, env=env)
    assert "✗ Project" in text.out
