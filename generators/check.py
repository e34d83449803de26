"""Validators over texts: those on this machine are run, the absent ones are named."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from generators.checking.table import checks
from generators.checking.verdict import Checked, Complaint

__all__ = ["Checked", "Complaint", "check"]

_AT_ONCE = 4


def check(texts: Sequence[tuple[str, str, str]]) -> list[Checked]:
    """Check (artefact name, path, text) triples and return every verdict, absences included.

    The files are written to a folder of their own that nobody else may read, and judged there.
    """
    with tempfile.TemporaryDirectory(prefix="tarmac-check-") as place:
        folder = Path(place)
        for _name, path, text in texts:
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(text.encode("utf-8", "surrogateescape"))
        work = [(found, path) for name, path, _text in texts for found in checks(name, path)]
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            return list(pool.map(lambda one: one[0](folder, one[1]), work))
