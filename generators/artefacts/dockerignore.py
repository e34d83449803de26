"""What never goes into an image: secrets, history, environments, tests."""

from __future__ import annotations

from generators.artefact import Artefact
from generators.detection.tree import join
from generators.header import header
from generators.stack import Stack
from generators.templating import rendered


def render(stack: Stack, language: str) -> list[Artefact]:
    """Return the .dockerignore of the build context, as a block among a person's own lines."""
    deployment = stack.main
    front = deployment.frontend
    output = f"{front.path}/{front.output}".removeprefix("./") if front else ""
    text = rendered(
        "dockerignore.j2",
        language,
        header=header(language, deployment.blueprint_hash),
        output=deployment.within_context(output) if output else "",
    )
    path = join(deployment.context, ".dockerignore")
    return [Artefact(name="dockerignore", path=path, text=text, block=True)]
