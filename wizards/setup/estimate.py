"""What the answers so far would cost a month, for the line that moves while one answers."""

from __future__ import annotations

from generators.language import _
from wizards.cloud.things import SqlSettings
from wizards.question import Known
from wizards.setup.prices import dated, secret_month, size_of, sql_month
from wizards.setup.questions import HAS_DATABASE, SECRET_NAMES


def month(known: Known) -> float:
    """Return USD a month for database and secrets; traffic and images are not in it."""
    names = known.get(SECRET_NAMES)
    total = secret_month() * (len(names) if isinstance(names, tuple) else 0)
    tier = str(known.get("database.tier") or "")
    if known.get(HAS_DATABASE) is not True or not size_of(tier)[0]:
        return total
    settings = SqlSettings(
        version=str(known.get("database.version") or ""),
        tier=tier,
        edition="ENTERPRISE",
        region=str(known.get("project.region") or ""),
        storage_gb=10,
        high_availability=known.get("database.high_availability") is True,
        point_in_time_recovery=True,
    )
    return total + secret_month() + sql_month(settings)


def line(known: Known) -> str:
    """Return the estimate as a line with the date of its prices."""
    return _("about ${total} a month so far (prices of {date})").format(
        total=f"{month(known):.2f}", date=dated()
    )
