"""Folders of SQL files read by their conventions; nothing is executed and nothing is guessed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from wizards.migrate.sql_files.step import Complaint, Step

_MARK = re.compile(r"^[ \t]*--[ \t]*migrate:(up|down)\b(.*)$", re.MULTILINE)
_NUMBERED = re.compile(r"^(\d+)[_-](.+)$")
_UNKNOWN_TOOLS = {
    "goose": re.compile(r"^[ \t]*--[ \t]*\+goose\b", re.MULTILINE),
    "sql-migrate": re.compile(r"^[ \t]*--[ \t]*\+migrate\b", re.MULTILINE),
}
_FLYWAY = re.compile(r"^[VRU]\d[\d._]*__.+\.sql$")


def kind_of(folder: Path) -> str:
    """Return "prisma", "dbmate", "pairs" (also golang-migrate's) or "" where nothing is found.

    A folder of another tool is a complaint "foreign-tool" with the tool's name.
    """
    if any(folder.glob("*/migration.sql")):
        return "prisma"
    files = sorted(folder.glob("*.sql"))
    if any(_FLYWAY.match(one.name) for one in files):
        raise Complaint("foreign-tool", "Flyway")
    for one in files:
        text = _text(one)
        for tool, pattern in _UNKNOWN_TOOLS.items():
            if pattern.search(text):
                raise Complaint("foreign-tool", tool)
        if _MARK.search(text):
            return "dbmate"
    return "pairs" if files else ""


def read(kind: str, folder: Path) -> list[Step]:
    """Return the migrations of a folder in the order their tool applies them.

    ``kind`` is prisma, dbmate, golang-migrate or pairs. Raises Complaint for two files of one
    version and for files that are not UTF-8.
    """
    steps = list(_READERS[kind](folder))
    seen: dict[str, Step] = {}
    for step in steps:
        if step.id in seen:
            raise Complaint("duplicate", f"{seen[step.id].path.name}, {step.path.name}")
        seen[step.id] = step
    return steps


def _prisma(folder: Path) -> Iterator[Step]:
    for path in sorted(folder.glob("*/migration.sql")):
        name, down = path.parent.name, path.with_name("down.sql")
        numbered = _NUMBERED.match(name)
        yield Step(
            id=name,
            message=_words(numbered[2] if numbered else name),
            path=path,
            up=_text(path),
            down=_text(down) if down.is_file() else None,
            down_path=down if down.is_file() else None,
        )


def _dbmate(folder: Path) -> Iterator[Step]:
    for path in sorted(folder.glob("*.sql")):
        numbered = _NUMBERED.match(path.stem)
        if numbered is None:
            continue
        text = _text(path)
        sections = {one[1]: one for one in _MARK.finditer(text)}
        if "up" not in sections:
            raise Complaint("no-up", path.name)
        up, down = sections["up"], sections.get("down")
        written = _section(text, down, up) if down else None
        empty = written is None or not _has_sql(written)
        yield Step(
            id=numbered[1],
            message=_words(numbered[2]),
            path=path,
            up=_section(text, up, down),
            down=None if empty else written,
            down_path=None if empty else path,
            atomic="transaction:false" not in up[2].replace(" ", ""),
            down_atomic=down is None or "transaction:false" not in down[2].replace(" ", ""),
        )


def _section(text: str, mark: re.Match[str], other: re.Match[str] | None) -> str:
    """Return the part of a file after a mark, everything else as empty lines."""
    start = mark.end()
    later = other is not None and other.start() > start
    end = other.start() if other is not None and later else len(text)
    return "\n" * text.count("\n", 0, start) + text[start:end]


def _pairs(folder: Path) -> Iterator[Step]:
    for path in sorted(folder.glob("*.sql"), key=_order):
        if path.name.endswith(".down.sql"):
            continue
        stem = path.name.removesuffix(".sql").removesuffix(".up")
        numbered = _NUMBERED.match(stem)
        down = path.with_name(f"{stem}.down.sql")
        yield Step(
            id=stem,
            message=_words(numbered[2] if numbered else stem),
            path=path,
            up=_text(path),
            down=_text(down) if down.is_file() else None,
            down_path=down if down.is_file() else None,
        )


def _golang(folder: Path) -> Iterator[Step]:
    for step in _pairs(folder):
        numbered = _NUMBERED.match(step.id)
        if numbered is not None and step.path.name.endswith(".up.sql"):
            yield Step(
                id=str(int(numbered[1])),
                message=step.message,
                path=step.path,
                up=step.up,
                down=step.down,
                down_path=step.down_path,
            )


_READERS: Mapping[str, Callable[[Path], Iterator[Step]]] = {
    "prisma": _prisma,
    "dbmate": _dbmate,
    "pairs": _pairs,
    "golang-migrate": _golang,
}


def _order(path: Path) -> tuple[int, str]:
    numbered = _NUMBERED.match(path.name)
    return (int(numbered[1]) if numbered else 0, path.name)


def _has_sql(text: str) -> bool:
    lines = (line.strip() for line in text.splitlines())
    return any(line and not line.startswith("--") for line in lines)


def _words(name: str) -> str:
    return name.replace("_", " ").replace("-", " ").strip()


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Complaint("not-text", path.name) from error
