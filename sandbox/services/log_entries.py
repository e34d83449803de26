"""Cloud Logging v2, read only: what services, jobs and builds have said."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sandbox import projects
from sandbox.call import Api, Call
from sandbox.clock import stamp
from sandbox.cloudbuild import builds
from sandbox.errors import bad_request, denied
from sandbox.iam import access
from sandbox.paging import sliced
from sandbox.run import kinds
from sandbox.world import World

Body = dict[str, Any]

api = Api("logging", "v2", enabled=False)
TERM = re.compile(
    r"""(?P<not>NOT\s+|-)?(?P<field>[\w.]+|"[^"]+")\s*(?P<relation>>=|<=|!=|=~|=|:|>|<)\s*
    (?P<value>"(?:[^"\\]|\\.)*"|[^\s()]+)""",
    re.VERBOSE,
)
SEVERITIES = ("DEFAULT", "DEBUG", "INFO", "NOTICE", "WARNING", "ERROR", "CRITICAL")


@api.method("entries.list")
def list_(call: Call) -> Body:
    """Return the entries of projects that fit a filter (terms joined by AND), in time order."""
    named = [*call.body.get("resourceNames", ()), *call.body.get("projectIds", ())]
    ids = {_project(call, name) for name in named}
    if not ids:
        raise bad_request("resource_names: names no project.")
    terms = _terms(call.body.get("filter", ""))
    found = [
        entry
        for project in sorted(ids)
        for entry in _entries(call.world, project)
        if all(_fits(entry, term) for term in terms)
    ]
    backwards = call.body.get("orderBy", "").replace(" ", "").lower() == "timestampdesc"
    found.sort(key=lambda entry: entry["timestamp"], reverse=backwards)
    return sliced(call, "entries", found)


def _project(call: Call, name: str) -> str:
    resource = name if name.startswith("projects/") else f"projects/{name}"
    project = projects.canonical(call.world, "/".join(resource.split("/")[:2]))
    projects.active(call.world, project.split("/")[1], "logging.googleapis.com")
    if not access.allowed(call.world, call.identity, "logging.logEntries.list", project):
        raise denied("logging.logEntries.list", project)
    return project.split("/")[1]


def _entries(world: World, project: str) -> Iterator[Body]:
    for revision in world.store.all(kinds.REVISION):
        if revision["project"] == project:
            labels = {
                "service_name": revision["service"],
                "revision_name": revision["id"],
                "configuration_name": revision["service"],
                "location": revision["region"],
            }
            yield from _printed(world, revision["name"], project, "cloud_run_revision", labels)
    for execution in world.store.all(kinds.EXECUTION):
        if execution["project"] == project:
            labels = {"job_name": execution["job"], "location": execution["region"]}
            more = {"run.googleapis.com/execution_name": execution["id"]}
            for task in execution["tasks"]:
                key = f"{execution['name']}/tasks/{task['index']}"
                yield from _printed(world, key, project, "cloud_run_job", labels, more)
    for build in world.store.all(builds.KIND):
        if build["project"] == project:
            yield from _built(world, build)


def _printed(
    world: World, key: str, project: str, kind: str, labels: Body, more: Body | None = None
) -> Iterator[Body]:
    """Yield what a process has printed, as its keeper wrote it down."""
    path = world.runtime.processes.log(key)
    if not path.exists():
        return
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines()):
        try:
            said = json.loads(line)
        except ValueError:
            continue
        severity = "WARNING" if said["stream"] == "sandbox" else "DEFAULT"
        log = f"projects/{project}/logs/run.googleapis.com%2F{said['stream']}"
        entry = _entry(log, kind, {"project_id": project, **labels}, said["at"], said["text"])
        digest = hashlib.sha256(f"{key} {number}".encode()).hexdigest()[:20]
        entry |= {"insertId": digest, "severity": severity}
        yield {**entry, "labels": more} if more else entry


def _built(world: World, stored: Body) -> Iterator[Body]:
    """Yield what an imitated build would have said about its steps."""
    build = builds.shown(world, stored)
    labels = {
        "project_id": stored["project"],
        "build_id": stored["id"],
        "build_trigger_id": stored["trigger"],
    }
    lines = [(build.get("startTime"), f'starting build "{stored["id"]}"')]
    for index, step in enumerate(build["steps"]):
        timing = step.get("timing", {})
        head = f'Step #{index}: "{step["name"]}"'
        lines.append((timing.get("startTime"), f"{head}: imitated by the sandbox, nothing runs"))
        lines.append((timing.get("endTime"), f"{head}: {step.get('status', '')}"))
    said = build.get("statusDetail") or "DONE"
    lines.append((build.get("finishTime"), f"{build['status']}: {said}"))
    log = f"projects/{stored['project']}/logs/cloudbuild"
    for number, (moment, text) in enumerate(lines):
        if moment:
            when = datetime.fromisoformat(moment).timestamp()
            entry = _entry(log, "build", labels, when, text)
            yield {**entry, "insertId": f"{stored['id']}-{number}", "severity": "INFO"}


def _entry(log: str, kind: str, labels: Body, moment: float, text: str) -> Body:
    return {
        "logName": log,
        "resource": {"type": kind, "labels": labels},
        "timestamp": stamp(moment),
        "receiveTimestamp": stamp(moment),
        "textPayload": text,
    }


Term = tuple[bool, str, str, str]


def _terms(text: str) -> list[Term]:
    """Return the terms of a filter; what is not understood is refused, never ignored."""
    found = [_term(match) for match in TERM.finditer(text)]
    rest = TERM.sub(" ", text)
    words = set(re.sub(r"[()]", " ", rest).split())
    if words - {"AND"}:
        raise bad_request(
            f"The sandbox does not understand this part of the filter: {rest.strip()}"
        )
    return found


def _term(match: re.Match[str]) -> Term:
    value = match["value"]
    if value.startswith('"'):
        value = re.sub(r"\\(.)", r"\1", value[1:-1])
    return bool(match["not"]), match["field"].strip('"'), match["relation"], value


def _fits(entry: Body, term: Term) -> bool:
    negated, field, relation, wanted = term
    return _holds(_value(entry, field), relation, wanted, field) != negated


def _holds(found: str, relation: str, wanted: str, field: str) -> bool:
    if relation in (">=", "<=", ">", "<"):
        one, other = _ordered(found, field), _ordered(wanted, field)
        return {
            ">=": one >= other,
            "<=": one <= other,
            ">": one > other,
            "<": one < other,
        }[relation]
    if relation == ":":
        return wanted == "*" or wanted.lower() in found.lower()
    if relation == "=~":
        try:
            return re.search(wanted, found) is not None
        except re.error:
            raise bad_request(f"Invalid regular expression: {wanted}") from None
    return (found == wanted) != (relation == "!=")


def _ordered(value: str, field: str) -> float:
    if field == "severity":
        return float(SEVERITIES.index(value)) if value in SEVERITIES else -1.0
    try:
        moment = datetime.fromisoformat(value)
        return moment.timestamp()
    except ValueError:
        raise bad_request(f"{value!r} cannot be compared.") from None


def _value(entry: Body, field: str) -> str:
    found: Any = entry
    for part in _parts(field):
        found = found.get(part, "") if isinstance(found, dict) else ""
    return str(found)


def _parts(field: str) -> list[str]:
    """Split a field's path; the rest after ``labels.`` is one name, dots and all."""
    head, labels, name = field.partition("labels.")
    if not labels:
        return field.replace("log_name", "logName").split(".")
    return [*[part for part in head.split(".") if part], "labels", name.strip('"')]
