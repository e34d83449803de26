"""From answers to the dotted values of a blueprint."""

from __future__ import annotations

from generators.project import Detection
from wizards.answers import Layer
from wizards.blueprint import Blueprint, Database
from wizards.interview import Interview
from wizards.question import Known, Value
from wizards.setup.chosen_service import chosen, roots
from wizards.setup.migrating import stream_of
from wizards.setup.steering import HAS_DATABASE, SECRET_NAMES


def values(
    answers: Known, detection: Detection | None = None, *, existing: Blueprint | None = None
) -> dict[str, Value]:
    """Return dotted key → value for :func:`wizards.blueprint_writing.write`; no secret values.

    What ``existing`` says about secrets, environments and migrations is a person's choice and is
    not overwritten by proposals. An answer that was emptied empties what the file says.
    """
    old = existing or Blueprint()
    said = old.values()
    made: dict[str, Value] = {}
    database = answers.get(HAS_DATABASE) is True
    for key, value in answers.items():
        table = key.partition(".")[0]
        if table in ("setup", "secrets") or (table == "database" and not database):
            continue
        if value is not None and (value != "" or said.get(key)):
            made[key] = value
    service = str(answers.get("service.name") or answers.get("project.id") or "app")
    made |= _secrets(answers, service, old, database=database)
    in_cloud = any(environment.cloud_sql for environment in old.environments.values())
    if database and not in_cloud and "prod" not in old.environments:
        made |= {"environments.prod.cloud_sql": True, "environments.prod.protected": True}
    root = str(answers.get("service.root") or "") or _only_root(detection, old)
    if root not in ("", old.service.root):
        made["service.root"] = root
    return made if old.migrations else made | _migrations(detection, root)


def removed(talk: Interview, existing: Blueprint | None) -> tuple[str, ...]:
    """Return the tables of the file that a person's answers took away: a database, secrets.

    Only what was answered counts; a proposal removes nothing.
    """
    if existing is None:
        return ()
    gone: list[str] = []
    database = talk.answers.answer(HAS_DATABASE)
    unwanted = database is not None and database.value is False and database.layer <= Layer.FILE
    if existing.database is not None and unwanted:
        gone += ["database", *_passwords(existing.database)]
    names = talk.answers.answer(SECRET_NAMES)
    if names is not None and names.layer is Layer.TYPED and isinstance(names.value, tuple):
        kept = {*names.value, *(_passwords(existing.database) if existing.database else ())}
        gone += [variable for variable in existing.secrets if variable not in kept]
    tables = {variable: f"secrets.{variable}" for variable in existing.secrets}
    return tuple(
        dict.fromkeys(tables.get(one, one) for one in gone if one in (*tables, "database"))
    )


def _passwords(database: Database) -> list[str]:
    return [database.password_secret, database.migration_password_secret]


def _secrets(answers: Known, service: str, old: Blueprint, *, database: bool) -> dict[str, Value]:
    """Return what is new about secrets: names for those the file does not have, chosen sources."""
    made: dict[str, Value] = {}
    wanted: dict[str, tuple[str, str]] = {}
    if database:
        tables = old.database or Database(instance="")
        made["database.password_secret"] = tables.password_secret
        wanted[tables.password_secret] = (f"{service}-db-password", "generate")
        if answers.get("database.migration_user"):
            made["database.migration_password_secret"] = tables.migration_password_secret
            name = f"{service}-db-migration-password"
            wanted[tables.migration_password_secret] = (name, "generate")
    names = answers.get(SECRET_NAMES)
    for variable in names if isinstance(names, tuple) else ():
        wanted[variable] = (f"{service}-{variable.lower().replace('_', '-')}", "ask")
    for variable, (name, source) in wanted.items():
        known = old.secrets.get(variable)
        chosen = answers.get(f"secrets.{variable}.source") or source
        if known is None:
            made[f"secrets.{variable}.name"] = name
            made[f"secrets.{variable}.source"] = chosen
        elif chosen != known.source and answers.get(f"secrets.{variable}.source"):
            made[f"secrets.{variable}.source"] = chosen
    return made


def _only_root(detection: Detection | None, old: Blueprint) -> str:
    """Return the folder of the only service, unless the file says another."""
    folders = roots(detection)
    said = old.service.root != "." or "service.root" in (old.named or ())
    return folders[0] if len(folders) == 1 and not said else ""


def _migrations(detection: Detection | None, root: str) -> dict[str, Value]:
    service = chosen(detection, root)
    if service is None or service.migrations is None:
        return {}
    found = stream_of(service.migrations, service)
    if found is None:
        return {}
    made: dict[str, Value] = {
        "migrations.provider": found.provider,
        "migrations.directory": found.directory,
    }
    if found.provider == "alembic":
        made["migrations.config"] = found.config
    return made | ({"migrations.command": found.command} if found.command else {})
