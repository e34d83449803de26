"""From the stack to the text of every artefact."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator

from generators.artefact import Artefact
from generators.artefacts import cloudbuild, compose, dockerfile, dockerignore, env_example, nginx
from generators.catalogue import ALWAYS, CATALOGUE, Entry
from generators.language import N_
from generators.stack import Stack

FAMILIES: dict[str, Callable[[Stack, str], list[Artefact]]] = {
    "dockerfile": dockerfile.render,
    "nginx": nginx.render,
    "dockerignore": dockerignore.render,
    "compose": compose.render,
    "cloudbuild": cloudbuild.render,
    "env": env_example.render,
}
_USUAL = {
    "dockerfile": ("image", N_("the image of each service")),
    "nginx": ("image", N_("what nginx serves and passes on")),
    "dockerignore": ("image", N_("what never goes into an image")),
    "compose": ("local", N_("everything on one machine, with its database")),
    "cloudbuild": ("cloudbuild", N_("Cloud Build: build, push, migrate, deploy")),
    "env": ("local", N_("every variable that the code reads, explained")),
}


def entries() -> Iterator[Entry]:
    """Yield everything that can be made, the usual first."""
    for name, family in FAMILIES.items():
        group, says = _USUAL.get(name, ("image", name))
        yield Entry(name, group, (), says, family, ALWAYS)
    yield from CATALOGUE


def render(
    stack: Stack,
    *,
    language: str = "en",
    names: Collection[str] = (),
    kept: Collection[str] = (),
) -> list[Artefact]:
    """Return the artefacts that the stack wants, or exactly the named ones; nothing is written.

    ``names`` are artefacts, entries, families or paths; ``kept`` are paths that were asked for
    once and are kept up to date since.
    """
    return [
        artefact
        for entry in entries()
        if _may(entry, stack, names, kept)
        for artefact in entry.render(stack, language)
        if not names or _named(entry, artefact, names)
    ]


def _may(entry: Entry, stack: Stack, names: Collection[str], kept: Collection[str]) -> bool:
    """Whether rendering an entry can give something that is asked for."""
    if not names:
        return entry.when.test(stack) or any(path in kept for path in entry.paths)
    known = {entry.name, entry.family, *entry.paths}
    return not entry.paths or len(entry.paths) > 1 or not known.isdisjoint(names)


def _named(entry: Entry, artefact: Artefact, names: Collection[str]) -> bool:
    return not {entry.name, entry.family, artefact.name, artefact.path}.isdisjoint(names)
