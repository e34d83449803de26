"""Cloud Run v2: revisions."""

from __future__ import annotations

from typing import Any

from sandbox.call import Api, Call
from sandbox.errors import not_found, precondition
from sandbox.paging import sliced
from sandbox.projects import canonical
from sandbox.run import deployment, kinds, run_operations, views
from sandbox.world import World

Body = dict[str, Any]

api = Api("run", "v2")


@api.method("projects.locations.services.revisions.get", "run.revisions.get")
def get(call: Call) -> Body:
    """Return a revision."""
    return views.revision(_existing(call))


@api.method("projects.locations.services.revisions.list", "run.revisions.list")
def list_(call: Call) -> Body:
    """Return a service's revisions, the newest first."""
    parent = canonical(call.world, call.text("parent"))
    found = call.world.store.all(kinds.REVISION, parent)[::-1]
    return sliced(call, "revisions", [views.revision(each) for each in found])


@api.method("projects.locations.services.revisions.delete", "run.revisions.delete")
def delete(call: Call) -> Body:
    """Delete a revision that serves nothing."""
    revision = _existing(call)
    about = {"@type": run_operations.V2 + "Revision", **views.revision(revision)}
    if not call.parameters.get("validateOnly"):
        remove(call.world, revision)
    name = deployment.operation_name(revision["name"])
    return {"name": name, "metadata": about, "response": about, "done": True}


def remove(world: World, revision: Body) -> None:
    """Forget a revision; one that serves or is the newest one stays."""
    service_name = revision["name"].partition("/revisions/")[0]
    service = world.store.get(kinds.SERVICE, service_name) or {"serving": [], "latestCreated": ""}
    serving = {each["revision"] for each in service["serving"]}
    if revision["id"] in serving or revision["id"] == service["latestCreated"]:
        raise precondition(
            f"Revision {revision['id']} cannot be deleted: it serves traffic or is the latest one."
        )
    world.store.delete(kinds.REVISION, revision["name"])
    world.runtime.soon(lambda runtime: runtime.settle(service_name))


def _existing(call: Call) -> Body:
    name = canonical(call.world, call.text("name"))
    revision = call.world.store.get(kinds.REVISION, name)
    if revision is None:
        raise not_found(f"Revision '{name.rsplit('/', 1)[1]}' does not exist.")
    return revision
