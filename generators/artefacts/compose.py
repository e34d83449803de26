"""Every service with what it needs on one machine: docker compose for development."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from generators.artefact import Artefact
from generators.artefacts.compose_environment import (
    environment,
    local_password,
    migration_environment,
)
from generators.artefacts.front_arguments import addresses, arguments
from generators.artefacts.starting import migrate_command, worker_command
from generators.deployment import Deployment, Stream
from generators.header import header
from generators.stack import Stack
from generators.templating import rendered

_FIRST, _HIGHEST = 8080, 65535
_HEALTHY, _ENDED = "service_healthy", "service_completed_successfully"


@dataclass(frozen=True, slots=True, kw_only=True)
class Container:
    """One service of compose; ``waits`` maps labels to the condition that is waited for.

    Where an image is ``shared``, its ``first`` container defines what the others point to, under
    names that end with ``anchor``; the environments stand ``apart`` where they differ. ``kind`` is
    migrate, server, worker or static; ``published`` the port of this machine.
    """

    label: str
    kind: str
    image: str
    context: str
    dockerfile: str
    shared: bool = False
    anchor: str = ""
    first: bool = True
    arguments: dict[str, str] = field(default_factory=dict)
    command: tuple[str, ...] = ()
    environment: dict[str, str] = field(default_factory=dict)
    apart: bool = False
    waits: dict[str, str] = field(default_factory=dict)
    port: int = 0
    published: int = 0


def render(stack: Stack, language: str) -> list[Artefact]:
    """Return docker-compose.yml: databases as they are used, migrations, then every service."""
    database = stack.database
    containers = _containers(stack)
    text = rendered(
        "docker-compose.yml.j2",
        language,
        header=header(language, stack.main.blueprint_hash),
        name=project_name(stack.main.name),
        published=_shown(containers),
        database=database,
        redis=stack.redis,
        queue=stack.queue,
        containers=containers,
        password=local_password(database) if database else "",
    )
    return [Artefact(name="compose", path="docker-compose.yml", text=text)]


def project_name(name: str) -> str:
    """Return a name that compose accepts: small letters, digits, - and _."""
    kept = "".join(char if char.isascii() and char.isalnum() else "-" for char in name.lower())
    return kept.strip("-") or "app"


def _containers(stack: Stack) -> list[Container]:
    """Return the containers in the order in which they start."""
    found: list[Container] = []
    ports: set[int] = set()
    for one in stack.deployments:
        streams = one.migrating if one.database is not None else ()
        uses = list(stack.workers_of(one))
        shared = bool(streams or uses)
        waits = _stores(one)
        for stream in streams:
            found.append(_migration(stack, one, stream, first=stream is streams[0]))
            waits[stream.label] = _ENDED
        if streams:
            waits.pop("db", None)
        waits |= _elsewhere(stack, one)
        is_worker = not one.answers
        if not is_worker:
            found.append(_server(stack, one, waits, shared, ports, first=not streams))
        for position, use in enumerate(uses):
            first = is_worker and position == 0 and not streams
            container = _container(stack, one, use.label, "worker", shared=shared, first=first)
            command = tuple(worker_command(one, use.worker))
            found.append(replace(container, command=command, waits=waits))
    return found


def _server(
    stack: Stack,
    one: Deployment,
    waits: dict[str, str],
    shared: bool,
    ports: set[int],
    *,
    first: bool,
) -> Container:
    published = one.port
    while published in ports:
        published = published + 1 if published < _HIGHEST else _FIRST
    ports.add(published)
    kind = "static" if one.static else "server"
    container = _container(stack, one, one.label, kind, shared=shared, first=first)
    return replace(container, waits=waits, port=one.port, published=published)


def _migration(stack: Stack, one: Deployment, stream: Stream, *, first: bool) -> Container:
    container = _container(stack, one, stream.label, "migrate", shared=True, first=first)
    return replace(
        container,
        command=tuple(migrate_command(one, stream)),
        environment={**container.environment, **migration_environment(one, stream)},
        waits={"db": _HEALTHY},
    )


def _container(
    stack: Stack, one: Deployment, label: str, kind: str, *, shared: bool, first: bool
) -> Container:
    main = one.label == stack.main.label
    context = one.context
    apart = any(migration_environment(one, stream) for stream in one.migrating)
    from_context = one.within_context(one.dockerfile)
    suffix = "" if main else f"-{one.label}"
    return Container(
        label=label,
        kind=kind,
        image=f"{project_name(stack.main.name)}{suffix}:local",
        context="." if context == "." else f"./{context}",
        dockerfile=from_context,
        shared=shared,
        anchor=suffix,
        first=first,
        apart=apart,
        arguments=_arguments(stack, one),
        environment=_environment(stack, one),
    )


def _environment(stack: Stack, one: Deployment) -> dict[str, str]:
    backend = stack.labelled(one.backend)
    if one.static:
        return {"API_URL": f"http://{backend.label}:{backend.port}"} if backend else {}
    return environment(one)


def _arguments(stack: Stack, one: Deployment) -> dict[str, str]:
    """Return the build arguments: from .env, the API's address with a default for this machine."""
    backend = stack.labelled(one.backend)
    here = f"http://localhost:{backend.port}" if backend else ""
    known = addresses(one) if backend else ()
    return {name: f"${{{name}:-{here}}}" if name in known else "" for name in arguments(one)}


def _stores(one: Deployment) -> dict[str, str]:
    waits = {"db": _HEALTHY} if one.database is not None else {}
    if one.service.redis or one.service.broker == "redis":
        waits["redis"] = _HEALTHY
    if one.service.broker == "amqp":
        waits["queue"] = _HEALTHY
    return waits


def _elsewhere(stack: Stack, one: Deployment) -> dict[str, str]:
    """Return what others do first: the back end is up, whoever owns the tables has migrated."""
    if one.static:
        backend = stack.labelled(one.backend)
        return {backend.label: _HEALTHY} if backend else {}
    if one.database is None or one.migrating:
        return {}
    return {stream.label: _ENDED for _other, stream in stack.migrations}


def _shown(containers: Sequence[Container]) -> list[tuple[str, int]]:
    return [(one.label, one.published) for one in containers if one.published]
