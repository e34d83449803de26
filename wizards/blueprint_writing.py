"""Writing `tarmac.toml`: only the keys that change; comments and order survive."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from wizards.blueprint_reading import parse
from wizards.disk import writing
from wizards.question import Value

if TYPE_CHECKING:
    import tomlkit

_HEADER = "# The desired state of this project, read and written by Tarmac. No secret values.\n\n"


def rendered(path: Path, values: Mapping[str, Value], without: Iterable[str] = ()) -> str:
    """Return the text of a blueprint with dotted keys set; None removes nothing and is skipped.

    ``without`` names tables ("database", "secrets.API_KEY") that are taken out first.

    The result is parsed again before it is returned, so a value that the blueprint would refuse
    raises here and never reaches the disk.
    """
    import tomlkit

    text = path.read_text(encoding="utf-8") if path.exists() else _HEADER
    document = tomlkit.parse(text)
    for table in without:
        _remove(document, table.split("."))
    for key, value in values.items():
        if value is not None:
            _set(document, key.split("."), value)
    made = tomlkit.dumps(document)
    parse(made, path)
    return made


def write(path: Path, values: Mapping[str, Value], without: Iterable[str] = ()) -> bool:
    """Set dotted keys in a blueprint, atomically; return whether the file changed."""
    made = rendered(path, values, without)
    if path.exists() and path.read_text(encoding="utf-8") == made:
        return False
    replace_text(path, made)
    return True


def replace_text(path: Path, text: str, mode: int = 0o644) -> None:
    """Replace a file's text in one step, keeping the permissions it has.

    Raises a Failure when the disk refuses; the file is as it was then.
    """
    with writing(path):
        permissions = path.stat().st_mode & 0o777 if path.exists() else mode
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            Path(name).chmod(permissions)
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise


def _remove(document: tomlkit.TOMLDocument, keys: list[str]) -> None:
    from tomlkit.items import AbstractTable

    place: tomlkit.TOMLDocument | AbstractTable = document
    for key in keys[:-1]:
        inner = place.get(key)
        if not isinstance(inner, AbstractTable):
            return
        place = inner
    place.pop(keys[-1], None)


def _set(document: tomlkit.TOMLDocument, keys: list[str], value: Value) -> None:
    import tomlkit
    from tomlkit.items import AbstractTable

    place: tomlkit.TOMLDocument | AbstractTable = document
    for depth, key in enumerate(keys[:-1]):
        inner = place.get(key)
        if not isinstance(inner, AbstractTable):
            inner = tomlkit.table(is_super_table=depth < len(keys) - 2)
            place[key] = inner
        place = inner
    given = list(value) if isinstance(value, tuple) else value
    if place.get(keys[-1]) != given:
        place[keys[-1]] = given
