"""Cloud Run: the service and the jobs that migrate."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from dataclasses import dataclass

from wizards.cloud.run_things import FieldValue
from wizards.setup.export.gcloud.steps import Lines, command, either, shell_steps, values
from wizards.setup.run_flags import flags
from wizards.setup.run_job import RunJobResource
from wizards.setup.run_resource import RunResource
from wizards.setup.run_service import RunServiceResource

_SERVICE = "spec.template.spec"
_JOB = "spec.template.spec.template.spec"
_SCALING = 'spec.template.metadata.annotations."autoscaling.knative.dev/{}"'
_SQL = 'spec.template.metadata.annotations."run.googleapis.com/cloudsql-instances"'
_LABEL = "labels.managed-by"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shape:
    """How gcloud speaks about services or jobs, and where it shows which field."""

    group: tuple[str, ...]
    deploy: tuple[str, ...]
    template: str
    paths: Mapping[str, str]
    new: tuple[str, ...] = ()
    labels: str = "update-labels"
    sql: str = "add"


_SERVICES = _Shape(
    group=("gcloud", "run", "services"),
    deploy=("gcloud", "run", "deploy"),
    template=_SERVICE,
    paths={
        "account": f"{_SERVICE}.serviceAccountName",
        "port": f"{_SERVICE}.containers[0].ports[0].containerPort",
        "cpu": f"{_SERVICE}.containers[0].resources.limits.cpu",
        "memory": f"{_SERVICE}.containers[0].resources.limits.memory",
        "min_instances": _SCALING.format("minScale"),
        "max_instances": _SCALING.format("maxScale"),
        "concurrency": f"{_SERVICE}.containerConcurrency",
        "public": 'metadata.annotations."run.googleapis.com/invoker-iam-disabled"',
        _LABEL: "metadata.labels.managed-by",
    },
    new=("--no-allow-unauthenticated", "--no-cpu-boost"),
)
_JOBS = _Shape(
    group=("gcloud", "run", "jobs"),
    deploy=("gcloud", "run", "jobs", "deploy"),
    template=_JOB,
    paths={
        "account": f"{_JOB}.serviceAccountName",
        "max_retries": f"{_JOB}.maxRetries",
        _LABEL: "metadata.labels.managed-by",
    },
    labels="labels",
    sql="set",
)


@shell_steps.register
def _service(resource: RunServiceResource) -> Lines:
    container = f"{_SERVICE}.containers[0]"
    asked = (
        ("startup_probe", f"{container}.startupProbe.httpGet.path"),
        ("liveness_probe", f"{container}.livenessProbe.httpGet.path"),
    )
    path = resource.health_path
    if not path:
        return _steps(resource, _SERVICES, [': "$placeholder"'])
    probes = values(*(place for _name, place in asked))
    pairs = _pairs({name: path for name, _place in asked}, {name: path for name, _place in asked})
    return _steps(
        resource,
        _SERVICES,
        [
            'if [ -z "$placeholder" ]; then',
            f'  look "${{running[@]}}" {command(probes)} || true',
            f"  compare {pairs}",
            "fi",
        ],
    )


@shell_steps.register
def _job(resource: RunJobResource) -> Lines:
    return _steps(resource, _JOBS, [])


def _steps(resource: RunResource, shape: _Shape, own: Lines) -> Lines:
    """A new one is deployed whole; of one that is there, only the blueprint's fields count."""
    place = (resource.run_name, f"--region={resource.region}", f"--project={resource.project}")
    image = f"{shape.template}.containers[0].image"
    deploy = " ".join(flags(resource.first({}), labels=shape.labels, sql=shape.sql))
    return [
        f"running=({command(*shape.group, 'describe', *place)})",
        "flags=()",
        "pins=''",
        *either(
            f'look "${{running[@]}}" {command(values(image))}',
            [
                *_image(resource),
                *_scalars(resource, shape),
                *_variables(resource, shape),
                *own,
                f"amend {command(*shape.group, 'update', *place)}",
            ],
            [
                *_pins(resource),
                f"create {command(*shape.deploy, *place)} {deploy} "
                + " ".join((*shape.new, '${flags[@]+"${flags[@]}"}')),
            ],
        ),
    ]


def _image(resource: RunResource) -> Lines:
    """Whoever deploys decides the image; only Google's placeholder is replaced."""
    known = shlex.quote(resource.image.placeholder)
    lines = [f"placeholder=''; case $seen in {known} | {known}:*) placeholder=1 ;; esac"]
    if resource.image.named:
        [image] = flags({"image": resource.image.named})
        lines.append(f"if [ -n \"$placeholder\" ]; then flags+=({image}); placeholder=''; fi")
    return lines


def _scalars(resource: RunResource, shape: _Shape) -> Lines:
    paths = {name: path for name, path in shape.paths.items() if name in resource.settings}
    wanted = {name: resource.settings[name] for name in paths}
    shown = {name: _shown(name, value) for name, value in wanted.items()}
    return [
        f'look "${{running[@]}}" {command(values(*paths.values()))} || true',
        f"compare {_pairs(shown, wanted)}",
    ]


def _pairs(shown: Mapping[str, str], wanted: Mapping[str, FieldValue]) -> str:
    """Return what is seen when a field is right, each followed by the flag that makes it so."""
    return " ".join(
        f"{shlex.quote(shown[name])} {flags({name: wanted[name]})[0]}" for name in shown
    )


def _shown(name: str, value: FieldValue) -> str:
    """Return what gcloud shows; zero instances and a switch that is off are not shown at all."""
    if name == "min_instances" and not value:
        return ""
    if isinstance(value, bool):
        return "true" if value else ""
    return str(value)


def _variables(resource: RunResource, shape: _Shape) -> Lines:
    """Plain variables, secrets by version, and the connection to the database."""
    plain = {
        name: str(value)
        for name, value in resource.settings.items()
        if name.startswith("environment.")
    }
    look = f'look_variables "${{running[@]}}" --format=json"({shape.template}.containers[0].env)"'
    lines = [look] if plain or resource.secrets else []
    if plain:
        texts = [_variable(name.partition(".")[2], value) for name, value in plain.items()]
        lines.append(f"set_unless {flags(plain)[0]} {' '.join(map(shlex.quote, texts))}")
    lines += _pins(resource)
    connections = {
        name: value for name, value in resource.settings.items() if name.startswith("cloud_sql.")
    }
    for name in connections:
        [flag] = flags({name: "/cloudsql"}, sql=shape.sql)
        lines += [
            f'look "${{running[@]}}" {command(values(_SQL))} || true',
            f"set_unless {flag} {shlex.quote(name.partition('.')[2])}",
        ]
    return lines


def _variable(name: str, value: str) -> str:
    """Return how gcloud's JSON shows a plain variable."""
    said = json.dumps(value, ensure_ascii=False)
    shown = f',"value": {said}' if value else ""
    return f'{{"name": {json.dumps(name)}{shown}}}'


def _pins(resource: RunResource) -> Lines:
    if not resource.secrets:
        return []
    return [
        *(
            command("pin", each.variable, each.secret.secret, resource.project)
            for each in resource.secrets
        ),
        'if [ -n "$pins" ]; then flags+=("--update-secrets=$pins"); fi',
    ]
