"""The sandbox's own routes, below ``/sandbox/v1/``: health, sockets, faults, log, stop, reset."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, unquote

from sandbox import orgpolicies, request_log
from sandbox.cloudbuild import connections
from sandbox.cloudsql.effects import INSTANCE
from sandbox.errors import ApiError, bad_request, not_found
from sandbox.run import image_routes
from sandbox.services import cloudbilling, serviceusage

if TYPE_CHECKING:
    from sandbox.application import Application, Request

Body = dict[str, Any]
Route = Callable[["Application", "Request", list[str]], Awaitable[Body]]


async def answer(application: Application, request: Request) -> Body:
    """Return the answer of a route, or raise a 404."""
    parts = [unquote(part) for part in request.path.removeprefix("/sandbox/v1/").split("/")]
    route = ROUTES.get((request.http, parts[0]))
    if route is None:
        raise not_found(f"The sandbox has no route {request.http} {request.path}.")
    return await route(application, request, parts[1:])


async def _health(application: Application, _request: Request, _rest: list[str]) -> Body:
    return {"ok": True, "pid": os.getpid(), "speed": application.world.clock.speed}


async def _sql(application: Application, _request: Request, rest: list[str]) -> Body:
    """Say where the real server behind a running instance listens."""
    world, key = application.world, "/".join(rest)
    with world.store.transaction():
        world.operations.settle()
    instance = world.store.get(INSTANCE, key)
    if instance is None or len(rest) != 2:
        raise not_found(f"There is no Cloud SQL instance {key}.")
    if instance["state"] != "RUNNABLE":
        raise not_found(f"The Cloud SQL instance {key} is {instance['state']}, not RUNNABLE.")
    cluster = await asyncio.to_thread(world.clusters.ensure, rest[0], rest[1])
    return {
        "host": "127.0.0.1",
        "port": cluster.port,
        "socket": str(cluster.socket),
        "superuser": cluster.superuser,
    }


async def _stop(application: Application, _request: Request, _rest: list[str]) -> Body:
    asyncio.get_running_loop().call_later(0.05, application.stop)
    return {"ok": True}


async def _reset(application: Application, _request: Request, _rest: list[str]) -> Body:
    """Forget everything, real servers included."""
    world = application.world
    running = world.store.connection.execute(
        "SELECT count(*) FROM operations WHERE ended IS NULL"
    ).fetchone()
    await world.runtime.halt()
    await world.operations.rest()
    instances = [(each["project"], each["name"]) for each in world.store.all(INSTANCE)]
    for project, instance in instances:
        await asyncio.to_thread(world.clusters.destroy, project, instance)
    await asyncio.to_thread(world.clusters.forget_backups)
    world.store.clear()
    await world.runtime.clear()
    cloudbilling.found(world.store)
    application.log.clear()
    return {"ok": True, "instances": len(instances), "operations": running[0]}


async def _faults(application: Application, _request: Request, _rest: list[str]) -> Body:
    return {"faults": [asdict(fault) for fault in application.world.faults.all()]}


async def _add_fault(application: Application, request: Request, _rest: list[str]) -> Body:
    wanted = _object(request, "A fault")
    with application.world.store.transaction():
        return asdict(application.world.faults.add(wanted))


def _object(request: Request, what: str) -> Body:
    try:
        wanted = json.loads(request.body)
    except ValueError:
        raise bad_request(f"{what} is a JSON object.") from None
    if not isinstance(wanted, dict):
        raise bad_request(f"{what} is a JSON object.")
    return wanted


async def _clear_faults(application: Application, _request: Request, _rest: list[str]) -> Body:
    application.world.faults.clear()
    return {"ok": True}


async def _policies(application: Application, _request: Request, _rest: list[str]) -> Body:
    return {"policies": application.world.store.all(orgpolicies.KIND)}


async def _switch_policy(application: Application, request: Request, _rest: list[str]) -> Body:
    """Put an organisation policy in force, which then really refuses."""
    with application.world.store.transaction():
        return orgpolicies.switch(application.world, _object(request, "A policy"))


async def _drop_policies(application: Application, _request: Request, rest: list[str]) -> Body:
    """Take every policy away, or those of one constraint."""
    with application.world.store.transaction():
        return {"dropped": orgpolicies.drop(application.world, "".join(rest))}


async def _use(application: Application, request: Request, _rest: list[str]) -> Body:
    """Let somebody have used an API in the last 30 days: ``{"project", "service"}``."""
    wanted = _object(request, "A use")
    key = f"{wanted.get('project', '')}/{wanted.get('service', '')}"
    with application.world.store.transaction():
        application.world.store.put(serviceusage.USAGE, key, {"used": True})
    return {"ok": True}


async def _agreement(application: Application, request: Request, _rest: list[str]) -> Body:
    """Say when a project's person agrees to a connection to GitHub: ``{"project", "after"}``."""
    with application.world.store.transaction():
        return connections.agree_after(application.world, _object(request, "An agreement"))


async def _log(application: Application, request: Request, _rest: list[str]) -> Body:
    """Return the log's entries after the first ``after`` ones, and how many there are."""
    entries = [asdict(entry) for entry in request_log.read(application.log.path)]
    after = parse_qs(request.query).get("after", ["0"])[0]
    if not after.isdigit():
        raise ApiError("INVALID_ARGUMENT", "after must be a number.")
    return {"entries": entries[int(after) :], "count": len(entries)}


ROUTES: dict[tuple[str, str], Route] = {
    ("GET", "health"): _health,
    ("GET", "sql"): _sql,
    ("POST", "stop"): _stop,
    ("POST", "reset"): _reset,
    ("GET", "images"): image_routes.list_images,
    ("POST", "images"): image_routes.map_image,
    ("DELETE", "images"): image_routes.unmap_image,
    ("GET", "faults"): _faults,
    ("POST", "faults"): _add_fault,
    ("DELETE", "faults"): _clear_faults,
    ("GET", "policies"): _policies,
    ("POST", "policies"): _switch_policy,
    ("DELETE", "policies"): _drop_policies,
    ("POST", "usage"): _use,
    ("POST", "agreement"): _agreement,
    ("GET", "log"): _log,
}
