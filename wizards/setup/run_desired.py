"""From a blueprint to the service and its migration jobs on Cloud Run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from wizards.blueprint import Blueprint, Migrations
from wizards.setup import run_job, run_service
from wizards.setup.migrating import migrate_command, words_of
from wizards.setup.naming import Names
from wizards.setup.readers import read_by_migrations, read_by_service
from wizards.setup.resource import Resource
from wizards.setup.run_comparing import ImageChoice, SecretInUse
from wizards.setup.run_job import RunJobResource
from wizards.setup.run_service import RunServiceResource
from wizards.setup.run_settings import of_job, of_service
from wizards.setup.secret import SecretResource


def run_resources(
    blueprint: Blueprint,
    names: Names,
    before: Sequence[Resource],
    secrets: Sequence[SecretResource],
) -> list[Resource]:
    """Return the service and a job for each stream of migrations; none where a machine serves.

    Nor has a stream one that no command is known for: a job without it would start the service.
    ``before`` is everything else that is wanted; what they need of it is picked by id.
    """
    if blueprint.service.runtime != "cloud-run":
        return []
    known = {resource.id for resource in before}
    read = _in_use(read_by_service(blueprint), secrets)
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
            if words_of(wanted)
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
    read = _in_use(read_by_migrations(blueprint, wanted.environment), secrets)
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


def _in_use(read: Mapping[str, str], secrets: Sequence[SecretResource]) -> list[SecretInUse]:
    by_table = {secret.variable: secret for secret in secrets}
    return [
        SecretInUse(variable=variable, secret=by_table[table]) for variable, table in read.items()
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
