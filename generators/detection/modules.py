"""All parsed modules of a repository, and what a name in one of them means in another."""

from __future__ import annotations

import re
from collections.abc import Iterable

from generators.detection.python_module import Module
from generators.detection.python_names import (
    APPLICATIONS,
    HEALTH,
    ROUTES,
    WORTH_LITERALS,
    WORTH_PARSING,
    Framework,
)
from generators.detection.python_source import read_module
from generators.detection.tree import Tree, decoded, deployable

_WORTH = re.compile(WORTH_PARSING)
_BOUND = re.compile(
    rb"^(?:app|application|api|server|asgi|wsgi)\b[^=\n(]*=\s*[\w.]+\(", re.MULTILINE
)
_ROUTES = re.compile(ROUTES)
_HEALTH = re.compile(HEALTH)
_VARIABLE = re.compile(rb"\b(?:getenv\(|environ(?:\.get\(|\[))\s*[\"']([A-Z][A-Z0-9_]*)[\"']")
_SOCKET = re.compile(rb"^\s*@\w+\.websocket(?:_route)?\(", re.MULTILINE)
_NAMES = (b"\napp", b"\napi", b"\nserver", b"\nasgi", b"\nwsgi")
_MOST_HOPS = 6


class Modules:
    """Modules by path and by every ending of their dotted name."""

    def __init__(self, modules: Iterable[Module]) -> None:
        self._by_path = {module.path: module for module in modules}
        self._by_ending: dict[str, list[Module]] = {}
        for module in self._by_path.values():
            parts = module.dotted.split(".")
            for start in range(len(parts)):
                self._by_ending.setdefault(".".join(parts[start:]), []).append(module)

    def all(self) -> list[Module]:
        """Return the modules, in the tree's order."""
        return list(self._by_path.values())

    def at(self, path: str) -> Module | None:
        """Return the module of a file, None when it was not read."""
        return self._by_path.get(path)

    def find(self, dotted: str, near: Module) -> Module | None:
        """Return the module a dotted name means, the one nearest to the asking module."""
        found = self._by_ending.get(dotted, [])
        return max(found, key=lambda one: _shared(one.path, near.path)) if found else None

    def framework_of(self, module: Module, called: str, hops: int = 0) -> Framework | None:
        """Return the framework whose application a call gives, followed through factories."""
        if hops > _MOST_HOPS or not called:
            return None
        if called in APPLICATIONS:
            return APPLICATIONS[called]
        where, name = self._definition(module, called)
        if where is None:
            return None
        factory = where.factories.get(name)
        if factory is None:
            imported = where.imports.get(name, "")
            return self.framework_of(where, imported, hops + 1) if imported else None
        if factory.framework:
            return factory.framework
        for inner in factory.returns:
            if inner != name and (found := self.framework_of(where, inner, hops + 1)):
                return found
        return None

    def is_mounted(self, module: Module, name: str) -> bool:
        """Whether another application mounts this one under a path of its own."""
        for other in self.all():
            for include in other.includes:
                where, inner = self._definition(other, include.what)
                if where is module and inner == name:
                    return True
        return False

    def owner_of(self, module: Module, name: str) -> tuple[Module, str] | None:
        """Return the module and the name that really define what a name here means."""
        for _hop in range(_MOST_HOPS):
            where, inner = self._definition(module, name)
            if where is None:
                return None
            further = where.imports.get(inner)
            if further is None or where is module:
                return where, inner
            module, name = where, further
        return None

    def text_of(self, name: str) -> str | None:
        """Return the text that a constant of this name has anywhere, when there is only one."""
        found = {module.texts[name] for module in self.all() if name in module.texts}
        return found.pop() if len(found) == 1 else None

    def _definition(self, module: Module, name: str) -> tuple[Module | None, str]:
        owner, _dot, last = name.rpartition(".")
        if not owner:
            return module, last
        return self.find(owner, module), last


def read_modules(tree: Tree) -> Modules:
    """Parse every Python file that could say something about an application."""
    modules = []
    for path in tree.ending(".py"):
        if not deployable(path):
            continue
        data = tree.data(path)
        if path.endswith(("wsgi.py", "asgi.py")) or _is_worth_parsing(data):
            module = read_module(path, decoded(data))
        else:
            module = _skimmed(path, data)
        if module is not None:
            modules.append(module)
    return Modules(modules)


def _is_worth_parsing(data: bytes) -> bool:
    """Whether a file may hold an application, a factory, a router or the health path."""
    if any(word in data for word in WORTH_LITERALS) and _WORTH.search(data):
        return True
    if any(word in data for word in _NAMES) and _BOUND.search(data):
        return True
    routes = b"oute" in data or b"lueprint" in data
    return routes and bool(_ROUTES.search(data) and _HEALTH.search(data))


def _skimmed(path: str, data: bytes) -> Module | None:
    """Return the little that is wanted of a file that holds no application: no tree is built."""
    found = _VARIABLE.finditer(data) if b"env" in data else ()
    variables = [(one[1].decode(), data.count(b"\n", 0, one.start()) + 1) for one in found]
    socket = _SOCKET.search(data) if b".websocket" in data else None
    if not variables and not socket:
        return None
    module = Module(path, variables=variables)
    if socket:
        module.sockets = data.count(b"\n", 0, socket.start()) + 1
    return module


def _shared(path: str, other: str) -> int:
    count = 0
    for one, two in zip(path.split("/"), other.split("/"), strict=False):
        if one != two:
            break
        count += 1
    return count
