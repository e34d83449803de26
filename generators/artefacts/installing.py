"""How each package manager installs exactly what its lockfile says, into /opt/venv."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass

from generators.deployment import Deployment
from generators.detection.tree import join
from generators.project import Service

VENV = "/opt/venv"
PIP_CACHE = "/root/.cache/pip"
_UV = "uv>=0.5,<1"
_PACKAGES = {"Django": "django", "ASGI": "", "WSGI": ""}


@dataclass(frozen=True, slots=True)
class Installation:
    """Steps of the build stage: tools first, then files copied alone (so that they cache).

    ``whole_source``: nothing can be installed without the program's own files. ``packages`` is a
    second command, for packages of the repository itself, once its files are there; () for none.
    """

    tool: str
    files: tuple[str, ...]
    environment: tuple[tuple[str, str], ...]
    command: tuple[str, ...]
    cache: str
    whole_source: bool = False
    packages: tuple[str, ...] = ()

    @property
    def alone(self) -> bool:
        """Whether the manager installs by itself, so that no pip need be in the environment."""
        return self.command[0] in {"uv", "poetry", "pdm"}


def installation(deployment: Deployment, files: tuple[str, ...] = ()) -> Installation:
    """Return the steps for the service's package manager."""
    service = deployment.service
    match service.package_manager:
        case "uv" if service.lockfile:
            return _uv(service)
        case "poetry":
            return _poetry(service)
        case "pdm" if service.lockfile:
            return _pdm(service)
        case "pipenv":
            return _pipenv(service)
        case _:
            return _pip(service, files)


def missing_server(service: Service) -> tuple[str, ...]:
    """Return what the project does not bring of a server and of what that needs."""
    if service.role == "worker":
        return ()
    if service.interface == "streamlit":
        return () if "streamlit" in service.dependencies else ("streamlit",)
    wanted = "gunicorn" if service.interface == "wsgi" else "uvicorn"
    missing = [] if wanted in service.dependencies else [wanted]
    speaks = {"websockets", "wsproto", "uvicorn-standard"} & service.dependencies.keys()
    if wanted == "uvicorn" and service.websockets and not speaks:
        missing.append("websockets")
    return tuple(missing)


def system_packages(service: Service) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the Debian packages for building and for running that dependencies need.

    Where a wheel is published for usual platforms no compiler is installed.
    """
    build = {name for need in service.native if not need.wheel for name in need.build}
    run = {name for need in service.native for name in need.run}
    return tuple(sorted(build)), tuple(sorted(run))


def _uv(service: Service) -> Installation:
    environment = (
        ("UV_PROJECT_ENVIRONMENT", VENV),
        ("UV_COMPILE_BYTECODE", "1"),
        ("UV_LINK_MODE", "copy"),
        ("UV_PYTHON_DOWNLOADS", "never"),
    )
    tool = f"uv=={service.manager_version}" if service.manager_version else _UV
    files, options = _pair(service), ["--locked", "--no-install-project"]
    packages: tuple[str, ...] = ()
    if service.workspace:
        files = (join(service.workspace, "pyproject.toml"), *files)
        name = service.package_name or service.path.rpartition("/")[2]
        options = ["--frozen", "--no-install-workspace", "--package", name]
        packages = (
            "uv",
            "sync",
            "--inexact",
            "--no-dev",
            "--locked",
            "--no-editable",
            "--package",
            name,
        )
    command = ("uv", "sync", "--no-dev", *options)
    return Installation(tool, files, environment, command, "/root/.cache/uv", packages=packages)


def _poetry(service: Service) -> Installation:
    first = service.manager_version.startswith(("0", "1"))
    tool = "poetry>=1.8,<2" if first else "poetry>=2,<3"
    command = ("poetry", "install", "--only", "main", "--no-root", "--no-interaction")
    return Installation(tool, _pair(service), (), command, "/root/.cache/pypoetry")


def _pdm(service: Service) -> Installation:
    command = ("pdm", "sync", "--prod", "--no-self", "--no-editable")
    environment = (("PDM_CHECK_UPDATE", "false"),)
    # Newer releases of these two break every PDM up to 2.29.4, which sets them no bound.
    tool = "pdm>=2.20,<3 hishel<2 unearth<0.18"
    return Installation(tool, _pair(service), environment, command, "/root/.cache/pdm")


def _pipenv(service: Service) -> Installation:
    how = ("sync",) if service.lockfile.endswith("Pipfile.lock") else ("install", "--skip-lock")
    command = ("pipenv", *how)
    return Installation("pipenv>=2024", _pair(service), (), command, "/root/.cache/pipenv")


def _pip(service: Service, files: tuple[str, ...]) -> Installation:
    """pip reads requirements in UTF-16 too; a pyproject.toml that builds nothing is read by uv."""
    if service.manifest.endswith((".txt", ".in")):
        named = posixpath.relpath(service.manifest, service.path)
        return Installation(
            "", (service.manifest, *files), (), ("pip", "install", "-r", named), PIP_CACHE
        )
    if service.manifest.endswith("pyproject.toml") and not service.installs_itself:
        named = posixpath.relpath(service.manifest, service.path)
        environment = (("UV_LINK_MODE", "copy"), ("UV_PYTHON_DOWNLOADS", "never"))
        command = ("uv", "pip", "install", "-r", named)
        return Installation(_UV, (service.manifest,), environment, command, "/root/.cache/uv")
    if not service.manifest:
        named = _PACKAGES.get(service.framework, service.framework.lower())
        wanted = [named] if re.fullmatch(r"[a-z0-9][a-z0-9._-]*", named) else []
        return Installation("", (), (), ("pip", "install", *(wanted or ["pip"])), PIP_CACHE)
    return Installation("", (), (), ("pip", "install", "."), PIP_CACHE, True)


def _pair(service: Service) -> tuple[str, ...]:
    return tuple(dict.fromkeys(filter(None, (service.manifest, service.lockfile))))
