"""Cloud Run v1: services and revisions as gcloud asks for them."""

from __future__ import annotations

from typing import Any

from sandbox.call import Api, Call
from sandbox.errors import already_exists, bad_request, not_found
from sandbox.run import deployment, kinds, knative_views, names, revisions, services
from sandbox.run.knative_templates import CLIENT, CLIENT_VERSION, GOOGLE, flag, read_service
from sandbox.run.selectors import fits
from sandbox.run.traffic import LATEST, REVISION
from sandbox.services.places import location_list

Body = dict[str, Any]

api = Api("run", "v1")
ROOT = "spec.template.spec"
OUTPUT = (
    "serving.knative.dev/",
    f"{GOOGLE}ingress",
    f"{GOOGLE}urls",
    f"{GOOGLE}operation-id",
    knative_views.IAM_DISABLED,
    knative_views.URL_DISABLED,
)
INGRESS = {shown: stored for stored, shown in knative_views.INGRESS.items()}
SUCCESS = {"status": "Success"}


@api.method("namespaces.services.create", "run.services.create")
@api.method("projects.locations.services.create", "run.services.create")
def create(call: Call) -> Body:
    """Begin to make a service."""
    identifier = call.body.get("metadata", {}).get("name", "")
    name = f"{names.one_region(call)}/services/{identifier}"
    if call.world.store.get(kinds.SERVICE, name):
        raise already_exists(f"Resource '{identifier}' already exists.")
    return _deploy(call, name, None)


@api.method("namespaces.services.replaceService", "run.services.update")
@api.method("projects.locations.services.replaceService", "run.services.update")
def replace(call: Call) -> Body:
    """Begin to replace a service; a version that is not the current one is refused."""
    service = services.existing(call)
    services.check_etag(service, call.body.get("metadata", {}).get("resourceVersion", ""))
    return _deploy(call, service["name"], service)


@api.method("namespaces.services.get", "run.services.get")
@api.method("projects.locations.services.get", "run.services.get")
def get(call: Call) -> Body:
    """Return a service."""
    return knative_views.service(services.existing(call))


@api.method("namespaces.services.list", "run.services.list")
@api.method("projects.locations.services.list", "run.services.list")
def list_(call: Call) -> Body:
    """Return the services of a region, or of every one."""
    parent = names.parent_of(call)
    everything = parent.endswith("/-")
    found = (
        services.in_project(call, kinds.SERVICE, parent)
        if everything
        else call.world.store.all(kinds.SERVICE, parent)
    )
    return listed(
        call, "Service", knative_views.SERVING, [knative_views.service(each) for each in found]
    )


@api.method("namespaces.services.delete", "run.services.delete")
@api.method("projects.locations.services.delete", "run.services.delete")
def delete(call: Call) -> Body:
    """Begin to delete a service."""
    service = services.existing(call)
    if not dry(call):
        deployment.remove(call, service)
    return SUCCESS


@api.method("namespaces.revisions.get", "run.revisions.get")
@api.method("projects.locations.revisions.get", "run.revisions.get")
def get_revision(call: Call) -> Body:
    """Return a revision."""
    return _shown(call, _revision(call))


@api.method("namespaces.revisions.list", "run.revisions.list")
@api.method("projects.locations.revisions.list", "run.revisions.list")
def list_revisions(call: Call) -> Body:
    """Return the revisions of a region, the newest first."""
    parent = names.parent_of(call)
    found = services.in_project(call, kinds.REVISION, parent)[::-1]
    shown = [
        _shown(call, each)
        for each in found
        if parent.endswith("/-") or each["name"].startswith(f"{parent}/")
    ]
    return listed(call, "Revision", knative_views.SERVING, shown)


@api.method("namespaces.revisions.delete", "run.revisions.delete")
@api.method("projects.locations.revisions.delete", "run.revisions.delete")
def delete_revision(call: Call) -> Body:
    """Delete a revision that serves nothing."""
    revision = _revision(call)
    if not dry(call):
        revisions.remove(call.world, revision)
    return SUCCESS


