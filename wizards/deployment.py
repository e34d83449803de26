"""What `tarmac.toml` wants and what was found in the repository, put together for rendering."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from generators.deployment import DatabaseUse, Deployment, MigrationUse, SecretUse
from generators.language import _
from generators.project import Detection, Service
from generators.supported import refusal
from wizards.blueprint import Blueprint
from wizards.delivery import delivery_of
from wizards.failures import Failure
from wizards.setup.chosen_service import deployable
from wizards.setup.migrating import tool_of
from wizards.setup.naming import account_name, secrets_of
from wizards.setup.proposals import slug
from wizards.setup.readers import read_by_service

_LONGEST = 40


def deployment_of(blueprint: Blueprint, detection: Detection, root: Path) -> Deployment:
    """Return the one model that all artefacts are rendered from."""
    service = _with_migrations(blueprint, _service(blueprint, detection))
    wanted = blueprint.service
    service = _with_front_end(service, wanted.frontend)
    name = _name(blueprint, service, root)
    pipeline, project = blueprint.pipeline, blueprint.project
    return Deployment(
        service=service,
        blueprint_hash=blueprint.hash,
        name=name,
        port=wanted.port,
        health_path=wanted.health_path,
        project_id=project.id,
        region=project.region,
        repository=pipeline.repository or name,
        memory=wanted.memory,
        cpu=wanted.cpu,
        min_instances=wanted.min_instances,
        max_instances=wanted.max_instances,
        concurrency=wanted.concurrency,
        public=wanted.public,
        runtime_account=pipeline.runtime_account or account_name(name, "run"),
        build_account=pipeline.build_account or account_name(name, "build"),
        pipeline=pipeline.kind if wanted.runtime == "cloud-run" else "none",
        database=_database(blueprint),
        secrets=_secrets(blueprint),
        environment=dict(wanted.environment),
        migration=_migration(blueprint, name),
        delivery=delivery_of(blueprint, name),
        together=wanted.frontend == "together",
    )


def _name(blueprint: Blueprint, service: Service, root: Path) -> str:
    """Return the service's name; without a stated one the same as set-up gives it."""
    stated = blueprint.service.name or blueprint.project.id
    return stated or slug(service.package_name or root.resolve().name, most=_LONGEST) or "app"


def assumed(blueprint: Blueprint, detection: Detection) -> str:
    """Say which of several services is taken for ``[service]`` where its root names none; or ""."""
    main = _found(blueprint, detection)
    if main is None or detection.service(blueprint.service.root) is main:
        return ""
    others = ", ".join(one.path for one in detection.services if one is not main)
    return _(
        "[service] names no folder with an application; {folder} is taken, the others join it: "
        '{others}. Another one: root = "FOLDER" in [service] of tarmac.toml'
    ).format(folder=main.path, others=others)


def _found(blueprint: Blueprint, detection: Detection) -> Service | None:
    """Return the service of ``[service]``: in its root, else, where that is all, the likeliest."""
    service = detection.service(blueprint.service.root)
    if service is None and blueprint.service.root == ".":
        return next(iter(deployable(detection)), None)
    return service


def _service(blueprint: Blueprint, detection: Detection) -> Service:
    service = _found(blueprint, detection)
    if service is None:
        raise Failure(
            "no-service",
            _("No deployable application was found in {folder}").format(
                folder=_("this folder") if blueprint.service.root == "." else blueprint.service.root
            ),
            why=_("Found: {paths}").format(
                paths=", ".join(one.path for one in detection.services) or _("nothing")
            ),
            next=("tarmac detect", _("set root in [service] of tarmac.toml")),
        )
    reason = refusal(service)
    if reason:
        raise Failure(
            "no-template",
            _("{framework} is recognised, but no files can be made for it").format(
                framework=service.framework
            ),
            why=reason,
            next=("tarmac detect",),
        )
    return service


def _with_front_end(service: Service, where: str) -> Service:
    """Let `tarmac.toml` decide whether the back end serves the front end."""
    if not where:
        return service
    front = service.frontend
    if front is None or service.role == "static" or (where == "together" and not _joins(service)):
        raise Failure(
            "front-end-place",
            _("{folder} has no front end that could be served {where}").format(
                folder=service.path, where=where
            ),
            why=_("A Python back end and a front end of files can share a container behind nginx.")
            if where == "together"
            else "",
            next=("tarmac detect", _("remove frontend from [service] of tarmac.toml")),
        )
    return replace(service, frontend=replace(front, served_by=None))


def _joins(service: Service) -> bool:
    return service.language == "python" and service.interface in {"asgi", "wsgi"}


def _with_migrations(blueprint: Blueprint, service: Service) -> Service:
    """Let `tarmac.toml` decide what migrates and where, when it says else than was found."""
    stated, found = blueprint.migrations.get(""), service.migrations
    if stated is None or not (stated.command or stated.provider == "alembic"):
        return service
    tool = tool_of(stated)
    same = found is not None and found.directory == tool.directory
    if found is not None and same and tool.config in {found.config, ""}:
        if not stated.command or tool.command == found.command:
            return service
        tool = replace(found, command=tool.command)
    return replace(service, migrations=tool)


def _secrets(blueprint: Blueprint) -> tuple[SecretUse, ...]:
    """Return what the service reads: all but the password of a user that only migrates."""
    known = secrets_of(blueprint)
    return tuple(
        SecretUse(variable=variable, secret=known[table].name)
        for variable, table in read_by_service(blueprint).items()
    )


def _migration(blueprint: Blueprint, name: str) -> MigrationUse | None:
    """Return who migrates; the program knows the password by the name that the service has it."""
    database = blueprint.database
    if database is None:
        return None
    own = database.migration_password_secret if database.migrates_apart else ""
    secret = secrets_of(blueprint)[own or database.password_secret]
    stated = blueprint.migrations.get("")
    return MigrationUse(
        account=blueprint.pipeline.migration_account or account_name(name, "migrate"),
        secret=SecretUse(variable=database.password_secret, secret=secret.name),
        user=database.migration_user,
        environment=dict(stated.environment) if stated else {},
    )


def _database(blueprint: Blueprint) -> DatabaseUse | None:
    database = blueprint.database
    if database is None:
        return None
    return DatabaseUse(
        instance=database.instance,
        major=database.version.rpartition("_")[2],
        name=database.name,
        user=database.user,
        password_variable=database.password_secret,
        pool_size=database.pool_size,
        max_overflow=database.max_overflow,
    )
