"""Who may do what: missing permissions, identities that are too new, policies written by two."""

from __future__ import annotations

import re

from generators.language import _
from wizards.cloud.failing import RESUME, Refusal, Retry
from wizards.cloud.roles import smallest_role
from wizards.cloud.signatures import Signature, Words, Write, row

_IN_MESSAGE = re.compile(
    r"(?:permission\(?s?\)?:?|'|\bmissing permission)\s*[`'\"]?((?:[a-zA-Z]+\.){2,3}[a-zA-Z]+)",
    re.IGNORECASE,
)
_EMAIL = re.compile(r"[\w.+-]+@[\w.-]+\.\w+")

ROWS: tuple[Signature, ...] = (
    row("act-as-denied", Retry.PROPAGATION, status=403, permission=r"iam\.serviceaccounts\.actAs"),
    row("permission-denied", Retry.PROPAGATION, reason="IAM_PERMISSION_DENIED"),
    row("account-unknown", Retry.PROPAGATION, status=400, says="service ?account .*does not exist"),
    row("member-unknown", status=400, says=r"(user|group|domain) \S+ does not exist"),
    row("policy-conflict", Retry.CONFLICT, status=409, says="concurrent policy changes"),
    row("policy-conflict", Retry.CONFLICT, status=(409, 412), call="set_policy"),
    row("etag-conflict", Retry.CONFLICT, status=(400, 409, 412), says=r"\betag\b"),
)


def denied_permission(refusal: Refusal) -> str:
    """Return the permission that is missing, from the metadata, else from the message."""
    given = refusal.metadata.get("permission", "")
    found = _IN_MESSAGE.search(refusal.message) if not given else None
    return given or (found[1] if found else "")


def grant(refusal: Refusal, role: str) -> str:
    """Return the command that gives a role to whoever asked, on what the request was about."""
    for kind, group in (("folder", "resource-manager folders"), ("organization", "organizations")):
        number = refusal.names.get(kind)
        if number and "project" not in refusal.names:
            return (
                f"gcloud {group} add-iam-policy-binding {number} "
                f"--member={refusal.asker} --role={role} --condition=None"
            )
    account = refusal.names.get("billing")
    if account and "project" not in refusal.names:
        return (
            f"gcloud billing accounts add-iam-policy-binding {account} "
            f"--member={refusal.asker} --role={role}"
        )
    return (
        f"gcloud projects add-iam-policy-binding {refusal.project} "
        f"--member={refusal.asker} --role={role} --condition=None"
    )


def _place(refusal: Refusal) -> str:
    """Return what a permission is missing on, as far as the request says."""
    kinds = ("project", "folder", "organization", "billing")
    found = [refusal.names[kind] for kind in kinds if refusal.names.get(kind)]
    return found[0] if found else ""


def account_in(refusal: Refusal) -> str:
    """Return the service account that an error is about, or a word to replace."""
    given = refusal.names.get("account", "")
    if given:
        return given
    found = _EMAIL.search(refusal.message)
    return found[0] if found else "ACCOUNT"


def _permission_denied(refusal: Refusal) -> Words:
    permission = denied_permission(refusal)
    just = _("if it was granted just now, it takes two minutes or more: wait, then go on")
    if not permission:
        return (
            _("permission denied: {says}").format(says=refusal.message),
            just,
            (f"gcloud projects get-iam-policy {refusal.project}", RESUME),
        )
    role = smallest_role(permission)
    place = _place(refusal)
    message = (
        _("permission denied: {permission} on {place}").format(permission=permission, place=place)
        if place
        else _("permission denied: {says}").format(says=permission)
    )
    if not role:
        return message, just, (f"gcloud iam roles list --project={refusal.project}", RESUME)
    return (
        message,
        _("the smallest role that has it is {role}; {just}").format(role=role, just=just),
        (grant(refusal, role), RESUME),
    )


def _act_as(refusal: Refusal) -> Words:
    account = account_in(refusal)
    return (
        _("you may not let anything run as {account}").format(account=account),
        _(
            "it takes iam.serviceAccounts.actAs on that account, whatever other roles you have; "
            "the role is given on the account alone"
        ),
        (
            (
                f"gcloud iam service-accounts add-iam-policy-binding {account} "
                f"--member={refusal.asker} --role=roles/iam.serviceAccountUser "
                f"--project={refusal.project}"
            ),
            RESUME,
        ),
    )


def _account_unknown(refusal: Refusal) -> Words:
    account = account_in(refusal)
    return (
        _("Google does not know the service account {account} everywhere yet").format(
            account=account
        ),
        _("a new identity takes up to some minutes; if this lasts, it was deleted"),
        (f"gcloud iam service-accounts describe {account}", RESUME),
    )


def _member_unknown(refusal: Refusal) -> Words:
    return (
        _("a member of the policy does not exist: {says}").format(says=refusal.message),
        _("the address is misspelt, or the person's account was deleted"),
        (f"gcloud projects get-iam-policy {refusal.project}", "tarmac plan"),
    )


def _conflict(_refusal: Refusal) -> Words:
    return (
        _("somebody else changed the permissions at the same moment"),
        _("nothing of theirs was overwritten; everything is read again before the next try"),
        (RESUME,),
    )


def _etag(_refusal: Refusal) -> Words:
    return (
        _("somebody else changed this at the same moment"),
        _("nothing of theirs was overwritten; everything is read again before the next try"),
        (RESUME,),
    )


WORDS: dict[str, Write] = {
    "permission-denied": _permission_denied,
    "act-as-denied": _act_as,
    "account-unknown": _account_unknown,
    "member-unknown": _member_unknown,
    "policy-conflict": _conflict,
    "etag-conflict": _etag,
}
