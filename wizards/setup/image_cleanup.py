"""Which images a repository keeps: as fields of a diff, and in gcloud's words."""

from __future__ import annotations

import json
from collections.abc import Iterable

from wizards.cloud.things import ImageCleanup
from wizards.plan import FieldDiff

PREFIX = "cleanup."
UNTAGGED_DAYS = 30


def cleanup_fields(cleanup: ImageCleanup) -> dict[str, str | int | bool]:
    """Return the policies as fields; 0 is no policy."""
    return {
        f"{PREFIX}keep_newest": cleanup.keep_newest,
        f"{PREFIX}untagged_days": cleanup.untagged_days,
    }


def cleanup_before(now: ImageCleanup, diff: Iterable[FieldDiff]) -> ImageCleanup:
    """Return the policies without what a diff put there; what somebody changed since stays."""
    values = cleanup_fields(now)
    for part in diff:
        if part.field in values and values[part.field] == part.after:
            values[part.field] = int(str(part.before or 0))
    newest, days = values.values()
    return ImageCleanup(keep_newest=int(newest), untagged_days=int(days))


def cleanup_command(repository: str, where: str, wanted: ImageCleanup) -> str:
    """Return what a person would type to set both policies; those of other names stay."""
    return (
        f"echo '{policies(wanted.keep_newest, wanted.untagged_days)}' | "
        f"gcloud artifacts repositories set-cleanup-policies {repository} {where} --policy=-"
    )


def policies(keep_newest: int, untagged_days: int = UNTAGGED_DAYS) -> str:
    """Return both policies as the JSON that gcloud reads."""
    made = [
        {
            "name": "tarmac-keep-newest",
            "action": {"type": "KEEP"},
            "mostRecentVersions": {"keepCount": keep_newest},
        },
        {
            "name": "tarmac-delete-untagged",
            "action": {"type": "DELETE"},
            "condition": {"tagState": "UNTAGGED", "olderThan": f"{untagged_days}d"},
        },
    ]
    return json.dumps(made)
