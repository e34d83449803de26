"""Cloud Run: services, and what their operations have come to."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from wizards.cloud.addressed import names_of
from wizards.cloud.cards import card
from wizards.cloud.connecting import with_log
from wizards.cloud.failing import CloudFailure, Refusal
from wizards.cloud.refusals import of_status
from wizards.cloud.run_conditions import condition, refusal, terminal
from wizards.cloud.run_fields import Document, placed_image, service_fields
from wizards.cloud.run_log import RunLogCalls
from wizards.cloud.run_things import Fields, FieldValue, RunService, RunTraffic
from wizards.cloud.run_writing import picked, written_service
from wizards.cloud.things import Operation, OperationName

if TYPE_CHECKING:
    from wizards.cloud.plain_rest import PlainRest

SERVICE = "run"
_LOCATION = "cloud.googleapis.com/location"
_LOGGED = {"container-not-listening", "container-memory", "job-failed", "rollout-too-slow"}
_SPEAKS = re.compile(r"/(revisions|executions)/[^/]+$")
_WHOLE = ("template", "labels", "annotations", "invokerIamDisabled")


class RunCalls(RunLogCalls):
    """The part of the port that is :class:`wizards.cloud.run_port.Services`."""

    def run_service(self, project: str, region: str, service: str) -> RunService | None:
        """Return a service."""
        found = self._run_service(service_name(project, region, service))
        return None if found is None else _service(region, found)

    def run_service_regions(self, project: str, service: str) -> Mapping[str, Mapping[str, str]]:
        """Return every region that has a service of this name, with its labels there.

        Only the older API lists a whole project at once.
        """
        path = f"apis/serving.knative.dev/v1/namespaces/{project}/services"
        found: dict[str, Mapping[str, str]] = {}
        token = ""
        while True:
            query = {"continue": token} if token else {}
            answer = self._read("run_services", partial(self._run().get, path, **query))
            for item in answer.get("items", []):
                about = item.get("metadata", {})
                labels = about.get("labels", {})
                if about.get("name") == service and labels.get(_LOCATION):
                    found[labels[_LOCATION]] = labels
            token = str(answer.get("metadata", {}).get("continue", ""))
            if not token:
                return found

    def start_run_service(
        self, project: str, region: str, service: str, fields: Fields
    ) -> OperationName:
        """Create a service."""
        body = picked(written_service({}, fields)[0], _WHOLE)
        path = f"v2/projects/{project}/locations/{region}/services"
        started = self._write(
            "start_run_service", lambda: self._run().post(path, body, serviceId=service)
        )
        return operation_name(started)

    def start_run_service_change(
        self, project: str, before: RunService, changes: Mapping[str, FieldValue | None]
    ) -> OperationName:
        """Write fields and nothing else."""
        return operation_name(self._change_service(project, before, changes))

    def check_run_service_change(
        self, project: str, before: RunService, changes: Mapping[str, FieldValue | None]
    ) -> None:
        """Let Google judge a change without making it."""
        self._change_service(project, before, changes, validateOnly="true")

    def start_run_service_removal(
        self, project: str, region: str, service: str
    ) -> OperationName | None:
        """Delete a service with its revisions."""
        path = f"v2/{service_name(project, region, service)}"
        gone = self._find("start_run_service_removal", lambda: self._run().delete(path))
        return None if gone is None else operation_name(gone)

    def _change_service(
        self,
        project: str,
        before: RunService,
        changes: Mapping[str, FieldValue | None],
        **query: str,
    ) -> Document:
        name = service_name(project, before.region, before.name)
        document = self._unchanged(name, self._run_service(name), before.etag)
        made, paths = written_service(document, changes)
        body = {**picked(made, paths), "name": name, "etag": before.etag}
        return self._write(
            "start_run_service_change",
            lambda: self._run().patch(f"v2/{name}", body, updateMask=",".join(paths), **query),
        )

    def _unchanged(self, name: str, document: Document | None, etag: str) -> Document:
        """Return a resource's document when it is still the version that was compared."""
        if document is not None and document.get("etag", "") == etag:
            return document
        message = f"{name} has another etag than the one that was read"
        raise card(Refusal(status=409, reason="ABORTED", message=message, raw=message))

    def _run_service(self, name: str) -> Document | None:
        return self._find("run_service", lambda: self._run().get(f"v2/{name}"))

    def _run(self) -> PlainRest:
        return self._clients.plain(SERVICE)

    def _run_operation(self, name: OperationName) -> Operation:
        """Look once; what is wrong stands in the resource's own condition before all else."""
        found = self._read("operation", lambda: self._run().get(f"v2/{name.name}"))
        error = found.get("error")
        if error:
            raise self._with_log(found.get("metadata", {}), error)
        return Operation(name=name, done=bool(found.get("done")))

    def _with_log(self, about: Document, error: Document) -> CloudFailure:
        """Return the card of a failed operation, with the container's last words on it."""
        refusal = _of_error(about, error)
        failure = card(refusal)
        source = about.get("latestCreatedRevision") or about.get("name", "")
        if failure.code not in _LOGGED or not _SPEAKS.search(source):
            return failure
        return with_log(refusal, self._run_log(source))


def service_name(project: str, region: str, service: str) -> str:
    """Return the full resource name of a service."""
    return f"projects/{project}/locations/{region}/services/{service}"


def operation_name(started: Document) -> OperationName:
    """Return the key of an operation that was begun."""
    return OperationName(service=SERVICE, name=str(started["name"]))


def moment(text: object) -> datetime | None:
    """Return a timestamp of a document."""
    return datetime.fromisoformat(str(text)) if text else None


def _of_error(about: Document, error: Document) -> Refusal:
    """Return why an operation failed; Google gives the reason in its resource's condition."""
    name = str(about.get("name", ""))
    told = terminal(about)
    plain = of_status(
        int(error.get("code", 13)),
        str(error.get("message", "")),
        list(error.get("details", [])),
        f"operation:{SERVICE}",
        names_of(name),
    )
    if plain.reason or told.state != "FAILED":
        return plain
    return refusal(name, told)


def _service(region: str, found: Document) -> RunService:
    return RunService(
        name=str(found["name"]).rpartition("/")[2],
        region=region,
        fields=service_fields(found),
        uid=str(found.get("uid", "")),
        etag=str(found.get("etag", "")),
        uri=str(found.get("uri", "")),
        placed_image=placed_image(found),
        condition=condition(found.get("terminalCondition")),
        reconciling=bool(found.get("reconciling")),
        ready_revision=_short(found.get("latestReadyRevision")),
        created_revision=_short(found.get("latestCreatedRevision")),
        traffic=tuple(
            RunTraffic(
                percent=int(part.get("percent", 0)),
                revision=str(part.get("revision", "")),
                tag=str(part.get("tag", "")),
            )
            for part in found.get("traffic", [])
        ),
        updated=moment(found.get("updateTime")),
    )


def _short(name: object) -> str:
    return str(name or "").rpartition("/")[2]
