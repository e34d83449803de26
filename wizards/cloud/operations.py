"""Our own poller of long-running operations, keyed by name so that a killed run re-attaches."""

from __future__ import annotations

import json
from typing import Any

from wizards.cloud.addressed import names_of
from wizards.cloud.calls import ONCE, name_of
from wizards.cloud.cards import card
from wizards.cloud.failing import Refusal
from wizards.cloud.refusals import of_status, read_answer
from wizards.cloud.run import RunCalls
from wizards.cloud.things import Operation, OperationName

SHORTEST_POLL = 2.0
LONGEST_POLL = 5.0


class OperationCalls(RunCalls):
    """The part of the port that is :class:`wizards.cloud.port.Operations`."""

    def operation(self, name: OperationName) -> Operation:
        """Look once; raises the operation's own failure when it failed."""
        if name.service == "sqladmin":
            return self._sql_operation(name)
        if name.service == "run":
            return self._run_operation(name)
        if name.service == "iam":
            return self._plain_operation(name)
        client = self._holder_of(name.service)
        found = self._read(
            "operation", lambda: client.get_operation(request={"name": name.name}, **ONCE)
        )
        if found.HasField("error"):
            raise card(_of_status(found.error, name))
        return Operation(name=name, done=found.done)

    def wait(self, name: OperationName) -> None:
        """Wait until done: every 2 seconds, slower towards 5 as minutes pass."""
        waited = 0.0
        while not self.operation(name).done:
            pause = min(max(SHORTEST_POLL, waited / 50), LONGEST_POLL)
            self._caller.pace.sleep(pause, self._caller.cancel)
            waited += pause

    def _sql_operation(self, name: OperationName) -> Operation:
        client = self._clients.sql("SqlOperationsService")
        request = {"project": name.project, "operation": name.name}
        found = self._read("operation", lambda: client.get(request=request, **ONCE))
        if found.error.errors:
            raise card(_of_sql_error(found))
        return Operation(
            name=name, done=name_of(found.status) == "DONE", kind=name_of(found.operation_type)
        )

    def _plain_operation(self, name: OperationName) -> Operation:
        plain = self._clients.plain(name.service)
        found = self._read("operation", lambda: plain.get(f"v1/{name.name}"))
        if "error" in found:
            raise card(_of_plain_error(found["error"], name))
        return Operation(name=name, done=bool(found.get("done")))

    def _holder_of(self, service: str) -> Any:
        match service:
            case "serviceusage":
                from google.cloud.service_usage_v1 import ServiceUsageClient

                return self._clients.native(service, ServiceUsageClient)
            case "cloudbuild":
                from google.cloud.devtools.cloudbuild_v2 import RepositoryManagerClient

                return self._clients.native(service, RepositoryManagerClient)
            case "artifactregistry":
                from google.cloud.artifactregistry_v1 import ArtifactRegistryClient

                return self._clients.native(service, ArtifactRegistryClient)
            case _:
                from google.cloud.resourcemanager_v3 import ProjectsClient

                return self._clients.native("cloudresourcemanager", ProjectsClient)


def _of_status(error: Any, name: OperationName) -> Refusal:
    details = [part for part in map(_detail, error.details) if part]
    return of_status(error.code, error.message, details, f"operation:{name.service}", _about(name))


def _detail(packed: Any) -> dict[str, Any]:
    """Return a detail of an error as JSON; the types are Google's common ones."""
    from google.protobuf.json_format import MessageToDict
    from google.rpc import error_details_pb2

    kind = packed.type_url.rsplit(".", 1)[-1]
    message = getattr(error_details_pb2, kind, None)
    if message is None:
        return {}
    found = message()
    packed.Unpack(found)
    return {"@type": packed.type_url, **MessageToDict(found)}


def _of_plain_error(error: dict[str, Any], name: OperationName) -> Refusal:
    return of_status(
        int(error.get("code", 13)),
        str(error.get("message", "")),
        list(error.get("details", [])),
        f"operation:{name.service}",
        _about(name),
    )


def _about(name: OperationName) -> dict[str, str]:
    found = {"api": f"{name.service}.googleapis.com", **names_of(name.name)}
    found.pop("operation", None)
    return {**found, "project": name.project} if name.project else found


def _of_sql_error(found: Any) -> Refusal:
    """Return why an operation of Cloud SQL failed; its errors have a code of their own."""
    errors = [{"reason": part.code, "message": part.message} for part in found.error.errors]
    body = {"error": {"code": 400, "message": errors[0]["message"], "errors": errors}}
    names = {"api": "sqladmin.googleapis.com", "project": found.target_project}
    names |= {"instance": found.target_id}
    raw = json.dumps(body, ensure_ascii=False)
    return read_answer(400, raw, {}, "operation:sqladmin", names=names)
