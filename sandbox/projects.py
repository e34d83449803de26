"""Projects as every service sees them: found by id or number, active or refused."""

from __future__ import annotations

from typing import Any

from sandbox.errors import TYPES, ApiError, error_info
from sandbox.world import World

Body = dict[str, Any]

ENABLE_PROPAGATION = 30.0
KIND = "project"
SERVICE = "enabled-service"
PUBLIC = frozenset({"cos-cloud", "debian-cloud", "ubuntu-os-cloud"})


def find(world: World, reference: str) -> Body | None:
    """Return the project with an id or a number."""
    if reference.isdigit():
        known = world.store.get("project-number", reference)
        reference = known["id"] if known else ""
    return world.store.get(KIND, reference)


def canonical(world: World, resource: str) -> str:
    """Return a resource name with the project's id where its number stood."""
    parts = resource.split("/")
    if parts[0] == "projects" and len(parts) > 1 and parts[1].isdigit():
        project = find(world, parts[1])
        if project:
            parts[1] = project["id"]
    return "/".join(parts)


def active(world: World, reference: str, service: str) -> Body:
    """Return a project that may be used with a service, or refuse as Google's front end does."""
    project = find(world, reference)
    if project is None or project["state"] != "ACTIVE":
        raise ApiError(
            "PERMISSION_DENIED",
            f"Permission denied on resource project {reference}.",
            details=[
                error_info(
                    "CONSUMER_INVALID",
                    "googleapis.com",
                    {"consumer": f"projects/{reference}", "service": service},
                )
            ],
        )
    return project


def require_enabled(world: World, project: Body, service: str, title: str) -> None:
    """Refuse when an API is off in a project, or was switched on a moment ago."""
    state = world.store.get(SERVICE, f"{project['id']}/{service}")
    if state and world.clock.passed(state["since"], ENABLE_PROPAGATION):
        return
    number = project["number"]
    console = "https://console.developers.google.com/apis/api"
    url = f"{console}/{service}/overview?project={number}"
    message = (
        f"{title} has not been used in project {number} before or it is disabled. Enable it by "
        f"visiting {url} then retry. If you enabled this API recently, wait a few minutes for the "
        "action to propagate to our systems and retry."
    )
    metadata = {
        "consumer": f"projects/{number}",
        "containerInfo": str(number),
        "service": service,
        "serviceTitle": title,
        "activationUrl": url,
    }
    help_links = [{"description": "Google developers console API activation", "url": url}]
    raise ApiError(
        "PERMISSION_DENIED",
        message,
        details=[
            error_info("SERVICE_DISABLED", "googleapis.com", metadata),
            {"@type": f"{TYPES}LocalizedMessage", "locale": "en-US", "message": message},
            {"@type": f"{TYPES}Help", "links": help_links},
        ],
        legacy="accessNotConfigured",
    )


def is_enabled(world: World, project_id: str, service: str) -> bool:
    """Whether an API is switched on (it may still have to become usable)."""
    return world.store.get(SERVICE, f"{project_id}/{service}") is not None


def switch_on(world: World, project_id: str, service: str, *, since: float | None = None) -> None:
    """Record that an API is on; ``since`` (epoch seconds) decides when it becomes usable."""
    if not is_enabled(world, project_id, service):
        moment = world.clock.now() if since is None else since
        body = {"service": service, "since": moment}
        world.store.put(SERVICE, f"{project_id}/{service}", body, project_id)
