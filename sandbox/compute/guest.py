"""What a machine says of itself: its serial port, and guest attributes while it sets itself up.

No machine is ever booted. The phases under ``tarmac/phase`` are those that the machine's own
startup script announces, or the usual ones, in scaled time; with the metadata ``sandbox-fail`` the
machine fails in the phase it names.
"""

from __future__ import annotations

import re
from typing import Any

from sandbox.call import Api, Call
from sandbox.clock import stamp
from sandbox.compute import instances
from sandbox.compute.links import scoped
from sandbox.compute.refusals import busy, not_met
from sandbox.errors import ApiError
from sandbox.world import World

Body = dict[str, Any]

api = Api("compute", "v1")
BOOT, EACH = 20.0, 15.0
PHASES = ("installing", "pulling", "starting", "ready")
ANNOUNCED = re.compile(
    r"^\s*(?:phase|set_phase|publish_phase)\s+[\"']?([a-z][a-z0-9-]*)[\"']?\s*$"
    r"|(?:--data|-d)[ =][\"']?([a-z][a-z0-9-]*)[\"']?[^\n]*guest-attributes/tarmac/phase",
    re.MULTILINE,
)
BOOTED = (
    "SeaBIOS (version 1.16.2)",
    "[    0.000000] Linux version 6.6.87+ (builder@localhost)",
    "[    2.114093] systemd[1]: Hostname set to <{name}>.",
    "[    6.520117] google_metadata_script_runner[611]: Starting startup scripts.",
)


@api.method("instances.getGuestAttributes", "compute.instances.getGuestAttributes")
def get_attributes(call: Call) -> Body:
    """Return ``tarmac/phase`` (or all of ``tarmac/``) once the machine has said it."""
    machine = instances.existing(call)
    if _metadata(machine).get("enable-guest-attributes", "").upper() != "TRUE":
        raise not_met("Guest attributes endpoint access is disabled.")
    if machine["status"] != "RUNNING":
        raise busy(machine["path"])
    wanted = call.text("queryPath") or call.text("variableKey")
    reached, _failed = _reached(call.world, machine)
    if not reached or wanted.strip("/") not in ("tarmac", "tarmac/phase"):
        message = f"The resource '{wanted}' of type 'Guest Attribute' was not found."
        raise ApiError("NOT_FOUND", message, legacy="notFound")
    item = {"namespace": "tarmac", "key": "phase", "value": reached[-1]}
    body: Body = {
        "kind": "compute#guestAttributes",
        "queryPath": wanted,
        "queryValue": {"items": [item]},
        "selfLink": scoped(machine["project"], machine["scope"], "instances", machine["name"]),
    }
    return {**body, "variableKey": "tarmac/phase", "variableValue": reached[-1]}


@api.method("instances.getSerialPortOutput", "compute.instances.getSerialPortOutput")
def get_serial(call: Call) -> Body:
    """Return the first serial port's output from a byte on."""
    machine = instances.existing(call)
    text = _output(call.world, machine) if int(call.text("port", "1")) == 1 else ""
    start = min(max(int(call.text("start", "0")), 0), len(text))
    return {
        "kind": "compute#serialPortOutput",
        "contents": text[start:],
        "start": str(start),
        "next": str(len(text)),
        "selfLink": scoped(machine["project"], machine["scope"], "instances", machine["name"]),
    }


def _reached(world: World, machine: Body) -> tuple[list[str], bool]:
    """Return the phases so far, and whether the last one is a failure."""
    metadata = _metadata(machine)
    script = metadata.get("startup-script") or metadata.get("user-data") or ""
    if not script or machine["started"] is None:
        return [], False
    announced = [first or second for first, second in ANNOUNCED.findall(script)]
    phases = [each for each in dict.fromkeys(announced) if each != "failed"] or list(PHASES)
    passed = int((world.clock.age(machine["started"]) - BOOT) // EACH) + 1
    reached = phases[: max(passed, 0)]
    stuck = metadata.get("sandbox-fail", "")
    if stuck in reached:
        return [*reached[: reached.index(stuck) + 1], "failed"], True
    return reached, False


def _output(world: World, machine: Body) -> str:
    if machine["started"] is None:
        return ""
    age = world.clock.age(machine["started"])
    lines = [line.format(name=machine["name"]) for line in BOOTED[: int(age // 4) + 1]]
    reached, failed = _reached(world, machine)
    began = machine["started"]
    for number, phase in enumerate(reached):
        at = stamp(world.clock.due(began, BOOT + number * EACH))
        lines.append(f"{at} startup-script: tarmac: phase {phase}")
    if failed:
        lines.append("startup-script: docker: error response from daemon: manifest unknown.")
        lines.append("google_metadata_script_runner[611]: startup-script exit status 1")
    return "\r\n".join(lines) + "\r\n"


def _metadata(machine: Body) -> dict[str, str]:
    items = machine["body"].get("metadata", {}).get("items", [])
    return {each["key"]: each.get("value", "") for each in items if "key" in each}
