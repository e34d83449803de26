import time
import urllib.error
import urllib.request
from typing import Any

import pytest

from tests.sandbox.client import DIRECT, Client, project

CRM = "cloudresourcemanager/v3"


def _add(client: Client, **fault: Any) -> None:
    client.ok("POST", "/sandbox/v1/faults", fault)


def test_a_status_strikes_as_often_as_it_was_told_with_its_reason(client: Client) -> None:
    _add(
        client,
        method="projects.search",
        kind="status",
        status=429,
        reason="RATE_LIMIT_EXCEEDED",
        retry_after=2,
        times=2,
    )
    for _turn in range(2):
        said = client.get(f"{CRM}/projects:search")
        assert (said.status, said.reason, said.headers["retry-after"]) == (
            429,
            "RATE_LIMIT_EXCEEDED",
            "2",
        )
    assert client.get(f"{CRM}/projects:search").status == 200
    assert client.ok("GET", "/sandbox/v1/faults")["faults"][0]["hit"] == 2
    client.ok("DELETE", "/sandbox/v1/faults")
    assert client.ok("GET", "/sandbox/v1/faults") == {"faults": []}


def test_a_reset_cuts_the_connection_before_or_after_the_call_took_effect(client: Client) -> None:
    _add(client, method="projects.create", kind="reset")
    with pytest.raises((ConnectionError, urllib.error.URLError)):
        client.post(f"{CRM}/projects", {"projectId": "notes-prod"})
    _add(client, method="projects.create", kind="reset", after=True)
    with pytest.raises((ConnectionError, urllib.error.URLError)):
        client.post(f"{CRM}/projects", {"projectId": "notes-prod"})
    assert client.post(f"{CRM}/projects", {"projectId": "notes-prod"}).status == 409


def test_slow_is_slow_and_then_right(client: Client) -> None:
    project(client)
    _add(client, method="GET v3/projects/notes-prod", kind="slow", seconds=0.3, after=True)
    begun = time.monotonic()
    assert client.ok("GET", f"{CRM}/projects/notes-prod")["projectId"] == "notes-prod"
    assert time.monotonic() - begun >= 0.3


def test_a_slow_call_does_not_hold_up_the_others(client: Client) -> None:
    import threading

    _add(client, method="organizations.search", kind="slow", seconds=2.0, after=True)
    slow = threading.Thread(target=client.get, args=(f"{CRM}/organizations:search",))
    slow.start()
    client.get(f"{CRM}/projects:search")
    assert slow.is_alive()
    slow.join()


def test_rates_strike_the_same_calls_for_the_same_seed(client: Client) -> None:
    def struck() -> list[bool]:
        client.ok("DELETE", "/sandbox/v1/faults")
        _add(client, method="projects.search", kind="status", status=503, times=0, rate=0.4, seed=7)
        return [client.get(f"{CRM}/projects:search").status == 503 for _turn in range(20)]

    first = struck()
    assert 0 < sum(first) < 20
    assert struck() == first


def test_nonsense_is_refused(client: Client) -> None:
    for fault in ({"method": "(", "kind": "status"}, {"method": "x", "kind": "odd"}, {"colour": 1}):
        assert client.post("/sandbox/v1/faults", fault).status == 400


def test_the_log_tells_what_was_asked_without_bodies(client: Client) -> None:
    project(client, "notes-prod", "secretmanager")
    secrets = "secretmanager/v1/projects/notes-prod/secrets"
    client.ok("POST", f"{secrets}?secretId=db", {"replication": {"automatic": {}}})
    client.ok("POST", f"{secrets}/db:addVersion", {"payload": {"data": "aHVzaA=="}})
    entries = client.ok("GET", "/sandbox/v1/log")["entries"]
    assert entries[-1]["method"] == "secretmanager:v1:projects.secrets.addVersion"
    assert entries[-1]["identity"] == "user:owner@sandbox.example"
    assert "aHVzaA" not in str(entries)


def test_a_recorded_answer_is_served_as_it_was(client: Client) -> None:
    info = {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "3s"}
    _add(
        client,
        method="projects.search",
        kind="status",
        status=403,
        reason="USER_PROJECT_DENIED",
        metadata={"consumer": "projects/other"},
        details=[info],
    )
    error = client.get(f"{CRM}/projects:search").body["error"]
    assert error["details"][0]["metadata"] == {"consumer": "projects/other"}
    assert error["details"][1] == info
    _add(client, method="projects.search", kind="status", status=418, body={"any": ["shape"]})
    said = client.get(f"{CRM}/projects:search")
    assert (said.status, said.body) == (418, {"any": ["shape"]})


def test_a_page_of_a_proxy_is_served_with_its_headers(client: Client) -> None:
    page = "<html>log in</html>"
    _add(
        client,
        method="projects.search",
        kind="status",
        status=200,
        body=page,
        headers={"X-Portal": "hotel"},
    )
    request = urllib.request.Request(f"{client.url}/_/{CRM}/projects:search")
    with DIRECT.open(request, timeout=30) as answer:
        assert answer.read().decode() == page
        assert answer.headers["x-portal"] == "hotel"
        assert answer.headers["content-type"].startswith("text/html")


def test_the_token_endpoint_meets_faults_too(client: Client) -> None:
    told = {"error": "invalid_grant", "error_subtype": "invalid_rapt"}
    _add(client, method="POST token", kind="status", status=400, body=told)
    said = client.call("POST", "oauth2/token", {})
    assert (said.status, said.body) == (400, told)
    assert client.call("POST", "oauth2/token", {}).body["access_token"]
