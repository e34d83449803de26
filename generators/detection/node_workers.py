"""Further processes of a Node service: Procfile lines and scripts that are named workers."""

from __future__ import annotations

import re

from generators.detection.node_entry import plain_command
from generators.detection.node_packages import Package
from generators.detection.tree import Tree, join
from generators.project import Worker

_NAMED = re.compile(
    r"^(?:start:|run:|prod:|serve:)?((?:[\w-]*worker|queue|consumer|jobs?|scheduler|cron)s?)(?::(?:prod|start|production))?$"
)
_NO_WORKERS = frozenset({"web", "release"})


def node_workers(tree: Tree, package: Package) -> tuple[Worker, ...]:
    """Return the workers that the project itself names, each once."""
    found: dict[str, Worker] = {}
    path = join(package.folder, "Procfile")
    for number, line in enumerate(tree.text(path).splitlines() if tree.has(path) else [], 1):
        name, colon, command = line.partition(":")
        if colon and name.strip() not in _NO_WORKERS and not line.startswith("#"):
            words = plain_command(command) or ("sh", "-c", command.strip())
            found[name.strip()] = Worker(
                name=name.strip(),
                kind="node",
                command=words,
                directory=package.folder,
                path=path,
                line=number,
            )
    for script, command in package.scripts.items():
        named = _NAMED.match(script)
        if named and not re.search(r"watch|nodemon|\bdev\b", command):
            name = named[1]
            words = plain_command(command)
            words = words if words[:1] == ("node",) else package.runs(script)
            found.setdefault(
                name,
                Worker(
                    name=name,
                    kind="node",
                    command=words,
                    directory=package.folder,
                    path=package.path,
                    line=package.line(f'"{script}"', tree),
                ),
            )
    return tuple(found.values())
