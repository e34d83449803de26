"""Hours with little traffic: read, refused, and said where a migration would come outside."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from wizards import blueprint_reading, quiet_hours
from wizards.failures import UsageFailure
from wizards.migrate.situation import Situation


def at(hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 7, 1, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "moment", "inside"),
    [
        ("22:00-06:00 UTC", at(23), True),
        ("22:00-06:00 UTC", at(5, 59), True),
        ("22:00-06:00 UTC", at(6), False),
        ("22:00-06:00 UTC", at(21, 59), False),
        ("2:00-4:30 UTC", at(4, 29), True),
        ("02:00 - 04:30 UTC", at(1), False),
        ("22:00-06:00 Asia/Seoul", at(14), True),  # 23:00 there
        ("22:00-06:00 Asia/Seoul", at(23), False),  # 08:00 there
        ("22:00-06:00 Europe/Berlin", at(20), True),  # 22:00 there, in summer
    ],
)
def test_hours_go_past_midnight_and_by_the_clocks_of_their_zone(
    text: str, moment: datetime, inside: bool
) -> None:
    hours = quiet_hours.read(text)
    assert hours is not None
    assert hours.hold(moment) is inside


def test_none_named_are_none() -> None:
    assert quiet_hours.read("") is None
    assert Situation().checks() == []
    assert Situation().as_json()["quiet_hours"] is None


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("at night", "22:00-06:00"),
        ("25:00-06:00", "no such time"),
        ("22:00-22:00", "end when they begin"),
        ("22:00-06:00 Nowhere/Land", "Nowhere/Land is not a time zone"),
        ("22:00-06:00 ../../etc/passwd", "not a time zone"),
    ],
)
def test_hours_that_cannot_be_meant_are_refused_with_the_key(
    tmp_path: Path, text: str, says: str
) -> None:
    (tmp_path / "tarmac.toml").write_text(
        f'[environments.prod]\ndatabase_url_env = "PROD_URL"\nquiet_hours = "{text}"\n',
        encoding="utf-8",
    )
    with pytest.raises(UsageFailure) as caught:
        blueprint_reading.load(tmp_path / "tarmac.toml")
    told = f"{caught.value.message} {caught.value.why} {caught.value.raw}"
    assert says in told
    assert "quiet_hours" in told


def test_outside_of_them_a_person_is_told_what_time_it_is_there() -> None:
    hours = quiet_hours.read("22:00-06:00 Asia/Seoul")
    loud = Situation(now=at(5, 12), quiet=hours)
    assert [check.says for check in loud.checks()] == [
        "the quiet hours are 22:00–06:00; it is 14:12 KST there"
    ]
    assert loud.as_json()["quiet_hours"] is False
    calm = Situation(now=at(14), quiet=hours)
    assert (calm.checks(), calm.as_json()["quiet_hours"]) == ([], True)
