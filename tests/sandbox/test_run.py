"""Cloud Run: services and jobs that really run, and what stops them."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.running_sandbox import running_sandbox
from tests.sandbox.client import Client, instance, until
from tests.sandbox.furnished import furnish_state
from tests.sandbox.run_world import PLACE, SERVER, RunWorld, fetch

IMAGE = "asia-northeast3-docker.pkg.dev/elsewhere/notes/app:1"
SILENT = "import sys\nprint('no settings', file=sys.stderr)\nsys.exit(3)\n"


@pytest.fixture
def run(tmp_path: Path) -> Iterator[RunWorld]:
    furnish_state(tmp_path / "state")
    with running_sandbox(tmp_path / "state", speed=2000.0) as address:
        yield RunWorld(Client(address.url), tmp_path / "state", tmp_path)


def _template(image: str = IMAGE, **container: Any) -> dict[str, Any]:
    return {"containers": [{"image": image, **container}]}


def _condition(service: Any) -> tuple[str, str, str]:
    condition = service["terminalCondition"]
    reason = condition.get("reason") or condition.get("revisionReason", "")
    return condition["state"].removeprefix("CONDITION_"), reason, condition.get("message", "")


def _revision(service: Any) -> str:
    return str(service["latestReadyRevision"].rsplit("/", 1)[1])


def _unreachable(url: str) -> bool:
    try:
        fetch(url)
    except OSError:
        return True
    return False


def test_a_mapped_image_is_a_process_that_serves_and_ends_with_the_service(run: RunWorld) -> None:
    run.map(IMAGE, SERVER)
    service = run.deploy("notes", _template(), invokerIamDisabled=True)
    assert _condition(service)[0] == "SUCCEEDED"
    assert fetch(service["uri"]) == (200, _revision(service))
    run.wait(run.client.ok("DELETE", f"{PLACE}/services/notes"))
    assert run.client.get(f"{PLACE}/services/notes").status == 404
    until(lambda: _unreachable(service["uri"]), bool)


def test_only_the_key_in_the_state_folder_maps_images(run: RunWorld) -> None:
    given = {"image": IMAGE, "folder": str(run.folder), "command": ["true"]}
    assert run.client.post("/sandbox/v1/images", given).status == 403
    assert run.client.get("/sandbox/v1/images").body == {"images": []}


def test_a_process_that_does_not_listen_fails_its_revision_but_not_the_service(
    run: RunWorld,
) -> None:
    run.map(IMAGE, SERVER)
    run.map(f"{IMAGE}-broken", SILENT)
    healthy = run.deploy("notes", _template(), invokerIamDisabled=True)
    path = f"{PLACE}/services/notes?updateMask=template"
    operation = run.client.ok("PATCH", path, {"template": _template(f"{IMAGE}-broken")})
    failed = run.wait(operation)
    assert failed["error"]["code"] == 9
    assert "listen on the port defined provided by the PORT=8080" in failed["error"]["message"]
    service = run.client.ok("GET", f"{PLACE}/services/notes")
    assert _condition(service)[:2] == ("FAILED", "HEALTH_CHECK_CONTAINER_ERROR")
    assert service["latestReadyRevision"] == healthy["latestReadyRevision"]
    assert service["latestCreatedRevision"] != service["latestReadyRevision"]
    assert fetch(service["uri"]) == (200, _revision(healthy))
    wanted = 'resource.type="cloud_run_revision" AND resource.labels.service_name="notes"'
    asked = {"resourceNames": ["projects/notes-prod"], "filter": wanted}
    entries = run.client.ok("POST", "logging/v2/entries:list", asked)["entries"]
    assert "no settings" in [each["textPayload"] for each in entries]


def test_secrets_are_read_by_the_runtime_account_or_not_at_all(run: RunWorld) -> None:
    run.map(IMAGE, SERVER)
    account, secret = run.account(), run.secret("db-password", "hush")
    reference = {"secretKeyRef": {"secret": secret, "version": "1"}}
    template = {
        **_template(env=[{"name": "DB_PASSWORD", "valueSource": reference}]),
        "serviceAccount": account,
    }
    refused = run.deploy("notes", template, invokerIamDisabled=True)
    assert _condition(refused)[:2] == ("FAILED", "SECRETS_ACCESS_CHECK_FAILED")
    assert f"for Revision service account {account}" in _condition(refused)[2]
    assert "latestReadyRevision" not in refused
    run.grant(
        "secretmanager/v1/projects/notes-prod/secrets/db-password",
        "roles/secretmanager.secretAccessor",
        f"serviceAccount:{account}",
    )
    service = until(
        lambda: run.deploy("notes", {**template, "labels": {}}, invokerIamDisabled=True),
        lambda said: _condition(said)[0] == "SUCCEEDED",
    )
    assert fetch(f"{service['uri']}/DB_PASSWORD") == (200, "hush")
    assert "hush" not in str(run.client.ok("GET", f"{PLACE}/services/notes"))


def test_what_cannot_be_deployed_is_refused_in_google_s_words(run: RunWorld) -> None:
    path = f"{PLACE}/services?serviceId=notes"
    taken = _template(env=[{"name": "PORT", "value": "1"}])
    refused = run.client.post(path, {"template": taken})
    assert refused.status == 400
    assert "reserved env names were provided: PORT" in refused.message
    stranger = {**_template(), "serviceAccount": "nobody@notes-prod.iam.gserviceaccount.com"}
    denied = run.client.post(path, {"template": stranger})
    assert (denied.status, denied.reason) == (403, "IAM_PERMISSION_DENIED")
    missing = _template("asia-northeast3-docker.pkg.dev/notes-prod/nowhere/app:1")
    failed = run.wait(run.client.ok("POST", path, {"template": missing}))
    assert (failed["error"]["code"], "not found" in failed["error"]["message"]) == (5, True)
    service = run.client.ok("GET", f"{PLACE}/services/notes")
    assert _condition(service)[1] == "CONTAINER_MISSING"
    assert run.client.post(path, {"template": _template()}).status == 409


def test_an_organisation_may_insist_on_the_invoker_check(run: RunWorld) -> None:
    policies = "orgpolicy/v2/projects/notes-prod/policies"
    name = "projects/notes-prod/policies/run.managed.requireInvokerIam"
    run.client.ok("POST", policies, {"name": name, "spec": {"rules": [{"enforce": True}]}})
    body = {"template": _template(), "invokerIamDisabled": True}
    refused = run.client.post(f"{PLACE}/services?serviceId=notes", body)
    assert "invoker_iam_disabled is not currently available" in refused.message
    assert (
        run.client.post(f"{PLACE}/services?serviceId=notes", {"template": _template()}).status
        == 200
    )


def test_traffic_moves_between_revisions_that_both_run(run: RunWorld) -> None:
    run.map(IMAGE, SERVER)
    first = run.deploy("notes", _template(), invokerIamDisabled=True)
    second = run.deploy("notes", _template(env=[{"name": "A", "value": "1"}]))
    uri, both = first["uri"], {_revision(first), _revision(second)}
    assert second["uri"] == uri
    public = run.client.ok("GET", f"{PLACE}/services/notes")
    assert "invokerIamDisabled" not in public
    assert fetch(uri)[0] == 403
    by_revision = "TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION"
    half = [{"type": by_revision, "revision": each, "percent": 50} for each in sorted(both)]
    body = {"traffic": half, "invokerIamDisabled": True}
    path = f"{PLACE}/services/notes?updateMask=traffic,invokerIamDisabled"
    run.wait(run.client.ok("PATCH", path, body))
    assert {fetch(uri)[1] for _turn in range(40)} == both
    back = [{"type": by_revision, "revision": _revision(first), "percent": 100}]
    run.wait(
        run.client.ok("PATCH", f"{PLACE}/services/notes?updateMask=traffic", {"traffic": back})
    )
    assert {fetch(uri)[1] for _turn in range(10)} == {_revision(first)}
    wrong = [{"type": by_revision, "revision": "notes-00009-xyz", "percent": 100}]
    refused = run.client.call(
        "PATCH", f"{PLACE}/services/notes?updateMask=traffic", {"traffic": wrong}
    )
    assert refused.status == 404


def test_a_private_service_answers_those_who_may_call_it(run: RunWorld) -> None:
    run.map(IMAGE, SERVER)
    service = run.deploy("notes", _template())
    assert fetch(service["uri"])[0] == 403
    run.grant(f"{PLACE}/services/notes", "roles/run.invoker", "user:me@example.com")
    until(lambda: fetch(service["uri"], "me@example.com")[0], lambda status: status == 200)
    assert fetch(service["uri"], "you@example.com")[0] == 403


def test_a_dry_run_changes_nothing_and_versions_are_guarded(run: RunWorld) -> None:
    path = f"{PLACE}/services/notes"
    asked = run.client.ok(
        "PATCH", f"{path}?allowMissing=true&validateOnly=true", {"template": _template()}
    )
    assert asked["done"] is True
    assert run.client.get(path).status == 404
    service = run.deploy("notes", _template())
    stale = {"template": _template(), "etag": '"old"', "labels": {"a": "b"}}
    assert run.client.call("PATCH", path, stale).status == 409
    run.wait(run.client.ok("PATCH", path, {**stale, "etag": service["etag"]}))
    knative = "asia-northeast3-run/apis/serving.knative.dev/v1/namespaces/notes-prod/services/notes"
    seen = run.client.ok("GET", knative)
    assert seen["metadata"]["labels"]["a"] == "b"
    assert seen["metadata"]["generation"] == 2


def test_a_job_runs_with_its_overrides_and_says_how_it_ended(run: RunWorld) -> None:
    program = (
        "import os, sys\n"
        "print(os.environ['CLOUD_RUN_TASK_INDEX'], os.environ.get('GREETING'), sys.argv[1:])\n"
        "sys.exit(int(os.environ.get('CODE', '0')))\n"
    )
    run.map(IMAGE, program, entrypoint=[sys.executable, str(run.folder / "job.py")], command=[])
    (run.folder / "job.py").write_text(program)
    task = {**_template(), "maxRetries": 0}
    made = run.client.ok("POST", f"{PLACE}/jobs?jobId=migrate", {"template": {"template": task}})
    run.wait(made)
    env = [{"name": "GREETING", "value": "hello"}]
    overrides = {"taskCount": 2, "containerOverrides": [{"args": ["upgrade", "head"], "env": env}]}
    done = run.wait(run.client.ok("POST", f"{PLACE}/jobs/migrate:run", {"overrides": overrides}))
    assert done["response"]["succeededCount"] == 2
    wanted = 'resource.type="cloud_run_job" resource.labels.job_name="migrate"'
    asked = {"resourceNames": ["projects/notes-prod"], "filter": wanted}
    said = [
        each["textPayload"]
        for each in run.client.ok("POST", "logging/v2/entries:list", asked)["entries"]
    ]
    assert sorted(said) == [f"{each} hello ['upgrade', 'head']" for each in (0, 1)]
    wrong = {"containerOverrides": [{"env": [{"name": "CODE", "value": "7"}]}]}
    failed = run.wait(run.client.ok("POST", f"{PLACE}/jobs/migrate:run", {"overrides": wrong}))
    assert "exit code 7" in failed["error"]["message"]
    execution = failed["metadata"]["name"]
    [task] = run.client.ok("GET", f"run/v2/{execution}/tasks")["tasks"]
    assert task["lastAttemptResult"]["exitCode"] == 7
    job = run.client.ok("GET", f"{PLACE}/jobs/migrate")
    assert job["executionCount"] == 2
    assert job["latestCreatedExecution"]["completionStatus"] == "EXECUTION_FAILED"


def test_a_cancelled_execution_ends_its_process(run: RunWorld) -> None:
    run.map(IMAGE, "import time\nprint('begun', flush=True)\ntime.sleep(600)\n")
    task = {**_template(), "maxRetries": 3}
    run.wait(run.client.ok("POST", f"{PLACE}/jobs?jobId=slow", {"template": {"template": task}}))
    begun = run.client.ok("POST", f"{PLACE}/jobs/slow:run", {})
    execution = begun["metadata"]["name"]
    logs = {"resourceNames": ["projects/notes-prod"]}
    until(lambda: run.client.ok("POST", "logging/v2/entries:list", logs).get("entries"), bool)
    run.client.ok("POST", f"run/v2/{execution}:cancel", {})
    run.wait(begun)
    shown = run.client.ok("GET", f"run/v2/{execution}")
    assert shown["cancelledCount"] == 1
    [completed] = [each for each in shown["conditions"] if each["type"] == "Completed"]
    assert completed["executionReason"] == "CANCELLED"


def test_cloud_sql_is_a_socket_for_whom_may_connect(run: RunWorld) -> None:
    instance(run.client, "notes-prod")
    users = "sqladmin/v1/projects/notes-prod/instances/notes-db/users"
    run.client.sql_done(
        "notes-prod", run.client.ok("POST", users, {"name": "notes", "password": "p@ss/word"})
    )
    account = run.account()
    run.grant(
        "cloudresourcemanager/v3/projects/notes-prod",
        "roles/cloudsql.client",
        f"serviceAccount:{account}",
    )
    run.map(
        IMAGE,
        PROBE,
        env={"DATABASE_URL": "postgresql://{DB_USER}:{DB_PASSWORD}@{SQL_HOST}:{SQL_PORT}/postgres"},
    )
    connection = "notes-prod:asia-northeast3:notes-db"
    env = {
        "DB_USER": "notes",
        "DB_PASSWORD": "p@ss/word",
        "SOCKET_URL": f"host=/cloudsql/{connection} user=notes password=p@ss/word dbname=postgres",
    }
    task = {
        "containers": [
            {
                "image": IMAGE,
                "env": [{"name": name, "value": value} for name, value in env.items()],
                "volumeMounts": [{"name": "sql", "mountPath": "/cloudsql"}],
            }
        ],
        "volumes": [{"name": "sql", "cloudSqlInstance": {"instances": [connection]}}],
        "serviceAccount": account,
        "maxRetries": 0,
    }
    run.wait(run.client.ok("POST", f"{PLACE}/jobs?jobId=probe", {"template": {"template": task}}))
    until(
        lambda: run.wait(run.client.ok("POST", f"{PLACE}/jobs/probe:run", {})),
        lambda said: "error" not in said,
    )
    stranger = {**task, "serviceAccount": ""}
    body = {"template": {"template": stranger}}
    run.wait(run.client.ok("PATCH", f"{PLACE}/jobs/probe", body))
    assert "error" in run.wait(run.client.ok("POST", f"{PLACE}/jobs/probe:run", {}))
    logged = run.client.ok("POST", "logging/v2/entries:list", {"projectIds": ["notes-prod"]})
    assert any("NOT_AUTHORIZED" in each["textPayload"] for each in logged["entries"])


PROBE = """
import os, psycopg
for url in (os.environ["SOCKET_URL"], os.environ["DATABASE_URL"]):
    with psycopg.connect(url, connect_timeout=5) as connection:
        print(connection.execute("SELECT current_user").fetchone()[0])
"""
