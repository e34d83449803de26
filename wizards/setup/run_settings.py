"""What a blueprint wants of Cloud Run, as fields."""

from __future__ import annotations

from wizards.blueprint import Blueprint, Migrations
from wizards.cloud.run_things import FieldValue
from wizards.cloud.run_values import cpus, memory
from wizards.setup.naming import Names
from wizards.setup.resource import LABELS

RESERVED = frozenset({"PORT", "K_SERVICE", "K_REVISION", "K_CONFIGURATION"})
"""Variables that Cloud Run sets itself and refuses from anybody else."""
RESERVED_IN_JOBS = frozenset(
    {"CLOUD_RUN_JOB", "CLOUD_RUN_EXECUTION", "CLOUD_RUN_TASK_INDEX", "CLOUD_RUN_TASK_ATTEMPT"}
)

_MOUNTED = "/cloudsql"


def of_service(blueprint: Blueprint, names: Names) -> dict[str, FieldValue]:
    """Return what the blueprint says about the service, image, probes and secrets aside."""
    wanted = blueprint.service
    return {
        "account": names.runtime_email,
        "port": wanted.port,
        "cpu": cpus(wanted.cpu),
        "memory": memory(wanted.memory),
        "min_instances": wanted.min_instances,
        "max_instances": wanted.max_instances,
        "concurrency": wanted.concurrency,
        "public": wanted.public,
        **_variables(start_variables(blueprint) | dict(wanted.environment)),
        **_common(blueprint),
    }


def of_job(blueprint: Blueprint, names: Names, stream: Migrations) -> dict[str, FieldValue]:
    """Return what the blueprint says about a migration job, image, command and secrets aside."""
    database = blueprint.database
    variables = start_variables(blueprint) | dict(blueprint.service.environment)
    variables |= dict(stream.environment)
    if database is not None and database.migration_user:
        variables["DB_USER"] = database.migration_user
    return {
        "account": names.migration_email,
        "max_retries": 0,
        **_variables(variables),
        **_common(blueprint),
    }


def start_variables(blueprint: Blueprint) -> dict[str, str]:
    """Return how the program finds its database: what the generated files give it too."""
    database = blueprint.database
    if database is None:
        return {}
    return {
        "CLOUD_SQL_INSTANCE": _connection(blueprint, database.instance),
        "DB_USER": database.user,
        "DB_NAME": database.name,
        "DB_POOL_SIZE": str(database.pool_size),
        "DB_MAX_OVERFLOW": str(database.max_overflow),
    }


def _common(blueprint: Blueprint) -> dict[str, FieldValue]:
    fields: dict[str, FieldValue] = {f"labels.{key}": value for key, value in LABELS.items()}
    if blueprint.database is not None:
        fields[f"cloud_sql.{_connection(blueprint, blueprint.database.instance)}"] = _MOUNTED
    return fields


def _variables(variables: dict[str, str]) -> dict[str, FieldValue]:
    return {f"environment.{name}": value for name, value in variables.items()}


def _connection(blueprint: Blueprint, instance: str) -> str:
    return f"{blueprint.project.id}:{blueprint.project.region}:{instance}"
