import base64

import pytest

from sandbox.checksums import crc32c
from tests.sandbox.client import Client, project

SECRETS = "secretmanager/v1/projects/notes-prod/secrets"
REPOSITORIES = "artifactregistry/v1/projects/notes-prod/locations/asia-northeast3/repositories"
AUTOMATIC = {"replication": {"automatic": {}}}


@pytest.fixture
def ready(client: Client) -> Client:
    project(client, "notes-prod", "secretmanager", "artifactregistry")
    return client


def _payload(text: str) -> dict[str, object]:
    return {"payload": {"data": base64.b64encode(text.encode()).decode()}}


def test_a_secret_has_numbered_values_and_the_newest_is_latest(ready: Client) -> None:
    ready.ok("POST", f"{SECRETS}?secretId=db", AUTOMATIC)
    assert "was not found" in ready.get(f"{SECRETS}/db/versions/latest:access").message.replace(
        "not found", "was not found"
    )
    for text in ("one", "two"):
        ready.ok("POST", f"{SECRETS}/db:addVersion", _payload(text))
    latest = ready.ok("GET", f"{SECRETS}/db/versions/latest:access")
    assert base64.b64decode(latest["payload"]["data"]) == b"two"
    assert latest["payload"]["dataCrc32c"] == str(crc32c(b"two"))
    assert latest["name"].endswith("/versions/2")
    listed = ready.ok("GET", f"{SECRETS}/db/versions")["versions"]
    assert [each["name"].rsplit("/", 1)[1] for each in listed] == ["2", "1"]


def test_checksums_are_checked_and_confirmed(ready: Client) -> None:
    ready.ok("POST", f"{SECRETS}?secretId=db", AUTOMATIC)
    right = {"payload": {"data": "aGVsbG8=", "dataCrc32c": str(crc32c(b"hello"))}}
    added = ready.ok("POST", f"{SECRETS}/db:addVersion", right)
    assert added["clientSpecifiedPayloadChecksum"] is True
    wrong = {"payload": {"data": "aGVsbG8=", "dataCrc32c": "1"}}
    assert ready.post(f"{SECRETS}/db:addVersion", wrong).status == 400
    assert ready.post(f"{SECRETS}/db:addVersion", {"payload": {}}).status == 400


def test_crc32c_is_the_standard_one() -> None:
    assert crc32c(b"123456789") == 0xE3069283


def test_values_out_of_use_are_not_given_out(ready: Client) -> None:
    ready.ok("POST", f"{SECRETS}?secretId=db", AUTOMATIC)
    ready.ok("POST", f"{SECRETS}/db:addVersion", _payload("x"))
    ready.ok("POST", f"{SECRETS}/db/versions/1:disable", {})
    refused = ready.get(f"{SECRETS}/db/versions/1:access")
    assert refused.body["error"]["status"] == "FAILED_PRECONDITION"
    ready.ok("POST", f"{SECRETS}/db/versions/1:enable", {})
    assert ready.get(f"{SECRETS}/db/versions/1:access").status == 200
    destroyed = ready.ok("POST", f"{SECRETS}/db/versions/1:destroy", {})
    assert destroyed["state"] == "DESTROYED"
    assert ready.post(f"{SECRETS}/db/versions/1:enable").status == 400


def test_secrets_are_named_by_the_project_s_number_and_found_by_both(ready: Client) -> None:
    made = ready.ok("POST", f"{SECRETS}?secretId=db", {**AUTOMATIC, "annotations": {"k": "v"}})
    assert made["name"].split("/")[1].isdigit()
    assert ready.ok("GET", f"secretmanager/v1/{made['name']}") == ready.ok("GET", f"{SECRETS}/db")
    assert ready.post(f"{SECRETS}?secretId=db", AUTOMATIC).status == 409
    changed = ready.ok("PATCH", f"{SECRETS}/db?updateMask=annotations", {"annotations": {"k": "w"}})
    assert changed["annotations"] == {"k": "w"}
    assert changed["etag"] != made["etag"]
    stale = {"labels": {"a": "b"}, "etag": made["etag"]}
    assert ready.call("PATCH", f"{SECRETS}/db?updateMask=labels", stale).status == 400
    fixed = ready.call("PATCH", f"{SECRETS}/db?updateMask=replication", AUTOMATIC)
    assert fixed.status == 400


def test_a_secret_needs_a_replication_policy_in_known_places(ready: Client) -> None:
    assert ready.post(f"{SECRETS}?secretId=db", {}).status == 400
    moon = {"replication": {"userManaged": {"replicas": [{"location": "moon-1"}]}}}
    assert ready.post(f"{SECRETS}?secretId=db", moon).status == 400
    seoul = {"replication": {"userManaged": {"replicas": [{"location": "asia-northeast3"}]}}}
    assert ready.ok("POST", f"{SECRETS}?secretId=db", seoul)["replication"] == seoul["replication"]


def test_unknown_fields_and_parameters_are_refused_as_google_does(ready: Client) -> None:
    body = ready.post(f"{SECRETS}?secretId=db", {**AUTOMATIC, "colour": "red"})
    assert (body.status, body.message) == (
        400,
        'Invalid JSON payload received. Unknown name "colour": Cannot find field.',
    )
    inner = ready.post(f"{SECRETS}?secretId=db", {"replication": {"automatic": {"x": 1}}})
    assert "at 'replication.automatic'" in inner.message
    assert "Cannot bind query parameter" in ready.get(f"{SECRETS}?colour=red").message
    assert ready.get(f"{SECRETS}?$alt=json;enum-encoding=int&prettyPrint=false").status == 200
    kind = ready.post(f"{SECRETS}?secretId=db", {"replication": "automatic"})
    assert kind.status == 400


def test_a_repository_is_made_once_and_its_format_never_changes(ready: Client) -> None:
    begun = ready.ok("POST", f"{REPOSITORIES}?repositoryId=notes", {"format": 1})
    assert ready.post(f"{REPOSITORIES}?repositoryId=notes", {"format": "DOCKER"}).status == 409
    made = ready.done("artifactregistry/v1", begun)["response"]
    assert made["format"] == "DOCKER"
    assert made["registryUri"] == "asia-northeast3-docker.pkg.dev/notes-prod/notes"
    assert ready.post(f"{REPOSITORIES}?repositoryId=notes", {"format": "DOCKER"}).status == 409
    path = f"{REPOSITORIES}/notes?updateMask="
    assert ready.ok("PATCH", f"{path}description", {"description": "d"})["description"] == "d"
    assert ready.call("PATCH", f"{path}format", {"format": "NPM"}).status == 400
    gone = ready.ok("DELETE", f"{REPOSITORIES}/notes")
    ready.done("artifactregistry/v1", gone)
    assert ready.get(f"{REPOSITORIES}/notes").status == 404


def test_partial_answers_hold_only_what_was_asked_for(ready: Client) -> None:
    ready.ok("POST", f"{SECRETS}?secretId=db", {**AUTOMATIC, "labels": {"a": "b"}})
    page = ready.ok("GET", f"{SECRETS}?fields=secrets(name,labels)")
    assert [set(secret) for secret in page["secrets"]] == [{"name", "labels"}]
