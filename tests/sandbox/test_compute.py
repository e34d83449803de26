"""Compute: machines that set themselves up in scaled time, firewalls, addresses, operations."""

import uuid
from typing import Any

import pytest

from tests.sandbox.client import Client, until

PROJECT = "compute/compute/v1/projects/notes-prod"
ZONE = f"{PROJECT}/zones/asia-northeast3-a"
SCRIPT = """#!/bin/bash
phase() { curl -s -X PUT --data "$1" "$URL/guest-attributes/tarmac/phase"; }
phase pulling
phase ready
"""


@pytest.fixture
def ready(swift: Client) -> Client:
    return swift


def _machine(name: str = "notes-vm", **metadata: str) -> dict[str, Any]:
    values = {"enable-guest-attributes": "TRUE", "startup-script": SCRIPT, **metadata}
    return {
        "name": name,
        "machineType": "zones/asia-northeast3-a/machineTypes/e2-micro",
        "disks": [
            {
                "boot": True,
                "autoDelete": True,
                "initializeParams": {
                    "sourceImage": "projects/cos-cloud/global/images/family/cos-stable"
                },
            }
        ],
        "networkInterfaces": [{"accessConfigs": [{"type": "ONE_TO_ONE_NAT"}]}],
        "metadata": {"items": [{"key": key, "value": value} for key, value in values.items()]},
        "labels": {"managed-by": "tarmac"},
    }


def _done(client: Client, operation: Any) -> Any:
    place = operation["selfLink"].partition("/compute/v1/")[2]
    ended = client.ok("POST", f"compute/compute/v1/{place}/wait")
    return until(lambda: client.ok("GET", f"compute/compute/v1/{place}"), _ended) or ended


def _ended(said: Any) -> bool:
    return bool(said["status"] == "DONE")


def _made(client: Client, **metadata: str) -> Any:
    _done(client, client.ok("POST", f"{ZONE}/instances", _machine(**metadata)))
    return client.ok("GET", f"{ZONE}/instances/notes-vm")


def test_a_machine_is_made_and_says_how_far_it_has_set_itself_up(unhurried: Client) -> None:
    begun = unhurried.ok("POST", f"{ZONE}/instances", _machine())
    assert (begun["operationType"], begun["status"]) == ("insert", "RUNNING")
    assert unhurried.ok("GET", f"{ZONE}/instances/notes-vm")["status"] == "PROVISIONING"
    assert unhurried.post(f"{ZONE}/instances", _machine()).reason == "alreadyExists"
    _done(unhurried, begun)
    attributes = f"{ZONE}/instances/notes-vm/getGuestAttributes?queryPath=tarmac/phase"
    assert unhurried.get(attributes).status == 404
    seen: list[str] = []

    def look() -> list[str]:
        said = unhurried.get(attributes)
        if said.status == 200:
            [item] = said.body["queryValue"]["items"]
            seen.append(item["value"])
        return seen

    until(look, lambda values: values and values[-1] == "ready")
    assert list(dict.fromkeys(seen)) == ["pulling", "ready"]
    serial = unhurried.ok("GET", f"{ZONE}/instances/notes-vm/serialPort")
    assert "tarmac: phase ready" in serial["contents"]
    rest = unhurried.ok("GET", f"{ZONE}/instances/notes-vm/serialPort?start={serial['next']}")
    assert "phase ready" not in rest.get("contents", "")


def test_a_machine_that_fails_says_so_on_its_serial_port(ready: Client) -> None:
    _made(ready, **{"sandbox-fail": "pulling"})
    attributes = f"{ZONE}/instances/notes-vm/getGuestAttributes?queryPath=tarmac/"
    found = until(lambda: ready.get(attributes), lambda said: said.status == 200)
    assert found.body["queryValue"]["items"][0]["value"] == "failed"
    contents = ready.ok("GET", f"{ZONE}/instances/notes-vm/serialPort")["contents"]
    assert "exit status 1" in contents


def test_without_the_metadata_there_are_no_guest_attributes(ready: Client) -> None:
    _made(ready, **{"enable-guest-attributes": "FALSE"})
    refused = ready.get(f"{ZONE}/instances/notes-vm/getGuestAttributes?queryPath=tarmac/")
    assert (refused.status, refused.reason) == (412, "conditionNotMet")


def test_a_repeated_request_id_begins_nothing_new(ready: Client) -> None:
    request = uuid.uuid4()
    path = f"{ZONE}/instances?requestId={request}"
    first = ready.ok("POST", path, _machine())
    again = ready.ok("POST", path, _machine())
    assert again["name"] == first["name"]
    _done(ready, first)
    assert ready.ok("POST", path, _machine())["name"] == first["name"]
    assert len(ready.ok("GET", f"{ZONE}/instances")["items"]) == 1
    assert ready.post(f"{ZONE}/instances?requestId=one", _machine()).status == 400


