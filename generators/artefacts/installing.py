"""How each package manager installs exactly what its lockfile says, into /opt/venv."""

from __future__ import annotations

from dataclasses import dataclass

from generators.deployment import Deployment
from generators.project import Service

VENV = "/opt/venv"


@dataclass(frozen=True, slots=True)
class Installation:
    """Steps of the build stage: tools first, then files copied alone (so that they cache)."""

    tool: str
    files: tuple[str, ...]
    environment: tuple[tuple[str, str], ...]
    command: tuple[str, ...]
    cache: str
    whole_source: bool = False


def installation(deployment: Deployment, files: tuple[str, ...] = ()) -> Installation:
    """Return the steps for the service's package manager."""
    service = deployment.service
    match service.package_manager:
        case "uv":
            return _uv(service)
        case "poetry":
            return _poetry(service)
        case "pdm":
            return _pdm(service)
        case "pipenv":
            return _pipenv(service)
        case _:
            return _pip(service, files)


def missing_server(service: Service) -> str:
    """Return the requirement of the server that the project does not bring, "" when it does."""
    wanted = "gunicorn" if service.interface == "wsgi" else "uvicorn"
    return "" if wanted in service.dependencies else wanted


def system_packages(service: Service) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the Debian packages for building and for running that the drivers need."""
    packages = service.dependencies
    if "mysqlclient" in packages:
        return ("build-essential", "default-libmysqlclient-dev", "pkg-config"), ("libmariadb3",)
    if "psycopg2" in packages and "psycopg2-binary" not in packages:
        return ("build-essential", "libpq-dev"), ("libpq5",)
    if "psycopg-c" in packages:
        return ("build-essential", "libpq-dev"), ("libpq5",)
    if "psycopg" in packages and "psycopg-binary" not in packages:
        return (), ("libpq5",)
    return (), ()


def _uv(service: Service) -> Installation:
    environment = (
        ("UV_PROJECT_ENVIRONMENT", VENV),
        ("UV_COMPILE_BYTECODE", "1"),
        ("UV_LINK_MODE", "copy"),
        ("UV_PYTHON_DOWNLOADS", "never"),
    )
    files, options = _pair(service), ["--locked", "--no-install-project"]
    workspace = service.lockfile.rpartition("/")[0]
    if workspace != service.manifest.rpartition("/")[0]:
        files = (f"{workspace}/pyproject.toml".lstrip("/"), *files)
        name = service.package_name or service.path.rpartition("/")[2]
        options = ["--frozen", "--no-install-workspace", "--package", name]
    command = ("uv", "sync", "--no-dev", *options)
    return Installation("uv>=0.5,<1", files, environment, command, "/root/.cache/uv")


def _poetry(service: Service) -> Installation:
    command = ("poetry", "install", "--only", "main", "--no-root", "--no-interaction")
    return Installation("poetry>=1.8,<3", _pair(service), (), command, "/root/.cache/pypoetry")


def _pdm(service: Service) -> Installation:
    command = ("pdm", "sync", "--prod", "--no-self", "--no-editable")
    return Installation("pdm>=2.20,<3", _pair(service), (), command, "/root/.cache/pdm")


def _pipenv(service: Service) -> Installation:
    how = ("sync",) if service.lockfile.endswith("Pipfile.lock") else ("install", "--skip-lock")
    command = ("pipenv", *how)
    return Installation("pipenv>=2024", _pair(service), (), command, "/root/.cache/pipenv")


def _pip(service: Service, files: tuple[str, ...]) -> Installation:
    if service.manifest.endswith(".txt"):
        named = service.manifest.removeprefix(f"{service.path}/")
        command = ("pip", "install", "-r", named)
        return Installation("", (service.manifest, *files), (), command, "/root/.cache/pip")
    return Installation("", (), (), ("pip", "install", "."), "/root/.cache/pip", True)


def _pair(service: Service) -> tuple[str, ...]:
    return tuple(dict.fromkeys(filter(None, (service.manifest, service.lockfile))))
