"""Commands that start a file, followed to the application that the file names for its server."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from generators.detection.commands import StartCommand
from generators.detection.modules import Modules
from generators.detection.python_module import Module
from generators.detection.tree import inside

_TARGET = re.compile(r"([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*):([A-Za-z_]\w*)")
_ANY = "*"


def followed(commands: list[StartCommand], modules: Modules) -> list[StartCommand]:
    """Return the commands, and for ``python -m shop`` what ``shop/__main__.py`` starts.

    That is the "shop.web:create" in its ``uvicorn.run("shop.web:create")``; the new command keeps
    the place and the weight of the old one.
    """
    found = [
        replace(command, module=target[1], name=target[2], port=run.port)
        for command in commands
        if command.name == _ANY
        for module in _started(command, modules)
        for run in module.runs
        if (target := _TARGET.fullmatch(run.target))
    ]
    return sorted([*commands, *found], key=lambda command: -command.weight)


def _started(command: StartCommand, modules: Modules) -> Iterator[Module]:
    base = command.module.removesuffix(".py")
    for module in modules.all():
        path = f"/{module.path}"
        named = path.endswith((f"/{base}.py", f"/{base}/__main__.py"))
        if named and inside(module.path, command.folder):
            yield module
