"""The repository for images, and which of them it keeps."""

from __future__ import annotations

import shlex

from wizards.setup.export.gcloud.steps import Lines, command, either, shell_steps, values
from wizards.setup.image_cleanup import UNTAGGED_DAYS, policies
from wizards.setup.repository import RepositoryResource

_GROUP = ("gcloud", "artifacts", "repositories")
_DAY = 86_400


@shell_steps.register
def _repository(resource: RepositoryResource) -> Lines:
    place = (f"--location={resource.region}", f"--project={resource.project}")
    where = (resource.repository, *place)
    create = command(
        *(*_GROUP, "create", *where), "--repository-format=docker", "--labels=managed-by=tarmac"
    )
    update = command(*_GROUP, "update", *where, "--update-labels=managed-by=tarmac")
    describe = command(*_GROUP, "describe", *where, values("format", "labels.managed-by"))
    kept = values(
        "cleanupPolicies.tarmac-keep-newest.mostRecentVersions.keepCount",
        "cleanupPolicies.tarmac-delete-untagged.condition.olderThan",
    )
    wanted = f"{resource.keep_images}|{UNTAGGED_DAYS * _DAY}s"
    clean = command(*_GROUP, "set-cleanup-policies", *where, "--policy=-")
    cleaning = [
        f"look {command(*_GROUP, 'describe', *where, kept)} || true",
        f"value={shlex.quote(policies(resource.keep_images))}",
        f"settle {command(wanted)} given {clean}",
    ]
    return either(
        f"look {describe}",
        [f"settle 'DOCKER|tarmac' {update}", *(cleaning if resource.decided else [])],
        [f"create {create}", *cleaning],
    )
