"""Which application object a server should import, and how sure that is."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

from generators.detection.commands import StartCommand
from generators.detection.import_roots import dotted_from, import_root
from generators.detection.modules import Modules
from generators.detection.python_module import Module
from generators.detection.python_names import (
    ASGI,
    DJANGO_ASGI,
    DJANGO_WSGI,
    STREAMLIT,
    WSGI,
    Framework,
)
from generators.detection.reading import line_of
from generators.detection.tree import Tree, ancestors, deployable, inside, join, parent
from generators.project import Confidence, Evidence

_NAMES = {"app": 10, "application": 8, "api": 3, "server": 3}
_SCRIPTS = {
    "streamlit_app": 12,
    "app": 7,
    "main": 7,
    "home": 9,
    "hello": 6,
    "index": 5,
    "dashboard": 4,
}
_SIDE_WORK = frozenset(
    {"scripts", "script", "tools", "tool", "utils", "helpers", "misc", "contrib", "playground"}
    | {"experiments", "sandbox", "demo", "legacy", "old", "deprecated", "archive", "plugins"}
)
_FILES = {"main": 6, "app": 6, "asgi": 6, "wsgi": 6, "server": 5, "api": 4, "application": 4}
_CLEAR_LEAD = 8
_STRONG = 55
_PASSED_ON = 14


@dataclass
class Candidate:
    """An application object or factory in a module, and what speaks for it."""

    module: Module
    name: str
    framework: Framework
    line: int
    says: str
    factory: bool = False
    score: int = 0
    import_root: str = "."
    evidence: list[Evidence] = field(default_factory=list)
    command: StartCommand | None = None
    processes: set[tuple[str, str]] = field(default_factory=set)
    doubted: bool = False

    @property
    def entrypoint(self) -> str:
        """``module:name`` as seen from the import root; a script is its path."""
        if self.framework is STREAMLIT:
            path = self.module.path
            return path if self.import_root == "." else path.removeprefix(f"{self.import_root}/")
        return f"{dotted_from(self.import_root, self.module.path)}:{self.name}"


def candidates(tree: Tree, modules: Modules, homes: Collection[str]) -> list[Candidate]:
    """Return every application object and argument-free factory outside tests and examples.

    ``homes`` are the folders with a manifest.
    """
    found: list[Candidate] = []
    for module in modules.all():
        if not deployable(module.path):
            continue
        used = {made.called for made in module.made}
        last: dict[str, Candidate] = {}
        for made in module.made:
            framework = made.framework or modules.framework_of(module, made.called)
            if framework:
                says = f"{made.name} = {made.called.rpartition('.')[2]}(…)"
                last[made.name] = Candidate(module, made.name, framework, made.line, says)
        found += last.values() or _passed_on(modules, module)
        found += _factories(modules, module, used)
        found += _scripts(module)
    for candidate in found:
        candidate.import_root = _import_root(tree, candidate, homes)
        candidate.score += _score(candidate, modules)
    return found


def _factories(modules: Modules, module: Module, used: set[str]) -> Iterator[Candidate]:
    for factory in module.factories.values():
        framework = factory.framework or modules.framework_of(module, factory.name)
        if framework and not factory.needs_arguments and factory.name not in used:
            says = f"def {factory.name}() → {framework.name}"
            yield Candidate(module, factory.name, framework, factory.line, says, factory=True)


def _passed_on(modules: Modules, module: Module) -> Iterator[Candidate]:
    """Yield the application that a wsgi.py or asgi.py only imports: servers are pointed there."""
    stem = dotted_from(".", module.path).rpartition(".")[2]
    if stem not in {"wsgi", "asgi"}:
        return
    for name in ("application", "app"):
        owner = modules.owner_of(module, module.imports[name]) if name in module.imports else None
        made = next((one for one in owner[0].made if one.name == owner[1]), None) if owner else None
        if owner and made:
            framework = made.framework or modules.framework_of(owner[0], made.called)
            if framework:
                says = f"{name} from {owner[0].path}"
                line = 1
                yield Candidate(module, name, framework, line, says, score=_PASSED_ON)
                return


def _scripts(module: Module) -> Iterator[Candidate]:
    """Yield a Streamlit page that is run by itself; the files under pages/ belong to it."""
    if not module.streamlit or parent(module.path).rpartition("/")[2] == "pages":
        return
    yield Candidate(module, "", STREAMLIT, module.streamlit, "streamlit", factory=False)


def _import_root(tree: Tree, candidate: Candidate, homes: Collection[str]) -> str:
    if candidate.module.settings_module and candidate.framework.name == "Django":
        folder = parent(candidate.module.path)
        fits = [one for one in ancestors(folder) if _has_settings(tree, candidate, one)]
        if fits:
            return fits[0]
    if candidate.framework is not STREAMLIT:
        return import_root(tree, candidate.module, homes)
    folder = parent(candidate.module.path)
    return next((one for one in ancestors(folder) if one in homes), folder)


def named_only(
    tree: Tree, modules: Modules, found: list[Candidate], commands: list[StartCommand]
) -> Iterator[Candidate]:
    """Yield what a strong command names although the file does not show how it is made.

    Its framework is that of what the name is imported from, else the one its server speaks to.
    """
    seen: set[tuple[str, str]] = set()
    for command in commands:
        if command.weight < _STRONG or command.name in {"", "*"} or command.factory:
            continue
        ending = command.module.replace(".", "/")
        for path in [*tree.ending(f"{ending}.py"), *tree.ending(f"{ending}/__init__.py")]:
            known = any(one.module.path == path and one.name == command.name for one in found)
            key = (path, command.name)
            if not _ends_so(path, ending) or not deployable(path) or known or key in seen:
                continue
            if not _binds(tree.text(path), command.name):
                continue
            module = modules.at(path) or Module(path)
            framework = _framework_named(modules, module, command)
            if framework is None:
                continue
            seen.add(key)
            says = f"{command.name} in {path}"
            line = line_of(tree.text(path), command.name)
            candidate = Candidate(module, command.name, framework, line, says)
            candidate.import_root = "."
            root = _named_by(tree, candidate, command)
            if root is not None:
                candidate.import_root = root
                candidate.score = _score(candidate, modules)
                yield candidate


def _binds(text: str, name: str) -> bool:
    """Whether a file gives something this name: by assignment, import or definition."""
    word = re.escape(name)
    pattern = rf"^(?:{word}\s*[:=]|def {word}\b|from .+ import .*\b{word}\b|import .*\b{word}\b)"
    return bool(re.search(pattern, text, re.MULTILINE))


def _ends_so(path: str, ending: str) -> bool:
    return any(_ends(path, f"{ending}{tail}") for tail in (".py", "/__init__.py"))


def _framework_named(modules: Modules, module: Module, command: StartCommand) -> Framework | None:
    owner = modules.owner_of(module, module.imports.get(command.name, command.name))
    if owner is not None:
        for made in owner[0].made:
            if made.name == owner[1] and made.framework:
                return made.framework
    stem = module.path.removesuffix("/__init__.py").removesuffix(".py").rpartition("/")[2]
    if stem in {"asgi", "wsgi"} and module.settings_module:
        return DJANGO_ASGI if stem == "asgi" else DJANGO_WSGI
    if command.server in {"uvicorn", "hypercorn", "daphne", "granian"} or "uvicorn" in command.says:
        return ASGI
    return WSGI if command.server in {"gunicorn", "waitress-serve", "uwsgi"} else None


def _works_from(tree: Tree, candidate: Candidate, root: str) -> bool:
    """Whether a command's import root finds what the file imports as well as our own guess does."""
    own = _has_settings(tree, candidate, candidate.import_root)
    if own and not _has_settings(tree, candidate, root):
        return False
    if root == candidate.import_root:
        return True
    tops = set(_ABSOLUTE.findall(tree.text(candidate.module.path)))
    return all(
        _importable(tree, root, top)
        for top in tops
        if _importable(tree, candidate.import_root, top)
    )


