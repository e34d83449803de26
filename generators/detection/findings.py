"""What a person should know before files are made: each was seen to break a deployment."""

from __future__ import annotations

import re
from collections.abc import Iterator

from generators.detection.commands import StartCommand
from generators.detection.manifests import Manifest
from generators.detection.modules import Modules
from generators.detection.python_names import SERVERS
from generators.detection.tree import Tree, deployable, inside, join
from generators.detection.versions import END_OF_LIFE
from generators.language import _
from generators.project import Finding, Service

_UTF16 = (b"\xff\xfe", b"\xfe\xff")


def repository_findings(tree: Tree) -> Iterator[Finding]:
    """Yield what is wrong with the repository as a whole."""
    ignored = tree.text(".gitignore") if tree.has(".gitignore") else ""
    for path in filter(deployable, tree.named(".env")):
        if not re.search(r"^/?(\*\*/)?(\*?\.env\*?)\s*$", ignored, re.MULTILINE):
            yield Finding(
                "env-not-ignored",
                "warning",
                _("{path} is not ignored by git; secrets in it would be committed").format(
                    path=path
                ),
                path,
                1,
            )
    for path in tree.environments:
        name = path.rpartition("/")[2]
        if not name.startswith(".") and name != "node_modules" and not _ignores(ignored, name):
            yield Finding(
                "environment-not-ignored",
                "notice",
                _("{path} is a virtual environment that git does not ignore").format(path=path),
                path,
            )


def manifest_findings(tree: Tree, manifest: Manifest) -> Iterator[Finding]:
    """Yield what is wrong with how a service is installed."""
    if not manifest.path:
        yield Finding(
            "no-manifest",
            "warning",
            _("no file says what to install (requirements.txt, pyproject.toml, Pipfile)"),
            manifest.root,
        )
        return
    if len(manifest.lockfiles) > 1:
        yield Finding(
            "several-lockfiles",
            "warning",
            _("several lockfiles disagree about the manager: {files}; {chosen} is used").format(
                files=", ".join(manifest.lockfiles), chosen=manifest.lockfile
            ),
            manifest.lockfile,
        )
    if not manifest.lockfile:
        yield Finding(
            "no-lockfile",
            "notice",
            _("versions are not locked: two builds may differ"),
            manifest.path,
        )
    for path in manifest.requirements:
        if tree.data(path).startswith(_UTF16):
            yield Finding(
                "utf-16",
                "warning",
                _("{path} is UTF-16; pip reads it only on some systems, save it as UTF-8").format(
                    path=path
                ),
                path,
                1,
            )
    yield from _package_findings(manifest)


def _package_findings(manifest: Manifest) -> Iterator[Finding]:
    packages = manifest.dependencies
    if packages.has("jose") and not packages.has("python-jose"):
        path, line = packages.line("jose") or (manifest.path, 1)
        yield Finding(
            "jose",
            "warning",
            _("jose is an old package that does not work on Python 3; python-jose is meant"),
            path,
            line,
        )
    if packages.has("psycopg2") and not packages.has("psycopg2-binary"):
        path, line = packages.line("psycopg2") or (manifest.path, 1)
        yield Finding(
            "psycopg2-source",
            "notice",
            _("psycopg2 is compiled while the image is built: a compiler and libpq are added"),
            path,
            line,
        )
    if manifest.python.version in END_OF_LIFE:
        yield Finding(
            "python-end-of-life",
            "warning",
            _("Python {version} gets no security fixes any more").format(
                version=manifest.python.version
            ),
            manifest.python.path or manifest.path,
            manifest.python.line,
        )


def service_findings(
    service: Service, manifest: Manifest, modules: Modules, commands: list[StartCommand]
) -> Iterator[Finding]:
    """Yield what is wrong with how a service starts."""
    wanted = SERVERS.get(service.interface, ())
    has = manifest.dependencies
    extras = has.line("fastapi") is not None and has.has("fastapi-cli")
    if wanted and manifest.path and not has.has(*wanted) and not extras:
        level = "warning" if manifest.development & set(wanted) else "notice"
        message = (
            _("{server} is only a development dependency; the image installs it separately")
            if level == "warning"
            else _("no server is among the dependencies; the image installs {server} separately")
        )
        yield Finding("no-server", level, message.format(server=wanted[0]), manifest.path)
    for command in commands:
        if "--reload" in command.says and command.path.rpartition("/")[2] in {
            "Procfile",
            "Dockerfile",
        }:
            yield Finding(
                "reload",
                "warning",
                _("the server is started with --reload, which is for development"),
                command.path,
                command.line,
            )
    for module in modules.all():
        if inside(module.path, service.path):
            for run in module.runs:
                if run.reload and _is_entry(service, module.path):
                    yield Finding(
                        "reload",
                        "notice",
                        _("started by itself it reloads (development); the image does not do so"),
                        module.path,
                        run.line,
                    )
    if service.health_path is None:
        yield Finding(
            "no-health-path",
            "notice",
            _("no health path was found; add one, so that a broken revision gets no traffic"),
            service.path,
        )
    if has.has("python-socketio", "flask-socketio"):
        yield Finding(
            "socketio",
            "notice",
            _("Socket.IO needs one instance, or session affinity and a message queue"),
            manifest.path,
        )


def node_findings(services: list[Service]) -> Iterator[Finding]:
    """Yield what this version does not make files for, so that nobody waits for them."""
    for service in services:
        if service.language == "javascript":
            message = _("{framework} is recognised, but no files are made for it yet")
            yield Finding(
                "no-files-yet",
                "warning",
                message.format(framework=service.framework),
                service.manifest,
            )
        elif service.frontend and service.frontend.served_by is None:
            message = _("the back end does not serve {path}; no image is made for it yet")
            yield Finding(
                "front-end-apart",
                "warning",
                message.format(path=service.frontend.path),
                service.frontend.path,
            )


def _is_entry(service: Service, path: str) -> bool:
    module = (service.entrypoint or "").partition(":")[0].replace(".", "/")
    return path in {
        join(service.import_root, f"{module}.py"),
        join(service.import_root, f"{module}/__init__.py"),
    }


def _ignores(text: str, name: str) -> bool:
    return bool(re.search(rf"^/?(\*\*/)?{re.escape(name)}/?\s*$", text, re.MULTILINE))
