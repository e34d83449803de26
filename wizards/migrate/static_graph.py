"""The revision graph by reading the files, for when Alembic or env.py cannot: nothing is run."""

from __future__ import annotations

import ast
import configparser
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from generators.language import _
from wizards.blueprint import Migrations
from wizards.migrate.downgrades import kind_of_downgrade
from wizards.migrate.graph import closure
from wizards.migrate.model import History, Revision
from wizards.migrate.standing import heads
from wizards.postgres.address import Address
from wizards.postgres.connection import connect, value

_NAMES = ("revision", "down_revision", "depends_on", "branch_labels")


@dataclass(frozen=True, slots=True)
class Read:
    """Revisions oldest first as far as their parents are known, and what is wrong with them."""

    revisions: tuple[Revision, ...]
    troubles: tuple[str, ...]


def read(directory: Path, migrations: Migrations) -> Read:
    """Return the revisions of a project's version folders."""
    found: dict[str, Revision] = {}
    troubles = []
    for path in sorted(_files(directory, migrations)):
        shown = str(path.relative_to(directory) if path.is_relative_to(directory) else path)
        try:
            one = _revision(path, shown)
        except (OSError, SyntaxError, ValueError) as error:
            line = f":{error.lineno}" if isinstance(error, SyntaxError) else ""
            troubles.append(_("{file} cannot be read").format(file=shown + line))
            continue
        if one is not None and one.id in found:
            troubles.append(
                _("{revision} is in two files: {first} and {second}").format(
                    revision=one.id, first=found[one.id].path, second=shown
                )
            )
        elif one is not None:
            found[one.id] = one
    parents = {name for one in found.values() for name in one.down}
    troubles += [
        _("{file} names {revision}, which no file has").format(file=one.path, revision=name)
        for one in found.values()
        for name in (*one.down, *one.depends)
        if name not in found
    ]
    ordered, left = _oldest_first(found)
    if left:
        troubles.append(_("these go round in a circle: {names}").format(names=", ".join(left)))
    order = [*ordered, *left]
    revisions = tuple(replace(found[name], is_head=name not in parents) for name in order)
    return Read(revisions, tuple(troubles))


def history(
    directory: Path, migrations: Migrations, target: str, address: Address | None
) -> History:
    """Return what the files say of a database whose version table has the usual name.

    Without an ``address`` nobody knows what is applied: the server version is "".
    """
    seen = read(directory, migrations)
    current: tuple[str, ...] = ()
    server_version = ""
    notes = [_("read from the files: env.py or Alembic failed, so the order may be incomplete")]
    if address is None:
        notes.append(_("what is applied is not known: no database was reached"))
    else:
        with connect(address, "tarmac look") as connection:
            current = heads(connection, "alembic_version")
            server_version = str(value(connection, "show server_version"))
    applied = closure(current, seen.revisions)
    return History(
        provider="alembic",
        target=target,
        server_version=server_version,
        current=current,
        heads=tuple(one.id for one in seen.revisions if one.is_head),
        revisions=tuple(replace(one, applied=one.id in applied) for one in seen.revisions),
        warnings=(*notes, *seen.troubles),
    )


def _files(directory: Path, migrations: Migrations) -> Iterator[Path]:
    ini = directory / migrations.config
    said = configparser.RawConfigParser(defaults={"here": str(ini.parent)})
    said.read(ini, encoding="utf-8")
    section = said["alembic"] if said.has_section("alembic") else {}
    place = section.get("script_location", "").replace("%(here)s", str(ini.parent))
    versions = section.get("version_locations", "").replace("%(here)s", str(ini.parent))
    folders = [directory / one for one in versions.replace(",", " ").split()]
    folders.append(directory / (place or ini.parent) / "versions")
    for folder in dict.fromkeys(folders):
        yield from folder.rglob("*.py")


def _revision(path: Path, shown: str) -> Revision | None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    values: dict[str, object] = {}
    for node in tree.body:
        targets = node.targets if isinstance(node, ast.Assign) else []
        if isinstance(node, ast.AnnAssign):
            targets = [node.target]
        names = [one.id for one in targets if isinstance(one, ast.Name) and one.id in _NAMES]
        if names and isinstance(node, (ast.Assign, ast.AnnAssign)) and node.value is not None:
            values[names[0]] = ast.literal_eval(node.value)
    if not isinstance(values.get("revision"), str):
        return None
    return Revision(
        id=str(values["revision"]),
        down=_several(values.get("down_revision")),
        depends=_several(values.get("depends_on")),
        labels=_several(values.get("branch_labels")),
        message=(ast.get_docstring(tree) or "").strip().partition("\n")[0],
        path=shown,
        downgrade=kind_of_downgrade(path),
    )


def _several(value: object) -> tuple[str, ...]:
    if isinstance(value, str):
        return (value,)
    return tuple(str(one) for one in value) if isinstance(value, (list, tuple, set)) else ()


def _oldest_first(found: dict[str, Revision]) -> tuple[list[str], list[str]]:
    """Return the names in an order that has parents first, and those in a circle."""
    left = dict(found)
    order: list[str] = []
    while True:
        ready = [
            name
            for name, one in left.items()
            if not any(parent in left for parent in (*one.down, *one.depends))
        ]
        if not ready:
            return order, sorted(left)
        order += ready
        for name in ready:
            del left[name]
