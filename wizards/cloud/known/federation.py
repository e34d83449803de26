"""Logins without keys: GitHub's tokens exchanged at Google, and accounts that stand in for others.

The answers come from the token services (``sts``, ``iamcredentials``) and from making providers.
"""

from __future__ import annotations

from generators.language import _
from wizards.cloud.failing import Refusal
from wizards.cloud.signatures import Signature, Words, Write, row

LOGIN = "gcloud auth application-default login"
_TOKEN = "iam.serviceAccounts.getAccessToken"

ROWS: tuple[Signature, ...] = (
    row("federation-rejected", reason="RefreshError", says="rejected by the attribute condition"),
    row(
        "federation-provider-missing",
        reason="RefreshError",
        says="invalid_target|audience parameters is invalid|pool or provider .*(disabled|deleted)",
    ),
    row(
        "federation-token",
        reason="RefreshError",
        says="audience in ID Token|credential's issuer|id token issued|subject token|"
        "mapped attribute|invalid_grant.*ID Token",
    ),
    row("impersonation-denied", reason="RefreshError", says="impersonated credentials|" + _TOKEN),
    row("impersonation-denied", status=403, permission=r"iam\.serviceAccounts\.getAccessToken"),
    row("federation-rejected", says="rejected by the attribute condition"),
    row("federation-condition-missing", says="attribute condition must reference one of"),
    row("federation-pool-deleted", status=(400, 409), says="pool .*(is|was|been) deleted"),
)


def _provider(refusal: Refusal) -> str:
    return refusal.named("provider", "github")


def _pool(refusal: Refusal) -> str:
    return refusal.named("pool", "github")


def _describe(refusal: Refusal) -> str:
    return (
        "gcloud iam workload-identity-pools providers describe "
        f"{_provider(refusal)} --workload-identity-pool={_pool(refusal)} --location=global "
        f"--project={refusal.project}"
    )


def _rejected(refusal: Refusal) -> Words:
    return (
        _("the workflow's token does not fit the provider's attribute condition"),
        _(
            "only runs of the repository and branch that the condition names may log in; compare "
            "its repository_id and ref with those of the run. A condition changed just now takes "
            "up to five minutes"
        ),
        (_describe(refusal), "tarmac plan"),
    )


def _provider_missing(refusal: Refusal) -> Words:
    return (
        _("the workload identity provider is not there"),
        _(
            "the workflow names a pool or provider that does not exist, is disabled or was "
            "deleted less than 30 days ago"
        ),
        (_describe(refusal), "tarmac plan", "tarmac generate"),
    )


def _token(refusal: Refusal) -> Words:
    return (
        _("Google refuses the token of the workflow"),
        _(
            "its audience, issuer or claims are not what the provider expects: {says}. The job "
            "needs the permission id-token: write"
        ).format(says=refusal.message),
        (_describe(refusal), "tarmac generate --diff"),
    )


def _impersonation(refusal: Refusal) -> Words:
    account = refusal.named("account", "ACCOUNT")
    return (
        _("you may not act through the service account {account}").format(account=account),
        _("it takes {permission} on that account; a role granted just now takes minutes").format(
            permission=_TOKEN
        ),
        (
            (
                f"gcloud iam service-accounts add-iam-policy-binding {account} "
                f"--member={refusal.asker} --role=roles/iam.serviceAccountTokenCreator"
            ),
            LOGIN,
        ),
    )


def _condition_missing(_refusal: Refusal) -> Words:
    return (
        _("a provider for GitHub needs an attribute condition"),
        _(
            "without one every repository in the world could log in; Tarmac writes one for your "
            "repository and branch"
        ),
        (
            (
                "--attribute-condition=\"assertion.repository_id=='ID' && "
                "assertion.ref=='refs/heads/main'\""
            ),
            "tarmac apply",
        ),
    )


def _pool_deleted(refusal: Refusal) -> Words:
    return (
        _("the workload identity pool was deleted and its name is still reserved"),
        _("for 30 days a deleted pool can only be brought back"),
        (
            (
                f"gcloud iam workload-identity-pools undelete {_pool(refusal)} --location=global "
                f"--project={refusal.project}"
            ),
            "tarmac apply --resume",
        ),
    )


WORDS: dict[str, Write] = {
    "federation-rejected": _rejected,
    "federation-provider-missing": _provider_missing,
    "federation-token": _token,
    "impersonation-denied": _impersonation,
    "federation-condition-missing": _condition_missing,
    "federation-pool-deleted": _pool_deleted,
}
