"""What a person should know about the repository as a whole, before files are made."""

from __future__ import annotations

import re
from collections.abc import Iterator

from generators.detection.command_files import Line
from generators.detection.images import is_dockerfile
from generators.detection.tree import Tree, deployable
from generators.detection.versions import end_of_life
from generators.language import _
from generators.project import Finding, Service

_DEVELOPMENT = (
    (re.compile(r"--reload\b"), "--reload"),
    (re.compile(r"\bmanage\.py[\"',\s]+runserver\b"), "runserver"),
    (re.compile(r"\bflask[\"',\s]+(?:--\S+[\"',\s]+)*run\b"), "flask run"),
    (re.compile(r"\bfastapi[\"',\s]+dev\b"), "fastapi dev"),
    (re.compile(r"\bnodemon\b|\bts-node-dev\b|\btsx watch\b"), "nodemon"),
    (re.compile(r"\b(?:npm|pnpm|yarn|bun)[\"',\s]+(?:run[\"',\s]+)?(?:start:)?dev\b"), "dev"),
)


def repository_findings(tree: Tree) -> Iterator[Finding]:
    """Yield what is wrong with the repository as a whole: secrets and environments in it."""
    ignored = tree.text(".gitignore") if tree.has(".gitignore") else ""
    for path in filter(deployable, tree.named(".env")):
        if not re.search(r"^/?(\*\*/)?(\*?\.env\*?)\s*$", ignored, re.MULTILINE):
            yield Finding(
                "env-not-ignored",
                "warning",
                _("{path} is not ignored by git; secrets in it would be committed").format(
                    path=path
                ),
                path,
                1,
                _("git rm --cached {path}, add it to .gitignore, change what it held").format(
                    path=path
                ),
            )
    for path in tree.environments:
        name = path.rpartition("/")[2]
        if not name.startswith(".") and name != "node_modules" and not _ignores(ignored, name):
            yield Finding(
                "environment-not-ignored",
                "notice",
                _("{path} is a virtual environment that git does not ignore").format(path=path),
                path,
                fix=_("add {name}/ to .gitignore").format(name=name),
            )


def development_findings(lines: list[Line], services: list[Service]) -> Iterator[Finding]:
    """Yield servers for development in the files that production is started from."""
    seen: set[str] = set()
    for line in lines:
        name = line.path.rpartition("/")[2]
        production = name == "Procfile" or (is_dockerfile(line.path) and "." not in name)
        command = name == "Procfile" or re.match(r"\s*(?:CMD|ENTRYPOINT)\b", line.text)
        if not production or not command or line.path in seen or not services:
            continue
        for pattern, words in _DEVELOPMENT:
            if pattern.search(line.text):
                seen.add(line.path)
                yield Finding(
                    "reload",
                    "warning",
                    _("{path} starts a server for development: {words}").format(
                        path=line.path, words=words
                    ),
                    line.path,
                    line.number,
                    _("the files made here start the production server instead"),
                )
                break


def version_findings(services: list[Service]) -> Iterator[Finding]:
    """Yield languages without security fixes, once for each place that asks for them."""
    seen: set[tuple[str, str]] = set()
    for service in services:
        language = "python" if service.language == "python" else "node"
        version = service.python_version or service.node_version or ""
        claim = "python_version" if language == "python" else "node_version"
        place = next((one for one in service.evidence if one.claim == claim), None)
        key = (language, place.path if place else service.path)
        if not version or key in seen or not end_of_life(language, version):
            continue
        seen.add(key)
        name = "Python" if language == "python" else "Node"
        yield Finding(
            f"{language}-end-of-life",
            "warning",
            _("{language} {version} gets no security fixes any more").format(
                language=name, version=version
            ),
            place.path if place else service.manifest,
            place.line if place else 0,
            _("move to a version that is maintained, then generate again"),
        )


def _ignores(text: str, name: str) -> bool:
    return bool(re.search(rf"^/?(\*\*/)?{re.escape(name)}/?\s*$", text, re.MULTILINE))
