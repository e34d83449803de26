"""From answers to the dotted values of a blueprint."""

from __future__ import annotations

from generators.project import Detection
from wizards.blueprint import Blueprint
from wizards.question import Known, Value
from wizards.setup.questions import HAS_DATABASE, SECRET_NAMES

PASSWORD = "DB_PASSWORD"


def values(
    answers: Known, detection: Detection | None = None, *, existing: Blueprint | None = None
) -> dict[str, Value]:
    """Return dotted key → value for :func:`wizards.blueprint_writing.write`; no secret values.

    What ``existing`` says about secrets, environments and migrations is a person's choice and is
    not overwritten by proposals.
    """
    old = existing or Blueprint()
    made: dict[str, Value] = {}
    database = answers.get(HAS_DATABASE) is True
    for key, value in answers.items():
        if key.startswith("setup.") or (key.startswith("database.") and not database):
            continue
        if value is not None and value != "":
            made[key] = value
    service = str(answers.get("service.name") or answers.get("project.id") or "app")
    made |= _secrets(answers, service, old, database=database)
    in_cloud = any(environment.cloud_sql for environment in old.environments.values())
    if database and not in_cloud and "prod" not in old.environments:
        made |= {"environments.prod.cloud_sql": True, "environments.prod.protected": True}
    return made if old.migrations else made | _migrations(detection)


def _secrets(answers: Known, service: str, old: Blueprint, *, database: bool) -> dict[str, Value]:
    made: dict[str, Value] = {}
    password = old.database.password_secret if old.database else PASSWORD
    if database:
        made["database.password_secret"] = password
    if database and password not in old.secrets:
        made[f"secrets.{password}.name"] = f"{service}-db-password"
        made[f"secrets.{password}.source"] = "generate"
    names = answers.get(SECRET_NAMES)
    for variable in names if isinstance(names, tuple) else ():
        if variable not in old.secrets:
            name = f"{service}-{variable.lower().replace('_', '-')}"
            made[f"secrets.{variable}.name"] = name
            made[f"secrets.{variable}.source"] = "ask"
    return made


def _migrations(detection: Detection | None) -> dict[str, Value]:
    services = detection.services if detection else ()
    found = next((service.migrations for service in services if service.migrations), None)
    if found is None or found.provider == "django":
        return {}
    made: dict[str, Value] = {
        "migrations.provider": found.provider,
        "migrations.directory": found.directory,
    }
    return made | ({"migrations.config": found.config} if found.config else {})
