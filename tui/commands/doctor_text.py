"""A doctor's verdicts as lines: grouped, aligned by cells, wrapped to the terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

import click
from rich.cells import cell_len

from generators.language import _, ngettext
from tui.commands.wrapping import wrapped
from wizards.plan import Check
from wizards.setup.doctor import Verdict, group_title

_MARKS = {"ok": ("✓", "green"), "warning": ("▲", "yellow"), "red": ("✗", "red")}
_OPTIONAL = ("○", "bright_black")
_TITLE_MOST = 30
_NEAR = 4


def lines(verdicts: Sequence[Verdict], columns: int) -> Iterator[str]:
    """Yield every group and its verdicts; ``columns`` is the width of the terminal."""
    titles = [cell_len(verdict.check.title) for verdict in verdicts]
    width = min(max(titles, default=0), _TITLE_MOST)
    for group, members in groupby(verdicts, key=lambda verdict: verdict.group):
        yield click.style(group_title(group), bold=True)
        for verdict in members:
            yield from _verdict(verdict.check, width, columns)
        yield ""


def summary(checks: Sequence[Check]) -> str:
    """Return the last line: what is missing, what deserves a look, or that all is well."""
    red = sum(check.level == "red" for check in checks)
    warnings = sum(check.level == "warning" for check in checks)
    looked = ngettext("{count} to look at", "{count} to look at", warnings).format(count=warnings)
    if red:
        needed = ngettext(
            "{count} needed thing is missing", "{count} needed things are missing", red
        ).format(count=red)
        return click.style("✗ ", fg="red") + needed + (f", {looked}" if warnings else "")
    if warnings:
        fine = _("nothing that is needed is missing")
        return click.style("▲ ", fg="yellow") + f"{looked}; {fine}"
    return click.style("✓ ", fg="green") + _("everything is here")


def _verdict(check: Check, width: int, columns: int) -> Iterator[str]:
    optional = check.level == "ok" and bool(check.fix)
    mark, colour = _OPTIONAL if optional else _MARKS[check.level]
    title = check.title + " " * max(width - cell_len(check.title), 0)
    indent = width + 6
    room = max(columns - indent, 20)
    says = [line for part in check.says.splitlines() for line in wrapped(part, room)] or [""]
    yield f"  {click.style(mark, fg=colour)} {title}  {says[0]}".rstrip()
    for line in says[1:]:
        yield " " * indent + line
    for fix in check.fix.splitlines():
        fits = cell_len(fix) <= room
        yield " " * (indent if fits else _NEAR) + click.style(fix, fg="cyan")
