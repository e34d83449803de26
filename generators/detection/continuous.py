"""Which versions of a language the pipelines of a repository test or build with."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from generators.detection.tree import Tree
from generators.detection.versions import Wanted
from generators.project import Confidence

_KEYS = {
    "python": r"python-version|python_version|PYTHON_VERSION|DEFAULT_PYTHON(?:_VERSION)?|python",
    "node": r"node-version|node_version|NODE_VERSION|node_js|node",
}
_VERSION = {
    "python": re.compile(r"(?<![\w.])(3\.\d+|2\.7)"),
    "node": re.compile(r"(?<![\w./*-])v?(\d+)(?![\w/])"),
}
_IMAGES = {
    "python": re.compile(r"(?:^|[\s/\"'])python:v?(3\.\d+)"),
    "node": re.compile(r"(?:^|[\s/\"'])node(?:js)?:v?(\d+)"),
}
_AZURE = {"python": "UsePythonVersion", "node": "NodeTool|UseNode"}
_FILES = (
    ".circleci/config.yml",
    ".gitlab-ci.yml",
    ".travis.yml",
    "bitbucket-pipelines.yml",
    "azure-pipelines.yml",
    "cloudbuild.yaml",
)


def built_with(tree: Tree, language: str, elsewhere: bool = False) -> Wanted | None:
    """Return the one version that the workflows name, None where they name several or none.

    A version given by itself counts before those of a matrix, which only say what is tried too;
    then it is less sure. ``elsewhere`` reads CircleCI, GitLab, Travis, Bitbucket and Azure.
    """
    alone: dict[str, Wanted] = {}
    tried: dict[str, Wanted] = {}
    flows = [path for path in tree.ending(".yml", ".yaml") if path.startswith(".github/workflows/")]
    for path in [path for path in _FILES if tree.has(path)] if elsewhere else flows:
        for versions, line, says in _named(tree.text(path), language, elsewhere):
            into = alone if len(versions) == 1 else tried
            for version in versions:
                into.setdefault(version, Wanted(version, path, line, says))
    if len(alone) != 1:
        return None
    found = next(iter(alone.values()))
    return replace(found, sure=Confidence.MEDIUM) if tried.keys() - alone.keys() else found


def _named(text: str, language: str, images: bool) -> Iterator[tuple[list[str], int, str]]:
    """Yield the versions that a line, or the list below it, gives."""
    lines = text.splitlines()
    key = re.compile(rf"^\s*(?:-\s+)?[\"']?(?:{_KEYS[language]})[\"']?\s*:(.*)$")
    for number, line in enumerate(lines, 1):
        found: list[str] = []
        if line.lstrip().startswith("#"):
            continue
        if given := key.match(line):
            rest = given[1].partition(" #")[0].strip()
            values = [rest] if rest else list(_items(lines[number:]))
            found = [one for value in values for one in _versions(value, language)]
        elif images and (image := _IMAGES[language].search(line)):
            found = [image[1]]
        elif (
            images
            and (said := re.match(r"\s*versionSpec:\s*(.+)", line))
            and re.search(_AZURE[language], " ".join(lines[max(0, number - 4) : number]))
        ):
            found = _versions(said[1], language)
        if found:
            yield list(dict.fromkeys(found)), number, line.strip()


def _items(lines: list[str]) -> Iterator[str]:
    """Yield the entries of the list that follows a key."""
    for line in lines:
        item = re.match(r"\s*-\s*(.+)$", line)
        if item is None:
            return
        yield item[1].partition(" #")[0]


def _versions(value: str, language: str) -> list[str]:
    """Return the versions in a value, of Node the major numbers: 18.x and 20.11.0 are 18 and 20."""
    if "${{" in value:
        return []
    if language == "node":
        value = re.sub(r"(\d+)(?:\.[\dx*]+)+", r"\1", value)
    found: list[str] = _VERSION[language].findall(value)
    return found
