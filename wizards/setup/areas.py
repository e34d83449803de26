"""The areas that a plan is read by: every kind of resource belongs to one."""

from __future__ import annotations

from generators.language import _

AREAS = ("project", "identities", "database", "secrets", "images", "service", "pipeline")

_OF_KIND = {
    "project": "project",
    "billing": "project",
    "apis": "project",
    "account": "identities",
    "iam": "identities",
    "sql": "database",
    "secret": "secrets",
    "repository": "images",
    "run": "service",
    "build": "pipeline",
    "trigger": "pipeline",
    "connection": "pipeline",
    "linked": "pipeline",
    "pool": "pipeline",
    "provider": "pipeline",
    "federation": "pipeline",
}


def area_of(kind: str) -> str:
    """Return the area of a kind ("sql.user" is database); what is not known is the pipeline's."""
    return _OF_KIND.get(kind) or _OF_KIND.get(kind.partition(".")[0], "pipeline")


def area_title(area: str) -> str:
    """Return an area as a person reads it."""
    return {
        "project": _("Project, billing, APIs"),
        "identities": _("Identities and permissions"),
        "database": _("Database"),
        "secrets": _("Secrets"),
        "images": _("Images"),
        "service": _("Service"),
        "pipeline": _("Pipeline"),
    }[area]
