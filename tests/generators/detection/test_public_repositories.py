"""Public repositories against what people found by reading them; they are never committed."""

from __future__ import annotations

import pytest

from generators.detect import detect
from tests.generators.detection.check_detection import compare, expectations, place_of


@pytest.mark.slow
@pytest.mark.parametrize("wanted", expectations(), ids=lambda wanted: str(wanted["name"]))
def test_a_public_repository_is_understood(wanted: dict[str, object]) -> None:
    place = place_of(str(wanted["name"]))
    if place is None:
        pytest.skip("TARMAC_REPOS names no folder with a checkout of it")
    found = compare(wanted, detect(place))
    assert found.sure_and_wrong == []
    assert found.wrong == []
