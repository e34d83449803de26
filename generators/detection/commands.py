"""Start commands that a project already has: Procfile, Dockerfile, compose, scripts."""

from __future__ import annotations

import re
from dataclasses import dataclass

from generators.detection.tree import Tree, parent

_SERVERS = r"(?:uvicorn|gunicorn|hypercorn|granian|daphne|waitress-serve)"
_START = re.compile(
    rf"\b{_SERVERS}\b[^\n#|&;]*?[\s\"',=]([A-Za-z_]\w*(?:\.\w+)*):([A-Za-z_]\w*)(\(\))?"
)
_DJANGO = re.compile(r"\b(?:gunicorn|uvicorn|daphne)\b[^\n#|&;]*?\b([\w.]+\.[wa]sgi)(?::(\w+))?")
_FASTAPI = re.compile(r"\bfastapi[\"',\s]+(?:run|dev)[\"',\s]+([\w./-]+\.py)")
_FLASK = re.compile(r"\bFLASK_APP[=:\s]+[\"']?([\w./:]+)")
_PORT = re.compile(r"(?:--port[=\s\"',]+|--bind[=\s\"',]+[\d.]*:|-b[\s\"',]+[\d.]*:)(\d{2,5})\b")
_EXPOSE = re.compile(r"^EXPOSE\s+(\d{2,5})", re.MULTILINE)
_MADE_BY_TARMAC = "Tarmac"


@dataclass(frozen=True, slots=True)
class StartCommand:
    """A module and a name that something starts; ``weight`` says how much that is worth.

    ``module`` may also be a path ("app/main.py") with an empty name.
    """

    module: str
    name: str
    factory: bool
    path: str
    line: int
    says: str
    weight: int
    server: str = ""
    port: int | None = None

    @property
    def folder(self) -> str:
        """The folder of the file that says it."""
        return parent(self.path)


def start_commands(tree: Tree) -> list[StartCommand]:
    """Return every start command found, the weightiest first."""
    found: list[StartCommand] = []
    for path in tree.files:
        weight = _weight(path)
        if weight:
            text = tree.text(path)
            if not text.startswith("#") or _MADE_BY_TARMAC not in text.partition("\n")[0]:
                found += _in_text(path, text, weight)
    return sorted(found, key=lambda command: -command.weight)


def exposed_port(tree: Tree, folder: str) -> tuple[int, str, int] | None:
    """Return the port a Dockerfile of the folder exposes, with its file and line."""
    path = "Dockerfile" if folder == "." else f"{folder}/Dockerfile"
    if not tree.has(path):
        return None
    text = tree.text(path)
    found = _EXPOSE.search(text)
    return (int(found[1]), path, text[: found.start()].count("\n") + 1) if found else None


def _weight(path: str) -> int:
    name = path.rpartition("/")[2]
    if name == "Procfile":
        return 100
    if name.startswith("Dockerfile") or name.endswith(".Dockerfile"):
        return 80
    if "compose" in name and name.endswith((".yml", ".yaml")):
        return 60
    if name in {"Makefile", "justfile", "app.yaml", "render.yaml", "fly.toml", "railway.json"}:
        return 50
    if name.endswith((".sh", ".service")) or name in {".flaskenv", "supervisord.conf"}:
        return 50
    return 0


def _in_text(path: str, text: str, weight: int) -> list[StartCommand]:
    found = []
    for number, line in enumerate(_joined(text), 1):
        stripped = line.strip()
        if stripped.startswith("#") or not stripped:
            continue
        if path.endswith("Procfile") and not stripped.startswith("web"):
            continue
        worth = weight - 30 if "--reload" in line else weight
        port = _PORT.search(line)
        given = (path, number, stripped[:200], worth)
        for module, name, factory in _targets(line):
            found.append(
                StartCommand(
                    module,
                    name,
                    factory,
                    *given,
                    server="gunicorn" if "gunicorn" in line else "",
                    port=int(port[1]) if port else None,
                )
            )
    return found


def _targets(line: str) -> list[tuple[str, str, bool]]:
    if started := _START.search(line):
        return [(started[1], started[2], bool(started[3]) or "--factory" in line)]
    if django := _DJANGO.search(line):
        return [(django[1], django[2] or "application", False)]
    if fastapi := _FASTAPI.search(line):
        return [(fastapi[1], "", False)]
    if flask := _FLASK.search(line):
        module, _colon, name = flask[1].partition(":")
        return [(module, name, name.startswith(("create", "make")))]
    return []


def _joined(text: str) -> list[str]:
    """Return the lines with continuations put together, numbered as their first line."""
    lines: list[str] = []
    open_line = -1
    for line in text.splitlines():
        if open_line >= 0:
            lines[open_line] += " " + line.strip().rstrip("\\")
            lines.append("")
        else:
            lines.append(line.rstrip("\\"))
        if line.rstrip().endswith("\\"):
            open_line = len(lines) - 1 if open_line < 0 else open_line
        else:
            open_line = -1
    return lines
