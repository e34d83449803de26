"""IAM policies of any resource: etags, version 3, members that must exist."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from typing import Any

from sandbox import orgpolicies
from sandbox.call import Call
from sandbox.errors import ApiError, bad_request
from sandbox.iam import roles
from sandbox.world import World

KIND = "policy"
PROPAGATION = 60.0
ACCOUNT_PROPAGATION = 10.0
EMPTY_ETAG = "ACAB"
MEMBER = re.compile(
    r"(user|group|domain|serviceAccount|projectOwner|projectEditor|projectViewer|principal"
    r"|principalSet|deleted):.+|allUsers|allAuthenticatedUsers"
)
AGENTS = re.compile(
    r".+@(developer|cloudbuild|cloudservices|appspot|[a-z0-9-]+\.iam)\.gserviceaccount\.com"
)

Body = dict[str, Any]


def read(call: Call, resource: str) -> Body:
    """Return a resource's policy as ``getIamPolicy`` shows it."""
    wanted = call.body.get("options", {}).get("requestedPolicyVersion")
    wanted = wanted or call.parameters.get("options.requestedPolicyVersion") or 1
    if int(wanted) not in (0, 1, 2, 3):
        raise bad_request("The requested policy version must be 0, 1, or 3.")
    stored = call.world.store.get(KIND, resource)
    if stored is None:
        return {"etag": EMPTY_ETAG}
    bindings = stored["bindings"]
    conditional = any("condition" in binding for binding in bindings)
    if conditional and int(wanted) < 3:
        bindings = [_without_condition(binding) for binding in bindings]
    return _shown(bindings, stored["etag"], 3 if conditional and int(wanted) == 3 else 1)


def write(call: Call, resource: str) -> Body:
    """Replace a resource's policy as ``setIamPolicy`` does it, and return it."""
    policy = call.body.get("policy")
    if policy is None:
        raise bad_request("The policy must be set.")
    stored = call.world.store.get(KIND, resource) or {
        "bindings": [],
        "etag": EMPTY_ETAG,
        "since": {},
    }
    given = policy.get("etag")
    if given and _same_bytes(given) != _same_bytes(stored["etag"]):
        raise ApiError(
            "ABORTED",
            "There were concurrent policy changes. Please retry the whole read-modify-write with "
            f"exponential backoff. The request's ETag '{given}' did not match the current "
            f"policy's ETag '{stored['etag']}'.",
        )
    bindings = [_checked(call.world, binding) for binding in policy.get("bindings", ())]
    _check_version(stored["bindings"], bindings, int(policy.get("version") or 1))
    merged = _merged(bindings)
    old = {member for binding in stored["bindings"] for member in binding["members"]}
    new = [member for binding in merged for member in binding["members"] if member not in old]
    orgpolicies.check_members(call.world, resource, new)
    replace(call.world, resource, merged)
    etag = (call.world.store.get(KIND, resource) or {})["etag"]
    conditional = any("condition" in binding for binding in merged)
    return _shown(merged, etag, 3 if conditional else 1)


def replace(world: World, resource: str, bindings: list[Body]) -> None:
    """Store a resource's bindings; what is new in them takes effect after a while."""
    stored = world.store.get(KIND, resource) or {"since": {}}
    now = world.clock.now()
    since = {
        f"{binding['role']} {member}": stored["since"].get(f"{binding['role']} {member}", now)
        for binding in bindings
        for member in binding["members"]
    }
    serial = world.store.next("policy-etags")
    digest = hashlib.sha256(f"{serial} {json.dumps(bindings)}".encode()).digest()[:9]
    etag = base64.b64encode(digest).decode()
    world.store.put(KIND, resource, {"bindings": bindings, "etag": etag, "since": since})


def testable(call: Call, resource: str) -> Body:
    """Return the permissions out of those asked for that the caller has."""
    from sandbox.iam.access import allowed

    asked = call.body.get("permissions", [])
    for permission in asked:
        if "*" in permission or permission.count(".") < 2:
            raise bad_request(f"Permission {permission} is not valid for this resource.")
    held = [each for each in asked if allowed(call.world, call.identity, each, resource)]
    return {"permissions": held} if held else {}


def _shown(bindings: list[Body], etag: str, version: int) -> Body:
    policy: Body = {"version": version, "etag": etag}
    if bindings:
        policy["bindings"] = bindings
    return policy


def _without_condition(binding: Body) -> Body:
    if "condition" not in binding:
        return binding
    digest = hashlib.sha256(json.dumps(binding["condition"]).encode()).hexdigest()[:20]
    return {"role": f"{binding['role']}_withcond_{digest}", "members": binding["members"]}


def _check_version(old: list[Body], new: list[Body], version: int) -> None:
    if version not in (0, 1, 3):
        raise bad_request("Invalid policy version; it must be 0, 1, or 3.")
    if version < 3 and any("condition" in binding for binding in (*old, *new)):
        raise bad_request(
            "A policy with conditional role bindings must specify policy version 3 or higher."
        )


def _merged(bindings: list[Body]) -> list[Body]:
    """Join bindings of the same role and condition; drop those without members."""
    joined: dict[str, Body] = {}
    for binding in bindings:
        key = json.dumps([binding["role"], binding.get("condition")], sort_keys=True)
        known = joined.setdefault(key, {**binding, "members": []})
        known["members"] += [each for each in binding["members"] if each not in known["members"]]
    return [binding for binding in joined.values() if binding["members"]]


def _checked(world: World, binding: Body) -> Body:
    role = binding.get("role", "")
    if not roles.exists(role):
        raise bad_request(f"Role {role} is not supported for this resource.")
    members = binding.get("members", [])
    for member in members:
        _check_member(world, member)
    return {**binding, "members": members}


def _check_member(world: World, member: str) -> None:
    if not MEMBER.fullmatch(member):
        raise bad_request(f"Invalid member {member}: the type of the principal is unknown.")
    kind, _colon, name = member.partition(":")
    if kind in ("user", "group") and ("@" not in name or name.endswith(".invalid")):
        raise bad_request(f"{kind.capitalize()} {name} does not exist.")
    if kind == "serviceAccount" and not _account_known(world, name):
        raise bad_request(f"Service account {name} does not exist.")


def _account_known(world: World, email: str) -> bool:
    """Whether IAM has heard of a service account: new ones take a moment."""
    account = world.store.get("service-account", email)
    if account is not None:
        return world.clock.passed(account["created"], ACCOUNT_PROPAGATION)
    domain = email.partition("@")[2]
    if world.store.get("project", domain.removesuffix(".iam.gserviceaccount.com")):
        return False
    google_s = domain.startswith(("gcp-sa-", "serverless-robot-prod.", "service-networking."))
    return bool(AGENTS.fullmatch(email)) and (
        google_s or not domain.endswith(".iam.gserviceaccount.com")
    )


def _same_bytes(etag: str) -> str:
    """Return an etag in one spelling: both base64 alphabets, padded or not, mean the same bytes."""
    return etag.rstrip("=").translate(str.maketrans("-_", "+/"))
