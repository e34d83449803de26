"""What breaks the deployment of a Python service: each was seen in real repositories."""

from __future__ import annotations

from collections.abc import Iterator

from generators.detection.manifests import Manifest
from generators.detection.modules import Modules
from generators.detection.python_names import SERVERS, installs, package_of
from generators.detection.tree import Tree, inside, join
from generators.language import _
from generators.project import Finding, Service

_UTF16 = (b"\xff\xfe", b"\xfe\xff")


def manifest_findings(tree: Tree, manifest: Manifest) -> Iterator[Finding]:
    """Yield what is wrong with how a service is installed."""
    if not manifest.path:
        yield Finding(
            "no-manifest",
            "warning",
            _("no file says what to install (requirements.txt, pyproject.toml, Pipfile)"),
            manifest.root,
            fix=_("write a requirements.txt or pyproject.toml into that folder"),
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
            fix=_("delete the lockfiles that nobody keeps up to date"),
        )
    if manifest.others:
        yield Finding(
            "several-manifests",
            "notice",
            _("{files} also say what to install; {chosen} is used").format(
                files=", ".join(manifest.others), chosen=manifest.path
            ),
            manifest.others[0],
            1,
            _("keep one of them, so that they cannot disagree"),
        )
    if manifest.manager == "conda":
        yield Finding(
            "conda",
            "warning",
            _("{path} is installed by conda; no image is made from such an environment").format(
                path=manifest.path
            ),
            manifest.path,
            1,
            _("list the packages that pip can install in a requirements.txt beside it"),
        )
    if not manifest.lockfile:
        yield Finding(
            "no-lockfile",
            "notice",
            _("versions are not locked: two builds may differ"),
            manifest.path,
            fix=_LOCKING.get(manifest.manager, "pip-compile"),
        )
    for path in manifest.requirements:
        if tree.data(path).startswith(_UTF16):
            yield Finding(
                "utf-16",
                "warning",
                _(
                    "{path} is UTF-16: pip reads it, but few other tools do; save it as UTF-8"
                ).format(path=path),
                path,
                1,
                f"iconv -f UTF-16 -t UTF-8 {path}",
            )
    yield from _package_findings(manifest)


_LOCKING = {
    "uv": "uv lock",
    "poetry": "poetry lock",
    "pdm": "pdm lock",
    "pipenv": "pipenv lock",
    "pip": "pip-compile --generate-hashes",
    "hatch": "uv pip compile pyproject.toml -o requirements.txt",
}


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
            _("write python-jose instead of jose"),
        )
    if packages.has("psycopg2") and not packages.has("psycopg2-binary"):
        path, line = packages.line("psycopg2") or (manifest.path, 1)
        yield Finding(
            "psycopg2-source",
            "notice",
            _("psycopg2 is compiled while the image is built: a compiler and libpq are added"),
            path,
            line,
            _("psycopg2-binary or psycopg[binary] needs neither"),
        )


def service_findings(service: Service, manifest: Manifest, modules: Modules) -> Iterator[Finding]:
    """Yield what is wrong with how a service starts."""
    yield from _server_findings(service, manifest)
    yield from _framework_findings(service, manifest)
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
            fix=_("a route such as /health that answers 200 without work"),
        )
    sockets = manifest.dependencies.line("flask-socketio") or manifest.dependencies.line(
        "python-socketio"
    )
    if sockets:
        yield Finding(
            "socketio",
            "notice",
            _("Socket.IO needs one instance, or session affinity and a message queue"),
            *sockets,
            fix=_("gunicorn needs -w 1 with threads, eventlet or gevent for it"),
        )
    if service.migrations and service.migrations.provider == "other":
        yield Finding(
            "migrations-by-hand",
            "notice",
            _(
                "{tool} changes the schema; Tarmac shows and rehearses Alembic, Django and Prisma"
            ).format(tool=service.migrations.tool),
            service.migrations.directory,
        )


def _server_findings(service: Service, manifest: Manifest) -> Iterator[Finding]:
    wanted = SERVERS.get(service.interface, ())
    has = manifest.dependencies
    if not wanted or not manifest.path or has.has(*wanted) or service.server:
        return
    if manifest.development & set(wanted):
        message = _("{server} is only a development dependency; the image installs it separately")
        level = "warning"
    else:
        message = _("no server is among the dependencies; the image installs {server} separately")
        level = "notice"
    named = next((one for one in wanted if one in manifest.development), wanted[0])
    yield Finding(
        "no-server",
        level,
        message.format(server=named),
        manifest.path,
        fix=_("add {server} to the dependencies").format(server=named),
    )


def _framework_findings(service: Service, manifest: Manifest) -> Iterator[Finding]:
    versions = manifest.dependencies.versions
    if versions and not installs(versions, package_of(service.framework)):
        yield Finding(
            "framework-not-installed",
            "warning",
            _("{framework} is imported, but {file} does not install it").format(
                framework=service.framework, file=manifest.path
            ),
            manifest.path,
            1,
            _("add it to the dependencies; on a new machine the service would not start"),
        )


def _is_entry(service: Service, path: str) -> bool:
    module = (service.entrypoint or "").partition(":")[0].replace(".", "/")
    return path in {
        join(service.import_root, f"{module}.py"),
        join(service.import_root, f"{module}/__init__.py"),
    }
