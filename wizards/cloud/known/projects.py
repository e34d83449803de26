"""Projects, who pays for them, and the APIs that are switched on in them."""

from __future__ import annotations

import hashlib

from generators.language import _
from wizards.cloud.failing import RESUME, Refusal, Retry
from wizards.cloud.signatures import Signature, Words, Write, row

ROWS: tuple[Signature, ...] = (
    row("project-taken", call="start_project", reason="(RESOURCE_)?ALREADY_EXISTS|alreadyExists"),
    row("project-create-denied", status=403, permission=r"resourcemanager\.projects\.create"),
    row("billing-denied", status=403, permission=r"billing\.resourceAssociations\.create"),
    row("billing-missing", reason="UREQ_PROJECT_BILLING_NOT_FOUND|BILLING_DISABLED"),
    row("billing-missing", reason="UREQ_PROJECT_BILLING_NOT_OPEN"),
    row("terms-missing", reason="UREQ_TOS_NOT_ACCEPTED|TOS_NOT_ACCEPTED"),
    row("project-unusable", reason="CONSUMER_INVALID|CONSUMER_SUSPENDED|RESOURCE_PROJECT_INVALID"),
    row("api-disabled", Retry.PROPAGATION, reason="SERVICE_DISABLED|accessNotConfigured"),
    row("api-unknown", reason="SERVICE_CONFIG_NOT_FOUND_OR_PERMISSION_DENIED"),
    row("project-taken", status=409, call="start_project"),
    row("api-used", status=400, call="start_api_off", says="usage in the last 30 days|has usage"),
    row("api-needed", status=400, call="start_api_off", says="is depended on by"),
    row("absent", status=400, call="start_api_off", says="is not enabled"),
    row("billing-quota", says="billing quota exceeded"),
    row(
        "project-quota",
        status=(400, 403, 429),
        call="start_project|operation:cloudresourcemanager",
        says="exceeded your allotted project quota|project quota|quota exceeded",
    ),
    row("billing-missing", status=400, says="billing account .*(is|was) (closed|not open)"),
    row("billing-denied", Retry.PROPAGATION, status=403, call="link_billing"),
    row("billing-missing", status=(400, 403), says="billing (must be|account .* is not|is dis)"),
    row("terms-missing", says="accept (the )?Terms of Service"),
    row("project-unusable", says="project .*(has been|was|is being) deleted|marked for deletion"),
    row("api-disabled", Retry.PROPAGATION, status=403, says="has not been used in project"),
    row("api-disabled", Retry.PROPAGATION, status=403, says="API .*is (not enabled|disabled)"),
)


def free_name(project: str) -> str:
    """Return a project id that hardly anybody has: the wanted one with a short suffix."""
    suffix = hashlib.sha256(project.encode()).hexdigest()[:4]
    return f"{project[:25].rstrip('-')}-{suffix}"


def _taken(refusal: Refusal) -> Words:
    project = refusal.project
    return (
        _("the project id {project} is already used by somebody").format(project=project),
        _(
            "ids are unique in the whole world, projects deleted lately included; if this one is "
            "yours, log in with an account that may see it"
        ),
        (f"tarmac init --set project.id={free_name(project)}", RESUME),
    )


def _create_denied(refusal: Refusal) -> Words:
    parent = refusal.named("parent", "") or refusal.metadata.get("resource", "")
    where = parent if "/" in parent else "organizations/NUMBER"
    kind, number = where.rsplit("/", 2)[-2:]
    group = "resource-manager folders" if kind == "folders" else "organizations"
    return (
        _("you may not create projects in {parent}").format(parent=f"{kind}/{number}"),
        _(
            "it takes resourcemanager.projects.create there: choose another folder, use a project "
            "that exists, or ask an administrator for the role"
        ),
        (
            "tarmac init --set project.parent=folders/NUMBER",
            (
                f"gcloud {group} add-iam-policy-binding {number} --member={refusal.asker} "
                "--role=roles/resourcemanager.projectCreator"
            ),
        ),
    )


def _project_quota(_refusal: Refusal) -> Words:
    return (
        _("you have as many projects as your account may create"),
        _("projects that were deleted count for 30 days more"),
        (
            "tarmac init --set project.id=…",
            "https://support.google.com/code/contact/project_quota_increase",
        ),
    )


