"""What is particular to Django: its settings for production, static files, ASGI or WSGI."""

from __future__ import annotations

import re

from generators.detection.command_files import Line
from generators.detection.python_module import Module
from generators.detection.tree import Tree, deployable, inside, parent
from generators.project import Evidence

_SET = re.compile(r"DJANGO_SETTINGS_MODULE\s*[=:]\s*[\"']?([A-Za-z_][\w.]+)")
_ENGINES = (
    (
        re.compile(
            r"django\.(?:contrib\.gis\.)?db\.backends\.(?:postgresql|postgis)|postgres(?:ql)?://"
        ),
        "postgresql",
    ),
    (re.compile(r"django\.db\.backends\.mysql|mysql://"), "mysql"),
)


def settings_module(
    tree: Tree, module: Module, lines: list[Line], root: str
) -> tuple[str, Evidence] | None:
    """Return production's settings: stated for it, else a file named so, else what wsgi.py sets."""
    for line in lines:
        if line.weight < 60 or not (
            inside(parent(line.path), root) or inside(root, parent(line.path))
        ):
            continue
        found = _SET.search(line.text)
        if found and not re.search(r"test|local|dev", found[1]):
            return found[1], Evidence("django_settings", line.path, line.number, found[0])
    default = module.settings_module
    if default is None:
        return None
    package, _dot, last = default[0].rpartition(".")
    for name in ("production", "prod"):
        if package and last not in {"production", "prod"}:
            ending = f"{package.replace('.', '/')}/{name}.py"
            beside = [path for path in tree.named(f"{name}.py") if path.endswith(ending)]
            if beside:
                return f"{package}.{name}", Evidence("django_settings", beside[0], 1, ending)
    return default[0], Evidence("django_settings", module.path, default[1], default[0])


def collects_static(tree: Tree, root: str) -> bool:
    """Whether the settings say where collectstatic puts files."""
    return any(
        re.search(r"^\s*STATIC_ROOT\s*=", text, re.MULTILINE) for text in _settings(tree, root)
    )


def engine(tree: Tree, root: str) -> str | None:
    """Return the database that the settings name, None when they leave it open."""
    texts = _settings(tree, root)
    return next((name for pattern, name in _ENGINES if any(map(pattern.search, texts))), None)


def spatial(tree: Tree, root: str) -> bool:
    """Whether GeoDjango is among the installed applications."""
    return any("django.contrib.gis" in text for text in _settings(tree, root))


def _settings(tree: Tree, root: str) -> list[str]:
    return [
        tree.text(path)
        for path in tree.ending(".py")
        if inside(path, root)
        and deployable(path)
        and (
            "settings" in path.rpartition("/")[2]
            or parent(path).rpartition("/")[2] in {"settings", "config", "conf"}
        )
    ]
