"""The image of every service: one Dockerfile each, beside the code that it is made from."""

from __future__ import annotations

from generators.artefact import Artefact
from generators.artefacts.node_image import node_image
from generators.artefacts.python_image import python_image
from generators.artefacts.static_image import static_image
from generators.stack import Stack


def render(stack: Stack, language: str) -> list[Artefact]:
    """Return the Dockerfiles; the workers of a service run its image."""
    images = []
    for deployment in stack.deployments:
        if deployment.static:
            images.append(static_image(deployment, language))
        elif deployment.service.language == "python":
            images.append(python_image(deployment, language))
        else:
            images.append(node_image(deployment, language))
    return images
