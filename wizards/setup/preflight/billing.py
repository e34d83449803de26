"""Who pays: is the account open, linked, or may it be linked?"""

from __future__ import annotations

from generators.language import _
from wizards.blueprint import Blueprint
from wizards.cloud.failing import CloudFailure
from wizards.cloud.port import Cloud
from wizards.plan import Action, Check
from wizards.setup.preflight.permissions import member_of
from wizards.setup.resource import Seen

_LINK = "billing.resourceAssociations.create"
_CHOOSE = "tarmac init --set project.billing_account=…"


def billing_check(cloud: Cloud, blueprint: Blueprint, seen: Seen) -> Check:
    """Say whether the chosen billing account is open and may be linked."""
    account = blueprint.project.billing_account
    if seen.action is Action.NONE:
        return _check("ok", _("linked and enabled"))
    if not account:
        return _check("red", seen.blocked_by, f"gcloud billing accounts list\n{_CHOOSE}")
    try:
        have = cloud.billing_allowed(account, (_LINK,))
        known = {found.id: found for found in cloud.billing_accounts()}
    except CloudFailure as failure:
        return _check("red", failure.message, "\n".join((*failure.next, _CHOOSE)))
    if account in known and not known[account].open:
        says = _("{account} is closed").format(account=account)
        return _check("red", says, f"gcloud billing accounts list --filter=open=true\n{_CHOOSE}")
    if _LINK not in have:
        grant = (
            f"gcloud billing accounts add-iam-policy-binding {account} "
            f"--member={member_of(cloud)} --role=roles/billing.user"
        )
        says = _("missing: {permissions}").format(permissions=_LINK)
        return _check("red", says, f"{grant}\n{_CHOOSE}")
    return _check("ok", known[account].name if account in known else account)


def _check(level: str, says: str, fix: str = "") -> Check:
    return Check(
        id="billing",
        title=_("billing account"),
        level=level,
        says=says,
        fix=fix,
        keys=("project.billing_account",),
    )
