"""What each attempt leaves behind is not made again and again."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from sandbox.iam import access
from tests.reliability.journeys import applied
from tests.reliability.virtual_cloud import virtual_cloud
from tests.reliability.whole import whole


def test_a_service_whose_grants_take_two_minutes_leaves_few_revisions(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with virtual_cloud(tmp_path / "sandbox") as (inside, _time), monkeypatch.context() as patch:
        patch.setattr(access, "PROPAGATION", 120.0)
        wanted = replace(whole("github"), database=None)
        assert applied(inside.cloud, wanted, tmp_path) == []
        revisions = inside.inside(lambda: inside.world.store.all("run-revision"))
    assert 1 < len(revisions) <= 9
