"""Whether what a Dockerfile copies lies in the folder that the image is built in."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator
from pathlib import Path
from posixpath import normpath

from generators.checking.verdict import Checked, Complaint, verdict
from generators.language import _

_COPIES = re.compile(r"^\s*(?:COPY|ADD)\s+(.*)$", re.IGNORECASE)
_NOT_PLAIN = re.compile(r"[$*?\[\]]|^<<|^\w+://")


def copied(root: Path, path: str, text: str, context: str, made: Collection[str] = ()) -> Checked:
    """Look for each source of COPY and ADD; ``context`` is relative to the repository's root.

    What is ``made`` beside it (paths from the root) may be missing still.

    A Dockerfile that was there before may have been made for another folder than the one that
    compose and the pipeline build it in. Patterns and variables are not judged.
    """
    folder = root / context
    says = _("{source} is not in {folder}, the folder that the image is built in")
    complaints = tuple(
        Complaint(path, line, says.format(source=source, folder=context))
        for line, source in _sources(text)
        if not (folder / source.lstrip("/")).exists()
        and normpath(f"{context}/{source.lstrip('/')}") not in made
    )
    return verdict("tarmac", path, complaints)


def _sources(text: str) -> Iterator[tuple[int, str]]:
    """Yield (line, source) of what is copied from the context."""
    whole, start = "", 0
    for number, line in enumerate(text.splitlines(), 1):
        if line.lstrip().startswith("#"):
            continue
        start = start if whole else number
        whole += line.rstrip().removesuffix("\\") + " "
        if line.rstrip().endswith("\\"):
            continue
        if (found := _COPIES.match(whole)) and "--from" not in found[1]:
            yield from ((start, source) for source in _words(found[1]) if _plain(source))
        whole = ""


def _words(given: str) -> list[str]:
    """Return the sources of both forms; the last word is where they go."""
    given = re.sub(r"^(?:--\S+\s+)+", "", given.strip())
    if given.startswith("["):
        try:
            return [str(word) for word in json.loads(given)][:-1]
        except json.JSONDecodeError:
            return []
    return given.split()[:-1]


def _plain(source: str) -> bool:
    return not _NOT_PLAIN.search(source)