_ABSOLUTE = re.compile(r"^(?:from|import)\s+([A-Za-z_]\w*)", re.MULTILINE)


def _importable(tree: Tree, root: str, name: str) -> bool:
    base = join(root, name)
    return tree.has_folder(base) or tree.has(f"{base}.py")


def _has_settings(tree: Tree, candidate: Candidate, root: str) -> bool:
    """Whether Django's settings module can be imported from a folder."""
    given = candidate.module.settings_module
    base = join(root, given[0].replace(".", "/")) if given else ""
    return bool(base) and (tree.has(f"{base}.py") or tree.has(f"{base}/__init__.py"))


def weigh_commands(tree: Tree, found: list[Candidate], commands: list[StartCommand]) -> None:
    """Let the project's own start commands speak for the candidates that they name."""
    for candidate in found:
        for command in commands:
            root = _named_by(tree, candidate, command)
            if root is None:
                continue
            candidate.processes.add((command.path, command.process))
            if candidate.command is None:
                candidate.command = command
                candidate.score += command.weight
                candidate.doubted = not _works_from(tree, candidate, root)
                candidate.import_root = candidate.import_root if candidate.doubted else root
                candidate.evidence.append(
                    Evidence("entrypoint", command.path, command.line, command.says)
                )


def choose(found: list[Candidate]) -> tuple[Candidate, Confidence, list[Candidate]]:
    """Return the best candidate, how sure that is, and the others, best first."""
    ranked = sorted(found, key=lambda one: (-one.score, one.factory, one.module.path, one.line))
    best, others = ranked[0], ranked[1:]
    lead = best.score - others[0].score if others else best.score
    if best.command is not None and best.command.weight >= 55:
        confidence = Confidence.HIGH if lead >= _CLEAR_LEAD else Confidence.MEDIUM
    elif not others or lead >= _CLEAR_LEAD:
        confidence = Confidence.HIGH if _clear(best) else Confidence.MEDIUM
    else:
        confidence = Confidence.MEDIUM if lead > 2 else Confidence.LOW
    rivals = [one.command.weight for one in others if one.command is not None]
    contested = best.command is not None and best.command.weight in rivals
    if (best.doubted or contested) and confidence is Confidence.HIGH:
        confidence = Confidence.MEDIUM
    return best, confidence, others


