"""A project whose database is a Cloud SQL instance of a sandbox: real HTTP, real PostgreSQL."""

from __future__ import annotations

import json
import os
import secrets
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from tests.cli.run_tarmac import ROOT, Ran, tarmac
from tests.sandbox.client import Client, until
from wizards.cloud.google_cloud import GoogleCloud
from wizards.cloud.things import Secret
from wizards.events import Event
from wizards.migrate.console import Console
from wizards.postgres.sandbox_address import SandboxAddress

PROJECT = "notes-prod"
REGION = "asia-northeast3"
_INSTANCES = f"sqladmin/v1/projects/{PROJECT}/instances"
RECOVERS = {
    "backupConfiguration": {"enabled": True, "pointInTimeRecoveryEnabled": True},
    "deletionProtectionEnabled": True,
    "retainBackupsOnDelete": True,
}
BLUEPRINT = """
[project]
id = "notes-prod"
region = "asia-northeast3"

[service]
name = "notes"

[database]
instance = "{instance}"
name = "notes"
user = "notes"
password_secret = "db-password"

[secrets.db-password]
name = "{secret}"

[migrations]
provider = "{provider}"
directory = "{directory}"
{more}

[environments.prod]
cloud_sql = true
protected = {protected}
"""
SQL = {
    "001_first.up.sql": "CREATE TABLE note (id int PRIMARY KEY, body text);\n"
    "INSERT INTO note SELECT g, 'n' || g FROM generate_series(1, 1000) g;\n",
    "001_first.down.sql": "DROP TABLE note;\n",
}
SECOND = {
    "002_due.up.sql": "ALTER TABLE note ADD COLUMN due date;\n",
    "002_due.down.sql": "ALTER TABLE note DROP COLUMN due;\n",
}
BROKEN = {
    "003_broken.up.sql": "ALTER TABLE note ADD CONSTRAINT short CHECK (length(body) < 3);\n",
    "003_broken.down.sql": "ALTER TABLE note DROP CONSTRAINT short;\n",
}


@dataclass
class OnCloudSql:
    """An instance of its own with a user and a database, and a project that migrates it."""

    folder: Path
    address: SandboxAddress
    instance: str

    @property
    def client(self) -> Client:
        return Client(self.address.url)

    def console(self) -> Console:
        return Console(self.folder, "prod", sandbox=self.address)

    def write(self, files: dict[str, str]) -> None:
        for name, text in files.items():
            path = self.folder / "sql" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)

    def says(
        self,
        more: str = "",
        *,
        protected: bool = False,
        provider: str = "sql",
        directory: str = "sql",
    ) -> None:
        text = BLUEPRINT.format(
            provider=provider,
            directory=directory,
            instance=self.instance,
            secret=f"{self.instance}-password",
            more=more,
            protected=str(protected).lower(),
        )
        (self.folder / "tarmac.toml").write_text(text)

    def sql(self, statement: str, instance: str = "") -> list[tuple[object, ...]]:
        place = self.client.ok("GET", f"/sandbox/v1/sql/{PROJECT}/{instance or self.instance}")
        with psycopg.connect(
            host=place["host"], port=place["port"], user="notes", password="one", dbname="notes",
            autocommit=True,
        ) as connection:  # fmt: skip
            cursor = connection.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []

    def tarmac(self, *words: str) -> Ran:
        """Run the command itself on this sandbox."""
        env = {"TARMAC_SANDBOX": str(self.address.state)}
        return tarmac("--json", "--env", "prod", *words, cwd=self.folder, env=env, timeout=120)

    def fault(self, **fields: Any) -> None:
        """Let the next calls of this sandbox fail."""
        self.client.ok("POST", "/sandbox/v1/faults", fields)

    def delete(self) -> None:
        """Delete the instance and what a test left beside it: servers must not pile up."""
        for name in self.instances():
            free = {"settings": {"deletionProtectionEnabled": False}}
            _done(self.client, "PATCH", f"{_INSTANCES}/{name}", free)
            _done(self.client, "DELETE", f"{_INSTANCES}/{name}")

    def runs(self) -> list[dict[str, Any]]:
        path = f"sqladmin/v1/projects/{PROJECT}/instances/{self.instance}/backupRuns"
        found: list[dict[str, Any]] = self.client.ok("GET", path).get("items", [])
        return found

    def instances(self) -> list[str]:
        found = self.client.ok("GET", _INSTANCES)
        return [
            one["name"] for one in found.get("items", []) if one["name"].startswith(self.instance)
        ]


def on_cloud_sql(folder: Path, address: SandboxAddress, **settings: Any) -> OnCloudSql:
    """Make an instance with a database, a user and their secret, and the project's files."""
    name = f"db-{secrets.token_hex(3)}"
    client = Client(address.url)
    body = {
        "name": name,
        "region": REGION,
        "databaseVersion": "POSTGRES_16",
        "settings": {"tier": "db-f1-micro", "edition": "ENTERPRISE", **settings},
    }
    _done(client, "POST", _INSTANCES, body)
    base = f"{_INSTANCES}/{name}"
    _done(client, "POST", f"{base}/databases", {"name": "notes"})
    _done(client, "POST", f"{base}/users", {"name": "notes", "password": "one"})
    cloud = GoogleCloud.of(address)
    secret = Secret(id=f"{name}-password", regions=(REGION,))
    cloud.create_secret(PROJECT, secret)
    cloud.add_secret_version(PROJECT, secret.id, "one")
    cloud.close()
    made = OnCloudSql(folder, address, name)
    made.write(SQL)
    made.says()
    return made


def _done(client: Client, http: str, path: str, body: Any = None) -> None:
    """Begin an operation and wait for it, also on a machine that is busy."""
    name = client.ok(http, path, body)["name"]
    operation = f"sqladmin/v1/projects/{PROJECT}/operations/{name}"
    until(lambda: client.ok("GET", operation), lambda said: said["status"] == "DONE", 120.0)


def states(heard: Sequence[Event], event: str) -> list[str]:
    """Return the states of an event in order, each change once."""
    found: list[str] = []
    for one in heard:
        state = str(one.fields.get("state"))
        if one.event == event and (not found or found[-1] != state):
            found.append(state)
    return found


def killed_while(prod: OnCloudSql, state: str, *words: str) -> None:
    """Run a command and kill -9 it at the first event of a state."""
    env = {**os.environ, "PYTHONPATH": str(ROOT), "TARMAC_SANDBOX": str(prod.address.state)}
    command = [sys.executable, "-m", "tui", "--json", "--env", "prod", "migrate", *words]
    with subprocess.Popen(
        command, cwd=prod.folder, stdout=subprocess.PIPE, text=True, env=env
    ) as process:
        assert process.stdout is not None
        said = []
        for line in process.stdout:
            said.append(line)
            if json.loads(line).get("state") == state:
                process.kill()
        assert process.wait() == -signal.SIGKILL, said
