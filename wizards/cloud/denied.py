"""Several reads that were refused at once: one card with all that is missing, not one by one."""

from __future__ import annotations

from collections.abc import Sequence

from generators.language import _
from wizards.cloud.failing import RESUME, CloudFailure
from wizards.cloud.known.access import denied_permission, grant
from wizards.cloud.roles import smallest_roles

_DENIED = "permission-denied"
# Cloud SQL refuses without a name: what looking at instance, databases and users takes.
_UNNAMED = {
    "database-access-denied": (
        "cloudsql.databases.list",
        "cloudsql.instances.get",
        "cloudsql.users.list",
    )
}


def together(failures: Sequence[CloudFailure]) -> CloudFailure:
    """Return the card for what failed side by side; where not all lack permissions, the first."""
    first = next((one for one in failures if one.code == _DENIED), failures[0])
    lacking = [_lacking(failure) for failure in failures]
    missing = sorted({permission for some in lacking for permission in some})
    projects = {failure.refusal.project for failure in failures}
    roles = smallest_roles(missing)
    if not all(lacking) or len(missing) < 2 or len(projects) > 1 or not roles:
        return failures[0]
    return CloudFailure(
        _DENIED,
        _("permission denied: {permission} on {place}").format(
            permission=", ".join(missing), place=first.refusal.project
        ),
        refusal=first.refusal,
        retry=first.retry,
        why=_(
            "the smallest roles that have them are {roles}; if they were granted just now, it "
            "takes two minutes or more: wait, then go on"
        ).format(roles=", ".join(roles)),
        next=(*(grant(first.refusal, role) for role in roles), RESUME),
    )


def _lacking(failure: CloudFailure) -> tuple[str, ...]:
    """Return the permissions that a refusal is about, () where it is about something else."""
    if failure.code != _DENIED:
        return _UNNAMED.get(failure.code, ())
    named = denied_permission(failure.refusal)
    return (named,) if named else ()
