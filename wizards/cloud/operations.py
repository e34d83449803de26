"""Our own poller of long-running operations, keyed by name so that a killed run re-attaches."""

from __future__ import annotations

import json
from typing import Any

from wizards.cloud.calls import ONCE, name_of
from wizards.cloud.cards import card
from wizards.cloud.failing import Refusal
from wizards.cloud.run import RunCalls
from wizards.cloud.things import Operation, OperationName

SHORTEST_POLL = 2.0
LONGEST_POLL = 5.0

_HTTP_OF_CODE = {3: 400, 5: 404, 6: 409, 7: 403, 8: 429, 9: 400, 10: 409, 13: 500, 14: 503}


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
            raise card(_of_status(found.error, name.service))
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
            raise card(_of_sql_error(found.error.errors[0]))
        return Operation(
            name=name, done=name_of(found.status) == "DONE", kind=name_of(found.operation_type)
        )

    def _plain_operation(self, name: OperationName) -> Operation:
        plain = self._clients.plain(name.service)
        found = self._read("operation", lambda: plain.get(f"v1/{name.name}"))
        if "error" in found:
            raise card(_of_plain_error(found["error"], name.service))
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


def _of_status(error: Any, service: str) -> Refusal:
    from google.rpc.error_details_pb2 import ErrorInfo

    info = ErrorInfo()
    known = any(detail.Unpack(info) for detail in error.details if detail.Is(info.DESCRIPTOR))
    return Refusal(
        status=_HTTP_OF_CODE.get(error.code, 500),
        reason=info.reason if known else "OPERATION_FAILED",
        message=error.message,
        metadata=dict(info.metadata) if known else {},
        raw=json.dumps({"code": error.code, "message": error.message}),
        call=f"operation:{service}",
    )


def _of_plain_error(error: dict[str, Any], service: str) -> Refusal:
    return Refusal(
        status=_HTTP_OF_CODE.get(int(error.get("code", 13)), 500),
        reason="OPERATION_FAILED",
        message=str(error.get("message", "")),
        raw=json.dumps(error),
        call=f"operation:{service}",
    )


def _of_sql_error(error: Any) -> Refusal:
    return Refusal(
        status=400,
        reason=error.code,
        message=error.message,
        raw=json.dumps({"code": error.code, "message": error.message}),
        call="operation:sqladmin",
    )
