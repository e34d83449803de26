"""Every service of a repository as one stack: the blueprint's own first, then what lies beside."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from generators.deployment import MAIN, Deployment, SecretUse, Stream
from generators.project import Confidence, Detection, FrontEnd, Service
from generators.stack import Stack, WorkerUse, workers_of
from generators.supported import refusal
from wizards.blueprint import Blueprint
from wizards.deployment import deployment_of
from wizards.setup.migrating import tool_of
from wizards.setup.run_desired import job_name

_LONGEST = 49
_RESERVED = (MAIN, "db", "redis", "queue", "migrate")
_POSTGRES = "postgresql"
_HEALTHY = {"streamlit": "/_stcore/health"}


def stack_of(blueprint: Blueprint, detection: Detection, root: Path) -> Stack:
    """Return the one model of all services; Failures are those of the blueprint's own service.

    What is there beside it joins when files can be made for it and it was not a mere guess:
    it is called ``<service>-<name>``, runs as the same identity, with the same limits, and gets
    the database and those secrets that its code uses.
    """
    main = deployment_of(blueprint, detection, root)
    found = [
        one
        for one in detection.services
        if (one.path, one.name) != (main.service.path, main.service.name)
        and one.confidence is not Confidence.LOW
        and not refusal(one)
    ]
    deployments = [replace(main, streams=_own_streams(blueprint, main, found))]
    for service in sorted(found, key=lambda one: one.role == "static"):
        deployments.append(_beside(main, service, blueprint, deployments))
    for backend in list(deployments):
        front = backend.service.frontend
        own = front is not None and front.path == backend.service.path
        bundled = own and backend.service.language == "javascript"
        if front is not None and not (bundled or backend.static or backend.frontend):
            shape = _beside(main, _as_service(front), blueprint, deployments)
            deployments.append(_for(shape, backend))
    deployments = [_calling(one, deployments) for one in deployments]
    taken = {one.label for one in deployments}
    workers = [use for one in deployments for use in workers_of(one, main=one is deployments[0])]
    return Stack(deployments=tuple(deployments), workers=tuple(_unique(workers, taken)))


def _own_streams(
    blueprint: Blueprint, main: Deployment, others: Sequence[Service]
) -> tuple[Stream, ...]:
    """Return what migrates for the main service: its own tool, and streams that nobody else has."""
    elsewhere = {one.migrations.directory for one in others if one.migrations is not None}
    found = list(main.migrating)
    own = {(one.tool.directory, one.tool.config) for one in found}
    for stream, wanted in blueprint.migrations.items():
        place = (wanted.directory, wanted.config)
        known = wanted.command or wanted.provider == "alembic"
        if not stream or not known or wanted.directory in elsewhere:
            continue
        job, label = job_name(main.name, stream), f"{stream}-migrate"
        surroundings = dict(wanted.environment)
        if place in own:
            at = next(i for i, one in enumerate(found) if one.tool.directory == wanted.directory)
            found[at] = replace(found[at], job=job, label=label, environment=surroundings)
            continue
        found.append(Stream(job=job, label=label, tool=tool_of(wanted), environment=surroundings))
    return tuple(found)


def _beside(
    main: Deployment, service: Service, blueprint: Blueprint, before: Sequence[Deployment]
) -> Deployment:
    """Return the deployment of a further service."""
    label = _free(service.name or "web", {one.label for one in before} | {*_RESERVED})
    name = _shortened(f"{main.name}-{label}")
    uses = service.role != "static" and _uses_database(service)
    shape = replace(
        main,
        service=service,
        name=name,
        label=label,
        port=_port(service),
        health_path=_health(service),
        database=main.database if uses else None,
        environment=main.environment if service.role != "static" else {},
        streams=_streams(blueprint, service, name, label, before),
        dockerfile_name=_dockerfile(service, label, before),
        together=False,
    )
    return replace(shape, secrets=_secrets(main, shape))


def _uses_database(service: Service) -> bool:
    if service.database is not None:
        return service.database == _POSTGRES
    return service.migrations is not None or "DATABASE_URL" in service.variables


def _secrets(main: Deployment, shape: Deployment) -> tuple[SecretUse, ...]:
    """Return the secrets that the code reads, and the password when it uses the database."""
    read = set(shape.service.variables)
    if shape.database is not None:
        read.add(shape.database.password_variable)
    return tuple(use for use in main.secrets if use.variable in read and not shape.static)


def _port(service: Service) -> int:
    """Return the port: the usual one, unless the program insists on its own."""
    insists = service.language == "javascript" and "PORT" not in service.variables
    return service.port if insists and service.role == "web" else 8080


def _health(service: Service) -> str:
    if service.role == "static":
        return "/"
    return service.health_path or _HEALTHY.get(service.interface, "")


def _streams(
    blueprint: Blueprint, service: Service, name: str, label: str, before: Sequence[Deployment]
) -> tuple[Stream, ...]:
    """Return what migrates for a further service; what another one migrates already does not."""
    tool = service.migrations
    if tool is None or not tool.command or service.role == "static":
        return ()
    place = (tool.directory, tool.config)
    if any((one.tool.directory, one.tool.config) == place for d in before for one in d.migrating):
        return ()
    for stream, wanted in blueprint.migrations.items():
        if stream and (wanted.directory, wanted.config) == place:
            job = job_name(before[0].name, stream)
            return (
                Stream(
                    job=job,
                    label=f"{stream}-migrate",
                    tool=tool,
                    environment=dict(wanted.environment),
                ),
            )
    return (Stream(job=job_name(name, ""), label=f"{label}-migrate", tool=tool),)


def _dockerfile(service: Service, label: str, before: Sequence[Deployment]) -> str:
    """Return the file's name; a second service of one folder has its own."""
    taken = any(one.service.path == service.path for one in before)
    return f"Dockerfile.{label}" if taken else "Dockerfile"


def _calling(deployment: Deployment, all_of_them: Sequence[Deployment]) -> Deployment:
    """Let a front end of its own call the only back end that there is, or the main one."""
    if not deployment.static or deployment.backend:
        return deployment
    backs = [one for one in all_of_them if not one.static and one.answers]
    return _for(deployment, backs[0]) if backs else deployment


def _for(front: Deployment, backend: Deployment) -> Deployment:
    return replace(front, backend=backend.label, backend_name=backend.name)


def _as_service(front: FrontEnd) -> Service:
    """Return a front end that nobody serves as a service of files only."""
    return Service(
        path=front.path,
        name=re.sub(r"[^a-z0-9]+", "-", front.path.rpartition("/")[2].lower()).strip("-"),
        role="static",
        language="javascript",
        framework=front.framework,
        package_manager=front.package_manager,
        manager_version=front.manager_version,
        lockfile=front.lockfile,
        workspace=front.workspace,
        settings=front.settings,
        package_name=front.package_name,
        node_version=front.node_version,
        build=front.build,
        output=front.output,
        frontend=front,
        variables=front.variables,
    )


def _unique(workers: Sequence[WorkerUse], taken: set[str]) -> Iterator[WorkerUse]:
    for use in workers:
        label = _free(use.label, taken | {*_RESERVED})
        taken.add(label)
        yield replace(use, label=label, name=_shortened(use.name))


def _free(wanted: str, taken: set[str]) -> str:
    """Return a label of small letters, digits and hyphens that nothing else has."""
    base = re.sub(r"[^a-z0-9]+", "-", wanted.lower()).strip("-") or "service"
    label, count = base, 2
    while label in taken:
        label, count = f"{base}-{count}", count + 1
    return label


def _shortened(name: str) -> str:
    return name[:_LONGEST].rstrip("-")
