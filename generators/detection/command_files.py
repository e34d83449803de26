"""Files in which a project says how it is started, and how much each is worth."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from generators.detection.images import is_dockerfile
from generators.detection.tree import Tree, deployable

_PLATFORMS = frozenset(
    {
        "app.yaml",
        "app.yml",
        "render.yaml",
        "fly.toml",
        "railway.json",
        "railway.toml",
        "vercel.json",
    }
)
_MADE_BY_TARMAC = "Tarmac"
_DEVELOPMENT = re.compile(r"dev|test|debug|local|\bci\b|override|example", re.IGNORECASE)
_NAMED_SO = re.compile(r"(?:start|run|serve|boot)(?:[-_][\w-]+)?$")
_SHELL = re.compile(r"#!.*\b(?:ba|da|k|z)?sh\b")
_SERVICE = re.compile(r"^ {2}([\w.-]+):\s*(?:&[\w-]+)?\s*$")
_SERVICES = re.compile(r"^services:\s*\n(?:\s*(?:#.*)?\n)* {2}[\w.-]+:", re.MULTILINE)
_LARGEST = 200_000


@dataclass(frozen=True, slots=True)
class Line:
    """One line of such a file, continuations joined, with its number and the file's weight."""

    path: str
    number: int
    text: str
    weight: int
    process: str = ""


def command_lines(tree: Tree) -> list[Line]:
    """Return every line that could start something, the weightiest files first."""
    lines = [
        line
        for path in tree.files
        if (worth := _weight(tree, path))
        for line in _of(tree, path, worth)
    ]
    return sorted(lines, key=lambda line: -line.weight)


def is_compose(tree: Tree, path: str) -> bool:
    """Whether a file is one of compose: by its name, or at the top by services with images."""
    name = path.rpartition("/")[2].lower()
    if not name.endswith((".yml", ".yaml")) or name in _PLATFORMS:
        return False
    return "compose" in name or (
        "/" not in path and not name.startswith(".") and bool(_SERVICES.search(tree.text(path)))
    )


def _weight(tree: Tree, path: str) -> int:
    name = path.rpartition("/")[2]
    folder = path.rpartition("/")[0]
    if (folder and not deployable(f"{folder}/x")) or path.startswith(".github"):
        return 0
    lower = name.lower()
    later = 25 if _DEVELOPMENT.search(lower) else 0
    if name == "Procfile":
        return 100
    if path == "README.md":
        return 90
    if is_dockerfile(path):
        return 80 - later
    if is_compose(tree, path):
        return 60 - later
    if lower in _PLATFORMS:
        return 65
    if name in {
        "Makefile",
        "justfile",
        "Taskfile.yml",
        "pyproject.toml",
        "package.json",
    }:
        return 45
    if lower.endswith((".sh", ".service", ".bash")) or lower in {".flaskenv", "supervisord.conf"}:
        return (
            70 - later
            if re.search(r"start|entry|boot|run|serve|supervisor|init", lower)
            else 50 - later
        )
    if re.search(r"supervisor|circus|uwsgi|gunicorn", path.lower()) and lower.endswith(
        (".conf", ".ini")
    ):
        return 65 - later
    if not name.endswith((".py", ".js", ".ts")) and re.search(r"entrypoint", lower):
        return 70 - later
    if _NAMED_SO.match(lower) and _SHELL.match(tree.text(path)):
        return 45 if _DEVELOPMENT.search(path) else 70
    return 0


def _of(tree: Tree, path: str, weight: int) -> Iterator[Line]:
    text = tree.text(path)
    if len(text) > _LARGEST or (
        text.startswith("#") and _MADE_BY_TARMAC in text.partition("\n")[0]
    ):
        return
    if path == "README.md":
        yield from _front_matter(path, text, weight)
        return
    process = ""
    procfile = path.endswith("Procfile")
    compose = is_compose(tree, path)
    for number, line in enumerate(_joined(text), 1):
        stripped = line.strip()
        if stripped.startswith(("#", "//", ";")) or not stripped:
            continue
        if procfile:
            process = stripped.partition(":")[0]
        elif path.endswith("Makefile") and (named := re.match(r"^([\w.-]+)\s*:(?!=)", line)):
            process = named[1]
            weight = 57 if re.search(r"prod|deploy", process) else 45
        elif compose and (named := _SERVICE.match(line)):
            process = named[1]
        elif found := re.match(r"^\[program:([\w.-]+)\]", stripped):
            process = found[1]
        yield Line(path, number, line, weight, process)


def _front_matter(path: str, text: str, weight: int) -> Iterator[Line]:
    """A space on Hugging Face says in its README what it runs: ``app_file: app.py``."""
    head = text.split("---")[1] if text.startswith("---") and text.count("---") > 1 else ""
    for number, line in enumerate(head.splitlines(), 1):
        if found := re.match(r"app_file:\s*(\S+\.py)", line):
            yield Line(path, number, f"streamlit run {found[1]}", weight)


def _joined(text: str) -> list[str]:
    """Return the lines with continuations put together, numbered as their first line."""
    lines: list[str] = []
    open_line = -1
    listing = False
    for line in text.splitlines():
        bare = line.rstrip()
        if open_line >= 0 and (listing is False or bare.lstrip().startswith("-")):
            lines[open_line] += " " + bare.strip().removeprefix("- " if listing else "").rstrip(
                "\\"
            )
            lines.append("")
        else:
            open_line, listing = -1, False
            lines.append(bare.rstrip("\\"))
        if bare.endswith("\\"):
            open_line = len(lines) - 1 if open_line < 0 else open_line
        elif re.match(r"\s*(?:command|entrypoint|args):\s*(?:[>|][-+]?)?$", bare):
            open_line, listing = len(lines) - 1, bare.endswith(":")
            if not listing:
                open_line = -1
        elif not listing:
            open_line = -1
    return lines
