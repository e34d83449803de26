"""What does not go together is said, with the change that cures it; what does, is not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from wizards.blueprint import (
    Blueprint,
    Database,
    Environment,
    Machine,
    Pipeline,
    Project,
    Secret,
    Service,
)
from wizards.plan import Check
from wizards.setup.lints import about, complaints, lints

GOOD = Blueprint(
    project=Project(id="notes-1", region="us-central1"),
    service=Service(name="notes", max_instances=3),
    database=Database(instance="notes-db", name="notes", user="notes"),
)
PROD = {"prod": Environment(cloud_sql=True, protected=True)}


def with_database(**parts: object) -> Blueprint:
    assert GOOD.database is not None
    return replace(GOOD, database=replace(GOOD.database, **parts))  # type: ignore[arg-type]


def with_service(**parts: object) -> Blueprint:
    return replace(GOOD, service=replace(GOOD.service, **parts))  # type: ignore[arg-type]


def with_pipeline(**parts: object) -> Blueprint:
    return replace(GOOD, pipeline=Pipeline(**parts))  # type: ignore[arg-type]


def secret(name: str) -> Secret:
    return Secret(name=name)


WRONG: list[tuple[str, str, str, Blueprint]] = [
    (
        "region",
        "warning",
        "project.region=asia-northeast3",
        replace(GOOD, project=Project(id="notes-1", region="asia-northeats3")),
    ),
    ("region", "warning", "pipeline.region=us-central1", with_pipeline(region="us-centrall1")),
    ("connections", "warning", "max_instances=3", with_service(max_instances=10)),
    ("edition", "red", "edition=ENTERPRISE", with_database(edition="ENTERPRISE_PLUS")),
    (
        "edition",
        "red",
        "edition=ENTERPRISE_PLUS",
        with_database(tier="db-perf-optimized-N-2"),
    ),
    (
        "standby",
        "warning",
        "point_in_time_recovery=true",
        with_database(high_availability=True, point_in_time_recovery=False),
    ),
    ("log-days", "red", "log_days=7", with_database(log_days=8, backups=8)),
    ("log-days", "warning", "backups=7", with_database(backups=3)),
    ("shared-core", "warning", "db-custom-1-3840", replace(GOOD, environments=PROD)),
    (
        "deletion-protection",
        "warning",
        "deletion_protection=true",
        replace(with_database(deletion_protection=False), environments=PROD),
    ),
    ("system-names", "red", "database.user=app", with_database(user="cloudsqladmin")),
    ("administrator", "warning", "database.user=app", with_database(user="postgres")),
    ("migration-user", "red", "notes_migrate", with_database(migration_user="notes")),
    (
        "migration-user",
        "red",
        "notes_migrate",
        with_database(migration_user="ddl", migration_password_secret="DB_PASSWORD"),
    ),
    ("memory-cpu", "red", "service.cpu=4", with_service(memory="12Gi", cpu="2")),
    ("memory-cpu", "red", "service.memory=2Gi", with_service(memory="1Gi", cpu="4")),
    ("memory-cpu", "red", "service.memory=32Gi", with_service(memory="64Gi", cpu="8")),
    ("instances", "red", "max_instances=5", with_service(min_instances=5)),
    ("instances", "warning", "min_instances=0", with_service(min_instances=1)),
    ("concurrency", "warning", "concurrency=56", with_service(concurrency=250)),
    ("concurrency", "warning", "pool_size=1", with_service(concurrency=1)),
    (
        "prices",
        "warning",
        "",
        replace(GOOD, project=replace(GOOD.project, region="europe-west1")),
    ),
    ("reserved-variables", "red", "", replace(GOOD, secrets={"PORT": secret("a")})),
    ("reserved-variables", "red", "", with_service(environment={"K_SERVICE": "x"})),
    (
        "variables-twice",
        "red",
        "",
        replace(with_service(environment={"KEY": "x"}), secrets={"KEY": secret("a")}),
    ),
    (
        "shared-secrets",
        "red",
        "secrets.B.name=b",
        replace(GOOD, secrets={"A": secret("one"), "B": secret("one")}),
    ),
    (
        "one-identity",
        "warning",
        "build_account=notes-build",
        with_pipeline(runtime_account="the-one", build_account="the-one"),
    ),
    ("long-service-name", "warning", "", with_service(name="a-service-with-a-rather-long-name")),
    (
        "build-region",
        "warning",
        "pipeline.region=us-central1",
        with_pipeline(region="europe-west1"),
    ),
    (
        "machine-zone",
        "warning",
        "us-central1-a",
        replace(GOOD, machine=Machine(zone="asia-east1-b")),
    ),
    ("github-repository", "red", "pipeline.github=", with_pipeline(kind="github")),
    (
        "github-repository",
        "warning",
        "gh api repos/o/n",
        with_pipeline(kind="github", github="o/n"),
    ),
]


def only(blueprint: Blueprint, check_id: str) -> Check:
    found = [check for check in lints(blueprint) if check.id == check_id]
    assert len(found) == 1, found
    return found[0]


@pytest.mark.parametrize(
    ("check_id", "level", "cure", "blueprint"),
    WRONG,
    ids=[f"{w[0]}-{n}" for n, w in enumerate(WRONG)],
)
def test_what_does_not_go_together_is_said_with_its_cure(
    check_id: str, level: str, cure: str, blueprint: Blueprint
) -> None:
    found = only(blueprint, check_id)
    assert found.level == level
    assert cure in found.fix
    assert found.says
    assert found.keys
    assert found in complaints(blueprint)
    assert found in about(lints(blueprint), found.keys[0])


def test_a_blueprint_that_fits_has_no_complaint() -> None:
    assert complaints(GOOD) == []


def test_no_service_and_no_database_has_no_complaint_about_them() -> None:
    bare = replace(GOOD, database=None, service=Service(name="notes", runtime="vm"))
    assert complaints(bare) == []


def test_what_forbids_a_plan_comes_first() -> None:
    wrong = replace(with_database(edition="ENTERPRISE_PLUS"), environments=PROD)
    assert [check.level for check in complaints(wrong)] == ["red", "warning"]


def test_a_kept_instance_says_what_it_costs_as_soon_as_there_is_one() -> None:
    found = only(with_service(min_instances=1), "instances")
    assert "$49.93" in found.says


def test_an_organisation_is_told_how_a_public_service_is_opened() -> None:
    owned = replace(GOOD, project=replace(GOOD.project, parent="organizations/1"))
    assert only(owned, "public").level == "ok"


def test_an_edition_with_longer_logs_may_keep_them_longer() -> None:
    plus = with_database(
        edition="ENTERPRISE_PLUS", tier="db-perf-optimized-N-2", log_days=30, backups=30
    )
    assert [check.id for check in lints(plus) if check.id == "log-days"] == []


def test_the_verdicts_of_a_plan_name_the_keys_they_are_about() -> None:
    shown = only(with_service(max_instances=10), "connections").as_json()
    assert shown["keys"] == [
        "database.tier",
        "database.pool_size",
        "database.max_overflow",
        "service.max_instances",
    ]


def test_tables_of_a_migration_user_are_for_the_service_only_when_it_says_so() -> None:
    assert not [check for check in lints(GOOD) if check.id == "grants-inside"]
    apart = with_database(migration_user="schema-owner")
    (check,) = (check for check in lints(apart) if check.id == "grants-inside")
    assert check.level == "ok"
    assert check.fix.splitlines() == [
        (
            'ALTER DEFAULT PRIVILEGES FOR ROLE "schema-owner" GRANT SELECT, INSERT, UPDATE, DELETE '
            "ON TABLES TO notes;"
        ),
        (
            'ALTER DEFAULT PRIVILEGES FOR ROLE "schema-owner" GRANT USAGE, SELECT ON SEQUENCES '
            "TO notes;"
        ),
    ]
