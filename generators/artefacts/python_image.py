"""The image of a Python service: dependencies, front end and program in stages of their own."""

from __future__ import annotations

from generators.artefact import Artefact
from generators.artefacts.installing import (
    VENV,
    installation,
    missing_server,
    system_packages,
)
from generators.artefacts.node_source import SOURCE, join_image, node_source
from generators.artefacts.starting import health_command, image_path, start_command
from generators.deployment import Deployment
from generators.detection.tree import parent
from generators.header import header
from generators.project import FrontEnd
from generators.templating import rendered

SUITE = "bookworm"


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
        server=missing_server(service),
        build_packages=build_packages,
        run_packages=run_packages,
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
        start=start_command(deployment),
        health=health_command(deployment),
    )
    return Artefact(name="dockerfile", path=deployment.dockerfile, text=text)


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
