"""Requests count against a project; one that does not exist yet cannot be that."""

from __future__ import annotations

from generators.language import _
from wizards.cloud.failing import CloudFailure
from wizards.cloud.port import Cloud
from wizards.plan import Check


def quota_check(cloud: Cloud, project: str, *, there: bool) -> Check | None:
    """Say whether the login counts its requests against the project that is only to be made."""
    try:
        counted = cloud.quota_project()
    except CloudFailure:
        return None  # Whoever is not logged in hears that from the login's verdict.
    if not counted:
        return None
    title = _("quota project")
    if there or counted != project:
        return Check(id="quota-project", title=title, level="ok", says=counted)
    return Check(
        id="quota-project",
        title=title,
        level="red",
        says=_(
            "your login counts its requests against {project}, which does not exist yet: every "
            "request would be refused"
        ).format(project=project),
        fix=(
            "gcloud auth application-default set-quota-project "
            "$(gcloud projects list --limit=1 --format='value(projectId)')"
        ),
    )
