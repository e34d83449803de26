"""What a front end is told while it is built: addresses of the API, and whatever else it reads."""

from __future__ import annotations

import re

from generators.artefacts.node_source import is_argument
from generators.deployment import Deployment

_ADDRESS = re.compile(r"(?:API|BACKEND|SERVER).*(?:URL|URI|BASE|HOST|ORIGIN|ENDPOINT|ROOT)|API$")


def arguments(deployment: Deployment) -> tuple[str, ...]:
    """Return the names of all build arguments of a deployment's image."""
    front = deployment.service.frontend
    names: tuple[str, ...] = ()
    if front is not None and (deployment.static or deployment.frontend):
        names = front.variables
    elif deployment.service.language == "javascript":
        names = deployment.service.variables
    return tuple(name for name in names if is_argument(name))


def addresses(deployment: Deployment) -> tuple[str, ...]:
    """Return those that look like the address of the API, for an image of its own."""
    if not deployment.backend_name:
        return ()
    return tuple(name for name in arguments(deployment) if _ADDRESS.search(name))
