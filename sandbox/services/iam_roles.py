"""IAM v1: the predefined roles, and which permissions can be tested on a resource."""

from __future__ import annotations

from typing import Any

from sandbox.call import Api, Call
from sandbox.errors import not_found
from sandbox.iam.roles import ROLES
from sandbox.paging import sliced

Body = dict[str, Any]

api = Api("iam", "v1", enabled=False)


@api.method("roles.list")
def list_(call: Call) -> Body:
    """Return the predefined roles that the sandbox knows."""
    return _page(call)


@api.method("roles.get")
def get(call: Call) -> Body:
    """Return one predefined role; its permissions are the patterns the sandbox checks."""
    name = call.text("name")
    if name not in ROLES:
        raise not_found(f"The role named {name} was not found.")
    return _shown(name)


@api.method("roles.queryGrantableRoles")
def grantable(call: Call) -> Body:
    """Return the roles that can be granted on a resource."""
    return _page(call)


def _page(call: Call) -> Body:
    return sliced(call, "roles", [_shown(name) for name in sorted(ROLES)], default=300)


def _shown(name: str) -> Body:
    return {
        "name": name,
        "title": name.removeprefix("roles/").replace(".", " ").title(),
        "stage": "GA",
        "etag": "AA==",
    }
