"""Cloud Build: imitated steps in scaled time, triggers, and repositories that must be connected."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.running_sandbox import running_sandbox
from tests.sandbox.client import Client, until
from tests.sandbox.furnished import furnish_state

PROJECT = "cloudbuild/v1/projects/notes-prod"
REGION = f"{PROJECT}/locations/asia-northeast3"
V2 = "cloudbuild/v2/projects/notes-prod/locations/asia-northeast3"
STEPS = [
    {"name": "gcr.io/cloud-builders/docker", "args": ["build", "-t", "$_IMAGE", "."]},
    {"name": "gcr.io/google.com/cloudsdktool/cloud-sdk", "entrypoint": "gcloud", "args": ["run"]},
]
GITHUB = {"owner": "me", "name": "notes", "push": {"branch": "^main$"}}


@pytest.fixture(params=[120.0])
def cloud(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Client]:
    """A sandbox with a usable project, slow enough to see a build on its way."""
    furnish_state(tmp_path / "cloud")
    with running_sandbox(tmp_path / "cloud", speed=request.param) as address:
        yield Client(address.url)


def _build(client: Client, path: str, **body: Any) -> Any:
    return client.ok("POST", f"{path}/builds", body)["metadata"]["build"]


def _finished(client: Client, path: str, build: Any) -> Any:
    final = ("SUCCESS", "FAILURE", "TIMEOUT", "CANCELLED")
    address = f"{path}/builds/{build['id']}"
    return until(lambda: client.ok("GET", address), lambda said: said["status"] in final)


def test_a_build_goes_through_its_steps(cloud: Client) -> None:
    build = _build(cloud, REGION, steps=STEPS, substitutions={"_IMAGE": "notes:$_TAG", "_TAG": "1"})
    assert build["status"] == "QUEUED"
    assert build["steps"][0]["args"][2] == "notes:1"
    path = f"{REGION}/builds/{build['id']}"
    working = until(lambda: cloud.ok("GET", path), lambda said: said["steps"][0].get("timing"))
    assert working["status"] == "WORKING"
    assert working["steps"][1]["status"] == "QUEUED"
    assert "finishTime" not in working
    done = _finished(cloud, REGION, build)
    assert [each["status"] for each in done["steps"]] == ["SUCCESS", "SUCCESS"]
    assert done["createTime"] < done["startTime"] < done["finishTime"]
    assert cloud.ok("GET", f"{REGION}/builds")["builds"][0]["id"] == build["id"]
    assert cloud.ok("GET", f"{PROJECT}/builds") == {}


def test_failing_cancelled_and_late_builds_say_why(cloud: Client) -> None:
    failing = [STEPS[0], {"name": "ubuntu", "script": "make test; exit 2"}, STEPS[1]]
    failed = _finished(cloud, PROJECT, _build(cloud, PROJECT, steps=failing))
    assert failed["status"] == "FAILURE"
    assert [each["status"] for each in failed["steps"]] == ["SUCCESS", "FAILURE", "QUEUED"]
    assert failed["steps"][1]["exitCode"] == 2
    assert failed["failureInfo"]["type"] == "USER_BUILD_STEP"
    late = _finished(cloud, PROJECT, _build(cloud, PROJECT, steps=STEPS, timeout="5s"))
    assert late["status"] == "TIMEOUT"
    build = _build(cloud, PROJECT, steps=STEPS)
    cloud.ok("POST", f"{PROJECT}/builds/{build['id']}:cancel", {})
    assert _finished(cloud, PROJECT, build)["status"] == "CANCELLED"
    again = cloud.post(f"{PROJECT}/builds/{build['id']}:cancel")
    assert (again.status, again.body["error"]["status"]) == (400, "FAILED_PRECONDITION")


@pytest.mark.parametrize("cloud", [2000.0], indirect=True)
def test_an_own_account_needs_its_own_logs_and_the_right_to_push(cloud: Client) -> None:
    email = "notes-build@notes-prod.iam.gserviceaccount.com"
    account = f"projects/notes-prod/serviceAccounts/{email}"
    given: dict[str, Any] = {"steps": STEPS, "serviceAccount": account}
    refused = cloud.post(f"{PROJECT}/builds", given)
    assert "'build.service_account' is specified" in refused.message
    given["options"] = {"logging": "CLOUD_LOGGING_ONLY"}
    assert cloud.post(f"{PROJECT}/builds", given).status == 404
    made = {"accountId": "notes-build"}
    cloud.ok("POST", "iam/v1/projects/notes-prod/serviceAccounts", made)
    given["images"] = ["asia-northeast3-docker.pkg.dev/notes-prod/notes/app:1"]
    nowhere = _finished(cloud, PROJECT, _build(cloud, PROJECT, **given))
    assert nowhere["failureInfo"]["type"] == "PUSH_FAILED"
    place = "projects/notes-prod/locations/asia-northeast3"
    repository = f"artifactregistry/v1/{place}/repositories"
    operation = cloud.ok("POST", f"{repository}?repositoryId=notes", {"format": "DOCKER"})
    cloud.done("artifactregistry/v1", operation)
    denied = _finished(cloud, PROJECT, _build(cloud, PROJECT, **given))
    assert denied["failureInfo"]["type"] == "PUSH_NOT_AUTHORIZED"
    assert "uploadArtifacts" in denied["statusDetail"]


def test_a_trigger_needs_a_connected_repository_and_a_name_of_its_own(cloud: Client) -> None:
    trigger = {"name": "deploy", "filename": "cloudbuild.yaml", "github": GITHUB}
    refused = cloud.post(f"{REGION}/triggers", trigger)
    assert "Repository mapping does not exist" in refused.message
    body = {"githubConfig": {}}
    made = cloud.ok("POST", f"{V2}/connections?connectionId=github", body)
    cloud.done("cloudbuild/v2", made)
    waiting = cloud.ok("GET", f"{V2}/connections/github")
    assert waiting["installationState"]["stage"] == "PENDING_USER_OAUTH"
    assert waiting["installationState"]["actionUri"].startswith("https://")
    repositories = f"{V2}/connections/github/repositories"
    address = {"remoteUri": "https://github.com/me/notes.git"}
    early = cloud.post(f"{repositories}?repositoryId=notes", address)
    assert early.body["error"]["status"] == "FAILED_PRECONDITION"
    until(
        lambda: cloud.ok("GET", f"{V2}/connections/github"),
        lambda said: said["installationState"]["stage"] == "COMPLETE",
    )
    linked = cloud.ok("POST", f"{repositories}?repositoryId=notes", address)
    cloud.done("cloudbuild/v2", linked)
    name = linked["metadata"]["target"]
    pushed = {"repository": name, "push": {"branch": "^main$"}}
    by_link = {"name": "deploy", "filename": "cloudbuild.yaml", "repositoryEventConfig": pushed}
    kept = cloud.ok("POST", f"{REGION}/triggers", by_link)
    assert cloud.post(f"{REGION}/triggers", by_link).status == 409
    changed = {**by_link, "description": "On every push"}
    patched = cloud.ok("PATCH", f"{REGION}/triggers/{kept['id']}", changed)
    assert (patched["id"], patched["description"]) == (kept["id"], "On every push")
    cloud.ok("DELETE", f"{REGION}/triggers/{kept['id']}")
    assert cloud.ok("GET", f"{REGION}/triggers") == {}
