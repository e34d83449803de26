"""The merge base: the text of each artefact as it was last rendered, committed with the repo."""

from __future__ import annotations

import json
from pathlib import Path

from generators import places
from generators.project import Json

FOLDER = ".tarmac/rendered"
_INPUTS = f"{FOLDER}/inputs.json"


def base(root: Path, path: str) -> str | None:
    """Return the text last rendered for a path, None when Tarmac never wrote it."""
    return places.read(root, f"{FOLDER}/{path}")


def remember(root: Path, path: str, text: str) -> None:
    """Keep a rendered text as the next merge base."""
    places.write(root, f"{FOLDER}/{path}", text)


def pending(root: Path, path: str) -> str | None:
    """Return the text of a conflict that was shown and is not yet settled, or None."""
    return places.read(root, f"{FOLDER}/{path}.pending")


def forget_pending(root: Path, path: str) -> None:
    """Forget a conflict that is settled."""
    places.remove(root, f"{FOLDER}/{path}.pending")


def inputs(root: Path) -> dict[str, Json]:
    """Return what the last rendering was made of: ``{"blueprint", "language"}``, or {}."""
    text = places.read(root, _INPUTS)
    if text is None:
        return {}
    try:
        found = json.loads(text)
    except json.JSONDecodeError:
        return {}
    return found if isinstance(found, dict) else {}


def remember_inputs(root: Path, blueprint: str, language: str) -> None:
    """Keep the blueprint's hash and the language of the comments."""
    text = json.dumps({"blueprint": blueprint, "language": language}, indent=2) + "\n"
    places.write(root, _INPUTS, text)
