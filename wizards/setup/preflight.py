"""Verdicts before any write: login, permissions, billing, names, edition, connections."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from generators.language import _
from wizards.blueprint import Blueprint
from wizards.cloud.failing import CloudFailure
from wizards.cloud.port import Cloud
from wizards.cloud.roles import smallest_role
from wizards.cloud.things import PolicyOf
from wizards.plan import Action, Check
from wizards.setup.lints import lints
from wizards.setup.resource import Resource, Seen

Looks = Mapping[str, Seen]

_LINK = "billing.resourceAssociations.create"
_CREATE = "resourcemanager.projects.create"


def login_check(cloud: Cloud) -> Check:
    """Say whose credentials are used; raises the login card when there are none."""
    title = _("you")
    return Check(id="login", title=title, level="ok", says=cloud.whoami() or _("logged in"))


def local_checks(blueprint: Blueprint) -> list[Check]:
    """Return what can be judged without asking anybody."""
    return lints(blueprint)


def permission_check(cloud: Cloud, wanted: Iterable[tuple[Resource, Seen]]) -> Check:
    """Say whether the credentials may do what this plan does, on a project that exists."""
    pairs = list(wanted)
    needed = sorted({p for resource, seen in pairs for p in resource.permissions(seen)})
    title = _("your permissions")
    if not needed:
        return Check(id="permissions", title=title, level="ok", says=_("nothing to write"))
    project = pairs[0][0].project
    try:
        have = cloud.allowed(PolicyOf("project", f"projects/{project}"), needed)
    except CloudFailure as failure:
        return Check(id="permissions", title=title, level="red", says=failure.message)
    missing = [permission for permission in needed if permission not in have]
    if not missing:
        says = _("all {count} that this plan uses").format(count=len(needed))
        return Check(id="permissions", title=title, level="ok", says=says)
    roles = dict.fromkeys(filter(None, map(smallest_role, missing)))
    fix = "\n".join(
        f"gcloud projects add-iam-policy-binding {project} --member=user:YOU --role={role}"
        for role in roles
    )
    says = _("missing: {permissions}").format(permissions=", ".join(missing))
    return Check(id="permissions", title=title, level="red", says=says, fix=fix)


def parent_check(cloud: Cloud, blueprint: Blueprint) -> Check | None:
    """Say whether a new project may be created in its organisation or folder."""
    parent = blueprint.project.parent
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
        return Check(id="parent", title=title, level="red", says=failure.message)
    if _CREATE in have:
        return Check(id="parent", title=title, level="ok", says=parent)
    return Check(
        id="parent",
        title=title,
        level="red",
        says=_("missing: {permissions}").format(permissions=f"{_CREATE} ({parent})"),
        fix="tarmac init --set project.parent=…",
    )


def billing_check(cloud: Cloud, blueprint: Blueprint, seen: Seen) -> Check:
    """Say whether the chosen billing account is open and may be linked."""
    title = _("billing account")
    account = blueprint.project.billing_account
    if seen.action is Action.NONE:
        return Check(id="billing", title=title, level="ok", says=_("linked and enabled"))
    if not account:
        fix = "tarmac init --set project.billing_account=…"
        return Check(id="billing", title=title, level="red", says=seen.blocked_by, fix=fix)
    try:
        have = cloud.billing_allowed(account, (_LINK,))
        known = {found.id: found for found in cloud.billing_accounts()}
    except CloudFailure as failure:
        return Check(id="billing", title=title, level="red", says=failure.message)
    if account in known and not known[account].open:
        says = _("{account} is closed").format(account=account)
        return Check(id="billing", title=title, level="red", says=says)
    if _LINK not in have:
        return Check(
            id="billing",
            title=title,
            level="red",
            says=_("missing: {permissions}").format(permissions=_LINK),
            fix=(
                f"gcloud billing accounts add-iam-policy-binding {account} "
                "--member=user:YOU --role=roles/billing.user"
            ),
        )
    name = known[account].name if account in known else account
    return Check(id="billing", title=title, level="ok", says=name)
