"""The service's image: dependencies, front end and program in stages of their own."""

from __future__ import annotations

from generators.artefact import Artefact
from generators.artefacts.installing import (
    VENV,
    installation,
    missing_server,
    system_packages,
)
from generators.artefacts.starting import health_command, image_path, start_command
from generators.deployment import Deployment
from generators.detection.tree import join, parent
from generators.header import header
from generators.project import FrontEnd
from generators.stack import Stack
from generators.templating import rendered

SUITE = "bookworm"
_NODE_INSTALL = {
    "npm": ("npm ci", "/root/.npm"),
    "pnpm": ("corepack enable && pnpm install --frozen-lockfile", "/root/.local/share/pnpm/store"),
    "yarn": ("corepack enable && yarn install --immutable", "/root/.cache/yarn"),
    "bun": ("npm install --global bun@1 && bun install --frozen-lockfile", "/root/.bun"),
}
_BUILD = {
    "npm": "npm run build",
    "pnpm": "pnpm build",
    "yarn": "yarn build",
    "bun": "bun run build",
}


def render(stack: Stack, language: str) -> list[Artefact]:
    """Return the Dockerfile; Node services have none in this version."""
    deployment = stack.main
    service = deployment.service
    if service.language != "python" or service.entrypoint is None:
        return []
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
        web=_web(deployment, deployment.frontend) if deployment.frontend else None,
        start=start_command(deployment),
        health=health_command(deployment),
    )
    return [Artefact(name="dockerfile", path=join(service.path, "Dockerfile"), text=text)]


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


def _web(deployment: Deployment, front: FrontEnd) -> dict[str, object]:
    folder = deployment.within_context(front.path)
    install, cache = _NODE_INSTALL[front.package_manager]
    source = "/src" if folder == "." else f"/src/{folder}"
    if not front.lockfile:
        install = "npm install"
    manifests = [f"{front.path}/package.json".removeprefix("./"), front.lockfile, *front.settings]
    return {
        "node": front.node_version,
        "source": source,
        "manifests": [deployment.within_context(path) for path in manifests if path],
        "target": f"./{folder}/" if folder != "." else "./",
        "folder": folder,
        "install": install,
        "cache": cache,
        "build": _BUILD[front.package_manager],
        "output": f"{source}/{front.output}",
        "destination": f"{image_path(deployment, front.path)}/{front.output}",
    }
