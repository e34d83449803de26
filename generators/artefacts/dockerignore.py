"""What never goes into an image: secrets, history, environments, tests."""

from __future__ import annotations

from collections.abc import Iterator

from generators.artefact import Artefact
from generators.deployment import Deployment
from generators.detection.tree import inside, join
from generators.header import header
from generators.stack import Stack
from generators.templating import rendered


def render(stack: Stack, language: str) -> list[Artefact]:
    """Return the .dockerignore of each build context, as a block among a person's own lines."""
    return [
        _ignored(context, deployments, language)
        for context, deployments in stack.contexts().items()
    ]


def _ignored(context: str, deployments: list[Deployment], language: str) -> Artefact:
    outputs = dict.fromkeys(output for one in deployments for output in _outputs(one))
    text = rendered(
        "dockerignore.j2",
        language,
        header=header(language, deployments[0].blueprint_hash),
        outputs=[path for path in outputs if path],
    )
    path = join(context, ".dockerignore")
    return Artefact(name="dockerignore", path=path, text=text, block=True)


def _outputs(deployment: Deployment) -> Iterator[str]:
    """Yield the folders that the image builds itself, from the build context."""
    service, front = deployment.service, deployment.service.frontend
    folders = [join(service.path, service.output.partition("/")[0])] if service.output else []
    folders += [join(front.path, front.output)] if front else []
    for folder in folders:
        if ".." not in folder.split("/") and inside(folder, deployment.context):
            yield deployment.within_context(folder)
