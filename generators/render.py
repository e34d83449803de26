"""From the stack to the text of every artefact."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from generators.artefact import Artefact
from generators.artefacts import cloudbuild, compose, dockerfile, dockerignore, env_example, nginx
from generators.stack import Stack

FAMILIES: dict[str, Callable[[Stack, str], list[Artefact]]] = {
    "dockerfile": dockerfile.render,
    "nginx": nginx.render,
    "dockerignore": dockerignore.render,
    "compose": compose.render,
    "cloudbuild": cloudbuild.render,
    "env": env_example.render,
}


def render(stack: Stack, *, language: str = "en", names: Sequence[str] = ()) -> list[Artefact]:
    """Return the artefacts of a stack, all or the named ones; nothing is written."""
    return [
        artefact
        for name, family in FAMILIES.items()
        if not names or name in names
        for artefact in family(stack, language)
    ]
