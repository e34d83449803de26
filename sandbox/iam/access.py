"""Identities by token, and whether one of them may do something."""

from __future__ import annotations

from collections.abc import Iterator

from sandbox.iam import roles
from sandbox.iam.policies import KIND, PROPAGATION
from sandbox.world import World

OWNER = "user:owner@sandbox.example"


def identity(authorization: str) -> str:
    """Return the IAM member behind an Authorization header.

    A token that is an e-mail address is that account; any other one, and none, is the owner.
    """
    token = authorization.removeprefix("Bearer ").strip()
    if "@" not in token:
        return OWNER
    kind = "serviceAccount" if token.endswith(".gserviceaccount.com") else "user"
    return f"{kind}:{token}"


def allowed(world: World, member: str, permission: str, resource: str) -> bool:
    """Whether a member has a permission on a resource (``projects/p/secrets/s``) or above it."""
    if member == OWNER:
        return not _is_forbidden(world, resource)
    return any(_granted(world, member, permission, each) for each in _upwards(world, resource))


def _granted(world: World, member: str, permission: str, resource: str) -> bool:
    policy = world.store.get(KIND, resource)
    if policy is None:
        return False
    anybody = {member, "allUsers", "allAuthenticatedUsers"}
    for binding in policy["bindings"]:
        for each in anybody & set(binding["members"]):
            since = policy["since"].get(f"{binding['role']} {each}", 0.0)
            if roles.grants(binding["role"], permission) and world.clock.passed(since, PROPAGATION):
                return True
    return False


def _upwards(world: World, resource: str) -> Iterator[str]:
    """Yield a resource and everything that contains it, up to the organisation."""
    parts = resource.split("/")
    while len(parts) >= 2:
        yield "/".join(parts)
        parts = parts[:-2]
    if resource.startswith("projects/"):
        project = world.store.get("project", resource.split("/")[1])
        if project and project.get("parent"):
            yield project["parent"]


def _is_forbidden(world: World, resource: str) -> bool:
    """One billing account of the sandbox belongs to somebody else, to show what that looks like."""
    account = world.store.get("billing-account", resource)
    return bool(account and account.get("foreign"))
