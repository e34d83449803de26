"""The sample projects: what they are made of, and their files generated as a person would do it.

Each is copied to a folder of its own, gets its lockfile where that would name a registry's host
(uv, Pipenv), is detected, gets a blueprint from `tarmac init --yes` and its files from
`tarmac generate --write`.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import venv
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tests.cli.run_tarmac import Ran, tarmac
from tests.imagelab.index import adapt

APPS = Path(__file__).parent / "apps"
PLAIN = Path(__file__).parent / "plain"
BLUEPRINT_PORT = 18080


@dataclass(frozen=True, kw_only=True)
class App:
    """A sample project.

    ``folders`` are copied over one another; ``lock`` is the program (from the package index) and
    the words that make the lockfile. ``probe`` needs nothing but the program, ``deep`` the
    database's tables (and Redis): it is asked of the whole compose project. ``services`` are those
    that compose must bring up besides the program and ``migrate``; ``plain`` are Dockerfiles of
    the guides with the folder that they build; ``source`` is a file whose change is no change of
    dependencies; ``stated`` are keys of the blueprint besides. ``stops_at``
    is what the program says where the lab cannot follow any further.
    """

    name: str
    title: str
    folders: tuple[str, ...]
    probe: str
    deep: str
    expect: str
    deep_expect: str
    source: str
    plain: tuple[tuple[str, str], ...]
    scheme: str = "postgresql"
    services: tuple[str, ...] = ("db",)
    migrates: bool = True
    lock: tuple[str, ...] = ()
    stated: tuple[tuple[str, str], ...] = ()
    stops_at: str = ""

    @property
    def unreachable(self) -> str:
        """An address of a database for a program that is run without one."""
        return f"DATABASE_URL={self.scheme}://nobody:nothing@127.0.0.1:9/none"


def _fastapi(manager: str, *, lock: tuple[str, ...] = ()) -> App:
    return App(
        name=f"fastapi-{manager}",
        title=f"FastAPI + Alembic, {manager}",
        folders=("fastapi/source", f"fastapi/{manager}"),
        probe="/healthz",
        expect='"ok"',
        deep="/stats",
        deep_expect='"links":0,"visits":0',
        source="links/settings.py",
        plain=((f"fastapi-{manager}", "."),),
        scheme="postgresql+psycopg",
        services=("db", "redis"),
        lock=lock,
    )


def _flask(
    name: str,
    title: str,
    stated: tuple[tuple[str, str], ...] = (),
    services: tuple[str, ...] = ("db",),
) -> App:
    return App(
        name=name,
        title=title,
        folders=("flask",),
        probe="/api/health",
        expect='"ok"',
        deep="/api/products",
        deep_expect=r"\[\]",
        source="shop/__init__.py",
        plain=(("flask", "."), ("vite", "web")),
        scheme="postgresql+psycopg2",
        services=services,
        stated=stated,
    )


ALL = (
    _fastapi("uv", lock=("uv", "lock")),
    _fastapi("poetry"),
    _fastapi("pip"),
    _fastapi("pdm"),
    _fastapi("pipenv", lock=("pipenv", "lock")),
    _flask("flask", "Flask + Vite, gunicorn behind nginx", (("service.frontend", "together"),)),
    _flask("flask-apart", "Flask + Vite, an image each", services=("db", "web")),
    App(
        name="django",
        title="Django (WSGI, static files) with a Celery worker",
        folders=("django",),
        probe="/healthz",
        expect='"ok"',
        deep="/",
        deep_expect=r"shelf\.[0-9a-f]+\.css",
        source="books/views.py",
        plain=(("django", "."),),
        services=("db", "redis", "worker"),
    ),
    App(
        name="nest",
        title="NestJS",
        folders=("nest",),
        probe="/health",
        expect='"ok"',
        deep="/notes",
        deep_expect=r'"tables":\d+',
        source="src/health.controller.ts",
        plain=(("nest", "."),),
        migrates=False,
    ),
    App(
        name="nest-prisma",
        title="NestJS + Prisma",
        folders=("nest", "nest-prisma"),
        probe="/health",
        expect='"ok"',
        deep="",
        deep_expect="",
        source="src/health.controller.ts",
        plain=(("nest-prisma", "."),),
        stops_at="The Prisma engines do not seem to be compatible",
    ),
    App(
        name="static",
        title="Vite alone, nginx",
        folders=("static",),
        probe="/",
        expect="Landing",
        deep="/anything/below",
        deep_expect="doctype html",
        source="src/main.js",
        plain=(("vite", "."),),
        services=(),
        migrates=False,
    ),
)


def named(name: str) -> App:
    """Return the project of a name."""
    return next(app for app in ALL if app.name == name)


def copied(app: App, folder: Path) -> Path:
    """Copy a project, with its lockfile, and return its root."""
    root = folder / app.name
    for part in app.folders:
        shutil.copytree(APPS / part, root, dirs_exist_ok=True)
    if app.lock:
        _run([str(_tool(app.lock[0])), *app.lock[1:]], root)
    return root


def generated(app: App, folder: Path) -> Path:
    """Return the root of a copy with everything that Tarmac generates."""
    root = copied(app, folder)
    answers = {
        "project.id": "lab-project",
        "project.billing_account": "000000-000000-000000",
        "service.name": app.name,
        "service.port": str(BLUEPRINT_PORT),
        "service.health_path": app.probe,
        **dict(app.stated),
    }
    words = [word for key, value in answers.items() for word in ("--set", f"{key}={value}")]
    _done(tarmac("init", "--yes", "--no-input", "--json", *words, cwd=root))
    written = _done(tarmac("generate", "--write", "--json", cwd=root))
    assert "Dockerfile" in written["written"], written["written"]
    adapt(root / "Dockerfile")
    return root


def composed_services(root: Path) -> dict[str, Any]:
    """Return the services of the generated compose file."""
    text = (root / "docker-compose.yml").read_text(encoding="utf-8")
    services: dict[str, Any] = yaml.safe_load(text)["services"]
    return services


def images(root: Path) -> list[tuple[str, str]]:
    """Return the context and the Dockerfile (seen from it) of each image, ``app`` first."""
    built = composed_services(root)
    order = sorted(built, key=lambda name: name != "app")
    places = [built[name]["build"] for name in order if "build" in built[name]]
    return list(dict.fromkeys((one["context"], one["dockerfile"]) for one in places))


def _done(ran: Ran) -> dict[str, Any]:
    assert ran.code == 0, f"{ran.out}\n{ran.err}"
    data: dict[str, Any] = ran.envelope["data"]
    return data


def _tool(name: str) -> Path:
    """Return a package manager, installed once beside the lab's own files."""
    home = Path(os.environ.get("IMAGELAB_HOME", "/tmp/imagelab")) / "managers" / name
    program = home / "bin" / name
    if not program.exists():
        venv.create(home, with_pip=True, clear=True)
        _run([str(home / "bin" / "python"), "-m", "pip", "install", "--quiet", name], home)
    return program


def _run(words: list[str], cwd: Path) -> None:
    quiet = {"PIPENV_IGNORE_VIRTUALENVS": "1", "PIPENV_NOSPIN": "1", "UV_NO_PROGRESS": "1"}
    done = subprocess.run(
        words,
        cwd=cwd,
        env={**os.environ, **quiet, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, f"{words}\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}"
