"""What a person reads for each kind of resource."""

from __future__ import annotations

from generators.language import _
from wizards.setup.resource import Resource


def kind_title(kind: str) -> str:
    """Return the words for a kind of resource."""
    return {
        "project": _("project"),
        "billing": _("billing"),
        "apis": _("APIs"),
        "account": _("service account"),
        "iam": _("permissions on"),
        "repository": _("image repository"),
        "secret": _("secret"),
        "sql.instance": _("database instance"),
        "sql.database": _("database"),
        "sql.user": _("database user"),
        "run.service": _("service"),
        "run.job": _("migration job"),
        "sql.iam_user": _("database user without a password"),
        "build.connection": _("connection to GitHub"),
        "build.repository": _("linked repository"),
        "build.trigger": _("build trigger"),
        "federation.pool": _("identity pool"),
        "federation.provider": _("identity provider"),
    }.get(kind, kind)


def title(resource: Resource) -> str:
    """Return the line that names a resource."""
    return f"{kind_title(resource.kind)} {resource.name}"
