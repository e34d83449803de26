"""Generated images and compose files in a real Docker: they build, run as nobody, end in time."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.imagelab import lab
from tests.imagelab.projects import (
    ALL,
    BLUEPRINT_PORT,
    App,
    composed_services,
    generated,
    named,
)

OTHER_PORT = 9191
REASON = lab.why_not()
WHOLE = [app for app in ALL if not app.stops_at]

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(bool(REASON), reason=REASON or "there is a lab"),
]


@pytest.fixture(scope="module", autouse=True)
def _daemon() -> Iterator[None]:
    yield
    lab.down()


@pytest.mark.parametrize("app", WHOLE, ids=lambda app: app.name)
def test_the_image_builds_runs_as_nobody_and_ends_when_told(app: App, tmp_path: Path) -> None:
    root = generated(app, tmp_path)
    tag = lab.build(root, f"{app.name}:lab").tag
    ran = lab.run(
        tag, port=OTHER_PORT, probe=app.probe, expect=app.expect, environment=[app.unreachable]
    )
    assert ran.uid == "10001"
    assert ran.healthcheck == "passes"
    assert ran.stop_seconds < 10
    assert ran.exit_code == 0


@pytest.mark.parametrize("app", WHOLE, ids=lambda app: app.name)
def test_compose_comes_up_healthy_and_migrated(app: App, tmp_path: Path) -> None:
    root = generated(app, tmp_path)
    up = lab.compose(root, f"http://127.0.0.1:{BLUEPRINT_PORT}{app.deep}", app.deep_expect)
    wanted = set(composed_services(root))
    assert set(up.services) == wanted
    assert {"app", *app.services} <= wanted
    assert ("migrate" in wanted) == app.migrates
    for service, status in up.services.items():
        if service == "migrate":
            assert status.startswith("Exited (0)")
        else:
            assert status.startswith("Up "), f"{service}: {status}"
    assert up.services["app"].endswith("(healthy)")


def test_prisma_gets_as_far_as_its_engines(tmp_path: Path) -> None:
    app = named("nest-prisma")
    tag = lab.build(generated(app, tmp_path), f"{app.name}:lab").tag
    words = "not what it answers in the moment before it stops"
    with pytest.raises(lab.LabFailed, match=app.stops_at):
        lab.run(tag, port=OTHER_PORT, probe=app.probe, expect=words, environment=[app.unreachable])
