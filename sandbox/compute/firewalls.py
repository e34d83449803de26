"""Firewall rules of the default network."""

from __future__ import annotations

import ipaddress
import re
from typing import Any

from sandbox.call import Api, Call
from sandbox.clock import stamp
from sandbox.compute import compute_operations
from sandbox.compute.compute_operations import once
from sandbox.compute.filters import fitting
from sandbox.compute.links import last, link
from sandbox.compute.machine_requests import check_name
from sandbox.compute.refusals import busy, exists, invalid, missing
from sandbox.iam import policies
from sandbox.operations import Operation, effect
from sandbox.paging import sliced
from sandbox.world import World

Body = dict[str, Any]

api = Api("compute", "v1")
KIND = "compute-firewall"
SECONDS = 10.0
FIRST_ID = 3_000_000_000_000_000_001
PROTOCOL = re.compile(r"tcp|udp|icmp|esp|ah|sctp|ipip|all|\d{1,3}")
PORTS = re.compile(r"\d{1,5}(-\d{1,5})?")


@api.method("firewalls.insert", "compute.firewalls.create")
@once
def insert(call: Call) -> Body:
    """Begin to make a rule."""
    body, project = dict(call.body), call.text("project")
    check_name(body.get("name", ""))
    path = f"projects/{project}/global/firewalls/{body['name']}"
    if call.world.store.get(KIND, path):
        raise exists(path)
    _check(call, body)
    number = str(call.world.store.next("compute-firewalls", FIRST_ID))
    rule = {"path": path, "id": number, "project": project, "created": call.now, "body": body}
    call.world.store.put(KIND, path, rule, project)
    return _begin(call, rule, "insert", "compute.changed")


@api.method("firewalls.get", "compute.firewalls.get")
def get(call: Call) -> Body:
    """Return a rule."""
    return _shown(_existing(call))


@api.method("firewalls.list", "compute.firewalls.list")
def list_(call: Call) -> Body:
    """Return a project's rules."""
    project = call.text("project")
    items = fitting(call, [_shown(each) for each in call.world.store.all(KIND, project)])
    return {
        "kind": "compute#firewallList",
        "id": f"projects/{project}/global/firewalls",
        **sliced(call, "items", items, size_name="maxResults", default=500),
        "selfLink": link(f"projects/{project}/global/firewalls"),
    }


@api.method("firewalls.patch", "compute.firewalls.update")
@once
def patch(call: Call) -> Body:
    """Begin to change the given parts of a rule."""
    rule = _idle(call)
    body = {**rule["body"], **call.body, "name": rule["body"]["name"]}
    _check(call, body)
    call.world.store.put(KIND, rule["path"], {**rule, "body": body})
    return _begin(call, rule, "patch", "compute.changed")


@api.method("firewalls.delete", "compute.firewalls.delete")
@once
def delete(call: Call) -> Body:
    """Begin to delete a rule."""
    return _begin(call, _idle(call), "delete", "compute.firewall.delete")


@api.method("firewalls.testIamPermissions")
def test_permissions(call: Call) -> Body:
    """Return what the caller may do with a rule."""
    rule = _existing(call, "resource")
    return policies.testable(call, f"projects/{rule['project']}/firewalls/{rule['body']['name']}")


@effect("compute.firewall.delete")
def _deleted(world: World, operation: Operation) -> Body:
    world.store.delete(KIND, operation.target)
    return {}


def _check(call: Call, body: Body) -> None:
    if last(body.get("network", "default")) != "default":
        raise missing(f"projects/{call.text('project')}/global/networks/{last(body['network'])}")
    if bool(body.get("allowed")) == bool(body.get("denied")):
        raise invalid("resource", "", "Exactly one of allowed and denied must be given.")
    for rule in (*body.get("allowed", ()), *body.get("denied", ())):
        if not PROTOCOL.fullmatch(str(rule.get("IPProtocol", ""))):
            raise invalid("resource.allowed[0].IPProtocol", rule.get("IPProtocol", ""), "Unknown.")
        for ports in rule.get("ports", ()):
            if not PORTS.fullmatch(ports) or max(map(int, ports.split("-"))) > 65535:
                raise invalid("resource.allowed[0].ports[0]", ports, "Not a port or a range.")
    for source in (*body.get("sourceRanges", ()), *body.get("destinationRanges", ())):
        try:
            ipaddress.ip_network(source)
        except ValueError:
            raise invalid("resource.sourceRanges", source, "Must be a CIDR range.") from None
    if not 0 <= int(body.get("priority", 1000)) <= 65535:
        raise invalid("resource.priority", body["priority"], "Must be from 0 to 65535.")


def _existing(call: Call, parameter: str = "firewall") -> Body:
    path = f"projects/{call.text('project')}/global/firewalls/{call.text(parameter)}"
    rule = call.world.store.get(KIND, path)
    if rule is None:
        raise missing(path)
    return rule


def _idle(call: Call) -> Body:
    rule = _existing(call)
    if call.world.operations.running_on(compute_operations.API, rule["path"]):
        raise busy(rule["path"])
    return rule


def _begin(call: Call, rule: Body, kind: str, effect_name: str) -> Body:
    return compute_operations.begin(call, "global", kind, rule, effect_name, {}, SECONDS)


def _shown(rule: Body) -> Body:
    project, body = rule["project"], rule["body"]
    direction = body.get("direction", "INGRESS")
    made: Body = {
        "kind": "compute#firewall",
        "priority": 1000,
        "disabled": False,
        "logConfig": {"enable": False},
        **{key: value for key, value in body.items() if key != "params"},
        "id": rule["id"],
        "creationTimestamp": stamp(rule["created"]),
        "direction": direction,
        "network": link(f"projects/{project}/global/networks/default"),
        "selfLink": link(rule["path"]),
    }
    if direction == "INGRESS" and not any(
        body.get(each) for each in ("sourceRanges", "sourceTags", "sourceServiceAccounts")
    ):
        made["sourceRanges"] = ["0.0.0.0/0"]
    return made
