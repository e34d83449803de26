"""Where a service says that it is well: the health path with every prefix in front of it."""

from __future__ import annotations

import re

from generators.detection.modules import Modules
from generators.detection.python_module import Module, Route
from generators.detection.tree import Tree, deployable, inside
from generators.project import Evidence

_RANK = (
    "health",
    "healthz",
    "health-check",
    "healthcheck",
    "health_check",
    "livez",
    "live",
    "liveness",
    "readyz",
    "ready",
    "readiness",
    "heartbeat",
    "ping",
    "status",
    "up",
)
_DJANGO_PATH = re.compile(
    r"""\b(?:re_)?path\(\s*r?["']\^?([\w/-]*?(?:health|ping)[\w/-]*)\$?["']"""
)
_MOST_HOPS = 5


def health_path(
    tree: Tree, modules: Modules, root: str, app: tuple[Module, str], *, django: bool
) -> tuple[str, Evidence] | None:
    """Return the best health path of the service under ``root`` with its place, or None.

    Only with ``django`` do the paths of a urls.py count.
    """
    found: list[tuple[int, int, str, Evidence]] = []
    for module in modules.all():
        if not inside(module.path, root) or not deployable(module.path):
            continue
        for route in module.routes:
            rank = _rank(route.path) or _rank_of_prefix(module, route)
            if not rank:
                continue
            path = _whole_path(modules, module, route, app)
            if path is not None:
                says = f"GET {path}"
                evidence = Evidence("health_path", module.path, route.line, says)
                found.append((rank, path.count("/"), path, evidence))
    if found:
        best = min(found, key=lambda one: one[:3])
        return best[2], best[3]
    return _django_health(tree, root) if django else None


def _rank(path: str) -> int:
    last = path.strip("/").rpartition("/")[2].lower()
    return _RANK.index(last) + 1 if last in _RANK else 0


def _rank_of_prefix(module: Module, route: Route) -> int:
    """A route "" or "/" of a router whose prefix is the health path."""
    prefix = module.prefixes.get(route.owner)
    return _rank(prefix) if prefix and route.path in {"", "/"} else 0


def _whole_path(
    modules: Modules, module: Module, route: Route, app: tuple[Module, str]
) -> str | None:
    """Return the path with the prefixes of every router up to the application, or None."""
    if "{" in route.path or "<" in route.path:
        return None
    if modules.owner_of(module, route.owner) == app or route.owner not in module.prefixes:
        return route.path if route.path.startswith("/") else f"/{route.path}"
    prefix = _prefix_up(modules, module, route.owner, app, 0)
    if prefix is None:
        return None
    path = prefix + route.path
    return path if path.startswith("/") else f"/{path}"


def _prefix_up(
    modules: Modules, module: Module, name: str, app: tuple[Module, str], hops: int
) -> str | None:
    if hops > _MOST_HOPS:
        return None
    own = _filled(modules, module.prefixes.get(name, ""))
    if own is None:
        return None
    for other in modules.all():
        for include in other.includes:
            if modules.owner_of(other, include.what) != (module, name):
                continue
            between = _filled(modules, include.prefix)
            if between is None:
                return None
            target = modules.owner_of(other, include.owner)
            if target is None or target[1] not in target[0].prefixes:
                return between + own
            above = _prefix_up(modules, target[0], target[1], app, hops + 1)
            return None if above is None else above + between + own
    return None


def _filled(modules: Modules, prefix: str | None) -> str | None:
    """Return a prefix with the constant it names looked up; None when that is not known."""
    if prefix is None or not prefix.startswith("{"):
        return prefix
    return modules.text_of(prefix.strip("{}"))


def _django_health(tree: Tree, root: str) -> tuple[str, Evidence] | None:
    for path in tree.named("urls.py"):
        if inside(path, root) and deployable(path):
            text = tree.text(path)
            for found in _DJANGO_PATH.finditer(text):
                if not _rank(found[1]):
                    continue
                whole = "/" + found[1].lstrip("/")
                line = text[: found.start()].count("\n") + 1
                return whole, Evidence("health_path", path, line, f"path({found[1]!r})")
    return None
