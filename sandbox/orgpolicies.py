"""Organisation policies: which there are, where they are in force, and what they refuse.

A policy belongs to a project, a folder or the organisation. The organisation's hold for every
project here, also for those without a parent (Google applies none to these).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from sandbox.errors import TYPES, ApiError, bad_request, precondition
from sandbox.world import World

Body = dict[str, Any]

KIND = "org-policy"
ORGANIZATION = "organizations/123456789012"
CUSTOMER = "C00sandbox"
DOMAIN = "sandbox.example"
LEARN = "https://cloud.google.com/resource-manager/docs/organization-policy/org-policy-constraints"


@dataclass(frozen=True, slots=True)
class Constraint:
    """What a policy can be set for; ``lists`` takes values, otherwise it is on or off."""

    name: str
    title: str
    lists: bool = False


CONSTRAINTS = {
    each.name: each
    for each in (
        Constraint("gcp.resourceLocations", "Google Cloud Platform - Resource Locations", True),
        Constraint("iam.allowedPolicyMemberDomains", "Domain restricted sharing", True),
        Constraint("iam.disableServiceAccountKeyCreation", "Disable service account key creation"),
        Constraint("run.managed.requireInvokerIam", "Require the IAM check of Cloud Run invokers"),
        Constraint("sql.restrictPublicIp", "Restrict Public IP access on Cloud SQL instances"),
    )
}


def keep(world: World, scope: str, constraint: str, spec: Body) -> Body:
    """Put a policy in force on ``projects/p``, a folder or the organisation; return it."""
    policy = {
        "scope": scope,
        "constraint": constraint,
        "spec": spec,
        "updated": world.clock.now(),
        "serial": world.store.next("org-policies"),
    }
    world.store.put(KIND, f"{scope}/policies/{constraint}", policy, scope)
    return policy


def switch(world: World, wanted: Body) -> Body:
    """Put a policy in force from ``{"constraint", "project"?, "allow"?}`` and return it."""
    constraint = CONSTRAINTS.get(str(wanted.get("constraint", "")).removeprefix("constraints/"))
    if constraint is None:
        known = ", ".join(sorted(CONSTRAINTS))
        raise bad_request(f"The sandbox knows the constraints {known}.")
    allowed = wanted.get("allow") or []
    if not isinstance(allowed, list) or not all(isinstance(each, str) for each in allowed):
        raise bad_request("allow must be a list of values.")
    if allowed and not constraint.lists:
        raise bad_request(f"{constraint.name} is on or off: it takes no values.")
    rule: Body = {"enforce": True}
    if constraint.lists:
        rule = {"values": {"allowedValues": allowed}} if allowed else {"denyAll": True}
    scope = f"projects/{wanted['project']}" if wanted.get("project") else ORGANIZATION
    return keep(world, scope, constraint.name, {"rules": [rule]})


def drop(world: World, constraint: str = "") -> int:
    """Take the policies of a constraint away, or all of them; return how many there were."""
    found = [each for each in world.store.all(KIND) if constraint in ("", each["constraint"])]
    for policy in found:
        world.store.delete(KIND, f"{policy['scope']}/policies/{policy['constraint']}")
    return len(found)


def effective(world: World, resource: str, constraint: str) -> Body | None:
    """Return the spec of the policy that holds for a resource, None when there is none."""
    for scope in _upwards(world, resource):
        policy = world.store.get(KIND, f"{scope}/policies/{constraint}")
        if policy is not None:
            spec: Body = policy["spec"]
            return None if spec.get("reset") else spec
    return None


def enforced(world: World, project: str, constraint: str) -> bool:
    """Whether an on-or-off policy is on for a project."""
    spec = effective(world, f"projects/{project}", constraint)
    return any(rule.get("enforce") for rule in (spec or {}).get("rules", ()))


def check_location(world: World, project: str, what: str, location: str) -> None:
    """Refuse to make something in a place that ``gcp.resourceLocations`` does not allow."""
    spec = effective(world, f"projects/{project}", "gcp.resourceLocations")
    if spec is None or _permits(spec, lambda value: _covers(value, location)):
        return
    number = (world.store.get("project", project) or {}).get("number", project)
    raise precondition(
        f"Constraint constraints/gcp.resourceLocations violated for [orgpolicy:projects/{number}] "
        f"attempting to create {what} in [{location}]. See {LEARN} for more information."
    )


def check_members(world: World, resource: str, members: Sequence[str]) -> None:
    """Refuse new members of a policy that domain restricted sharing keeps out."""
    if not resource.startswith("projects/"):
        return
    project = "/".join(resource.split("/")[:2])
    spec = effective(world, project, "iam.allowedPolicyMemberDomains")
    if spec is None:
        return
    ours = _permits(spec, lambda value: value.removeprefix("is:") in (CUSTOMER, DOMAIN))
    strangers = [
        member
        for member in members
        if not _permits(spec, lambda value, m=member: _is_of(m, value))
        and not (ours and _is_ours(member))
    ]
    if strangers:
        name = strangers[0].partition(":")[2] or strangers[0]
        raise _violation(
            "One or more users named in the policy do not belong to a permitted customer.",
            "constraints/iam.allowedPolicyMemberDomains",
            f"orgpolicy:{project}?configvalue={quote(name, safe='')}",
            f"User {name} is not in permitted organization.",
        )


def check_key_creation(world: World, project: str, account: str) -> None:
    """Refuse a service-account key where policy forbids it."""
    constraint = "iam.disableServiceAccountKeyCreation"
    if enforced(world, project, constraint):
        said = "Key creation is not allowed on this service account."
        subject = f"projects/{project}/serviceAccounts/{account}?configvalue={quote(account)}"
        raise _violation(said, f"constraints/{constraint}", subject, said)


def _violation(message: str, kind: str, subject: str, description: str) -> ApiError:
    violation = {"type": kind, "subject": subject, "description": description}
    return precondition(
        message, {"@type": f"{TYPES}PreconditionFailure", "violations": [violation]}
    )


def _permits(spec: Body, matches: Any) -> bool:
    for rule in spec.get("rules", ()):
        if rule.get("allowAll"):
            return True
        values = rule.get("values", {})
        if any(matches(value) for value in values.get("deniedValues", ())):
            return False
        if any(matches(value) for value in values.get("allowedValues", ())):
            return True
        if values.get("deniedValues") and not values.get("allowedValues"):
            return True
    return not spec.get("rules")


def _covers(value: str, location: str) -> bool:
    """Whether ``in:asia-locations``, ``in:us-east1-locations`` or a bare place holds a place."""
    place = value.removeprefix("in:").removesuffix("-locations")
    return location == place or location.startswith(f"{place}-")


def _is_of(member: str, value: str) -> bool:
    return member.endswith(f"@{value.removeprefix('is:')}")


def _is_ours(member: str) -> bool:
    return member.endswith((f"@{DOMAIN}", f":{DOMAIN}", ".gserviceaccount.com"))


def _upwards(world: World, resource: str) -> Iterator[str]:
    yield resource
    if resource.startswith("projects/"):
        project = world.store.get("project", resource.split("/")[1])
        parent = str((project or {}).get("parent", ""))
        if parent and parent != ORGANIZATION:
            yield parent
    if resource != ORGANIZATION:
        yield ORGANIZATION
