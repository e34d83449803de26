"""Who logs in to Cloud SQL to migrate."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from wizards.blueprint import Blueprint, Database, Environment, Project, Secret
from wizards.migrate import target


@pytest.mark.parametrize(("migration_user", "expected"), [("", "app:a"), ("mover", "mover:b")])
def test_a_user_of_its_own_for_migrations_runs_them(
    migration_user: str, expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    tunnel = SimpleNamespace(host="127.0.0.1", port=5432, through="a test")
    cloud = SimpleNamespace(secret_value=lambda _project, name: name)
    monkeypatch.setattr(target, "opened_tunnel", lambda *_where: tunnel)
    monkeypatch.setattr("wizards.cloud.opening.open_cloud", lambda _sandbox: cloud)
    blueprint = Blueprint(
        project=Project(id="notes-prod"),
        database=Database(instance="notes-db", migration_user=migration_user),
        secrets={"DB_PASSWORD": Secret(name="a"), "DB_MIGRATION_PASSWORD": Secret(name="b")},
    )
    found = target.by_cloud_sql("prod", Environment(cloud_sql=True), blueprint, "", None)
    assert f"{found.address.user}:{found.address.password}" == expected
