"""How a build goes: planned when it is made, read off the clock whenever somebody looks.

No step runs anything. A step fails when it says so itself: its entry point is ``false``, or its
script or last argument ends with ``exit`` and a number that is not 0.
"""

from __future__ import annotations

import hashlib
import re
from typing import Any

from sandbox.clock import Clock, stamp

Body = dict[str, Any]

QUEUE, FETCH, PUSH = 3.0, 3.0, 6.0
STEP = 10.0
BY_BUILDER = (
    ("docker", 40.0),
    ("kaniko", 60.0),
    ("pack", 60.0),
    ("cloud-sdk", 20.0),
    ("gcloud", 20.0),
)
FAILING = re.compile(r"\bexit\s+([1-9]\d*)\s*;?\s*$")
FINAL = frozenset({"SUCCESS", "FAILURE", "TIMEOUT", "CANCELLED"})
LONGEST = 24 * 3600.0


def plan(build: Body, problem: Body | None) -> Body:
    """Return ``{"steps": [seconds], "fails", "exit", "end", "status", "failure"}``.

    ``fails`` is the index of the failing step or -1, ``end`` the seconds after which it is over;
    ``problem`` is ``{"type", "detail"}`` of images that cannot be pushed.
    """
    steps = [_seconds(each) for each in build["steps"]]
    made: Body = {"steps": steps, "fails": -1, "exit": 0, "status": "SUCCESS", "failure": None}
    end = QUEUE + FETCH
    for index, step in enumerate(build["steps"]):
        end += steps[index]
        code = _exit_code(step)
        if code and not step.get("allowFailure") and code not in step.get("allowExitCodes", ()):
            detail = (
                f'Build step failure: build step {index} "{step["name"]}" failed: '
                f"step exited with non-zero status: {code}"
            )
            failure = {"type": "USER_BUILD_STEP", "detail": detail}
            made |= {"fails": index, "exit": code, "status": "FAILURE", "failure": failure}
            break
    else:
        end += PUSH * bool(build.get("images"))
        if problem:
            made |= {"status": "FAILURE", "failure": problem}
    limit = QUEUE + float(build["timeout"].removesuffix("s"))
    if end > limit:
        detail = f"Build timed out after {build['timeout']}"
        failure = {"type": "FAILURE_TYPE_UNSPECIFIED", "detail": detail}
        made |= {"status": "TIMEOUT", "failure": failure}
    return {**made, "end": min(end, limit)}


def state(stored: Body, clock: Clock) -> Body:
    """Return the fields of a build that the clock decides, until it is over."""
    if stored["final"] is not None:
        final: Body = stored["final"]
        return final
    age, planned = clock.age(stored["created"]), stored["plan"]
    end = planned["end"]
    if stored["cancelled"] is not None:
        end = min(end, (stored["cancelled"] - stored["created"]) * clock.speed)
    over = age >= end
    cancelled = over and stored["cancelled"] is not None
    if age < QUEUE and not over:
        return {"status": "QUEUED", "steps": [dict(each) for each in stored["build"]["steps"]]}
    status = "WORKING"
    if over:
        status = "CANCELLED" if cancelled else planned["status"]
    shown: Body = {
        "status": status,
        "startTime": _at(stored, clock, min(QUEUE, end)),
        "steps": _steps(stored, clock, min(age, end), over=over),
    }
    if over:
        shown["finishTime"] = _at(stored, clock, end)
        if not cancelled and planned["failure"]:
            shown |= {
                "failureInfo": planned["failure"],
                "statusDetail": planned["failure"]["detail"],
            }
    if status == "SUCCESS":
        shown["results"] = _results(stored, clock)
    return shown


def finished(stored: Body, clock: Clock) -> bool:
    """Whether a build is over."""
    return state(stored, clock)["status"] in FINAL


def _steps(stored: Body, clock: Clock, age: float, *, over: bool) -> list[Body]:
    made: list[Body] = []
    begin = QUEUE + FETCH
    planned = stored["plan"]
    for index, step in enumerate(stored["build"]["steps"]):
        end = begin + planned["steps"][index]
        shown = dict(step)
        if age >= begin and (index == 0 or made[-1].get("status") == "SUCCESS"):
            shown["status"], shown["timing"] = "WORKING", {"startTime": _at(stored, clock, begin)}
            if age >= end:
                fails = index == planned["fails"]
                shown["status"] = "FAILURE" if fails else "SUCCESS"
                shown["timing"] |= {"endTime": _at(stored, clock, end)}
                if fails:
                    shown["exitCode"] = planned["exit"]
            elif over:
                shown["status"] = "CANCELLED"
        else:
            shown["status"] = "QUEUED"
        made.append(shown)
        begin = end
    return made


def _results(stored: Body, clock: Clock) -> Body:
    when = stored["plan"]["end"]
    span = {"startTime": _at(stored, clock, when - PUSH), "endTime": _at(stored, clock, when)}
    images = [
        {"name": image, "digest": digest(image, stored["id"]), "pushTiming": span}
        for image in stored["build"].get("images", ())
    ]
    steps = [digest(each["name"], "") for each in stored["build"]["steps"]]
    return {"buildStepImages": steps, **({"images": images} if images else {})}


def digest(image: str, salt: str) -> str:
    """Return the digest of an image that nobody really made."""
    return f"sha256:{hashlib.sha256(f'{image} {salt}'.encode()).hexdigest()}"


def _at(stored: Body, clock: Clock, age: float) -> str:
    return stamp(clock.due(stored["created"], age))


def _seconds(step: Body) -> float:
    name = step["name"]
    return next((seconds for part, seconds in BY_BUILDER if part in name), STEP)


def _exit_code(step: Body) -> int:
    if step.get("entrypoint") == "false":
        return 1
    said = step.get("script") or (step.get("args") or [""])[-1]
    match = FAILING.search(said)
    return min(int(match[1]), 255) if match else 0
