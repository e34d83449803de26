"""Dockerfiles of a repository, as far as they say something: base images, ports, commands."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from generators.detection.tree import Tree, ancestors, inside, join, parent

_ARGUMENT = re.compile(r"^ARG\s+(\w+)\s*=\s*[\"']?([^\s\"']+)", re.MULTILINE)
_FROM = re.compile(r"^FROM\s+(?:--platform=\S+\s+)?(\S+)", re.MULTILINE)
_COPIED = re.compile(r"^COPY\s+--from=(\S+:\S+)", re.MULTILINE)
_EXPOSE = re.compile(r"^EXPOSE\s+(\S+)", re.MULTILINE)
_PYTHON = re.compile(r"python:?v?(\d+\.\d+)")
_CALLED = re.compile(r"(?<![^\s\"'/])python(3\.\d+)(?=[\s\"',-])")
_OTHER_PROGRAMS = re.compile(
    r"(?:^|/)(?:bitnami/)?(?:nginx\w*(?:-unprivileged)?|postgres\w*|postgis|mysql|mariadb|mongo|redis"
    r"|valkey|traefik|caddy|httpd|haproxy|envoy|rabbitmq|elasticsearch|opensearch|minio|keycloak)(?::|$)"
)
_SYSTEMS = {
    "focal": "3.8",
    "20.04": "3.8",
    "jammy": "3.10",
    "22.04": "3.10",
    "noble": "3.12",
    "24.04": "3.12",
    "bullseye": "3.9",
    "11": "3.9",
    "bookworm": "3.11",
    "12": "3.11",
    "trixie": "3.13",
    "13": "3.13",
}
_SYSTEM = re.compile(r"(?:^|/)(?:ubuntu|debian):([a-z]+|\d+(?:\.\d+)?)(?:-slim)?(?:-\d+)?$")
_FREE = 1024
_NODE_NAMES = "boron|carbon|dubnium|erbium|fermium|gallium|hydrogen|iron|jod|krypton"
_NODE = re.compile(rf"(?:^|/)node(?:js)?:v?(\d+|{_NODE_NAMES})")
_NAMED = {name: str(6 + 2 * at) for at, name in enumerate(_NODE_NAMES.split("|"))}


@dataclass(frozen=True, slots=True)
class Said:
    """A value that a Dockerfile gives, with its place and words."""

    value: str
    path: str
    line: int
    says: str


def dockerfiles(tree: Tree) -> list[str]:
    """Return every Dockerfile: by its usual names, shallowest first."""
    return [path for path in tree.files if is_dockerfile(path)]


def is_dockerfile(path: str) -> bool:
    """Whether the name is that of a Dockerfile or Containerfile."""
    name = path.rpartition("/")[2].lower()
    if name.endswith((".md", ".sh", ".py", ".js", ".dockerignore")):
        return False
    return name.startswith(("dockerfile", "containerfile")) or name.endswith(".dockerfile")


def near(tree: Tree, root: str) -> list[str]:
    """Return the Dockerfiles that build a service at ``root``, the nearest first.

    Those of other folders' services are left out; production's come before development's.
    """
    above, every = list(ancestors(root)), dockerfiles(tree)
    shared: set[str] = set()

    def rank(path: str) -> tuple[int, int, str]:
        folder = parent(path)
        within = 0 if inside(folder, root) else 1 + above.index(folder) if folder in above else 50
        within += 10 if within == 50 and path in shared else 0
        name = path.lower()
        later = sum(
            word in name for word in ("dev", "test", "ci", "debug", "local", "docs", "demo")
        )
        return (later, within, path)

    around = [
        one
        for one in every
        if parent(one) in above or (inside(one, root) and not _of_another(tree, one, root))
    ]
    folders = ("docker", "deploy", "deployment", "build", "infra", ".docker", "ops", "tools")
    around += [
        one
        for one in every
        if one not in around
        and one.split("/")[0] in folders
        and (root == "." or _is_for(tree, one, root))
    ]
    shared |= {one for one in every if one not in around and _is_of_any(tree, one, root)}
    return sorted([*around, *shared], key=rank)


def _is_of_any(tree: Tree, path: str, root: str) -> bool:
    """Whether an image is told by an argument which folder beside the service's it is made of."""
    home = parent(root)
    if home == ".":
        return False
    pattern = rf"^ARG\s+(\w+)\s[\s\S]*[\s/\"']{re.escape(home)}/\$(?:\{{\1\}}|\1\b)"
    return bool(re.search(pattern, tree.text(path), re.MULTILINE))


