"""Scripts that a compose file starts, read as what its service starts."""

from __future__ import annotations

import re
from collections.abc import Iterator

from generators.detection.command_files import Line, is_compose
from generators.detection.images import dockerfiles
from generators.detection.tree import Tree, ancestors, join, parent

_CALLED = re.compile(
    r"^\s*(?:command|entrypoint):\s*[\"'\[]*(?:(?:ba)?sh[\"',\s]+)?(\.?/?[\w.-]+(?:/[\w.-]+)*)"
    r"[\"'\]\s]*$"
)
_IMAGE = re.compile(r"^\s*dockerfile:\s*[\"']?([^\s\"']+)")
_COPY = re.compile(r"^(?:COPY|ADD)\s+(?:--\S+\s+)*(\S+)\s+(\S+)\s*$", re.MULTILINE)


def called_scripts(tree: Tree, lines: list[Line]) -> list[Line]:
    """Return the lines of ``command: /start`` scripts as lines of the compose file's service.

    The image says which file lies at that path (``COPY deploy/start /start``); without that it is
    the file of that path in the repository.
    """
    composed = [line for line in lines if line.process and is_compose(tree, line.path)]
    images = {(one.path, one.process): found[1] for one in composed if (found := _image(one))}
    return [
        Line(line.path, line.number, text, line.weight, line.process)
        for line in composed
        if (called := _CALLED.match(line.text))
        and (script := _script(tree, line, called[1], images.get((line.path, line.process), "")))
        for text in tree.text(script).splitlines()
        if text.strip() and not text.lstrip().startswith("#")
    ]


def _image(line: Line) -> re.Match[str] | None:
    return _IMAGE.match(line.text)


def _script(tree: Tree, line: Line, called: str, image: str) -> str:
    """Return the file that a service's command is in the repository, "" for a program."""
    named = join(parent(line.path), image.removeprefix("./")) if image else ""
    for path in [named] if tree.has(named) else dockerfiles(tree):
        for source, target in _COPY.findall(tree.text(path)):
            if target == called:
                return next(_files(tree, path, source.removeprefix("./")), "")
    if "/" not in called and not called.endswith(".sh"):
        return ""
    return next(_below(tree, line.path, called), "")


def _files(tree: Tree, path: str, source: str) -> Iterator[str]:
    """Yield the file that an image copies: from the folder it is built in, which is one above."""
    for folder in ancestors(parent(path)):
        if tree.has(join(folder, source)):
            yield join(folder, source)


def _below(tree: Tree, path: str, called: str) -> Iterator[str]:
    parts = [part for part in called.split("/") if part not in {"", "."}]
    for start in range(len(parts)):
        for folder in ancestors(parent(path)):
            found = join(folder, "/".join(parts[start:]))
            if tree.has(found):
                yield found