def _clear(best: Candidate) -> bool:
    """Whether a candidate without a strong command is more than a plausible file."""
    if best.factory or set(best.module.path.split("/")[:-1]) & _SIDE_WORK:
        return False
    return best.score >= 6


def _is_nearer(tree: Tree, path: str, command: StartCommand) -> bool:
    """Whether the file that a command names lies right beside it, and is another one."""
    base = join(command.folder, command.module.removesuffix(".py").replace(".", "/"))
    beside = next((one for one in (f"{base}.py", f"{base}/__init__.py") if tree.has(one)), path)
    return beside != path


def _named_by(tree: Tree, candidate: Candidate, command: StartCommand) -> str | None:
    """Return the import root that makes the command name this candidate, None when it does not."""
    path = candidate.module.path
    wanted = command.module
    if _is_nearer(tree, path, command):
        return None
    if command.name == "*":
        return _run_by(candidate, command)
    if wanted.endswith(".py"):
        fits = _ends(path, wanted) and not candidate.factory
        return candidate.import_root if fits and _near(candidate, command) else None
    if command.name and command.name != candidate.name:
        return None
    for ending in (f"{wanted.replace('.', '/')}.py", f"{wanted.replace('.', '/')}/__init__.py"):
        if _ends(path, ending):
            root = path.removesuffix(ending).rstrip("/") or "."
            near = _near(candidate, command) or inside(command.folder, root)
            return root if near else None
    return None


def _near(candidate: Candidate, command: StartCommand) -> bool:
    """Whether a command lies above the candidate, or in a folder for deployment beside it."""
    folder = command.folder
    beside = folder.rpartition("/")[2].lower() in _DEPLOYMENT
    while folder != "." and folder.rpartition("/")[2].lower() in _DEPLOYMENT:
        folder = parent(folder)
    return inside(candidate.module.path, folder) or (
        beside and inside(folder, candidate.import_root)
    )


_DEPLOYMENT = frozenset(
    {
        "docker",
        "deploy",
        "deployment",
        "scripts",
        "bin",
        "etc",
        "conf",
        "config",
        "compose",
        "infra",
    }
    | {
        "build",
        "ops",
        "supervisor",
        "image",
        "tools",
        "local",
        "production",
        "prod",
        "django",
        "sh",
    }
)


def _run_by(candidate: Candidate, command: StartCommand) -> str | None:
    """A file that is run by itself stands for the application that it starts, or has."""
    wanted = command.module.removesuffix(".py")
    path = candidate.module.path
    own = [f"{wanted}.py", f"{wanted}/__main__.py"]
    if candidate.framework is STREAMLIT or candidate.factory:
        return None
    runs_itself = bool(candidate.module.runs) or candidate.module.guarded
    if runs_itself and any(_ends(path, one) for one in own) and _near(candidate, command):
        return candidate.import_root
    return None


def _ends(path: str, ending: str) -> bool:
    return path == ending or path.endswith(f"/{ending}")


def _score(candidate: Candidate, modules: Modules) -> int:
    module = candidate.module
    stem = dotted_from(".", module.path).rpartition(".")[2]
    if candidate.framework is STREAMLIT:
        return _SCRIPTS.get(stem.lower().lstrip("0123456789_"), 0) - 2 * module.path.count("/")
    score = _NAMES.get(candidate.name, 0) + _FILES.get(stem, 0)
    score -= 6 if candidate.name.startswith("_") else 0
    score -= 2 * module.path.count("/")
    if set(module.path.lower().split("/")[:-1]) & _SIDE_WORK:
        score -= 10
    local = {candidate.name, f"{module.dotted}.{candidate.name}"}
    if any(include.owner in local for include in module.includes):
        score += 8
    if any(route.owner in local for route in module.routes):
        score += 4
    if modules.is_mounted(module, candidate.name):
        score -= 20
    for run in module.runs:
        if run.target in local or run.target.endswith(f":{candidate.name}"):
            score += 6
    if candidate.factory:
        score -= 4
    if candidate.framework.interface == "asgi" and candidate.framework.name == "Django":
        score -= 3
    return score
