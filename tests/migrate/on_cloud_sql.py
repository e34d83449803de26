"""A project whose database is a Cloud SQL instance of a sandbox: real HTTP, real PostgreSQL."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from tests.cli.run_tarmac import Ran, tarmac
from tests.sandbox.client import Client, instance
from wizards.cloud.google_cloud import GoogleCloud
from wizards.cloud.things import Secret
from wizards.events import Event
from wizards.migrate.console import Console
from wizards.postgres.sandbox_address import SandboxAddress

PROJECT = "notes-prod"
REGION = "asia-northeast3"
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

    def runs(self) -> list[dict[str, Any]]:
        path = f"sqladmin/v1/projects/{PROJECT}/instances/{self.instance}/backupRuns"
        found: list[dict[str, Any]] = self.client.ok("GET", path).get("items", [])
        return found

    def instances(self) -> list[str]:
        found = self.client.ok("GET", f"sqladmin/v1/projects/{PROJECT}/instances")
        return [one["name"] for one in found["items"] if one["name"].startswith(self.instance)]


def on_cloud_sql(folder: Path, address: SandboxAddress, **settings: Any) -> OnCloudSql:
    """Make an instance with a database, a user and their secret, and the project's files."""
    name = f"db-{secrets.token_hex(3)}"
    client = Client(address.url)
    instance(client, PROJECT, name, **settings)
    base = f"sqladmin/v1/projects/{PROJECT}/instances/{name}"
    for path, body in (
        ("databases", {"name": "notes"}),
        ("users", {"name": "notes", "password": "one"}),
    ):
        client.sql_done(PROJECT, client.ok("POST", f"{base}/{path}", body))
    cloud = GoogleCloud.of(address)
    secret = Secret(id=f"{name}-password", regions=(REGION,))
    cloud.create_secret(PROJECT, secret)
    cloud.add_secret_version(PROJECT, secret.id, "one")
    cloud.close()
    made = OnCloudSql(folder, address, name)
    made.write(SQL)
    made.says()
    return made


def states(heard: Sequence[Event], event: str) -> list[str]:
    """Return the states of an event in order, each change once."""
    found: list[str] = []
    for one in heard:
        state = str(one.fields.get("state"))
        if one.event == event and (not found or found[-1] != state):
            found.append(state)
    return found
