"""Names that Google refuses although they are well formed: restricted words, names cooling down."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from generators.language import _
from wizards.blueprint import Blueprint
from wizards.cloud.failing import CloudFailure
from wizards.cloud.port import Cloud
from wizards.plan import Check

RESTRICTED = ("google", "null", "undefined", "ssl")
"""No project id may hold these."""
COOLING = timedelta(days=7)
"""A deleted instance's name may stay taken for so long."""


def project_id_check(blueprint: Blueprint) -> Check | None:
    """Say whether the id of a project that is only to be made holds a restricted word."""
    project = blueprint.project.id
    word = next((word for word in RESTRICTED if word in project), "")
    if not word:
        return None
    return Check(
        id="project-id",
        title=_("the project's id"),
        level="red",
        says=_("no project id may hold “{word}”").format(word=word),
        fix=f"tarmac init --set project.id={project.replace(word, 'app')[:30].strip('-')}",
        keys=("project.id",),
    )


def instance_name_check(cloud: Cloud, blueprint: Blueprint) -> Check | None:
    """Say whether the name of an instance that is only to be made was given back just now."""
    database = blueprint.database
    if database is None:
        return None
    try:
        deleted = cloud.sql_deletion(blueprint.project.id, database.instance)
    except CloudFailure:
        return None  # Nobody may look, or nothing is there yet: the creation itself will tell.
    if deleted is None or datetime.now(UTC) - deleted > COOLING:
        return None
    return Check(
        id="instance-name",
        title=_("the database instance's name"),
        level="warning",
        says=_(
            "{name} was deleted at {time}: Google may keep a name for a week, and until then "
            "refuses it"
        ).format(name=database.instance, time=f"{deleted:%Y-%m-%d %H:%M} UTC"),
        fix=f"tarmac init --set database.instance={_next(database.instance)}",
        keys=("database.instance",),
    )


def _next(name: str) -> str:
    stem, _hyphen, number = name.rpartition("-")
    return f"{stem}-{int(number) + 1}" if stem and number.isdigit() else f"{name}-2"
