"""IAM v1: the predefined roles, and which permissions can be tested on a resource."""

from __future__ import annotations

from typing import Any

from sandbox.call import Api, Call
from sandbox.errors import bad_request, not_found
from sandbox.iam.roles import ROLES
from sandbox.paging import page_of, size

Body = dict[str, Any]

api = Api("iam", "v1", enabled=False)


@api.method("roles.list")
def list_(call: Call) -> Body:
    """Return the predefined roles that the sandbox knows."""
    return _page(call, call.text("pageToken"), size(call, default=300))


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
    most = int(call.body.get("pageSize") or 300)
    return _page(call, call.body.get("pageToken", ""), most)


def _page(_call: Call, token: str, most: int) -> Body:
    if token and not token.isdigit():
        raise bad_request("The page token is invalid.")
    names, begin = sorted(ROLES), int(token or 0)
    more = str(begin + most) if begin + most < len(names) else ""
    return page_of("roles", [_shown(name) for name in names[begin : begin + most]], more)


def _shown(name: str) -> Body:
    return {
        "name": name,
        "title": name.removeprefix("roles/").replace(".", " ").title(),
        "stage": "GA",
        "etag": "AA==",
    }
