"""The image of a Python service: dependencies, front end and program in stages of their own."""

from __future__ import annotations

import re

from generators.artefact import Artefact
from generators.artefacts.installing import (
    PIP_CACHE,
    VENV,
    installation,
    missing_server,
    system_packages,
)
from generators.artefacts.nginx import TEMPLATE
from generators.artefacts.node_source import SOURCE, join_image, node_source
from generators.artefacts.stand_ins import stand_ins
from generators.artefacts.starting import health_command, image_path, start_command
from generators.deployment import Deployment
from generators.detection.tree import join, parent
from generators.header import header
from generators.project import FrontEnd
from generators.quoting import shell_word
from generators.templating import rendered

SUITE = "bookworm"
SUPERVISOR = "supervisor>=4.3,<5"
SUPERVISE = ["supervisord", "--configuration", "/etc/supervisord.conf"]
_BESIDE = ("gettext-base", "nginx-light")
_BUILDING = "only-while-building"
_COMMANDS = {"Flask": "FLASK_APP", "Litestar": "LITESTAR_APP"}
"""What the frameworks' own commands, which migrate, learn the application from."""
_PRIVATE = re.compile(r"SECRET|KEY|TOKEN|PASSWORD|SALT")


def python_image(deployment: Deployment, language: str) -> Artefact:
    """Return the Dockerfile of a Python service."""
    service, front = deployment.service, deployment.frontend
    build_packages, run_packages = system_packages(service)
    text = rendered(
        "Dockerfile.j2",
        language,
        header=header(language, deployment.blueprint_hash),
        deployment=deployment,
        service=service,
        suite=SUITE,
        venv=VENV,
        install=installation(deployment),
        pip_cache=PIP_CACHE,
        server=(*missing_server(service), *((SUPERVISOR,) if deployment.together else ())),
        build_packages=build_packages,
        run_packages=sorted({*run_packages, *(_BESIDE if deployment.together else ())}),
        in_context=deployment.within_context,
        copies=_copies(deployment),
        workdir=image_path(deployment, service.path),
        python_path=_python_path(deployment),
        web=node_source(deployment, front) if front else None,
        root=SOURCE,
        output=f"{join_image(deployment.within_context(front.path))}/{front.output}"
        if front
        else "",
        destination=_destination(deployment, front) if front else "",
        environment=_environment(deployment),
        collect=_collect(deployment),
        together=deployment.together,
        settings=deployment.within_context(join(service.path, "nginx.conf")),
        settings_template=TEMPLATE,
        processes=deployment.within_context(join(service.path, "supervisord.conf")),
        start=SUPERVISE if deployment.together else start_command(deployment),
        health=health_command(deployment),
    )
    return Artefact(
        name="dockerfile", path=deployment.dockerfile, text=text, context=deployment.context
    )


def _copies(deployment: Deployment) -> list[tuple[list[str], str]]:
    """Return the files to copy before installing, grouped by the folder they keep."""
    groups: dict[str, list[str]] = {}
    for path in installation(deployment, deployment.service.requirements[1:]).files:
        inner = deployment.within_context(path)
        groups.setdefault(parent(inner), []).append(inner)
    return [(paths, "./" if folder == "." else f"./{folder}/") for folder, paths in groups.items()]


def _python_path(deployment: Deployment) -> str:
    service = deployment.service
    if service.import_root == service.path:
        return ""
    return image_path(deployment, service.import_root)


def _destination(deployment: Deployment, front: FrontEnd) -> str:
    """Return where the built files go: where the back end looks for them, or where nginx does."""
    return "/srv" if deployment.together else f"{image_path(deployment, front.path)}/{front.output}"


def _environment(deployment: Deployment) -> dict[str, str]:
    """Return what the program needs to know wherever it runs."""
    service = deployment.service
    found = {"DJANGO_SETTINGS_MODULE": service.django_settings} if service.django_settings else {}
    if service.framework in _COMMANDS and service.entrypoint and service.migrations:
        found[_COMMANDS[service.framework]] = service.entrypoint
    if service.interface == "streamlit" or deployment.together:
        found["HOME"] = "/tmp"
    return found


def _collect(deployment: Deployment) -> str:
    """Return the line that collects Django's static files; settings may insist on secrets."""
    service = deployment.service
    if not service.collects_static:
        return ""
    secret = [name for name in service.variables if _PRIVATE.search(name)]
    values = dict.fromkeys(["SECRET_KEY", "DJANGO_SECRET_KEY", *secret], _BUILDING)
    values |= stand_ins(service.required, _BUILDING, stores=True)
    values["DATABASE_URL"] = "sqlite:////tmp/build.sqlite3"
    given = " ".join(f"{name}={shell_word(value)}" for name, value in sorted(values.items()))
    program = "manage.py"
    if service.import_root != service.path:
        program = shell_word(f"{image_path(deployment, service.import_root)}/manage.py")
    return f"{given} python {program} collectstatic --noinput"
