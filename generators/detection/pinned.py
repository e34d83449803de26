"""Which version of Python or Node the files around a service pin: the nearest file first."""

from __future__ import annotations

import re
from collections.abc import Iterator

from generators.detection.continuous import built_with
from generators.detection.images import interpreter
from generators.detection.reading import line_of, read_json, read_toml, table, texts
from generators.detection.tree import Tree, ancestors, join
from generators.detection.versions import (
    NODES,
    PYTHONS,
    Wanted,
    end_of_life,
    node_fits,
    node_from_exact,
    node_from_range,
    python_fits,
    python_from_exact,
    python_from_range,
)
from generators.project import Confidence


def python_version(
    tree: Tree, root: str, ranges: list[Wanted], newest: str | None = None
) -> Wanted:
    """Return the Python of a service: a pin, else the image it is built on today, else the range.

    ``ranges`` are specifiers in ``says`` with their place; an image or workflow counts only
    when it fits them. ``newest`` is what the installed frameworks support at most.
    """
    for pin in _python_pins(tree, root):
        return pin
    allowed = next((one for one in ranges if python_from_range(one.says)), None)
    for said in _seen_in_use(tree, root, "python"):
        if said.version in PYTHONS and (allowed is None or python_fits(allowed.says, said.version)):
            return said
    if allowed is not None:
        chosen = python_from_range(allowed.says) or PYTHONS[0]
        sure = _how_sure(one for one in reversed(PYTHONS) if python_fits(allowed.says, one))
        if newest and _older(newest, chosen) and python_fits(allowed.says, newest):
            chosen, sure = newest, Confidence.MEDIUM
        return Wanted(chosen, allowed.path, allowed.line, allowed.says, sure)
    if flow := built_with(tree, "python", elsewhere=True):
        return flow
    if newest and _older(newest, PYTHONS[0]):
        return Wanted(newest, sure=Confidence.MEDIUM)
    return Wanted(PYTHONS[0], sure=Confidence.LOW)


def _how_sure(fitting: Iterator[str], language: str = "python") -> Confidence:
    """Return how much a range says: one that reaches back beyond the end of life says little."""
    dead = any(end_of_life(language, one) for one in fitting)
    return Confidence.MEDIUM if dead else Confidence.HIGH


def _older(version: str, than: str) -> bool:
    return tuple(map(int, version.split("."))) < tuple(map(int, than.split(".")))


def node_version(tree: Tree, root: str, given: dict[str, object]) -> Wanted:
    """Return the Node of a package: a pin, else engines with the image in use, else the image."""
    for pin in _node_pins(tree, root, given):
        return pin
    path = join(root, "package.json")
    engines = texts(given.get("engines")).get("node", "")
    if not engines and root != ".":
        path = "package.json"
        engines = texts(read_json(tree, path).get("engines")).get("node", "")
    fits = node_from_range(engines) if engines else None
    for said in _seen_in_use(tree, root, "node"):
        if not fits or node_fits(engines, said.version):
            return said
    if fits:
        sure = _how_sure((one for one in NODES if node_fits(engines, one)), "node")
        return Wanted(fits, path, line_of(tree.text(path), '"node"'), engines, sure)
    if flow := built_with(tree, "node", elsewhere=True):
        return flow
    return Wanted(NODES[0], sure=Confidence.LOW)


def _python_pins(tree: Tree, root: str) -> Iterator[Wanted]:
    for folder in ancestors(root):
        for name in (".python-version", "runtime.txt"):
            path = join(folder, name)
            text = tree.text(path) if tree.has(path) else ""
            if version := python_from_exact(text):
                yield Wanted(version, path, line_of(text, version), _first(text))
        path = join(folder, "Pipfile")
        requires = texts(read_toml(tree, path).get("requires"))
        given = requires.get("python_full_version") or requires.get("python_version") or ""
        if folder == root and (version := python_from_exact(given)):
            yield Wanted(version, path, line_of(tree.text(path), given), given)
        yield from _tool_versions(tree, folder, "python")
        for name in ("environment.yml", "environment.yaml"):
            path = join(folder, name)
            text = tree.text(path) if folder == root and tree.has(path) else ""
            found = re.search(r"^\s*-\s*python\s*=+\s*(\d+\.\d+)", text, re.MULTILINE)
            if found:
                yield Wanted(found[1], path, line_of(text, found[0].strip()), found[0].strip())
        yield from _platform(tree, folder)


def _platform(tree: Tree, folder: str) -> Iterator[Wanted]:
    path = join(folder, "app.yaml")
    text = tree.text(path) if tree.has(path) else ""
    if found := re.search(r"^runtime:\s*python3(\d{1,2})\s*$", text, re.MULTILINE):
        yield Wanted(f"3.{found[1]}", path, line_of(text, found[0]), found[0])
    path = join(folder, "render.yaml")
    text = tree.text(path) if tree.has(path) else ""
    pattern = r"PYTHON_VERSION\s+value:\s*[\"']?(\d+\.\d+)"
    if found := re.search(pattern, text):
        yield Wanted(found[1], path, line_of(text, found[0]), "PYTHON_VERSION")


def _node_pins(tree: Tree, root: str, given: dict[str, object]) -> Iterator[Wanted]:
    for folder in ancestors(root):
        for name in (".nvmrc", ".node-version"):
            path = join(folder, name)
            text = tree.text(path) if tree.has(path) else ""
            if version := node_from_exact(text):
                yield Wanted(version, path, 1, _first(text))
        package = given if folder == root else read_json(tree, join(folder, "package.json"))
        volta = texts(package.get("volta")).get("node", "")
        if version := node_from_exact(volta):
            path = join(folder, "package.json")
            yield Wanted(version, path, line_of(tree.text(path), '"volta"'), f"volta {volta}")
        yield from _tool_versions(tree, folder, "node")


def _tool_versions(tree: Tree, folder: str, language: str) -> Iterator[Wanted]:
    exact = python_from_exact if language == "python" else node_from_exact
    path = join(folder, ".tool-versions")
    text = tree.text(path) if tree.has(path) else ""
    found = re.search(rf"^{language}(?:js)?\s+(\S+)", text, re.MULTILINE)
    if found and (version := exact(found[1])):
        yield Wanted(version, path, line_of(text, found[0]), found[0])
    for name in ("mise.toml", ".mise.toml"):
        path = join(folder, name)
        given = table(read_toml(tree, path), "tools").get(language)
        if isinstance(given, str) and (version := exact(given)):
            yield Wanted(version, path, line_of(tree.text(path), given), f"{language} {given}")


def _seen_in_use(tree: Tree, root: str, language: str) -> Iterator[Wanted]:
    """Yield what the project builds or tests with today: its image, then one-version pipelines."""
    if said := interpreter(tree, root, language):
        yield Wanted(said.value, said.path, said.line, said.says)
    if flow := built_with(tree, language):
        yield flow


def _first(text: str) -> str:
    return next((line.strip() for line in text.splitlines() if line.strip()), "")
