"""Hours with little traffic, when a migration hurts least: ``"22:00-06:00 Asia/Seoul"``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, time, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from generators.language import _

_WRITTEN = re.compile(r"(\d{1,2}):(\d\d) ?[-–] ?(\d{1,2}):(\d\d)(?: +(\S+))?")


@dataclass(frozen=True, slots=True, kw_only=True)
class QuietHours:
    """From ``begins`` until before ``ends`` (the next day when that is earlier), every day.

    ``zone`` None is the time of the machine that Tarmac runs on.
    """

    begins: time
    ends: time
    zone: tzinfo | None = None

    def there(self, moment: datetime) -> datetime:
        """Return a moment (aware) as the clocks of these hours' place show it."""
        return moment.astimezone(self.zone)

    def hold(self, moment: datetime) -> bool:
        """Whether a moment (aware) lies in these hours."""
        now = self.there(moment).time()
        if self.begins < self.ends:
            return self.begins <= now < self.ends
        return now >= self.begins or now < self.ends


def read(text: str) -> QuietHours | None:
    """Return the hours that a text names, None for an empty one; ValueError says what is wrong."""
    if not text.strip():
        return None
    found = _WRITTEN.fullmatch(text.strip())
    if found is None:
        raise ValueError(_("hours look like 22:00-06:00 or 22:00-06:00 Asia/Seoul"))
    try:
        begins = time(int(found[1]), int(found[2]))
        ends = time(int(found[3]), int(found[4]))
    except ValueError:
        raise ValueError(_("there is no such time of day")) from None
    if begins == ends:
        raise ValueError(_("the hours end when they begin"))
    return QuietHours(begins=begins, ends=ends, zone=_zone(found[5]))


def complaint(value: object) -> str:
    """Return what is wrong with a value of tarmac.toml, or ""."""
    try:
        read(str(value))
    except ValueError as wrong:
        return str(wrong)
    return ""


def _zone(name: str | None) -> tzinfo | None:
    if name is None:
        return None
    if name in ("UTC", "Z"):
        return UTC
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(_("{name} is not a time zone").format(name=name)) from None
