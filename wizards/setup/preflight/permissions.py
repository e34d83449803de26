"""May these credentials do what this plan does? Only what it will use is asked."""

from __future__ import annotations

from collections.abc import Sequence

from generators.language import _
from wizards.cloud.failing import CloudFailure
from wizards.cloud.port import Cloud
from wizards.cloud.roles import smallest_roles
from wizards.cloud.things import PolicyOf
from wizards.plan import Check
from wizards.setup.resource import Resource, Seen

_MOST = 100
"""Permissions that one question may hold."""
_CREATE = "resourcemanager.projects.create"


def permission_check(cloud: Cloud, todo: Sequence[tuple[Resource, Seen]]) -> Check:
    """Say whether the credentials may do what is to be done, on a project that exists."""
    title = _("your permissions")
    needed = sorted({p for resource, seen in todo for p in resource.permissions(seen)})
    if not needed:
        return Check(id="permissions", title=title, level="ok", says=_("nothing to write"))
    project = todo[0][0].project
    of = PolicyOf("project", f"projects/{project}")
    have: set[str] = set()
    try:
        for start in range(0, len(needed), _MOST):
            have |= cloud.allowed(of, needed[start : start + _MOST])
    except CloudFailure as failure:
        fix = "\n".join(failure.next)
        return Check(id="permissions", title=title, level="red", says=failure.message, fix=fix)
    missing = [permission for permission in needed if permission not in have]
    if not missing:
        says = _("all {count} that this plan uses").format(count=len(needed))
        return Check(id="permissions", title=title, level="ok", says=says)
    fix = "\n".join(
        f"gcloud projects add-iam-policy-binding {project} --member={member_of(cloud)} "
        f"--role={role} --condition=None"
        for role in smallest_roles(missing)
    )
    says = _("missing: {permissions}").format(permissions=", ".join(missing))
    return Check(id="permissions", title=title, level="red", says=says, fix=fix)


def parent_check(cloud: Cloud, parent: str) -> Check:
    """Say whether a new project may be created in its organisation or folder."""
    title = _("creating the project")
    if not parent:
        return Check(
            id="parent",
            title=title,
            level="ok",
            says=_("without an organisation; whether the id is free shows when it is created"),
        )
    try:
        have = cloud.allowed(PolicyOf("parent", parent), (_CREATE,))
    except CloudFailure as failure:
        return Check(
            id="parent", title=title, level="red", says=failure.message, fix=_other_parent()
        )
    if _CREATE in have:
        return Check(id="parent", title=title, level="ok", says=parent)
    kind, number = parent.split("/", 1)
    group = "resource-manager folders" if kind == "folders" else "organizations"
    grant = (
        f"gcloud {group} add-iam-policy-binding {number} --member={member_of(cloud)} "
        "--role=roles/resourcemanager.projectCreator"
    )
    return Check(
        id="parent",
        title=title,
        level="red",
        says=_("missing: {permissions}").format(permissions=f"{_CREATE} ({parent})"),
        fix=f"{grant}\n{_other_parent()}",
    )


def member_of(cloud: Cloud) -> str:
    """Return whoever asks as a member of a policy."""
    who = cloud.whoami()
    if "@" not in who:
        return "user:YOU"
    return f"serviceAccount:{who}" if who.endswith(".gserviceaccount.com") else f"user:{who}"


def _other_parent() -> str:
    return "tarmac init --set project.parent=…"
