"""Findings as a good compiler prints them: place, severity, rule, message, source line, fix."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import click

from generators.language import _, ngettext

if TYPE_CHECKING:
    from wizards.migrate.model import Finding
    from wizards.migrate.review.lint import JudgedFile

COLOURS = {"danger": "red", "caution": "yellow", "notice": "blue", "safe": "green"}
_MOST_SHOWN = 160


def finding_lines(file: JudgedFile, found: Finding) -> Iterator[str]:
    """Yield the lines of one finding."""
    colour = COLOURS[found.severity.value]
    place = click.style(f"{file.path}:{found.line}:{found.column}", bold=True)
    word = click.style(f"{found.severity.mark} {severity_word(found.severity.value)}", fg=colour)
    yield f"{place} {word} {click.style(found.rule, fg=colour)}: {found.message}"
    numbers = _numbers(found)
    if numbers:
        yield f"  {click.style(numbers, dim=True)}"
    if 0 < found.line <= len(file.lines):
        source = file.lines[found.line - 1].rstrip()[:_MOST_SHOWN]
        yield f"  {click.style(f'{found.line:>4} │', dim=True)} {source}"
    if found.fix:
        label = _("safer:")
        for number, line in enumerate(found.fix.splitlines()):
            lead = click.style(label, bold=True) if number == 0 else " " * len(label)
            yield f"  {lead} {line}"


def severity_word(severity: str) -> str:
    """Return a severity as a person reads it."""
    return {
        "danger": _("danger"),
        "caution": _("caution"),
        "notice": _("notice"),
        "safe": _("safe"),
    }[severity]


def _numbers(found: Finding) -> str:
    """Lock, rows and the estimate, where they are known."""
    parts = []
    if found.lock:
        parts.append(found.lock)
    rows = found.facts.get("rows")
    if isinstance(rows, int):
        parts.append(ngettext("{rows} row", "{rows} rows", rows).format(rows=f"{rows:,}"))
    seconds = found.facts.get("seconds_estimate")
    if isinstance(seconds, int | float):
        parts.append(_("about {seconds} s (an estimate)").format(seconds=seconds))
    return " · ".join(parts)


def summary(files: Sequence[JudgedFile]) -> str:
    """Return the last line: how much was read and what was found."""
    count = Counter(found.severity.value for file in files for found in file.findings)
    statements = sum(len(file.statements) for file in files)
    read = ngettext("{count} statement read", "{count} statements read", statements).format(
        count=f"{statements:,}"
    )
    if not count:
        return click.style("✓ ", fg="green") + _("{read}: nothing found").format(read=read)
    found = ", ".join(
        click.style(f"{count[word]} {severity_word(word)}", fg=COLOURS[word])
        for word in COLOURS
        if count[word]
    )
    return f"{read}: {found}"
