"""The example project on the sandbox: its migration job and its service, on Cloud SQL."""

import json
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.running_sandbox import running_sandbox
from tests.sandbox.client import DIRECT, Client, instance, until
from tests.sandbox.furnished import furnish_state
from tests.sandbox.run_world import PLACE, RunWorld, fetch
from wizards.demo.environment import make_environment
from wizards.demo.example import copy_example

pytestmark = pytest.mark.slow

IMAGE = "asia-northeast3-docker.pkg.dev/elsewhere/notes/notes:1"
CONNECTION = "notes-prod:asia-northeast3:notes-db"
DATABASE = "postgresql://{DB_USER}:{DB_PASSWORD}@{SQL_HOST}:{SQL_PORT}/{DB_NAME}"


@pytest.fixture
def run(tmp_path: Path) -> Iterator[RunWorld]:
    furnish_state(tmp_path / "state")
    with running_sandbox(tmp_path / "state", speed=600.0) as address:
        yield RunWorld(Client(address.url), tmp_path / "state", tmp_path)


def test_the_example_is_migrated_and_serves(run: RunWorld, tmp_path: Path) -> None:
    folder = tmp_path / "notes"
    copy_example(folder)
    make_environment(folder)
    sql = "sqladmin/v1/projects/notes-prod/instances/notes-db"
    instance(run.client, "notes-prod")
    for path, body in (("databases", {"name": "notes"}), ("users", USER)):
        run.client.sql_done("notes-prod", run.client.ok("POST", f"{sql}/{path}", body))
    account, secret = run.account(), run.secret("db-password", USER["password"])
    member = f"serviceAccount:{account}"
    project = "cloudresourcemanager/v3/projects/notes-prod"
    run.grant(project, "roles/cloudsql.client", member)
    accessor = "roles/secretmanager.secretAccessor"
    run.grant(f"secretmanager/v1/projects/notes-prod/secrets/{secret}", accessor, member)
    server = ["uvicorn", "app.main:app", "--host", "0.0.0.0", "--port", "$PORT"]
    run.map(IMAGE, "", folder=str(folder), command=server, env={"DATABASE_URL": DATABASE})
    container = {
        "image": IMAGE,
        "env": [
            {"name": "DB_USER", "value": "notes"},
            {"name": "DB_NAME", "value": "notes"},
            {
                "name": "DB_PASSWORD",
                "valueSource": {"secretKeyRef": {"secret": secret, "version": "1"}},
            },
        ],
        "volumeMounts": [{"name": "sql", "mountPath": "/cloudsql"}],
    }
    template = {
        "containers": [container],
        "volumes": [{"name": "sql", "cloudSqlInstance": {"instances": [CONNECTION]}}],
        "serviceAccount": account,
    }
    migrating = {**container, "command": ["alembic"], "args": ["upgrade", "head"]}
    task = {**template, "containers": [migrating], "maxRetries": 0}
    run.wait(run.client.ok("POST", f"{PLACE}/jobs?jobId=migrate", {"template": {"template": task}}))
    done = until(
        lambda: run.wait(run.client.ok("POST", f"{PLACE}/jobs/migrate:run", {})),
        lambda said: "error" not in said,
        60,
    )
    assert done["response"]["succeededCount"] == 1
    service = run.deploy("notes", template, invokerIamDisabled=True)
    assert fetch(f"{service['uri']}/health") == (200, '{"status":"ok","database":"ok"}')
    note = {"title": "Deployed", "body": "really", "author": "me", "tags": ["run"]}
    request = urllib.request.Request(
        f"{service['uri']}/api/notes",
        data=json.dumps(note).encode(),
        headers={"Content-Type": "application/json"},
    )
    with DIRECT.open(request, timeout=20) as answer:
        assert answer.status == 201
    assert "Deployed" in fetch(f"{service['uri']}/api/notes")[1]


USER = {"name": "notes", "password": "p@ss/word"}
