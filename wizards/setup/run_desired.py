"""From a blueprint to the service and its migration jobs on Cloud Run."""

from __future__ import annotations

from collections.abc import Sequence

from wizards.blueprint import Blueprint, Migrations
from wizards.setup import run_job, run_service
from wizards.setup.naming import Names
from wizards.setup.resource import Resource
from wizards.setup.run_comparing import ImageChoice, SecretInUse
from wizards.setup.run_job import RunJobResource
from wizards.setup.run_service import RunServiceResource
from wizards.setup.run_settings import migrate_command, of_job, of_service
from wizards.setup.secret import SecretResource


def run_resources(
    blueprint: Blueprint,
    names: Names,
    before: Sequence[Resource],
    secrets: Sequence[SecretResource],
) -> list[Resource]:
    """Return the service and a job for each stream of migrations; none where a machine serves.

    ``before`` is everything else that is wanted; what they need of it is picked by id.
    """
    if blueprint.service.runtime != "cloud-run":
        return []
    known = {resource.id for resource in before}
    read = _service_secrets(blueprint, secrets)
    service = RunServiceResource(
        project=names.project,
        run_name=names.service,
        region=names.region,
        settings=of_service(blueprint, names),
        image=ImageChoice(named=blueprint.service.image, placeholder=run_service.PLACEHOLDER),
        health_path=blueprint.service.health_path,
        secrets=tuple(read),
        needs=_needs(blueprint, names, names.runtime_account, read, known),
    )
    if blueprint.database is None:
        return [service]
    return [
        service,
        *(
            _job(blueprint, names, stream, wanted, secrets, known)
            for stream, wanted in blueprint.migrations.items()
        ),
    ]


def job_name(service: str, stream: str) -> str:
    """Return the name of the job that runs a stream of migrations ("" for the only one)."""
    return f"{service}-migrate-{stream}" if stream else f"{service}-migrate"


def _job(
    blueprint: Blueprint,
    names: Names,
    stream: str,
    wanted: Migrations,
    secrets: Sequence[SecretResource],
    known: set[str],
) -> RunJobResource:
    read = _job_secrets(blueprint, secrets)
    return RunJobResource(
        project=names.project,
        run_name=job_name(names.service, stream),
        region=names.region,
        settings=of_job(blueprint, names, wanted),
        image=ImageChoice(named=blueprint.service.image, placeholder=run_job.PLACEHOLDER),
        arguments=migrate_command(blueprint, wanted),
        secrets=tuple(read),
        needs=_needs(blueprint, names, names.migration_account, read, known),
    )


def _service_secrets(blueprint: Blueprint, secrets: Sequence[SecretResource]) -> list[SecretInUse]:
    """Return every secret but the password of a user that only migrations log in as."""
    database = blueprint.database
    hidden = database.migration_password_secret if database and database.migrates_apart else ""
    return [
        SecretInUse(variable=secret.variable, secret=secret)
        for secret in secrets
        if secret.variable != hidden
    ]


def _job_secrets(blueprint: Blueprint, secrets: Sequence[SecretResource]) -> list[SecretInUse]:
    """Return the password of whoever migrates, under the name that the program knows it by."""
    database = blueprint.database
    if database is None:
        return []
    source = database.migration_password_secret if database.migrates_apart else ""
    return [
        SecretInUse(variable=database.password_secret, secret=secret)
        for secret in secrets
        if secret.variable == (source or database.password_secret)
    ]


def _needs(
    blueprint: Blueprint,
    names: Names,
    account: str,
    secrets: Sequence[SecretInUse],
    known: set[str],
) -> tuple[str, ...]:
    wanted = [f"apis:{names.project}", f"account:{account}", f"repository:{names.repository}"]
    wanted.append(f"iam:project:{names.project}")
    wanted += [f"iam:secret:{each.secret.secret}" for each in secrets]
    database = blueprint.database
    if database is not None:
        users = dict.fromkeys((database.user, database.migration_user))
        wanted += [f"sql.user:{database.instance}/{user}" for user in users if user]
    return tuple(need for need in wanted if need in known)
