"""An instance that somebody stopped: what is in it is there, and nobody can see it."""

from __future__ import annotations

from generators.language import _
from wizards.cloud.port import Cloud
from wizards.plan import Action
from wizards.setup.resource import Resource, Seen


def stopped(project: str, instance: str) -> Seen:
    """Return what a look at a stopped instance finds; to start it costs money again."""
    start = f"gcloud sql instances patch {instance} --activation-policy=ALWAYS --project={project}"
    says = _("somebody stopped it; to start it: {command}").format(command=start)
    return Seen(action=Action.BLOCKED, blocked_by=says)


def unseen(part: Resource, cloud: Cloud) -> Seen:
    """Return what can be said of a thing whose instance does not answer: hidden, or not there."""
    kind, _colon, instance = part.inside.partition(":")
    found = cloud.sql_instance(part.project, instance) if kind == "sql.instance" else None
    if found is None or not found.stopped:
        return part.absent()
    says = _("nobody can see it while the instance {instance} is stopped").format(instance=instance)
    return Seen(action=Action.BLOCKED, blocked_by=says)
