"""What stops a revision or an execution before anything runs: accounts, secrets, images."""

from __future__ import annotations

from typing import Any

from sandbox.call import Call
from sandbox.errors import ApiError, error_info
from sandbox.iam import access
from sandbox.run import images
from sandbox.run.references import find_version, secret_name, secrets_of
from sandbox.world import World

Body = dict[str, Any]

ACT_AS = "iam.serviceAccounts.actAs"
STATUS = {
    "SECRETS_ACCESS_CHECK_FAILED": "PERMISSION_DENIED",
    "CONTAINER_MISSING": "NOT_FOUND",
    "HEALTH_CHECK_CONTAINER_ERROR": "FAILED_PRECONDITION",
}


def account(call: Call, template: Body, number: str) -> str:
    """Return the account a template runs as, which must exist and may be used by the caller."""
    given = str(template.get("serviceAccount", ""))
    default = f"{number}-compute@developer.gserviceaccount.com"
    if given in ("", default):
        return default
    resource = f"projects/{given.partition('@')[2].partition('.')[0]}/serviceAccounts/{given}"
    known = call.world.store.get("service-account", given) is not None
    if not known or not access.allowed(call.world, call.identity, ACT_AS, resource):
        detail = {"permission": ACT_AS, "resource": resource}
        raise ApiError(
            "PERMISSION_DENIED",
            f"Permission 'iam.serviceaccounts.actAs' denied on service account {given} (or it may "
            "not exist).",
            details=[error_info("IAM_PERMISSION_DENIED", "iam.googleapis.com", detail)],
        )
    return given


def problem(world: World, project: str, template: Body) -> Body | None:
    """Return ``{"reason", "message"}`` of what will make it fail, or None."""
    for container in template["containers"]:
        if images.is_missing(world.store, container["image"]):
            return {
                "reason": "CONTAINER_MISSING",
                "message": f"Image '{container['image']}' not found.",
            }
    refused = [
        said for each in secrets_of(template) if (said := _secret(world, project, *each, template))
    ]
    if refused:
        return {"reason": "SECRETS_ACCESS_CHECK_FAILED", "message": "\n".join(refused)}
    return None


def refusal(subject: str, reason: str, message: str) -> ApiError:
    """Return the error of an operation whose revision or execution cannot run."""
    detail = error_info(reason, "run.googleapis.com", {"subject": subject})
    return ApiError(STATUS.get(reason, "FAILED_PRECONDITION"), message, details=[detail])


def _secret(
    world: World, project: str, field: str, secret: str, version: str, template: Body
) -> str:
    name = secret_name(world.store, project, secret)
    home = world.store.get("project", name.split("/")[1]) or {"number": name.split("/")[1]}
    public = f"projects/{home['number']}/secrets/{name.split('/')[3]}/versions/{version}"
    email = template["serviceAccount"]
    permission = "secretmanager.versions.access"
    if world.store.get("secret", name) is None:
        return f"{field}: Secret {public} was not found"
    if not access.allowed(world, f"serviceAccount:{email}", permission, name):
        return (
            f"{field}: Permission denied on secret: {public} for Revision service account {email}. "
            "The service account used must be granted the 'Secret Manager Secret Accessor' role "
            "(roles/secretmanager.secretAccessor) at the secret, project or higher level."
        )
    if find_version(world.store, name, version) is None:
        return f"{field}: Secret {public} was not found"
    return ""
