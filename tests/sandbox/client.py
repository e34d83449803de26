"""The smallest client there can be: what the sandbox is asked is what the test says."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

T = TypeVar("T")

DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@dataclass(frozen=True)
class Answer:
    status: int
    body: Any
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def reason(self) -> str:
        """The reason of the ErrorInfo, or the legacy one."""
        error = self.body["error"]
        for detail in error.get("details", ()):
            if detail["@type"].endswith("ErrorInfo"):
                return str(detail["reason"])
        return str(error["errors"][0]["reason"]) if "errors" in error else ""

    @property
    def message(self) -> str:
        return str(self.body["error"]["message"])


@dataclass(frozen=True)
class Client:
    url: str
    token: str = ""

    def call(
        self, http: str, path: str, body: Any = None, *, headers: dict[str, str] | None = None
    ) -> Answer:
        """Ask; ``path`` is ``service/v1/…`` or ``/sandbox/v1/…``."""
        target = path if path.startswith("/") else f"/_/{path}"
        data = None if body is None else json.dumps(body).encode()
        given = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        request = urllib.request.Request(
            self.url + target, method=http, data=data, headers={**given, **(headers or {})}
        )
        try:
            with DIRECT.open(request, timeout=30) as answer:
                return Answer(answer.status, json.load(answer), dict(answer.headers))
        except urllib.error.HTTPError as refused:
            return Answer(refused.code, json.load(refused), dict(refused.headers))

    def get(self, path: str) -> Answer:
        return self.call("GET", path)

    def post(self, path: str, body: Any = None) -> Answer:
        return self.call("POST", path, body if body is not None else {})

    def ok(self, http: str, path: str, body: Any = None) -> Any:
        """Ask and insist on success."""
        answer = self.call(http, path, body)
        assert answer.status == 200, answer.body
        return answer.body

    def done(self, path: str, operation: Any) -> Any:
        """Wait for a Google operation below ``path`` (``service/v1``)."""
        return until(
            lambda: self.ok("GET", f"{path}/{operation['name']}"), lambda said: said.get("done")
        )

    def sql_done(self, project: str, operation: Any) -> Any:
        """Wait for a Cloud SQL operation."""
        name = f"sqladmin/v1/projects/{project}/operations/{operation['name']}"
        return until(lambda: self.ok("GET", name), lambda said: said["status"] == "DONE")


def until(ask: Callable[[], T], enough: Callable[[T], object], seconds: float = 15.0) -> T:
    """Ask again and again until the answer is enough."""
    deadline = time.monotonic() + seconds
    while not enough(said := ask()):
        assert time.monotonic() < deadline, said
        time.sleep(0.01)
    return said


def project(client: Client, name: str = "notes-prod", *services: str) -> str:
    """Make a project that is paid for, with these APIs usable."""
    operation = client.ok("POST", "cloudresourcemanager/v3/projects", {"projectId": name})
    client.done("cloudresourcemanager/v3", operation)
    account = {"billingAccountName": "billingAccounts/01A2B3-C4D5E6-F7A8B9"}
    client.ok("PUT", f"cloudbilling/v1/projects/{name}/billingInfo", account)
    if services:
        ids = [f"{service}.googleapis.com" for service in services]
        enabling = client.ok(
            "POST",
            f"serviceusage/v1/projects/{name}/services:batchEnable",
            {"serviceIds": ids},
        )
        client.done("serviceusage/v1", enabling)
        for probe in {
            "secretmanager": f"secretmanager/v1/projects/{name}/secrets",
            "sqladmin": f"sqladmin/v1/projects/{name}/instances",
            "iam": f"iam/v1/projects/{name}/serviceAccounts",
            "artifactregistry": f"artifactregistry/v1/projects/{name}/locations",
        }.items():
            if probe[0] in services:
                until(lambda path=probe[1]: client.get(path), lambda said: said.status == 200)
    return name


def instance(client: Client, project_id: str, name: str = "notes-db", **settings: Any) -> Any:
    """Make a running Cloud SQL instance and return it."""
    body = {
        "name": name,
        "region": "asia-northeast3",
        "databaseVersion": "POSTGRES_16",
        "settings": {"tier": "db-f1-micro", "edition": "ENTERPRISE", **settings},
    }
    operation = client.ok("POST", f"sqladmin/v1/projects/{project_id}/instances", body)
    client.sql_done(project_id, operation)
    return client.ok("GET", f"sqladmin/v1/projects/{project_id}/instances/{name}")
