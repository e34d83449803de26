"""Cloud Build: accounts that may not read the source, logging, regions, the link to GitHub."""

from __future__ import annotations

from generators.language import _
from wizards.cloud.failing import RESUME, Refusal
from wizards.cloud.signatures import Signature, Words, Write, row

_NOT_OURS = r"(?!(?:store|stored|stored_below|fetch|remove_stored)$).*"
"""Whoever copies backups is the person, not a build."""

ROWS: tuple[Signature, ...] = (
    row("build-push-denied", reason="PUSH_NOT_AUTHORIZED"),
    row("build-step-failed", reason="USER_BUILD_STEP|PUSH_FAILED|PUSH_IMAGE_NOT_FOUND"),
    row("build-logging", reason="LOGGING_FAILURE"),
    row("repository-unmapped", reason="FETCH_SOURCE_FAILED"),
    row("build-account", permission=r"storage\.objects\.(get|list)", call=_NOT_OURS),
    row("build-logging", says=r"if 'build\.service_account' is specified"),
    row("build-region", says="quota restrictions, cannot run builds in this region"),
    row("repository-unmapped", says="Repository mapping does not exist"),
    row("connection-pending", says="installation (is )?not complete|PENDING_(USER_OAUTH|INSTALL)"),
    row("build-push-denied", says=r"artifactregistry\.repositories\.uploadArtifacts.* denied"),
)


def _account(refusal: Refusal) -> Words:
    project = refusal.project
    return (
        _("the build's account may not read the source"),
        _(
            "builds without an account of their own run as Compute Engine's default one, which may "
            "do nothing in new projects. Tarmac gives builds their own account"
        ),
        (
            "tarmac plan",
            (
                f"gcloud projects add-iam-policy-binding {project} "
                "--member=serviceAccount:BUILD_ACCOUNT --role=roles/storage.objectViewer "
                "--condition=None"
            ),
            (
                "gcloud builds submit --service-account=projects/"
                f"{project}/serviceAccounts/BUILD_ACCOUNT"
            ),
        ),
    )


def _logging(_refusal: Refusal) -> Words:
    return (
        _("a build with its own account must say where its log goes"),
        _("cloudbuild.yaml needs options.logging: CLOUD_LOGGING_ONLY, and the account logWriter"),
        ("tarmac generate --diff", "tarmac plan"),
    )


def _region(refusal: Refusal) -> Words:
    return (
        _("the project may not run builds in {region}").format(
            region=refusal.named("region", "this region")
        ),
        _("new projects may build in some regions only; where a build runs changes nothing else"),
        (
            "tarmac init --set pipeline.region=us-central1",
            f"https://console.cloud.google.com/iam-admin/quotas?project={refusal.project}",
        ),
    )


def _unmapped(refusal: Refusal) -> Words:
    return (
        _("Cloud Build does not know the GitHub repository"),
        _(
            "the repository must be connected once by a person who owns it: open the address and "
            "choose it there, then go on"
        ),
        (
            f"https://console.cloud.google.com/cloud-build/repositories?project={refusal.project}",
            RESUME,
        ),
    )


def _pending(refusal: Refusal) -> Words:
    return (
        _("the connection to GitHub waits for you"),
        _("open the address that Tarmac showed, let GitHub install the app, then go on"),
        (
            (
                f"gcloud builds connections describe {refusal.named('connection', 'CONNECTION')} "
                f"--region={refusal.named('region', 'REGION')} --project={refusal.project}"
            ),
            RESUME,
        ),
    )


def _push(refusal: Refusal) -> Words:
    return (
        _("the build may not push the image"),
        _("its account needs the writer role on the repository: {says}").format(
            says=refusal.message
        ),
        (
            (
                "gcloud artifacts repositories add-iam-policy-binding REPOSITORY "
                "--member=serviceAccount:BUILD_ACCOUNT --role=roles/artifactregistry.writer "
                f"--location={refusal.named('region', 'REGION')} --project={refusal.project}"
            ),
            "tarmac plan",
        ),
    )


def _step(refusal: Refusal) -> Words:
    log = refusal.metadata.get("log", "")
    return (
        _("a step of the build failed"),
        f"{refusal.message}\n{log}" if log else refusal.message,
        (
            (
                f"gcloud builds list --project={refusal.project} "
                f"--region={refusal.named('region', 'REGION')} --limit=5"
            ),
            "tarmac status",
        ),
    )


WORDS: dict[str, Write] = {
    "build-account": _account,
    "build-logging": _logging,
    "build-region": _region,
    "repository-unmapped": _unmapped,
    "connection-pending": _pending,
    "build-push-denied": _push,
    "build-step-failed": _step,
}
