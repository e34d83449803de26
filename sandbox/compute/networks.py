"""The project as Compute sees it, and its one network, ``default``."""

from __future__ import annotations

from typing import Any

from sandbox import projects
from sandbox.call import Api, Call
from sandbox.clock import stamp
from sandbox.compute.filters import fitting
from sandbox.compute.links import fingerprint, link
from sandbox.compute.refusals import missing
from sandbox.paging import sliced
from sandbox.services.places import REGIONS

Body = dict[str, Any]

api = Api("compute", "v1")


@api.method("projects.get", "compute.projects.get")
def get_project(call: Call) -> Body:
    """Return a project with its default account and its (empty) common metadata."""
    project = projects.find(call.world, call.text("project")) or {}
    return {
        "kind": "compute#project",
        "id": project["number"],
        "name": project["id"],
        "creationTimestamp": stamp(project["created"]),
        "defaultServiceAccount": f"{project['number']}-compute@developer.gserviceaccount.com",
        "defaultNetworkTier": "PREMIUM",
        "xpnProjectStatus": "UNSPECIFIED_XPN_PROJECT_STATUS",
        "commonInstanceMetadata": {"kind": "compute#metadata", "fingerprint": fingerprint([])},
        "selfLink": link(f"projects/{project['id']}"),
    }


@api.method("networks.list", "compute.networks.list")
def list_(call: Call) -> Body:
    """Return the project's network."""
    project = call.text("project")
    return {
        "kind": "compute#networkList",
        "id": f"projects/{project}/global/networks",
        **sliced(call, "items", fitting(call, [_default(call)]), size_name="maxResults"),
        "selfLink": link(f"projects/{project}/global/networks"),
    }


@api.method("networks.get", "compute.networks.get")
def get(call: Call) -> Body:
    """Return the network ``default``."""
    if call.text("network") != "default":
        raise missing(f"projects/{call.text('project')}/global/networks/{call.text('network')}")
    return _default(call)


def _default(call: Call) -> Body:
    project = projects.find(call.world, call.text("project")) or {}
    path = f"projects/{project['id']}"
    return {
        "kind": "compute#network",
        "id": str(int(project["number"]) * 7),
        "name": "default",
        "description": "Default network for the project",
        "autoCreateSubnetworks": True,
        "creationTimestamp": stamp(project["created"]),
        "routingConfig": {"routingMode": "REGIONAL"},
        "subnetworks": [link(f"{path}/regions/{each}/subnetworks/default") for each in REGIONS],
        "selfLink": link(f"{path}/global/networks/default"),
    }
