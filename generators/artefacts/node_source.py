"""The stage that installs and builds a Node package, for servers and front ends alike."""

from __future__ import annotations

import re
from dataclasses import dataclass

from generators.artefacts.node_installing import (
    NodeInstallation,
    build_line,
    node_installation,
)
from generators.deployment import Deployment
from generators.detection.tree import join, parent
from generators.project import FrontEnd, Service

SOURCE = "/src"
NODE = "22"
_ARGUMENT = re.compile(
    r"(?:VITE|REACT_APP|NEXT_PUBLIC|NUXT_PUBLIC|PUBLIC|VUE_APP|GATSBY)_[A-Z0-9_]+"
)
_TELEMETRY = {
    "Next.js": (("NEXT_TELEMETRY_DISABLED", "1"),),
    "next": (("NEXT_TELEMETRY_DISABLED", "1"),),
    "angular": (("NG_CLI_ANALYTICS", "false"),),
    "astro": (("ASTRO_TELEMETRY_DISABLED", "1"),),
    "Astro": (("ASTRO_TELEMETRY_DISABLED", "1"),),
}


@dataclass(frozen=True, slots=True)
class NodeSource:
    """What the stage does: ``home`` is where it installs, ``folder`` where it builds, in the image.

    ``copies`` are (paths, target) that installing needs, () when it needs everything; ``context``
    is what is copied afterwards, from the build context, to where. ``build`` is "" when nothing
    is built.
    """

    node: str
    install: NodeInstallation
    environment: tuple[tuple[str, str], ...]
    home: str
    folder: str
    copies: tuple[tuple[tuple[str, ...], str], ...]
    context: tuple[str, str]
    build: str
    arguments: tuple[str, ...]


def node_source(
    deployment: Deployment, package: Service | FrontEnd, prisma: str = ""
) -> NodeSource:
    """Return the stage for a service or a front end of a deployment."""
    install = node_installation(package)
    inner = deployment.within_context
    workspace = package.workspace or package.path
    front = isinstance(package, FrontEnd)
    whole = bool(package.workspace) or _berry(package) or workspace in package.settings
    framework = package.bundler if isinstance(package, FrontEnd) else package.framework
    environment = (("HUSKY", "0"), *install.environment, *_TELEMETRY.get(framework, ()))
    from_context = "." if whole or not front else inner(package.path)
    return NodeSource(
        node=package.node_version or NODE,
        install=install,
        environment=environment,
        home=join_image(inner(workspace)),
        folder=join_image(inner(package.path)),
        copies=() if whole else _copies(deployment, package, prisma),
        context=(from_context, join_image(from_context)),
        build=build_line(package, package.build),
        arguments=tuple(name for name in package.variables if is_argument(name)),
    )


def is_argument(name: str) -> bool:
    """Whether bundlers put a variable of this name into the built files."""
    return bool(_ARGUMENT.fullmatch(name))


def join_image(path: str) -> str:
    """Return where a path of the build context lies in the building stage."""
    return SOURCE if path == "." else f"{SOURCE}/{path}"


def _berry(package: Service | FrontEnd) -> bool:
    """Yarn's later versions may keep plugins and patches beside the lockfile."""
    yarn = package.package_manager == "yarn"
    return yarn and bool(package.manager_version) and not package.manager_version.startswith("1")


def _copies(
    deployment: Deployment, package: Service | FrontEnd, prisma: str
) -> tuple[tuple[tuple[str, ...], str], ...]:
    """Return what installing reads, by the folder it keeps; its scripts read the schema."""
    manifest = join(package.path, "package.json")
    groups: dict[str, list[str]] = {}
    for path in dict.fromkeys(filter(None, (manifest, package.lockfile, *package.settings))):
        inner = deployment.within_context(path)
        groups.setdefault(parent(inner), []).append(inner)
    copies = [(tuple(paths), join_image(folder) + "/") for folder, paths in groups.items()]
    if prisma:
        schema = deployment.within_context(prisma)
        folder = parent(schema)
        what = schema if folder in {".", parent(deployment.within_context(manifest))} else folder
        target = join_image(folder) + "/"
        copies.append(((what,), target))
    return tuple(copies)
