"""Three texts become one: by git where it is there, else by the same rules in Python."""

from __future__ import annotations

import difflib
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

_SECONDS = 20


@dataclass(frozen=True, slots=True)
class Merged:
    """The merged text; with ``conflict`` it carries markers and must not reach a live file."""

    text: str
    conflict: bool


def merge(base: str, theirs: str, new: str) -> Merged:
    """Merge what a person (theirs) and Tarmac (new) each made of the base."""
    git = shutil.which("git")
    if git is not None:
        merged = _by_git(git, base, theirs, new)
        if merged is not None:
            return merged
    return merge_lines(base, theirs, new)


def merge_lines(base: str, theirs: str, new: str) -> Merged:
    """Merge line by line (diff3): what only one side changed is taken, the rest conflicts."""
    lines = [text.splitlines(keepends=True) for text in (base, theirs, new)]
    blocks = _stable_blocks(*lines)
    merged: list[str] = []
    conflict = False
    at = (0, 0, 0)
    for start, mine, other, size in [*blocks, (*map(len, lines), 0)]:
        pieces = [
            part[begin:end]
            for part, begin, end in zip(lines, at, (start, mine, other), strict=True)
        ]
        chosen = _chosen(*pieces)
        if chosen is None:
            conflict = True
            chosen = _marked(*pieces)
        merged += chosen
        merged += lines[0][start : start + size]
        at = (start + size, mine + size, other + size)
    return Merged("".join(merged), conflict)


def _stable_blocks(
    base: list[str], theirs: list[str], new: list[str]
) -> list[tuple[int, int, int, int]]:
    """Return runs of lines that all three share: their starts in each and their length."""
    place_in_new = _places(base, new)
    blocks: list[tuple[int, int, int, int]] = []
    for line, mine in _places(base, theirs).items():
        if line not in place_in_new:
            continue
        other = place_in_new[line]
        if blocks:
            start, before, after, size = blocks[-1]
            if (start + size, before + size, after + size) == (line, mine, other):
                blocks[-1] = (start, before, after, size + 1)
                continue
        blocks.append((line, mine, other, 1))
    return blocks


def _places(base: list[str], other: list[str]) -> dict[int, int]:
    matcher = difflib.SequenceMatcher(None, base, other, autojunk=False)
    return {
        block.a + step: block.b + step
        for block in matcher.get_matching_blocks()
        for step in range(block.size)
    }


def _chosen(base: Sequence[str], theirs: Sequence[str], new: Sequence[str]) -> list[str] | None:
    if theirs == new or new == base:
        return list(theirs)
    return list(new) if theirs == base else None


def _marked(base: Sequence[str], theirs: Sequence[str], new: Sequence[str]) -> list[str]:
    parts = (("<<<<<<< yours\n", theirs), ("||||||| base\n", base), ("=======\n", new))
    return [line for mark, lines in parts for line in (mark, *lines)] + [">>>>>>> tarmac\n"]


def _by_git(git: str, base: str, theirs: str, new: str) -> Merged | None:
    with tempfile.TemporaryDirectory(prefix="tarmac-merge-") as folder:
        paths = []
        for name, text in (("yours", theirs), ("base", base), ("tarmac", new)):
            path = Path(folder) / name
            path.write_bytes(text.encode("utf-8", "surrogateescape"))
            paths.append(str(path))
        try:
            done = subprocess.run(
                [git, "merge-file", "-p", "--diff3", *paths],
                cwd=folder,
                capture_output=True,
                timeout=_SECONDS,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired):
            return None
    if done.returncode < 0 or done.returncode > 127:
        return None
    return Merged(done.stdout.decode("utf-8", "surrogateescape"), done.returncode > 0)
