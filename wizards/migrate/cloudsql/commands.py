"""What Cloud SQL can do for a way back, as the gcloud commands that do it."""

from __future__ import annotations

from datetime import datetime

from generators.language import _
from wizards.events import rfc3339
from wizards.migrate.cloudsql.instance import Instance


def clone_of(instance: Instance, name: str, moment: datetime) -> str:
    """Make a new instance that holds what this one held at a moment."""
    return (
        f"gcloud sql instances clone {instance.name} {name} "
        f"--point-in-time={rfc3339(moment)} --project={instance.project}"
    )


def switch(instance: Instance, name: str, service: str) -> tuple[str, ...]:
    """Let the service and Tarmac use another instance of the same user, password and database."""
    there = instance.beside(name).connection_name
    steps = [_('in tarmac.toml: [database] instance = "{name}"').format(name=name)]
    if service:
        steps.append(
            f"gcloud run services update {service} --region={instance.region} "
            f"--project={instance.project} --add-cloudsql-instances={there} "
            f"--update-env-vars=CLOUD_SQL_INSTANCE={there}"
        )
    return tuple(steps)


def restore(instance: Instance, backup: str) -> str:
    """Put a backup run in the place of everything the instance holds."""
    return (
        f"gcloud sql backups restore {backup} --restore-instance={instance.name} "
        f"--project={instance.project}"
    )
