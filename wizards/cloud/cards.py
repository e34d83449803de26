"""The words of every failure card: what happened, why, and what to run or press."""

from __future__ import annotations

from collections.abc import Callable

from generators.language import _
from wizards.cloud.failing import CloudFailure, Refusal
from wizards.cloud.roles import smallest_role
from wizards.cloud.signatures import recognise

Words = tuple[str, str, tuple[str, ...]]

_LOGIN = "gcloud auth application-default login"


def card(refusal: Refusal) -> CloudFailure:
    """Return the failure card for an error answer."""
    signature = recognise(refusal)
    write = _WORDS.get(signature.code)
    message, why, then = write(refusal) if write else _plain(refusal)
    return CloudFailure(
        signature.code, message, refusal=refusal, retry=signature.retry, why=why, next=then
    )


def _project(refusal: Refusal) -> str:
    given = refusal.metadata.get("consumer", "") or refusal.metadata.get("resource", "")
    return given.removeprefix("projects/") or "PROJECT"


def _grant(group: str, role: str) -> str:
    return f"gcloud {group} add-iam-policy-binding ACCOUNT --member=user:YOU --role={role}"


def _plain(refusal: Refusal) -> Words:
    return _("Google refused the request: {says}").format(says=refusal.message), "", ()


def _login_missing(_refusal: Refusal) -> Words:
    return (
        _("nobody is logged in to Google Cloud on this machine"),
        _("Tarmac uses the application default credentials"),
        (_LOGIN, "tarmac --sandbox …"),
    )


def _login_ended(_refusal: Refusal) -> Words:
    return (
        _("the Google login has ended"),
        _("your organisation asks for a new login after some hours"),
        (_LOGIN, "tarmac apply --resume"),
    )


def _login_refused(_refusal: Refusal) -> Words:
    return _("Google does not accept the credentials"), "", (_LOGIN,)


def _quota_project_missing(refusal: Refusal) -> Words:
    return (
        _("the login names no project to count requests against"),
        _("Google needs a quota project for personal credentials"),
        (f"gcloud auth application-default set-quota-project {_project(refusal)}",),
    )


def _quota_project_denied(_refusal: Refusal) -> Words:
    return (
        _("you may not use the quota project of your login"),
        _("it needs serviceusage.services.use on that project"),
        ("gcloud auth application-default set-quota-project PROJECT",),
    )


def _scope_missing(_refusal: Refusal) -> Words:
    return (
        _("the login does not cover Google Cloud"),
        _("it was made without the cloud-platform scope"),
        (f"{_LOGIN} --scopes=https://www.googleapis.com/auth/cloud-platform",),
    )


def _project_taken(_refusal: Refusal) -> Words:
    return (
        _("this project id is already used by somebody"),
        _("project ids are unique in the whole world, deleted projects included"),
        ("tarmac init --set project.id=…",),
    )


def _project_create_denied(_refusal: Refusal) -> Words:
    return (
        _("you may not create projects here"),
        _("it needs resourcemanager.projects.create on the organisation or folder"),
        ("tarmac init --set project.parent=folders/…", "tarmac init --set project.id=…"),
    )


def _billing_quota(_refusal: Refusal) -> Words:
    return (
        _("the billing account already pays for as many projects as it may"),
        "",
        ("gcloud billing projects list --billing-account=ACCOUNT", "tarmac init"),
    )


def _billing_denied(_refusal: Refusal) -> Words:
    return (
        _("you may not link projects to this billing account"),
        _("it needs billing.resourceAssociations.create; being the project's owner is not enough"),
        (_grant("billing accounts", "roles/billing.user"),),
    )


def _billing_missing(refusal: Refusal) -> Words:
    return (
        _("the project has no working billing account"),
        _("no account is linked, or the linked one is closed"),
        (f"gcloud billing projects link {_project(refusal)} --billing-account=ACCOUNT",),
    )


def _location_forbidden(_refusal: Refusal) -> Words:
    return (
        _("the organisation forbids this location"),
        _("the policy gcp.resourceLocations allows only certain regions"),
        ("tarmac init --set project.region=…",),
    )


def _public_ip_forbidden(_refusal: Refusal) -> Words:
    return (
        _("the organisation forbids databases with a public address"),
        _("the policy sql.restrictPublicIp is on; private addresses are not available yet here"),
        (),
    )


def _perimeter(refusal: Refusal) -> Words:
    unique = refusal.metadata.get("uid", "") or refusal.metadata.get("uniqueIdentifier", "")
    return (
        _("a VPC Service Controls perimeter blocks this request"),
        _("give your administrator this id: {id}").format(id=unique or refusal.message),
        (),
    )


def _api_disabled(refusal: Refusal) -> Words:
    api = refusal.metadata.get("service", "API")
    return (
        _("{api} is not enabled").format(api=api),
        _("if it was enabled just now, it takes some minutes"),
        (f"gcloud services enable {api} --project={_project(refusal)}", "tarmac apply --resume"),
    )


