"""What Cloud Build refuses, and what keeps a build from pushing its images."""

from __future__ import annotations

import re
from typing import Any

from sandbox.call import Call
from sandbox.errors import ApiError, bad_request, error_info, not_found
from sandbox.iam import access
from sandbox.storage import buckets, objects
from sandbox.world import World

Body = dict[str, Any]

REPOSITORY = re.compile(r"([a-z0-9-]+)-docker\.pkg\.dev/([^/]+)/([^/]+)/.+")
SUBSTITUTION = re.compile(r"\$\{?(_[A-Z0-9_]+|PROJECT_ID|PROJECT_NUMBER)\}?")
CUSTOM = re.compile(r"_[A-Z0-9_]+")
OUTPUT = frozenset({"status", "timing", "pullTiming", "exitCode"})
MOST_STEPS = 300
NESTED = 3
ACT_AS = "iam.serviceAccounts.actAs"


def require_complete(call: Call, project: Body, given: Body) -> Body:
    """Return a build with its defaults and substitutions, or refuse it."""
    steps = given.get("steps", [])
    if not 1 <= len(steps) <= MOST_STEPS:
        raise bad_request("invalid build: build must contain between 1 and 300 steps")
    for index, step in enumerate(steps):
        if not step.get("name"):
            raise bad_request(f"invalid build: invalid build step {index}: name is required")
    names = [each["id"] for each in steps if each.get("id")]
    if len(names) != len(set(names)):
        raise bad_request("invalid build: build step ids must be unique")
    for index, step in enumerate(steps):
        for earlier in step.get("waitFor", ()):
            if earlier != "-" and earlier not in names:
                raise bad_request(f"invalid build: step {index} waits for unknown step '{earlier}'")
    substitutions = given.get("substitutions", {})
    for key in substitutions:
        if not CUSTOM.fullmatch(key) and key.startswith("_"):
            raise bad_request(f"invalid value for 'build.substitutions': key {key!r} is not valid")
    timeout = given.get("timeout") or "600s"
    if not 0 < float(timeout.removesuffix("s")) <= 24 * 3600:
        raise bad_request("invalid value for 'build.timeout': must be within 24h")
    _check_account(call, given)
    _check_source(call, given)
    values = {
        "PROJECT_ID": project["id"],
        "PROJECT_NUMBER": str(project["number"]),
        **{key: str(value) for key, value in substitutions.items()},
    }
    for _pass in range(NESTED):
        values = _filled(values, values)
    kept = {key: each for key, each in given.items() if each not in ({}, [], "")}
    if given.get("options", {}).get("logging") not in ("CLOUD_LOGGING_ONLY", "NONE"):
        kept.setdefault(
            "logsBucket", f"gs://{project['number']}.cloudbuild-logs.googleusercontent.com"
        )
    return {
        **kept,
        "steps": [_filled(_without_output(each), values) for each in steps],
        "images": _filled(given.get("images", []), values),
        "timeout": timeout,
    }


def push_problem(world: World, build: Body) -> Body | None:
    """Return ``{"type", "detail"}`` of the first image that cannot be pushed, or None."""
    account = build.get("serviceAccount", "").rpartition("/")[2]
    for image in build["images"]:
        match = REPOSITORY.fullmatch(image)
        if match is None or world.store.get("project", match[2]) is None:
            continue
        resource = f"projects/{match[2]}/locations/{match[1]}/repositories/{match[3]}"
        if world.store.get("repository", resource) is None:
            said = f'failed to push "{image}": name unknown: Repository "{match[3]}" not found'
            return {"type": "PUSH_FAILED", "detail": said}
        permission = "artifactregistry.repositories.uploadArtifacts"
        member = f"serviceAccount:{account}"
        if account and not access.allowed(world, member, permission, resource):
            said = (
                f'failed to push "{image}": denied: Permission "{permission}" denied on resource '
                f'"{resource}" (or it may not exist)'
            )
            return {"type": "PUSH_NOT_AUTHORIZED", "detail": said}
    return None


def check_usable(call: Call, account: str) -> None:
    """Refuse a service account that is not there or that the caller may not act as."""
    email = account.rpartition("/")[2]
    known = call.world.store.get("service-account", email)
    if known is None:
        raise not_found(f"generic::not_found: Service account {email} does not exist.")
    resource = f"projects/{known['project']}/serviceAccounts/{email}"
    if not access.allowed(call.world, call.identity, ACT_AS, resource):
        detail = {"permission": ACT_AS, "resource": resource}
        raise ApiError(
            "PERMISSION_DENIED",
            f"caller does not have permission to act as service account {email}",
            details=[error_info("IAM_PERMISSION_DENIED", "iam.googleapis.com", detail)],
        )


def _check_account(call: Call, given: Body) -> None:
    account, options = given.get("serviceAccount", ""), given.get("options", {})
    if not account:
        return
    if not re.fullmatch(r"projects/[^/]+/serviceAccounts/[^/]+", account):
        raise bad_request("invalid value for 'build.service_account': must be a full name")
    own_logs = options.get("logging") in ("CLOUD_LOGGING_ONLY", "NONE")
    bucket = options.get("defaultLogsBucketBehavior") == "REGIONAL_USER_OWNED_BUCKET"
    if not (own_logs or bucket or given.get("logsBucket")):
        raise bad_request(
            "if 'build.service_account' is specified, the build must either (a) specify "
            "'build.logs_bucket', (b) use the REGIONAL_USER_OWNED_BUCKET "
            "build.options.default_logs_bucket_behavior option, or (c) use either "
            "CLOUD_LOGGING_ONLY / NONE logging options"
        )
    check_usable(call, account)


def _without_output(step: Body) -> Body:
    return {key: each for key, each in step.items() if key not in OUTPUT}


def _filled(value: Any, values: dict[str, str]) -> Any:
    if isinstance(value, str):
        return SUBSTITUTION.sub(lambda each: values.get(each[1], each[0]), value)
    if isinstance(value, list):
        return [_filled(each, values) for each in value]
    if isinstance(value, dict):
        return {key: _filled(each, values) for key, each in value.items()}
    return value


def _check_source(call: Call, given: Body) -> None:
    """Refuse a source in Storage that is not there or that the build's account cannot read."""
    source = given.get("source", {}).get("storageSource", {})
    if not source:
        return
    try:
        bucket = buckets.existing(call.world, source.get("bucket", ""))
        objects.existing(call.world, bucket["name"], source.get("object", ""))
        if account := given.get("serviceAccount", "").rpartition("/")[2]:
            who = f"serviceAccount:{account}"
            buckets.require(call.world, who, "storage.objects.get", bucket, "object")
    except ApiError as refused:
        said = f"googleapi: Error {refused.code}: {refused.message}"
        raise bad_request(f"could not resolve source: {said}") from None