def _is_for(tree: Tree, path: str, root: str) -> bool:
    """Whether a Dockerfile in a folder for deployment is named after a service, or copies it."""
    if path.split("/")[1:-1] == [root.rpartition("/")[2]]:
        return True
    return bool(
        re.search(
            rf"^(?:COPY|ADD)\s+(?:\./|/)?{re.escape(root)}[/\s]", tree.text(path), re.MULTILINE
        )
    )


def _of_another(tree: Tree, path: str, root: str) -> bool:
    """Whether a program of its own lies with a Dockerfile below the service."""
    manifests = ("package.json", "pyproject.toml", "requirements.txt", "Pipfile", "go.mod")
    for folder in ancestors(parent(path)):
        if folder == root:
            return False
        if any(tree.has(join(folder, name)) for name in manifests):
            return True
    return False


def interpreter(tree: Tree, root: str, language: str) -> Said | None:
    """Return the version ("3.12", "22") of the base image of the nearest Dockerfile, or None."""
    pattern = _PYTHON if language == "python" else _NODE
    for path in near(tree, root):
        text = tree.text(path)
        found = None
        for image, line in _images(text):
            if version := pattern.search(image):
                found = Said(_NAMED.get(version[1], version[1]), path, line, f"FROM {image}")
        if language == "python":
            found = found or _installed(text, path) or _of_system(text, path)
        if found:
            return found
    return None


def _installed(text: str, path: str) -> Said | None:
    """Return the one Python that an image of something else installs and calls by its number."""
    called = list(_CALLED.finditer(text))
    if len({found[1] for found in called}) != 1:
        return None
    place = called[0]
    return Said(place[1], path, text.count("\n", 0, place.start()) + 1, place[0].strip())


def _of_system(text: str, path: str) -> Said | None:
    """Return the Python that Debian or Ubuntu brings, where an image installs that one."""
    if not re.search(r"\bpython3-(?:pip|dev|venv|minimal)\b|\bpython3(?=[\s\\])", text):
        return None
    for image, line in _images(text):
        system = _SYSTEM.search(image)
        if system and system[1] in _SYSTEMS:
            return Said(_SYSTEMS[system[1]], path, line, f"FROM {image}")
    return None


def exposed(tree: Tree, root: str) -> Said | None:
    """Return the port that the nearest Dockerfile of the service exposes, or None.

    An image of a proxy or a database says nothing about it, nor does one further up beside the
    service's own, nor a port that only root may listen on.
    """
    around = near(tree, root)
    own = [path for path in around if root != "." and inside(parent(path), root)]
    for path in own or around:
        text = tree.text(path)
        bases = [_filled(found[1], dict(_ARGUMENT.findall(text))) for found in _FROM.finditer(text)]
        if bases and _OTHER_PROGRAMS.search(bases[-1]):
            continue
        arguments = dict(_ARGUMENT.findall(text))
        arguments |= dict(re.findall(r"^ENV\s+(\w+)[=\s]+(\d+)", text, re.MULTILINE))
        for found in reversed(list(_EXPOSE.finditer(text))):
            given = _filled(found[1], arguments).partition("/")[0]
            if given.isdigit() and int(given) >= _FREE:
                line = text.count("\n", 0, found.start()) + 1
                return Said(given, path, line, f"EXPOSE {given}")
    return None


def _images(text: str) -> Iterator[tuple[str, int]]:
    arguments = dict(_ARGUMENT.findall(text))
    for pattern in (_COPIED, _FROM):
        for found in pattern.finditer(text):
            yield _filled(found[1], arguments), text.count("\n", 0, found.start()) + 1


def _filled(words: str, arguments: dict[str, str]) -> str:
    for _hop in range(3):
        words = re.sub(
            r"\$\{?(\w+)(?::?-([^}]*))?\}?",
            lambda found: arguments.get(found[1], found[2] or ""),
            words,
        )
    return words
