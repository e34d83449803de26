"""Organization Policy v2: constraints, policies and what is in force."""

from __future__ import annotations

import base64
import json
from typing import Any

from sandbox import orgpolicies, projects
from sandbox.call import Api, Call
from sandbox.clock import stamp
from sandbox.errors import ApiError, already_exists, bad_request, not_found
from sandbox.paging import sliced

Body = dict[str, Any]

api = Api("orgpolicy", "v2")
PARENTS = ("projects", "folders", "organizations")


def list_constraints(call: Call) -> Body:
    """Return the constraints that the sandbox knows."""
    parent = _numbered(call, _scope(call, "parent"))
    found = [_constraint(parent, each) for each in orgpolicies.CONSTRAINTS.values()]
    return sliced(call, "constraints", found)


def list_policies(call: Call) -> Body:
    """Return the policies set directly on a parent."""
    scope = _scope(call, "parent")
    found = call.world.store.all(orgpolicies.KIND, scope)
    return sliced(call, "policies", [_shown(call, each) for each in found])


def get(call: Call) -> Body:
    """Return a policy that is set directly on its parent."""
    return _shown(call, _existing(call))


def get_effective(call: Call) -> Body:
    """Return what is in force for a resource, the default of a constraint included."""
    scope, name = _split(call)
    spec = orgpolicies.effective(call.world, scope, name)
    if spec is None:
        lists = orgpolicies.CONSTRAINTS[name].lists
        spec = {"rules": [{"allowAll": True} if lists else {"enforce": False}]}
    return {"name": f"{_numbered(call, scope)}/policies/{name}", "spec": _plain(spec)}


def create(call: Call) -> Body:
    """Set a policy that is not set yet."""
    scope = _scope(call, "parent")
    name = _known(str(call.body.get("name", "")).rpartition("/")[2])
    if call.world.store.get(orgpolicies.KIND, f"{scope}/policies/{name}"):
        raise already_exists("Requested entity already exists")
    return _shown(call, orgpolicies.keep(call.world, scope, name, _spec(call, name)))


def patch(call: Call) -> Body:
    """Replace a policy."""
    policy = _existing(call)
    given = call.body.get("etag") or call.body.get("spec", {}).get("etag")
    if given and given != _etag(policy):
        raise ApiError("ABORTED", "The policy has been changed since it was read.")
    spec = _spec(call, policy["constraint"])
    return _shown(call, orgpolicies.keep(call.world, policy["scope"], policy["constraint"], spec))


def delete(call: Call) -> Body:
    """Take a policy away."""
    policy = _existing(call)
    name = f"{policy['scope']}/policies/{policy['constraint']}"
    call.world.store.delete(orgpolicies.KIND, name)
    return {}


for _parent in PARENTS:
    api.method(f"{_parent}.constraints.list", "orgpolicy.constraints.list")(list_constraints)
    api.method(f"{_parent}.policies.list", "orgpolicy.policies.list")(list_policies)
    api.method(f"{_parent}.policies.get", "orgpolicy.policy.get")(get)
    api.method(f"{_parent}.policies.getEffectivePolicy", "orgpolicy.policy.get")(get_effective)
    api.method(f"{_parent}.policies.create", "orgpolicy.policy.set")(create)
    api.method(f"{_parent}.policies.patch", "orgpolicy.policy.set")(patch)
    api.method(f"{_parent}.policies.delete", "orgpolicy.policy.set")(delete)


def _spec(call: Call, name: str) -> Body:
    spec: Body = dict(call.body.get("spec", {}))
    if not spec.get("rules") and not spec.get("reset"):
        raise bad_request("The policy needs at least one rule.")
    lists = orgpolicies.CONSTRAINTS[name].lists
    for rule in spec.get("rules", ()):
        if ("enforce" in rule) is lists:
            raise bad_request(f"A rule of {name} {'takes values' if lists else 'needs enforce'}.")
    return {key: spec[key] for key in ("rules", "reset", "inheritFromParent") if key in spec}


def _scope(call: Call, parameter: str) -> str:
    return projects.canonical(call.world, call.text(parameter))


def _split(call: Call) -> tuple[str, str]:
    scope, _policies, name = _scope(call, "name").partition("/policies/")
    return scope, _known(name)


def _known(name: str) -> str:
    if name not in orgpolicies.CONSTRAINTS:
        raise not_found(f"Constraint {name} was not found: the sandbox knows few of Google's.")
    return name


def _existing(call: Call) -> Body:
    scope, name = _split(call)
    policy = call.world.store.get(orgpolicies.KIND, f"{scope}/policies/{name}")
    if policy is None:
        raise not_found("Requested entity was not found.")
    return policy


def _numbered(call: Call, scope: str) -> str:
    if not scope.startswith("projects/"):
        return scope
    project = projects.find(call.world, scope.split("/")[1])
    return f"projects/{project['number']}" if project else scope


def _constraint(parent: str, constraint: orgpolicies.Constraint) -> Body:
    kind = {"listConstraint": {"supportsUnder": False}}
    return {
        "name": f"{parent}/constraints/{constraint.name}",
        "displayName": constraint.title,
        "constraintDefault": "ALLOW",
        **(kind if constraint.lists else {"booleanConstraint": {}}),
    }


def _shown(call: Call, policy: Body) -> Body:
    etag = _etag(policy)
    spec = {**_plain(policy["spec"]), "etag": etag, "updateTime": stamp(policy["updated"])}
    name = f"{_numbered(call, policy['scope'])}/policies/{policy['constraint']}"
    return {"name": name, "spec": spec, "etag": etag}


def _plain(spec: Body) -> Body:
    return dict(json.loads(json.dumps(spec)))


def _etag(policy: Body) -> str:
    return base64.b64encode(f"policy-{policy['serial']}".encode()).decode()
