"""What Cloud SQL keeps for the way back of one session: a backup run, a point in time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from generators.language import _
from wizards.events import Json, rfc3339
from wizards.migrate.cloudsql.instance import Instance


@dataclass(frozen=True, slots=True, kw_only=True)
class Safety:
    """A backup of the whole instance and the moment before a session, as far as there are any.

    ``backup`` is the number of the backup run, "" where there is none: ``refused`` then says why
    and ``next`` what would change it. ``recovers`` says that point-in-time recovery is on, for
    ``log_days``; ``moment`` is the server's clock when no transaction of the session was open.
    """

    instance: Instance
    backup: str = ""
    description: str = ""
    seconds: float = 0.0
    refused: str = ""
    next: tuple[str, ...] = ()
    recovers: bool = False
    log_days: int = 0
    moment: datetime | None = None

    @property
    def reaches_until(self) -> datetime | None:
        """Until when the instance's log leads back to the moment."""
        if self.moment is None:
            return None
        return self.moment + timedelta(days=self.log_days)

    def as_json(self) -> dict[str, Json]:
        """Return it for journals, manifests and ``--json``."""
        return {
            "instance": self.instance.connection_name,
            "backup": self.backup or None,
            "description": self.description,
            "seconds": round(self.seconds, 1),
            "refused": self.refused,
            "next": list(self.next),
            "point_in_time": rfc3339(self.moment) if self.moment else None,
            "log_days": self.log_days,
        }

    @classmethod
    def of_json(cls, said: Mapping[str, Json]) -> Safety | None:
        """Read what :meth:`as_json` wrote; None where there is nothing."""
        if not said.get("instance"):
            return None
        moment = said.get("point_in_time")
        days = said.get("log_days")
        steps = said.get("next")
        return cls(
            instance=Instance.of(str(said["instance"])),
            backup=str(said.get("backup") or ""),
            description=str(said.get("description", "")),
            refused=str(said.get("refused", "")),
            next=tuple(str(one) for one in steps) if isinstance(steps, list) else (),
            recovers=moment is not None,
            log_days=days if isinstance(days, int) else 0,
            moment=datetime.fromisoformat(str(moment)).astimezone(UTC) if moment else None,
        )

    def told(self) -> str:
        """Return it as one line for people."""
        name = self.instance.name
        if self.backup:
            first = _("Cloud SQL backup {number} of {instance}").format(
                number=self.backup, instance=name
            )
        else:
            first = _("no Cloud SQL backup of {instance}: {why}").format(
                instance=name, why=self.refused
            )
        if self.moment is None:
            return _("{backup}; point-in-time recovery is off").format(backup=first)
        return _("{backup}; point in time {moment}").format(
            backup=first, moment=rfc3339(self.moment)
        )
