"""What a repository is when nothing in it can be deployed as a service that is known here."""

from __future__ import annotations

import re
from collections import Counter

from generators.detection.manifests import read_manifest
from generators.detection.reading import line_of, listed, read_json, read_toml, table, texts
from generators.detection.requirements import canonical
from generators.detection.tree import Tree, deployable
from generators.language import _
from generators.project import Service, Verdict

_UNSUPPORTED = (
    ("tornado", "Tornado"),
    ("pyramid", "Pyramid"),
    ("aiohttp", "aiohttp"),
    ("sanic", "Sanic"),
    ("cherrypy", "CherryPy"),
    ("web-py", "web.py"),
    ("robyn", "Robyn"),
    ("gradio", "Gradio"),
    ("chainlit", "Chainlit"),
    ("nicegui", "NiceGUI"),
    ("reflex", "Reflex"),
    ("panel", "Panel"),
    ("zope", "Zope"),
    ("odoo", "Odoo"),
    ("scrapy", "Scrapy"),
    ("discord-py", "a Discord bot"),
    ("python-telegram-bot", "a Telegram bot"),
    ("aiogram", "a Telegram bot"),
)
_STARTS = {
    "tornado": rb"\btornado\.(?:web|httpserver)\b|from tornado import web",
    "pyramid": rb"\bConfigurator\(",
    "aiohttp": rb"\bweb\.Application\(|run_app\(",
    "sanic": rb"\bSanic\(",
}
_LANGUAGES = (
    ("go.mod", "Go"),
    ("Cargo.toml", "Rust"),
    ("pom.xml", "Java"),
    ("build.gradle", "Java"),
    ("build.gradle.kts", "Kotlin"),
    ("Gemfile", "Ruby"),
    ("composer.json", "PHP"),
    ("mix.exs", "Elixir"),
    ("Package.swift", "Swift"),
    ("pubspec.yaml", "Dart"),
)
_TEMPLATES = ("cookiecutter.json", "copier.yml", "copier.yaml")
_PROGRAMS = (".py", ".js", ".ts", ".tsx", ".mjs", ".jsx")
_MANY = 10
_DOCUMENTS = (".md", ".rst", ".mdx", ".adoc", ".txt")


def verdict_of(tree: Tree, services: list[Service]) -> Verdict:
    """Return what the repository is; with services it is an application."""
    if services:
        return Verdict("application", "")
    return (
        _template(tree)
        or _unsupported(tree)
        or _documents(tree, _MANY)
        or _python_package(tree)
        or _node_package(tree)
        or _foreign(tree)
        or _contents(tree)
    )


def _template(tree: Tree) -> Verdict | None:
    for name in _TEMPLATES:
        if tree.has(name):
            return Verdict("template", _("It is a template that projects are made from."), name, 1)
    for path in tree.files:
        if "{{" in path.rpartition("/")[0]:
            return Verdict("template", _("It is a template that projects are made from."), path, 1)
    return None


def _unsupported(tree: Tree) -> Verdict | None:
    """An application of a framework that is known by name only."""
    manifest = read_manifest(tree, ".")
    for package, name in _UNSUPPORTED:
        place = manifest.dependencies.line(canonical(package))
        if place is None:
            continue
        pattern = _STARTS.get(package)
        if pattern and not _uses(tree, pattern):
            continue
        says = _("It is made with {framework}, which is recognised but not deployed from here.")
        return Verdict("unsupported", says.format(framework=name), *place)
    return None


def _uses(tree: Tree, pattern: bytes) -> bool:
    compiled = re.compile(pattern)
    sources = (path for path in tree.ending(".py") if deployable(path))
    return any(compiled.search(tree.data(path)) for path in sources)


def _python_package(tree: Tree) -> Verdict | None:
    project = read_toml(tree, "pyproject.toml")
    own = table(project, "project") or table(project, "tool", "poetry")
    path = "pyproject.toml" if own else "setup.py" if tree.has("setup.py") else "setup.cfg"
    if not own and not tree.has(path):
        return None
    if "workspace" in table(project, "tool", "uv") and (member := _program_inside(tree)):
        return member
    if not own and tree.has("setup.cfg") and "console_scripts" not in tree.text(path):
        path = "setup.cfg" if "console_scripts" in tree.text("setup.cfg") else path
    text = tree.text(path)
    scripts = texts(own.get("scripts")) or ("console_scripts" in text and {"": ""})
    offered = "Software Development :: Libraries" in text or "Typing :: Typed" in text
    library = offered or "cli" in table(own, "optional-dependencies")
    if scripts and not library:
        line = line_of(text, "scripts")
        says = _("It is a command-line program: it ends, and answers no requests.")
        return Verdict("command-line", says, path, line)
    if "build-system" in project or path != "pyproject.toml":
        says = _("It is a library: other programs import it, nothing here runs by itself.")
        return Verdict("library", says, path, 1)
    return None


def _program_inside(tree: Tree) -> Verdict | None:
    """A workspace whose members are command-line programs."""
    for path in tree.named("pyproject.toml"):
        if deployable(path) and texts(table(read_toml(tree, path), "project").get("scripts")):
            says = _("It is a command-line program: it ends, and answers no requests.")
            return Verdict("command-line", says, path, line_of(tree.text(path), "scripts"))
    return None


def _node_package(tree: Tree) -> Verdict | None:
    given = read_json(tree, "package.json")
    text = tree.text("package.json") if given else ""
    if "bin" in given:
        says = _("It is a command-line program: it ends, and answers no requests.")
        return Verdict("command-line", says, "package.json", line_of(text, '"bin"'))
    shown = {"main", "exports", "module", "types", "workspaces", "files"} & given.keys()
    if shown and not listed(given.get("private")):
        says = _("It is a library: other programs import it, nothing here runs by itself.")
        line = line_of(text, f'"{min(shown)}"')
        return Verdict("library", says, "package.json", line)
    return None


def _foreign(tree: Tree) -> Verdict | None:
    for name, language in _LANGUAGES:
        for path in tree.named(name):
            if path.count("/") < 2 and deployable(path):
                says = _("It is a {language} program; Python and Node are what is understood here.")
                return Verdict("unsupported", says.format(language=language), path, 1)
    return None


def _contents(tree: Tree) -> Verdict:
    endings = Counter("." + path.rpartition(".")[2].lower() for path in tree.files)
    notebooks = endings[".ipynb"]
    programs = sum(endings[ending] for ending in (".py", ".js", ".ts", ".tsx"))
    if notebooks and notebooks >= programs / 2:
        path = next(path for path in tree.files if path.endswith(".ipynb"))
        return Verdict("notebooks", _("It holds notebooks, which are run by hand."), path, 1)
    if said := _documents(tree, 1):
        return said
    return Verdict("nothing", _("No web framework is used in what could be read here."))


def _documents(tree: Tree, times: int) -> Verdict | None:
    """Documents, when there are that many times more of them than of programs."""
    documents = [path for path in tree.files if path.endswith(_DOCUMENTS)]
    programs = sum(path.endswith(_PROGRAMS) for path in tree.files)
    if not documents or len(documents) < times * max(programs, 1):
        return None
    return Verdict("documentation", _("It holds documents, no program."), documents[0], 1)
