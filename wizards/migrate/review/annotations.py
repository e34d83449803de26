"""Findings as GitHub Actions workflow commands, shown beside the changed lines."""

from __future__ import annotations

from collections.abc import Iterator

from wizards.migrate.model import Severity
from wizards.migrate.review.lint import JudgedFile

_COMMANDS = {Severity.DANGER: "error", Severity.CAUTION: "warning"}


def workflow_commands(file: JudgedFile) -> Iterator[str]:
    """Yield one ``::error file=…::message`` line per finding."""
    for found in file.findings:
        command = _COMMANDS.get(found.severity, "notice")
        place = (
            f"file={_property(file.path)},line={found.line},endLine={found.end_line},"
            f"col={found.column},title={_property(found.rule)}"
        )
        text = found.message if not found.fix else f"{found.message}\n{found.fix}"
        yield f"::{command} {place}::{_data(text)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
