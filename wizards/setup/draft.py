"""The blueprint that the answers so far would make: what cost, rules and reasons are read from."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any, TypeVar

from wizards.blueprint import Blueprint, Database, Environment, Pipeline, Project, Secret, Service
from wizards.question import Known, Value
from wizards.setup.to_blueprint import values

T = TypeVar("T", Project, Service, Pipeline, Database, Secret, Environment)

UNNAMED = "your-project"
"""Stands for the project while none is named: the names of everything else need one."""


def draft(answers: Known, existing: Blueprint | None = None) -> Blueprint:
    """Return the blueprint of answers (by dotted key), on top of what tarmac.toml says already.

    Nothing is refused here: an unfinished interview makes a blueprint with holes.
    """
    base = existing or Blueprint()
    made = values(answers, existing=existing)
    project = _with(base.project, made, "project")
    return replace(
        base,
        project=project if project.id else replace(project, id=UNNAMED),
        service=_with(base.service, made, "service"),
        pipeline=_with(base.pipeline, made, "pipeline"),
        database=_database(base, made),
        secrets=_secrets(base, made),
        environments=_environments(base, made),
    )


def _database(base: Blueprint, made: dict[str, Value]) -> Database | None:
    instance = made.get("database.instance")
    if not isinstance(instance, str):
        return None
    return _with(base.database or Database(instance=instance), made, "database")


def _secrets(base: Blueprint, made: dict[str, Value]) -> dict[str, Secret]:
    found = dict(base.secrets)
    for variable in _names(made, "secrets"):
        old = found.get(variable) or Secret(name=variable)
        found[variable] = _with(old, made, f"secrets.{variable}")
    return found


def _environments(base: Blueprint, made: dict[str, Value]) -> dict[str, Environment]:
    found = dict(base.environments)
    for name in _names(made, "environments"):
        old = found.get(name) or Environment()
        found[name] = _with(old, made, f"environments.{name}")
    return found


def _names(made: dict[str, Value], table: str) -> list[str]:
    keys = [key.split(".") for key in made if key.startswith(f"{table}.")]
    return list(dict.fromkeys(parts[1] for parts in keys if len(parts) == 3))


def _with(part: T, made: dict[str, Value], table: str) -> T:
    known = {field.name for field in fields(part)}
    given: dict[str, Any] = {
        name: value
        for key, value in made.items()
        if key.rpartition(".")[0] == table
        and (name := key.rpartition(".")[2]) in known
        and value is not None
    }
    return replace(part, **given)
