"""A unified diff and a highlighted text as rows; side by side where there is room."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache, partial
from pathlib import PurePosixPath

from textual.content import Content

from tui.widgets.rows import Row
from tui.widgets.words import fit, wrapped

STYLES = {
    "+": "$text-success on $success 12%",
    "-": "$text-error on $error 12%",
    "@": "$text-primary",
}
LANGUAGES = {
    "Dockerfile": "docker",
    ".dockerignore": "bash",
    ".env.example": "bash",
    ".yaml": "yaml",
    ".yml": "yaml",
    ".sh": "bash",
    ".conf": "nginx",
    ".toml": "toml",
    ".json": "json",
    ".py": "python",
    ".sql": "sql",
}


def text_rows(text: str, path: str) -> list[Row]:
    """Return a file's text as highlighted rows with line numbers."""
    lines = highlighted(text, path).split("\n")
    room = len(str(len(lines)))
    return [
        Row(str(number), partial(_numbered, line, number, room), line.plain, lines=0)
        for number, line in enumerate(lines, 1)
    ]


def _numbered(line: Content, number: int, room: int, width: int) -> list[Content]:
    first, *rest = wrapped(line, width - room - 1) or [Content()]
    lead = f"{number:>{room}} "
    return [
        Content.assemble((lead, "$text-disabled"), first),
        *(Content.assemble(" " * (room + 1), part) for part in rest),
    ]


@lru_cache(maxsize=64)
def highlighted(text: str, path: str) -> Content:
    """Return a text with colours for the language of its path."""
    from textual.highlight import highlight

    name = PurePosixPath(path)
    language = LANGUAGES.get(name.name) or LANGUAGES.get(name.suffix, "text")
    return highlight(text, language="docker" if "Dockerfile" in name.name else language)


def difference_rows(diff: str, *, side_by_side: bool = False) -> list[Row]:
    """Return a unified diff as rows, or as two columns."""
    lines = diff.splitlines()
    if side_by_side:
        return [
            Row(str(number), partial(_pair, left, right), f"{left} {right}")
            for number, (left, right) in enumerate(pairs(lines))
        ]
    return [
        Row(str(number), partial(_unified, line), line, lines=0)
        for number, line in enumerate(lines)
    ]


def _unified(line: str, width: int) -> list[Content]:
    style = _style(line)
    return [Content.styled(fit(part, width).plain, style) for part in wrapped(line or " ", width)]


def _style(line: str) -> str:
    if line.startswith(("+++", "---")):
        return "bold"
    return STYLES.get(line[:1], "")


def pairs(lines: list[str]) -> Iterator[tuple[str, str]]:
    """Yield the lines of a unified diff as (before, after), runs of changes beside each other."""
    removed: list[str] = []
    added: list[str] = []
    for line in [*lines, " "]:
        if line.startswith("-"):
            removed.append(line)
            continue
        if line.startswith("+"):
            added.append(line)
            continue
        for place in range(max(len(removed), len(added))):
            yield (
                removed[place] if place < len(removed) else "",
                added[place] if place < len(added) else "",
            )
        removed, added = [], []
        yield line, line


def _pair(left: str, right: str, width: int) -> list[Content]:
    half = (width - 3) // 2
    return [
        Content.assemble(
            (fit(left, half).plain, _style(left)),
            (" │ ", "$text-disabled"),
            (fit(right, half).plain, _style(right)),
        )
    ]