@api.method("projects.locations.list", "run.locations.list")
def locations(call: Call) -> Body:
    """Return the regions."""
    return location_list(call)


def listed(call: Call, kind: str, version: str, shown: list[Body]) -> Body:
    """Return one page of what fits the label selector, as Knative writes lists."""
    fitting = [
        each for each in shown if fits(each["metadata"]["labels"], call.text("labelSelector"))
    ]
    start, limit = call.text("continue", "0"), int(call.parameters.get("limit") or 0)
    if not start.isdigit() or limit < 0:
        raise bad_request("The continue token or the limit is invalid.")
    begin, end = int(start), int(start) + (limit or 1000)
    more = str(end) if end < len(fitting) else ""
    return knative_views.listing(kind, version, fitting[begin:end], more)


def dry(call: Call) -> bool:
    """Whether a call only asks what would be."""
    given = call.text("dryRun")
    if given not in ("", "all"):
        raise bad_request(f"dryRun: only 'all' is supported, not '{given}'.")
    return given == "all"


def check_named(call: Call, name: str) -> None:
    """Refuse a body that names another resource or project than the address."""
    metadata = call.body.get("metadata", {})
    identifier = name.rsplit("/", 1)[1]
    if metadata.get("name", identifier) != identifier:
        raise bad_request(f"metadata.name: must be '{identifier}'.")


def _deploy(call: Call, name: str, old: Body | None) -> Body:
    check_named(call, name)
    service, _operation = deployment.deploy(
        call, name, _wanted(call.body), old, root=ROOT, dry=dry(call)
    )
    return knative_views.service(service)


def _wanted(body: Body) -> Body:
    """Return what a service is to be as v2 says it."""
    metadata, spec = body.get("metadata", {}), body.get("spec", {})
    notes = metadata.get("annotations", {})
    template = spec.get("template", {})
    labels = metadata.get("labels", {})
    made: Body = {
        "labels": {key: each for key, each in labels.items() if key != knative_views.LOCATION},
        "annotations": {key: each for key, each in notes.items() if not key.startswith(OUTPUT)},
        "template": read_service(template.get("metadata", {}), template.get("spec", {})),
        "traffic": [_read_target(each) for each in spec.get("traffic", ())],
        "ingress": INGRESS.get(notes.get(f"{GOOGLE}ingress", "all"), "INGRESS_TRAFFIC_ALL"),
        "invokerIamDisabled": flag(notes, knative_views.IAM_DISABLED),
        "defaultUriDisabled": flag(notes, knative_views.URL_DISABLED),
    }
    for key, note in (("client", CLIENT), ("clientVersion", CLIENT_VERSION)):
        if notes.get(note):
            made[key] = notes[note]
    if notes.get(f"{GOOGLE}description"):
        made["description"] = notes[f"{GOOGLE}description"]
    return made


def _read_target(target: Body) -> Body:
    made: Body = {key: target[key] for key in ("percent", "tag") if key in target}
    if target.get("revisionName") and not target.get("latestRevision"):
        return {**made, "type": REVISION, "revision": target["revisionName"]}
    return {**made, "type": LATEST}


def _revision(call: Call) -> Body:
    name = names.full(call, "revisions")
    known = call.world.store.get(kinds.BY_ID, name)
    revision = call.world.store.get(kinds.REVISION, known["name"]) if known else None
    if revision is None:
        raise not_found(f"Revision '{name.rsplit('/', 1)[1]}' does not exist.")
    return revision


def _shown(call: Call, revision: Body) -> Body:
    name = revision["name"].partition("/revisions/")[0]
    service = call.world.store.get(kinds.SERVICE, name) or {"serving": []}
    serving = any(each["revision"] == revision["id"] for each in service["serving"])
    return knative_views.revision(revision, serving)
