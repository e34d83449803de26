"""What operations on machines come to when their time has come."""

from __future__ import annotations

from typing import Any

from sandbox.compute.instances import KIND
from sandbox.compute.zones import WITHOUT_ROOM
from sandbox.errors import ApiError, error_info
from sandbox.operations import Operation, effect
from sandbox.world import World

Body = dict[str, Any]


@effect("compute.instance.insert")
def _inserted(world: World, operation: Operation) -> Body:
    if operation.arguments["zone"] == WITHOUT_ROOM:
        world.store.delete(KIND, operation.target)
        place = operation.target.rpartition("/instances/")[0]
        raise ApiError(
            "UNAVAILABLE",
            f"The zone '{place}' does not have enough resources available to fulfill the request.  "
            "Try a different zone, or try again later.",
            details=[error_info("ZONE_RESOURCE_POOL_EXHAUSTED", "compute.googleapis.com", {})],
        )
    return _running(world, operation)


@effect("compute.instance.start")
@effect("compute.instance.reset")
def _running(world: World, operation: Operation) -> Body:
    moment = world.clock.due(operation.started, operation.seconds)
    return _changed(world, operation, {"status": "RUNNING", "started": moment})


@effect("compute.instance.stop")
def _stopped(world: World, operation: Operation) -> Body:
    moment = world.clock.due(operation.started, operation.seconds)
    return _changed(world, operation, {"status": "TERMINATED", "started": None, "stopped": moment})


@effect("compute.instance.delete")
def _deleted(world: World, operation: Operation) -> Body:
    world.store.delete(KIND, operation.target)
    return {}


@effect("compute.changed")
def _unchanged(_world: World, _operation: Operation) -> Body:
    return {}


def _changed(world: World, operation: Operation, values: Body) -> Body:
    machine = world.store.get(KIND, operation.target)
    if machine is not None:
        world.store.put(KIND, operation.target, {**machine, **values})
    return {}
