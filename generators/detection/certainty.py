"""How sure each claim about a service is, and the service as a whole."""

from __future__ import annotations

from dataclasses import replace

from generators.detection.manifests import Manifest
from generators.detection.node_packages import Package
from generators.detection.tree import Tree, deployable, inside
from generators.detection.versions import Wanted
from generators.project import Confidence, Service


def with_certainty(
    service: Service, manager: Confidence, version: Wanted, migrations: Confidence
) -> Service:
    """Return the service with the confidence of each claim and the lowest of them for the whole.

    ``service.confidence`` is that of its entry point so far. Low is for what no file says at all,
    and this program chose: that lowers the whole as little as a version within a wide range does.
    """
    entry = service.confidence
    claims = {
        "entrypoint": entry,
        "package_manager": manager,
        "version": version.sure,
        "migrations": migrations,
    }
    concluded = version.sure is Confidence.MEDIUM and not version.path
    doubted = concluded or Confidence.MEDIUM in {manager, migrations}
    whole = Confidence.MEDIUM if doubted and entry is Confidence.HIGH else entry
    return replace(service, confidences=claims, confidence=whole)


def of_python(tree: Tree, service: Service, manifest: Manifest) -> Service:
    """Return a Python service with the confidence of each of its claims."""
    return with_certainty(
        service, manifest.sure, manifest.python, _migrations(tree, service, manifest)
    )


def of_node(service: Service, package: Package) -> Service:
    """Return a Node service, or files for browsers, with the confidence of each claim."""
    return with_certainty(service, package.sure, package.node, Confidence.HIGH)


def _migrations(tree: Tree, service: Service, manifest: Manifest) -> Confidence:
    """Return how sure the tool is: less where there are several, or it is installed but unused."""
    tool = service.migrations
    if tool is None:
        installed = manifest.dependencies.has("flask-migrate", "aerich")
        return Confidence.MEDIUM if installed else Confidence.HIGH
    if tool.provider == "alembic":
        name = "alembic.ini"
    elif tool.provider == "django":
        name = "manage.py"
    else:
        return Confidence.HIGH
    found = [one for one in tree.named(name) if deployable(one) and inside(one, service.path)]
    near = [one for one in found if inside(one, service.import_root)]
    several = len(near or found) > 1 and tool.tool != "flask-migrate"
    return Confidence.MEDIUM if several else Confidence.HIGH