def _account_unknown(_refusal: Refusal) -> Words:
    return (
        _("Google does not know the service account everywhere yet"),
        _("a new identity takes up to some minutes"),
        ("tarmac apply --resume",),
    )


def _permission_denied(refusal: Refusal) -> Words:
    permission = refusal.metadata.get("permission", "")
    role = smallest_role(permission)
    grant = (
        f"gcloud projects add-iam-policy-binding {_project(refusal)} "
        f"--member=user:YOU --role={role}"
    )
    why = _("if it was granted just now, it takes some minutes")
    if not permission:
        return _("permission denied: {says}").format(says=refusal.message), why, ()
    return (
        _("permission denied: {permission}").format(permission=permission),
        why,
        (grant,) if role else (),
    )


def _act_as_denied(_refusal: Refusal) -> Words:
    return (
        _("you may not let services run as this service account"),
        _("it needs iam.serviceAccounts.actAs on that account"),
        (_grant("iam service-accounts", "roles/iam.serviceAccountUser"),),
    )


def _policy_conflict(_refusal: Refusal) -> Words:
    return (
        _("somebody else changed the permissions at the same moment"),
        _("nothing of theirs was overwritten"),
        ("tarmac apply --resume",),
    )


def _domain_forbidden(_refusal: Refusal) -> Words:
    return (
        _("the organisation allows only its own members"),
        _("domain restricted sharing refuses this member"),
        ("tarmac init --set service.public=no",),
    )


def _tier_edition(_refusal: Refusal) -> Words:
    return (
        _("this tier does not exist in the Enterprise Plus edition"),
        _("Enterprise Plus takes only db-perf-optimized tiers"),
        ("tarmac init --set database.edition=ENTERPRISE",),
    )


def _tier_shape(_refusal: Refusal) -> Words:
    return (
        _("this tier does not exist for PostgreSQL"),
        _("it takes shared-core tiers and db-custom-CPU-MB"),
        ("tarmac init --set database.tier=db-custom-1-3840",),
    )


def _instance_exists(_refusal: Refusal) -> Words:
    return (
        _("the name of the database instance cannot be used"),
        _("it exists, or was deleted less than a week ago and is still reserved"),
        ("tarmac init --set database.instance=…",),
    )


def _busy(_refusal: Refusal) -> Words:
    return (
        _("another operation runs on the instance"),
        _("Cloud SQL does one thing at a time per instance"),
        ("tarmac apply --resume",),
    )


def _secret_empty(_refusal: Refusal) -> Words:
    return (
        _("the secret has no value yet"),
        "",
        ("tarmac apply", "gcloud secrets versions add NAME --data-file=-"),
    )


def _rate_limited(_refusal: Refusal) -> Words:
    return (
        _("Google asks to slow down"),
        _("too many requests in a short time, or the quota of the project is used up"),
        ("tarmac apply --resume",),
    )


def _unavailable(refusal: Refusal) -> Words:
    return (
        _("Google's service failed: {says}").format(says=refusal.message),
        _("it was tried several times; nothing was done twice"),
        ("tarmac apply --resume",),
    )


def _no_answer(refusal: Refusal) -> Words:
    return (
        _("no answer from Google's service"),
        refusal.message,
        ("tarmac doctor", "tarmac apply --resume"),
    )


def _quota(refusal: Refusal) -> Words:
    return (
        _("a quota of the project is used up: {says}").format(says=refusal.message),
        "",
        ("https://console.cloud.google.com/iam-admin/quotas",),
    )


_WORDS: dict[str, Callable[[Refusal], Words]] = {
    "login-missing": _login_missing,
    "login-ended": _login_ended,
    "login-refused": _login_refused,
    "quota-project-missing": _quota_project_missing,
    "quota-project-denied": _quota_project_denied,
    "scope-missing": _scope_missing,
    "project-taken": _project_taken,
    "project-create-denied": _project_create_denied,
    "billing-quota": _billing_quota,
    "billing-denied": _billing_denied,
    "billing-missing": _billing_missing,
    "location-forbidden": _location_forbidden,
    "public-ip-forbidden": _public_ip_forbidden,
    "perimeter": _perimeter,
    "domain-forbidden": _domain_forbidden,
    "api-disabled": _api_disabled,
    "account-unknown": _account_unknown,
    "permission-denied": _permission_denied,
    "act-as-denied": _act_as_denied,
    "policy-conflict": _policy_conflict,
    "tier-edition": _tier_edition,
    "tier-shape": _tier_shape,
    "instance-exists": _instance_exists,
    "busy": _busy,
    "secret-empty": _secret_empty,
    "rate-limited": _rate_limited,
    "unavailable": _unavailable,
    "no-answer": _no_answer,
    "quota": _quota,
}