def _billing(refusal: Refusal) -> str:
    return refusal.named("billing", "ACCOUNT")


def _billing_quota(refusal: Refusal) -> Words:
    return (
        _("the billing account already pays for as many projects as it may"),
        _("unlink a project that needs no billing, or ask Google for a higher quota"),
        (
            f"gcloud billing projects list --billing-account={_billing(refusal)}",
            "gcloud billing projects unlink OTHER_PROJECT",
            "https://support.google.com/code/contact/billing_quota_increase",
        ),
    )


def _billing_denied(refusal: Refusal) -> Words:
    account = _billing(refusal)
    return (
        _("you may not link projects to the billing account {account}").format(account=account),
        _(
            "it takes billing.resourceAssociations.create on the account; being the project's "
            "owner is not enough. A role granted just now takes minutes"
        ),
        (
            (
                f"gcloud billing accounts add-iam-policy-binding {account} "
                f"--member={refusal.asker} --role=roles/billing.user"
            ),
            "tarmac init --set project.billing_account=…",
        ),
    )


def _billing_missing(refusal: Refusal) -> Words:
    project = refusal.project
    return (
        _("the project {project} has no working billing account").format(project=project),
        _("no account is linked, or the linked one is closed; a new link takes about a minute"),
        (
            "gcloud billing accounts list --filter=open=true",
            f"gcloud billing projects link {project} --billing-account={_billing(refusal)}",
            RESUME,
        ),
    )


def _terms(refusal: Refusal) -> Words:
    return (
        _("Google's terms of service were never accepted with this account"),
        _("a person must accept them once in the console"),
        (f"https://console.cloud.google.com/home/dashboard?project={refusal.project}", RESUME),
    )


def _unusable(refusal: Refusal) -> Words:
    project = refusal.metadata.get("consumer", "").removeprefix("projects/") or refusal.project
    return (
        _("the project {project} is deleted, suspended or does not exist").format(project=project),
        _("requests are counted against it, so every one of them is refused"),
        (
            f"gcloud projects describe {project}",
            f"gcloud projects undelete {project}",
            "gcloud auth application-default set-quota-project PROJECT",
        ),
    )


def _api(refusal: Refusal) -> str:
    return refusal.metadata.get("service", "") or refusal.named("api", "API")


# Their requests are counted against the login's quota project; the others', where the thing is.
_COUNTED_ELSEWHERE = ("cloudresourcemanager", "serviceusage", "cloudbilling", "orgpolicy")


def _api_disabled(refusal: Refusal) -> Words:
    consumer = refusal.metadata.get("consumer", "").removeprefix("projects/")
    elsewhere = _api(refusal).startswith(_COUNTED_ELSEWHERE)
    project = consumer if consumer and elsewhere else refusal.project
    return (
        _("{api} is not enabled in {project}").format(api=_api(refusal), project=project),
        _("if it was enabled just now, it takes some minutes until every server knows"),
        (f"gcloud services enable {_api(refusal)} --project={project}", RESUME),
    )


def _api_unknown(refusal: Refusal) -> Words:
    return (
        _("Google does not offer {api} to this project").format(api=_api(refusal)),
        _("the name is wrong, or the organisation does not let you see the service"),
        (f"gcloud services list --available --project={refusal.project}",),
    )


def _api_used(refusal: Refusal) -> Words:
    return (
        _("somebody used the API in the last 30 days"),
        refusal.message,
        (f"gcloud services disable API --force --project={refusal.project}",),
    )


def _api_needed(refusal: Refusal) -> Words:
    return (
        _("other APIs that are enabled depend on this one"),
        refusal.message,
        (f"gcloud services list --enabled --project={refusal.project}",),
    )


WORDS: dict[str, Write] = {
    "project-taken": _taken,
    "project-create-denied": _create_denied,
    "project-quota": _project_quota,
    "billing-quota": _billing_quota,
    "billing-denied": _billing_denied,
    "billing-missing": _billing_missing,
    "terms-missing": _terms,
    "project-unusable": _unusable,
    "api-disabled": _api_disabled,
    "api-unknown": _api_unknown,
    "api-used": _api_used,
    "api-needed": _api_needed,
}
