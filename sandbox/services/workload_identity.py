"""Workload Identity Federation: pools and their providers, deleted softly for thirty days."""

from __future__ import annotations

import re
import uuid
from typing import Any

from sandbox import projects
from sandbox.call import Api, Call
from sandbox.clock import stamp
from sandbox.errors import TYPES, already_exists, bad_request, not_found, precondition
from sandbox.iam import policies
from sandbox.masks import updated
from sandbox.operations import Operation, effect
from sandbox.paging import sliced
from sandbox.world import World

Body = dict[str, Any]

api = Api("iam", "v1")
POOL, PROVIDER = "workload-pool", "workload-provider"
BASE = "projects.locations.workloadIdentityPools"
SECONDS = 4.0
KEPT_DAYS = 30
IDENTIFIER = re.compile(r"[a-z0-9-]{4,32}")
TEXTS = ("displayName", "description", "disabled")
OF_PROVIDERS = (*TEXTS, "attributeMapping", "attributeCondition", "oidc", "aws", "saml", "x509")
# One issuer for all of their customers: a condition has to say whose tokens are meant.
SHARED_ISSUERS = (
    "https://token.actions.githubusercontent.com",
    "https://gitlab.com",
    "https://app.terraform.io",
)
CLAIM = re.compile(r"\b(assertion|attribute|google)\s*[.\[]")
CONDITIONS = (
    "https://cloud.google.com/iam/docs/workload-identity-federation-with-deployment-pipelines"
    "#conditions"
)


@api.method(f"{BASE}.create", "iam.workloadIdentityPools.create")
def create_pool(call: Call) -> Body:
    """Begin to make a pool."""
    parent = _path(call, "parent")
    _check_location(parent)
    name = _fresh(call, POOL, f"{parent}/workloadIdentityPools", "workloadIdentityPoolId")
    return _begin(call, POOL, name, {key: call.body[key] for key in TEXTS if key in call.body})


@api.method(f"{BASE}.get", "iam.workloadIdentityPools.get")
def get_pool(call: Call) -> Body:
    """Return a pool, a deleted one too."""
    return _shown(call, _existing(call, POOL))


@api.method(f"{BASE}.list", "iam.workloadIdentityPools.list")
def list_pools(call: Call) -> Body:
    """Return a project's pools."""
    return _listed(call, POOL, "workloadIdentityPools")


@api.method(f"{BASE}.patch", "iam.workloadIdentityPools.update")
def patch_pool(call: Call) -> Body:
    """Begin to change a pool."""
    pool = _active(call, POOL)
    return _change(call, POOL, pool, _masked(call, pool, TEXTS))


@api.method(f"{BASE}.delete", "iam.workloadIdentityPools.delete")
def delete_pool(call: Call) -> Body:
    """Begin to delete a pool softly."""
    return _change(call, POOL, {**_active(call, POOL), "deleted": call.now})


@api.method(f"{BASE}.undelete", "iam.workloadIdentityPools.undelete")
def undelete_pool(call: Call) -> Body:
    """Begin to bring a deleted pool back."""
    return _change(call, POOL, {**_deleted(call, POOL), "deleted": None})


@api.method(f"{BASE}.getIamPolicy", "iam.workloadIdentityPools.getIamPolicy")
def get_policy(call: Call) -> Body:
    """Return a pool's policy."""
    return policies.read(call, str(_existing(call, POOL, "resource")["name"]))


@api.method(f"{BASE}.setIamPolicy", "iam.workloadIdentityPools.setIamPolicy")
def set_policy(call: Call) -> Body:
    """Replace a pool's policy."""
    return policies.write(call, str(_existing(call, POOL, "resource")["name"]))


@api.method(f"{BASE}.testIamPermissions")
def test_permissions(call: Call) -> Body:
    """Return what the caller may do with a pool."""
    return policies.testable(call, str(_existing(call, POOL, "resource")["name"]))


@api.method(f"{BASE}.providers.create", "iam.workloadIdentityPoolProviders.create")
def create_provider(call: Call) -> Body:
    """Begin to make a provider."""
    pool = _active(call, POOL, "parent")
    name = _fresh(call, PROVIDER, f"{pool['name']}/providers", "workloadIdentityPoolProviderId")
    body = {key: call.body[key] for key in OF_PROVIDERS if key in call.body}
    _check_provider(body)
    return _begin(call, PROVIDER, name, body)


@api.method(f"{BASE}.providers.get", "iam.workloadIdentityPoolProviders.get")
def get_provider(call: Call) -> Body:
    """Return a provider, a deleted one too."""
    return _shown(call, _existing(call, PROVIDER))


@api.method(f"{BASE}.providers.list", "iam.workloadIdentityPoolProviders.list")
def list_providers(call: Call) -> Body:
    """Return a pool's providers."""
    _existing(call, POOL, "parent")
    return _listed(call, PROVIDER, "workloadIdentityPoolProviders")


@api.method(f"{BASE}.providers.patch", "iam.workloadIdentityPoolProviders.update")
def patch_provider(call: Call) -> Body:
    """Begin to change a provider."""
    provider = _active(call, PROVIDER)
    fresh = _masked(call, provider, OF_PROVIDERS)
    _check_provider(fresh["body"])
    return _change(call, PROVIDER, provider, fresh)


@api.method(f"{BASE}.providers.delete", "iam.workloadIdentityPoolProviders.delete")
def delete_provider(call: Call) -> Body:
    """Begin to delete a provider softly."""
    return _change(call, PROVIDER, {**_active(call, PROVIDER), "deleted": call.now})


