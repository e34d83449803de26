"""What differs from Tarmac's suggestions and is left alone: tarmac.toml does not name it."""

from __future__ import annotations

from generators.language import _
from wizards.plan import Check
from wizards.setup.resource import Resource, Seen

# Fields that decide over safety; the others are a matter of taste.
_GRAVE = frozenset(
    {
        "backups",
        "connector_enforcement",
        "deletion_protection",
        "open_to",
        "point_in_time_recovery",
        "retain_backups",
        "ssl_mode",
    }
)
_IDS = {"sql.instance": "database-settings", "repository": "repository-settings"}


def left_alone_check(resource: Resource, seen: Seen) -> Check | None:
    """Return what stays as somebody else set it, and the command that would follow Tarmac."""
    parts = [part for part in seen.kept if part.after is not None]
    if not parts:
        return None
    grave = any(part.field in _GRAVE for part in parts)
    listed = ", ".join(
        _("{field} is {now} (suggested: {wish})").format(
            field=part.field, now=_shown(part.before), wish=_shown(part.after)
        )
        for part in parts
    )
    return Check(
        id=_IDS.get(resource.kind, f"{resource.kind}-settings"),
        title=_("left as it is: {name}").format(name=resource.name),
        level="warning" if grave else "ok",
        says=listed,
        fix=resource.following(seen) if grave else "",
    )


def _shown(value: object) -> str:
    if value is None or value == "":
        return _("not set")
    if isinstance(value, bool):
        return _("on") if value else _("off")
    return str(value)