def test_stop_start_labels_metadata_and_delete(ready: Client) -> None:
    made = _made(ready)
    path = f"{ZONE}/instances/notes-vm"
    labels = {"labels": {"env": "prod"}, "labelFingerprint": made["labelFingerprint"]}
    _done(ready, ready.ok("POST", f"{path}/setLabels", labels))
    assert ready.post(f"{path}/setLabels", labels).status == 412
    metadata = {"items": [{"key": "a", "value": "b"}]}
    fingerprint = made["metadata"]["fingerprint"]
    _done(ready, ready.ok("POST", f"{path}/setMetadata", {**metadata, "fingerprint": fingerprint}))
    _done(ready, ready.ok("POST", f"{path}/stop"))
    stopped = ready.ok("GET", path)
    assert stopped["status"] == "TERMINATED"
    assert stopped["labels"] == {"env": "prod"}
    assert stopped["metadata"]["items"] == metadata["items"]
    _done(ready, ready.ok("POST", f"{path}/start"))
    assert ready.ok("GET", path)["status"] == "RUNNING"
    everywhere = ready.ok("GET", f"{PROJECT}/aggregated/instances")["items"]
    assert len(everywhere["zones/asia-northeast3-a"]["instances"]) == 1
    assert everywhere["zones/us-central1-a"]["warning"]["code"] == "NO_RESULTS_ON_PAGE"
    _done(ready, ready.ok("DELETE", path))
    assert ready.get(path).reason == "notFound"


@pytest.mark.parametrize(
    ("change", "status", "reason"),
    [
        ({"name": "Notes"}, 400, "invalid"),
        ({"machineType": "zones/asia-northeast3-a/machineTypes/e2-huge"}, 404, "notFound"),
        ({"disks": []}, 400, "invalid"),
        (
            {"disks": [{"initializeParams": {"sourceImage": "projects/x/global/images/y"}}]},
            404,
            "notFound",
        ),
        (
            {"serviceAccounts": [{"email": "no@notes-prod.iam.gserviceaccount.com"}]},
            400,
            "SERVICE_ACCOUNT_ACCESS_DENIED",
        ),
        ({"machineType": "e2-standard-8", "colour": "red"}, 400, ""),
    ],
)
def test_what_google_refuses_is_refused(
    ready: Client, change: dict[str, Any], status: int, reason: str
) -> None:
    refused = ready.post(f"{ZONE}/instances", {**_machine(), **change})
    assert (refused.status, refused.reason) == (status, reason), refused.body


def test_a_full_zone_and_a_quota(ready: Client) -> None:
    full = f"{PROJECT}/zones/us-central1-f"
    ended = _done(ready, ready.ok("POST", f"{full}/instances", _machine()))
    assert ended["error"]["errors"][0]["code"] == "ZONE_RESOURCE_POOL_EXHAUSTED"
    assert ready.get(f"{full}/instances/notes-vm").status == 404
    for name in ("a", "b", "c"):
        body = {**_machine(f"big-{name}"), "machineType": "machineTypes/e2-standard-8"}
        ready.ok("POST", f"{ZONE}/instances", body)
    refused = ready.post(f"{ZONE}/instances", _machine())
    assert (refused.status, refused.reason) == (403, "quotaExceeded")


def test_firewalls_and_addresses(ready: Client) -> None:
    rules = f"{PROJECT}/global/firewalls"
    rule = {"name": "allow-http", "allowed": [{"IPProtocol": "tcp", "ports": ["80"]}]}
    _done(ready, ready.ok("POST", rules, rule))
    assert ready.ok("GET", f"{rules}/allow-http")["sourceRanges"] == ["0.0.0.0/0"]
    _done(ready, ready.ok("PATCH", f"{rules}/allow-http", {"sourceRanges": ["10.0.0.0/8"]}))
    [changed] = ready.ok("GET", f"{rules}?filter=name=allow-http")["items"]
    assert changed["sourceRanges"] == ["10.0.0.0/8"]
    assert ready.post(rules, {**rule, "name": "x", "sourceRanges": ["10"]}).status == 400
    _done(ready, ready.ok("DELETE", f"{rules}/allow-http"))
    assert "items" not in ready.ok("GET", rules)
    addresses = f"{PROJECT}/regions/asia-northeast3/addresses"
    _done(ready, ready.ok("POST", addresses, {"name": "front"}))
    assert ready.ok("GET", f"{addresses}/front")["status"] == "RESERVED"
    _done(ready, ready.ok("DELETE", f"{addresses}/front"))


def test_places_types_and_images(ready: Client) -> None:
    zones = {zone["name"] for zone in ready.ok("GET", f"{PROJECT}/zones")["items"]}
    assert {"asia-northeast3-a", "us-central1-f"} <= zones
    assert ready.get(f"{PROJECT}/zones/mars-north1-a").status == 404
    assert ready.ok("GET", f"{ZONE}/machineTypes/e2-micro")["memoryMb"] == 1024
    image = ready.ok("GET", "compute/compute/v1/projects/cos-cloud/global/images/family/cos-stable")
    assert image["family"] == "cos-stable"
    assert ready.get("compute/compute/v1/projects/cos-cloud/zones").status == 403


def test_a_stranger_is_told_which_permission_is_missing(ready: Client) -> None:
    stranger = Client(ready.url, token="who@example.com")
    refused = stranger.post(f"{ZONE}/instances", _machine())
    assert (refused.status, refused.reason) == (403, "forbidden")
    assert "Required 'compute.instances.create' permission" in refused.message
    asked = {"permissions": ["compute.instances.get"]}
    _made(ready)
    path = f"{ZONE}/instances/notes-vm/testIamPermissions"
    assert ready.ok("POST", path, asked) == asked
    assert stranger.ok("POST", path, asked) == {}
