"""Service Usage: which APIs a project may call."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from wizards.cloud.calls import ONCE, Calls, name_of
from wizards.cloud.things import OperationName

if TYPE_CHECKING:
    from google.cloud import service_usage_v1

SERVICE = "serviceusage"
MOST_TO_READ = 30
MOST_TO_ENABLE = 20


class ApiCalls(Calls):
    """The part of the port that is :class:`wizards.cloud.port.Apis`."""

    def _usage(self) -> service_usage_v1.ServiceUsageClient:
        from google.cloud.service_usage_v1 import ServiceUsageClient

        return self._clients.native(SERVICE, ServiceUsageClient)

    def enabled_apis(self, project: str, apis: Sequence[str]) -> frozenset[str]:
        """Return which of the APIs are enabled; one call per 30."""
        enabled: set[str] = set()
        for start in range(0, len(apis), MOST_TO_READ):
            enabled |= self._enabled(project, apis[start : start + MOST_TO_READ])
        return frozenset(enabled)

    def _enabled(self, project: str, apis: Sequence[str]) -> set[str]:
        parent = f"projects/{project}"
        request = {"parent": parent, "names": [f"{parent}/services/{api}" for api in apis]}
        answer = self._read(
            "enabled_apis",
            lambda: self._usage().batch_get_services(request=request, **ONCE),
        )
        return {
            found.name.rsplit("/", 1)[1]
            for found in answer.services
            if name_of(found.state) == "ENABLED"
        }

    def start_apis(self, project: str, apis: Sequence[str]) -> OperationName:
        """Enable at most 20 APIs in one operation."""
        request = {"parent": f"projects/{project}", "service_ids": list(apis)}
        started = self._write(
            "start_apis",
            lambda: self._usage().batch_enable_services(request=request, **ONCE),
        )
        return OperationName(service=SERVICE, name=started.operation.name)
