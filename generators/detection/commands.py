"""Start commands that a project already has: Procfile, Dockerfile, compose, scripts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from generators.detection.command_files import Line
from generators.detection.tree import parent

_SERVER = re.compile(
    r"\b(uvicorn|gunicorn|hypercorn|granian|daphne|waitress-serve|uwsgi|fastapi|flask|litestar"
    r"|streamlit|chainlit)\b"
)
_MODULE = re.compile(
    r"(?:^|[\s=\"'\[,({/}])([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*):([A-Za-z_]\w*)(\([^)\s]*\))?(?=[\s\"'\],)]|$)"
)
_DJANGO = re.compile(
    r"(?:^|[\s\"',=\[])([A-Za-z_][\w.]*\.[aw]sgi(?:_\w+)?)(?::(\w+))?(?=[\s\"',\]]|$)"
)
_FILE = re.compile(r"[\s\"',]((?:[\w-]+/)*[\w-]+\.py)\b")
_FASTAPI = re.compile(r"\bfastapi[\"',\s]+(run|dev)\b([^\n|&;]*)")
_FLASK = re.compile(r"\bFLASK_APP[=:\s]+[\"']?([\w./:]+)|\bflask\b.*?--app[=\s\"',]+([\w./:]+)")
_LITESTAR = re.compile(
    r"\bLITESTAR_APP[=:\s]+[\"']?([\w./:]+)|\blitestar\b.*?--app[=\s\"',]+([\w./:]+)"
)
_STREAMLIT = re.compile(r"\bstreamlit[\"',\s]+run[\"',\s]+([\w./-]+\.py)")
_UWSGI = re.compile(r"^\s*(?:module|wsgi)\s*=\s*([\w.]+)(?::(\w+))?|^\s*wsgi-file\s*=\s*(\S+\.py)")
_PYTHON = re.compile(
    r"\bpython[\d.]*[\"',\s]+(?:-\w+[\"',\s]+)*?(?:-m[\"',\s]+([\w.]+)|((?:[\w.-]+/)*[\w-]+\.py))"
)
_BARE = re.compile(r"^gunicorn[\"',\s]+(?:-\S+[=\s]\S+\s+)*([a-z_][\w.]*)(?=[\"'\s\],]|$)")
_CUSTOM = re.compile(
    r"\b(?:start|serve|server|run)[\"',\s]+(?:\S+[\"',\s]+)?([a-z_][\w]*(?:\.\w+)+):(\w+)"
)
_PORT = re.compile(
    r"(?:--port[=\s\"',]+|--bind[=\s\"',]+[\d.]*:|-b[\s\"',]+[\d.]*:|--server\.port[=\s\"',]+"
    r"|--http(?:-socket)?[=\s\"',]+[\d.]*:|-p[\s\"',]+)(\d{2,5})\b"
)


@dataclass(frozen=True, slots=True)
class StartCommand:
    """A module and a name that something starts; ``weight`` says how much that is worth.

    ``module`` may also be a path ("app/main.py") with an empty name. ``process`` is what the
    file calls it (a Procfile's line, a compose service).
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
    process: str = ""

    @property
    def folder(self) -> str:
        """The folder of the file that says it."""
        return parent(self.path)


def start_commands(lines: list[Line]) -> list[StartCommand]:
    """Return every start command found, the weightiest first."""
    found: list[StartCommand] = []
    for line in lines:
        if line.path.endswith("Procfile") and not line.process.startswith("web"):
            continue
        found += _in_line(line)
    return sorted(found, key=lambda command: -command.weight)


def _in_line(line: Line) -> Iterator[StartCommand]:
    text = line.text
    development = re.search(
        r"--reload\b|--debug\b|\bfastapi\W+dev\b|runserver|\bflask\W+run\b", text
    )
    server = _SERVER.search(text)
    port = _PORT.search(text)
    for module, name, factory, worth in _targets(line, server[1] if server else ""):
        yield StartCommand(
            module.removeprefix("./"),
            name,
            factory,
            line.path,
            line.number,
            text.strip()[:200],
            worth - 30 if development else worth,
            server=server[1] if server else "",
            port=int(port[1]) if port else None,
            process=line.process,
        )


def _targets(line: Line, server: str) -> Iterator[tuple[str, str, bool, int]]:
    text, weight = line.text, line.weight
    if found := _STREAMLIT.search(text):
        yield found[1], "", False, weight
    elif found := _FASTAPI.search(text):
        file = _FILE.search(found[2])
        package = re.search(r"[\s\"',]((?:[\w-]+/)*[\w-]+)[\"']?\s*\]?\s*$", found[2])
        path = file[1] if file else f"{package[1]}/__init__.py" if package else ""
        if path:
            yield path, "", False, weight
    elif server in {"uvicorn", "gunicorn", "hypercorn", "granian", "daphne", "waitress-serve"}:
        at = text.find(server)
        after = re.sub(r"\s-(?:k|c|w|-worker-class|-config)[=\s]+\S+", " ", text[at:])
        if found := _MODULE.search(after):
            factory = bool(found[3]) or "--factory" in text or "--call" in text
            yield found[1], found[2], factory, weight
        elif found := _DJANGO.search(after):
            yield found[1], found[2] or "application", False, weight
        elif server == "gunicorn" and (found := _BARE.search(after)):
            yield found[1], "application", False, weight
    elif found := _UWSGI.search(text):
        yield (found[3] or found[1]), found[2] or ("" if found[3] else "application"), False, weight
    elif found := _LITESTAR.search(text) or _FLASK.search(text):
        module, _colon, name = (found[1] or found[2]).partition(":")
        factory = name.startswith(("create", "make", "get"))
        yield (module, name, factory, weight - 10)
    elif not server and (found := _CUSTOM.search(text)) and weight >= 60:
        yield found[1], found[2], False, weight - 20
    elif weight >= 50 and not server and (found := _PYTHON.search(text)):
        if found[1] and found[1].partition(".")[0] not in _TOOLS:
            yield f"{found[1].replace('.', '/')}", "*", False, weight - 20
        elif found[2] and not found[2].endswith(("manage.py", "setup.py")):
            yield found[2], "*", False, weight - 20


_TOOLS = frozenset(
    {"pip", "venv", "http", "pytest", "unittest", "alembic", "celery", "build", "ensurepip", "json"}
    | {
        "flask",
        "uvicorn",
        "gunicorn",
        "compileall",
        "debugpy",
        "poetry",
        "pipenv",
        "uv",
        "mypy",
        "rq",
    }
)
