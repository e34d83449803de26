"""google_cloud_run_v2_service and google_cloud_run_v2_job."""

from __future__ import annotations

from wizards.setup.export.terraform.hcl import Block, Expression, Value
from wizards.setup.export.terraform.pieces import (
    APIS,
    LABELS_HERE,
    PROJECT,
    Import,
    Piece,
    Scope,
    lifecycle,
    nested,
    piece_of,
    resource_block,
)
from wizards.setup.export.terraform.secrets import TYPE as SECRET
from wizards.setup.export.terraform.secrets import in_use
from wizards.setup.run_job import RunJobResource
from wizards.setup.run_resource import RunResource
from wizards.setup.run_service import RunServiceResource

_AREA = "service"
_INSTANCE = "google_sql_database_instance"
_PROBES = {"startup_probe": (5, 4, 24), "liveness_probe": (30, 4, 3)}
"""Seconds between two probes, seconds to answer, failures until it counts: as tarmac apply does."""


@piece_of.register
def _service(resource: RunServiceResource, scope: Scope) -> Piece:
    """What the pipeline deploys, the image, stays as it is."""
    settings = resource.settings
    asked = resource.image.named and resource.health_path
    probes = [_probe(name, resource.health_path) for name in _PROBES if asked]
    container = nested(
        "containers",
        nested("ports", container_port=settings["port"]),
        nested(
            "resources",
            limits={"cpu": settings["cpu"], "memory": settings["memory"]},
            cpu_idle=True,
        ),
        *_environment(resource, scope),
        *_mounts(resource),
        *probes,
        image=resource.image.first,
    )
    template = nested(
        "template",
        nested(
            "scaling",
            min_instance_count=settings["min_instances"],
            max_instance_count=settings["max_instances"],
        ),
        container,
        *_volumes(resource, scope),
        service_account=_account(resource, scope),
        max_instance_request_concurrency=settings["concurrency"],
    )
    ignored = [
        "client",
        "client_version",
        "annotations",
        "template[0].revision",
        "template[0].annotations",
        "template[0].labels",
        "template[0].containers[0].image",
        *(f"template[0].containers[0].{name}" for name in _PROBES if not resource.image.named),
        "traffic",
    ]
    public: dict[str, Value] = {"invoker_iam_disabled": settings["public"]}
    return _piece("google_cloud_run_v2_service", resource, scope, public, template, ignored)


@piece_of.register
def _job(resource: RunJobResource, scope: Scope) -> Piece:
    """What the pipeline deploys, image and words, stays as it is."""
    container = nested(
        "containers",
        *_environment(resource, scope),
        *_mounts(resource),
        **_words(resource),
        image=resource.image.first,
    )
    task = nested(
        "template",
        container,
        *_volumes(resource, scope),
        service_account=_account(resource, scope),
        max_retries=resource.settings["max_retries"],
        timeout=str(resource.at_first["timeout"]),
    )
    ignored = [
        "client",
        "client_version",
        "annotations",
        "template[0].annotations",
        "template[0].labels",
        *(f"template[0].template[0].containers[0].{name}" for name in ("image", "command", "args")),
    ]
    outer = nested("template", task)
    return _piece("google_cloud_run_v2_job", resource, scope, {}, outer, ignored)


def _piece(
    type_: str,
    resource: RunResource,
    scope: Scope,
    attributes: dict[str, Value],
    template: Block,
    ignored: list[str],
) -> Piece:
    label = scope.label(resource)
    block = resource_block(
        type_,
        label,
        {
            "project": PROJECT,
            "location": resource.region,
            "name": resource.run_name,
            "labels": LABELS_HERE,
            "deletion_protection": True,
            **attributes,
        },
        template,
        lifecycle(*ignored),
        why=resource.why,
        after=(APIS,),
    )
    place = f"projects/{resource.project}/locations/{resource.region}"
    return Piece(
        area=_AREA,
        blocks=(block,),
        imports=(
            Import(to=f"{type_}.{label}", id=f"{place}/{resource.collection}/{resource.run_name}"),
        ),
    )


def _account(resource: RunResource, scope: Scope) -> Value:
    address = str(resource.settings["account"])
    known = scope.account(resource.project, address)
    return Expression(f"{known.text}.email") if known else address


def _environment(resource: RunResource, scope: Scope) -> list[Block]:
    plain = [
        nested("env", name=name.partition(".")[2], value=str(value))
        for name, value in resource.settings.items()
        if name.startswith("environment.")
    ]
    return plain + [
        nested(
            "env",
            nested("value_source", _reference(scope, each.secret.id, each.secret.secret)),
            name=each.variable,
        )
        for each in resource.secrets
    ]


def _reference(scope: Scope, key: str, secret: str) -> Block:
    known = scope.address(SECRET, key)
    return nested(
        "secret_key_ref",
        secret=Expression(f"{known}.secret_id") if known else secret,
        version=Expression(in_use(scope.labels[key])) if known else "latest",
    )


def _connections(resource: RunResource) -> dict[str, str]:
    return {
        name.partition(".")[2]: str(place)
        for name, place in resource.settings.items()
        if name.startswith("cloud_sql.")
    }


def _mounts(resource: RunResource) -> list[Block]:
    return [
        nested("volume_mounts", name="cloudsql", mount_path=place)
        for place in dict.fromkeys(_connections(resource).values())
    ]


def _volumes(resource: RunResource, scope: Scope) -> list[Block]:
    instances: list[Value] = []
    for connection in _connections(resource):
        known = scope.address(_INSTANCE, f"sql.instance:{connection.rpartition(':')[2]}")
        instances.append(Expression(f"{known}.connection_name") if known else connection)
    if not instances:
        return []
    attached = nested("cloud_sql_instance", instances=instances)
    return [nested("volumes", attached, name="cloudsql")]


def _words(resource: RunJobResource) -> dict[str, Value]:
    import shlex

    first, *rest = shlex.split(resource.arguments) or [""]
    if not first:
        return {}
    words: dict[str, Value] = {"command": [first]}
    return words | ({"args": rest} if rest else {})


def _probe(name: str, path: str) -> Block:
    period, timeout, failures = _PROBES[name]
    return nested(
        name,
        nested("http_get", path=path),
        period_seconds=period,
        timeout_seconds=timeout,
        failure_threshold=failures,
    )