@api.method(f"{BASE}.providers.undelete", "iam.workloadIdentityPoolProviders.undelete")
def undelete_provider(call: Call) -> Body:
    """Begin to bring a deleted provider back."""
    return _change(call, PROVIDER, {**_deleted(call, PROVIDER), "deleted": None})


@api.method(f"{BASE}.operations.get", "iam.workloadIdentityPools.get")
@api.method(f"{BASE}.providers.operations.get", "iam.workloadIdentityPoolProviders.get")
def get_operation(call: Call) -> Body:
    """Return an operation on a pool or a provider."""
    operation = call.world.operations.get(_path(call, "name"))
    if operation is None or operation.api != "iam":
        raise not_found("Requested entity was not found.")
    return _operation(call, operation)


@effect("iam.federation")
def _done(_world: World, _operation: Operation) -> Body:
    return {}


def _check_location(parent: str) -> None:
    if not parent.endswith("/locations/global"):
        raise bad_request("Workload identity pools are made in the location global only.")


def _fresh(call: Call, kind: str, parent: str, parameter: str) -> str:
    identifier = call.text(parameter)
    if not IDENTIFIER.fullmatch(identifier) or identifier.startswith("gcp-"):
        raise bad_request(
            f"The {parameter} must be 4-32 characters of [a-z0-9-] and not begin with gcp-."
        )
    name = f"{parent}/{identifier}"
    if call.world.store.get(kind, name):
        raise already_exists("Requested entity already exists")
    return name


def _check_provider(body: Body) -> None:
    kinds = [each for each in ("oidc", "aws", "saml", "x509") if each in body]
    if len(kinds) != 1:
        raise bad_request("Exactly one of oidc, aws, saml and x509 must be given.")
    mapping, condition = body.get("attributeMapping", {}), body.get("attributeCondition", "")
    if kinds == ["oidc"]:
        issuer = body["oidc"].get("issuerUri", "")
        if not issuer.startswith("https://"):
            raise bad_request("The issuer URI must begin with https://.")
        if "google.subject" not in mapping:
            raise bad_request("The attribute mapping must contain google.subject.")
        if issuer.rstrip("/").startswith(SHARED_ISSUERS) and not CLAIM.search(condition):
            raise bad_request(
                "The attribute condition must reference one of the provider's claims. For more "
                f"information, see {CONDITIONS}"
            )
    for key in mapping:
        if not re.fullmatch(r"google\.(subject|groups|display_name)|attribute\.[a-z0-9_]+", key):
            raise bad_request(f"The attribute mapping's key {key} is not valid.")


def _existing(call: Call, kind: str, parameter: str = "name") -> Body:
    found = call.world.store.get(kind, _path(call, parameter))
    if found is None:
        raise not_found("Requested entity was not found.")
    return found


def _active(call: Call, kind: str, parameter: str = "name") -> Body:
    found = _existing(call, kind, parameter)
    if found["deleted"] is not None:
        raise precondition("The resource has been deleted; undelete it first.")
    return found


def _deleted(call: Call, kind: str) -> Body:
    found = _existing(call, kind)
    if found["deleted"] is None:
        raise precondition("The resource is not deleted.")
    return found


def _masked(call: Call, resource: Body, allowed: tuple[str, ...]) -> Body:
    mask = call.text("updateMask")
    return {**resource, "body": updated(resource["body"], call.body, mask, allowed=allowed)}


def _listed(call: Call, kind: str, key: str) -> Body:
    found = call.world.store.all(kind, _path(call, "parent"))
    wanted = bool(call.parameters.get("showDeleted"))
    shown = [_shown(call, each) for each in found if wanted or each["deleted"] is None]
    return sliced(call, key, shown, default=50)


def _begin(call: Call, kind: str, name: str, body: Body) -> Body:
    parent = name.rsplit("/", 2)[0]
    resource = {"name": name, "body": body, "deleted": None}
    call.world.store.put(kind, name, resource, parent)
    return _start(call, kind, name)


def _change(call: Call, kind: str, resource: Body, fresh: Body | None = None) -> Body:
    kept = fresh or resource
    call.world.store.put(kind, kept["name"], kept)
    return _start(call, kind, kept["name"])


def _start(call: Call, kind: str, name: str) -> Body:
    operation = call.world.operations.begin(
        "iam",
        name,
        "iam.federation",
        {"kind": kind},
        seconds=SECONDS,
        name=f"{name}/operations/{uuid.uuid4().hex}",
    )
    return _operation(call, operation)


def _operation(call: Call, operation: Operation) -> Body:
    named = {"name": _numbered(call, operation.name)}
    if not operation.done:
        return named
    resource = call.world.store.get(operation.arguments["kind"], operation.target)
    shown = _shown(call, resource) if resource else {}
    return {**named, "done": True, "response": {"@type": _type(operation), **shown}}


def _type(operation: Operation) -> str:
    kind = operation.arguments["kind"]
    message = "WorkloadIdentityPool" if kind == POOL else "WorkloadIdentityPoolProvider"
    return f"{TYPES.removesuffix('rpc.')}iam.v1.{message}"


def _shown(call: Call, resource: Body) -> Body:
    shown = {"name": _numbered(call, resource["name"]), **resource["body"], "state": "ACTIVE"}
    if resource["deleted"] is not None:
        expires = stamp(resource["deleted"] + KEPT_DAYS * 86400)
        shown |= {"state": "DELETED", "expireTime": expires}
    return shown


def _path(call: Call, parameter: str) -> str:
    return projects.canonical(call.world, call.text(parameter))


def _numbered(call: Call, name: str) -> str:
    parts = name.split("/")
    project = projects.find(call.world, parts[1])
    return "/".join(("projects", project["number"], *parts[2:])) if project else name
