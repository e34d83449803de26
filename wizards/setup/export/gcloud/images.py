"""The repository for images."""

from __future__ import annotations

from wizards.setup.export.gcloud.steps import Lines, command, either, shell_steps, values
from wizards.setup.repository import RepositoryResource


@shell_steps.register
def _repository(resource: RepositoryResource) -> Lines:
    group = ("gcloud", "artifacts", "repositories")
    place = (f"--location={resource.region}", f"--project={resource.project}")
    fields = values("format", "labels.managed-by")
    create = command(
        *(*group, "create", resource.repository),
        "--repository-format=docker",
        "--labels=managed-by=tarmac",
        *place,
    )
    update = command(
        *(*group, "update", resource.repository), "--update-labels=managed-by=tarmac", *place
    )
    return either(
        "look " + command(*group, "describe", resource.repository, *place, fields),
        [f"settle 'DOCKER|tarmac' {update}"],
        [f"create {create}"],
    )
