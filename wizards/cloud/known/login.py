"""Who is asking: no login, one that ended, one that may not be used, the quota project."""

from __future__ import annotations

from generators.language import _
from wizards.cloud.failing import RESUME, Refusal, Retry
from wizards.cloud.signatures import Signature, Words, Write, row

LOGIN = "gcloud auth application-default login"
_FORBIDDEN = (
    "access_denied|admin_policy_enforced|disabled_client|deleted_client|org_internal|"
    "unauthorized_client|restricted_client|account_restricted"
)

ROWS: tuple[Signature, ...] = (
    row(
        "login-file-unusable",
        reason="DefaultCredentialsError",
        says="was not found|is not a valid json|does not have a valid type|missing fields|malformed"
        "|not in the expected format|could not be loaded|no such file",
    ),
    row("login-missing", reason="DefaultCredentialsError"),
    row("login-ended", reason="RefreshError", says="invalid_rapt|rapt_required|reauthenticat"),
    row("login-forbidden", reason="RefreshError", says=_FORBIDDEN),
    row("unavailable", Retry.UNKNOWN, reason="TOKEN_UNAVAILABLE"),
    row("quota-project-denied", reason="USER_PROJECT_DENIED"),
    row("scope-missing", reason="ACCESS_TOKEN_SCOPE_INSUFFICIENT"),
    row("login-ended", reason="ACCESS_TOKEN_EXPIRED|ACCESS_TOKEN_REVOKED"),
    row("login-refused", reason="CREDENTIALS_MISSING|ACCESS_TOKEN_TYPE_UNSUPPORTED"),
    row("login-refused", reason="ACCOUNT_STATE_INVALID"),
    row("quota-project-missing", status=403, says="end user credentials .* not supported"),
    row("quota-project-missing", status=403, says="requires a quota project"),
    row(
        "quota-project-denied", says="required permission to use project|serviceusage.services.use"
    ),
    row("scope-missing", status=403, says="insufficient authentication scopes"),
    row("login-ended", reason="RefreshError"),
    row("login-refused", status=401),
)


def _login_missing(_refusal: Refusal) -> Words:
    return (
        _("nobody is logged in to Google Cloud on this machine"),
        _("Tarmac uses the application default credentials, as every Google client does"),
        (LOGIN, "tarmac --sandbox plan"),
    )


def _login_file_unusable(refusal: Refusal) -> Words:
    return (
        _("the file with the Google login cannot be used"),
        _("GOOGLE_APPLICATION_CREDENTIALS leads to it: {says}").format(says=refusal.message),
        ("unset GOOGLE_APPLICATION_CREDENTIALS", LOGIN),
    )


def _login_ended(_refusal: Refusal) -> Words:
    return (
        _("the Google login has ended"),
        _(
            "your organisation asks for a new login after some hours, or the login was revoked; "
            "what was done stays done"
        ),
        (LOGIN, RESUME),
    )


def _login_forbidden(refusal: Refusal) -> Words:
    return (
        _("this login may not be used for Google Cloud"),
        _("your organisation, or whoever made the credentials, forbids it: {says}").format(
            says=refusal.message
        ),
        (LOGIN, "gcloud auth list"),
    )


def _login_refused(refusal: Refusal) -> Words:
    return (
        _("Google does not accept the credentials"),
        _("they are of another kind, were deleted or belong to a blocked account: {says}").format(
            says=refusal.message
        ),
        (LOGIN, RESUME),
    )


def _quota_project_missing(refusal: Refusal) -> Words:
    return (
        _("the login names no project to count requests against"),
        _("Google needs a quota project for a person's credentials"),
        (f"gcloud auth application-default set-quota-project {refusal.project}", RESUME),
    )


def _quota_project_denied(refusal: Refusal) -> Words:
    project = refusal.metadata.get("consumer", "").removeprefix("projects/") or refusal.project
    return (
        _("you may not use the quota project of your login"),
        _(
            "every request is counted against {project}, and that takes serviceusage.services.use "
            "there: choose a project of yours, or ask for the role"
        ).format(project=project),
        (
            "gcloud auth application-default set-quota-project PROJECT",
            (
                f"gcloud projects add-iam-policy-binding {project} --member={refusal.asker} "
                "--role=roles/serviceusage.serviceUsageConsumer --condition=None"
            ),
        ),
    )


def _scope_missing(_refusal: Refusal) -> Words:
    return (
        _("the login does not cover Google Cloud"),
        _("it was made without the cloud-platform scope"),
        (LOGIN, RESUME),
    )


WORDS: dict[str, Write] = {
    "login-missing": _login_missing,
    "login-file-unusable": _login_file_unusable,
    "login-ended": _login_ended,
    "login-forbidden": _login_forbidden,
    "login-refused": _login_refused,
    "quota-project-missing": _quota_project_missing,
    "quota-project-denied": _quota_project_denied,
    "scope-missing": _scope_missing,
}
