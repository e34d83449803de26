"""A detection as plain text: one block per service, each claim beside the place that proves it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import click
from rich.cells import cell_len, set_cell_size

from generators.language import _, ngettext
from generators.project import Confidence, Detection, Evidence, Finding, Service, Verdict
from tui.commands.wrapping import wrapped

_WIDEST = 100
_INDENT = 3
_MOST_OTHERS = 4
_MARKS = {"high": ("✓", "green"), "medium": ("●", "blue"), "low": ("▲", "yellow")}


def lines_of(found: Detection, columns: int = 0) -> Iterator[str]:
    """Yield the lines that a person reads, none wider than ``columns`` (0: this terminal's)."""
    width = min(columns or shutil.get_terminal_size((80, 24)).columns, _WIDEST)
    if not found.services:
        yield from _nothing(found.verdict, width)
    for service in found.services:
        yield _title(service, found.services, width)
        rows = [row for row in _rows(service) if row[1]]
        names = max(cell_len(row[0]) for row in rows)
        sure = _sure(service)
        for name, value, place in rows:
            yield from _row(name, value, place, names, width, sure.get(name))
        yield from _others(service, width)
        yield ""
    for finding in _ordered(found.findings):
        yield from _finding(finding, width)
    if found.findings:
        yield ""
    counted = ngettext("{count} file", "{count} files", found.files).format(count=found.files)
    seconds = f"{found.seconds:.2f}"
    words = _("{files}, {read} of them opened, {seconds} s; nothing was run")
    yield click.style(words.format(files=counted, read=found.read, seconds=seconds), dim=True)


def _nothing(verdict: Verdict, width: int) -> Iterator[str]:
    yield _("There is no deployable application here.")
    for line in wrapped(verdict.says, width - _INDENT):
        yield " " * _INDENT + line
    if verdict.path:
        place = f"{verdict.path}:{verdict.line}"
        yield " " * _INDENT + click.style(_clipped(place, width - _INDENT), dim=True)
    yield ""


def _title(service: Service, services: tuple[Service, ...], width: int) -> str:
    mark, colour = _MARKS[service.confidence.value]
    same = sum(one.path == service.path for one in services) > 1
    name = f"{service.path} ({service.name})" if same else service.path
    made_of = f"{service.framework} {service.framework_version}".strip()
    kind = {"static": _("files for browsers"), "worker": _("worker")}.get(service.role, "")
    rest = " · ".join(part for part in (made_of, kind, _how_sure(service.confidence)) if part)
    room = max(width - cell_len(rest) - 5, 8)
    shown = name if cell_len(name) <= room else "…" + name[-(room - 1) :]
    return f"{click.style(mark, fg=colour)} {click.style(shown, bold=True)} · {rest}"


def _how_sure(confidence: Confidence) -> str:
    words = {"high": _("sure"), "medium": _("likely"), "low": _("please confirm")}
    return words[confidence.value]


def _sure(service: Service) -> dict[str, Confidence]:
    """Return how sure each row is that has a confidence of its own, by the row's name."""
    names = {
        "entrypoint": _("starts"),
        "package_manager": _("installed by"),
        "version": _language(service),
        "migrations": _("migrations"),
    }
    return {names[claim]: sure for claim, sure in service.confidences.items()}


def _language(service: Service) -> str:
    return "Node" if service.language == "javascript" else "Python"


def _rows(service: Service) -> Iterator[tuple[str, str, str]]:
    def place(*claims: str) -> str:
        found = (one.place for one in service.evidence if one.claim in claims)
        return next(found, "")

    entry = service.entrypoint or (" ".join(service.start) if service.role == "web" else "")
    yield _("starts"), entry + ("()" if service.factory else ""), place("entrypoint")
    for other in _more(service.evidence):
        yield "", other.says, other.place
    for worker in service.workers:
        at = f"{worker.path}:{worker.line}" if worker.path else ""
        yield _("worker"), " ".join(worker.command), at
    if service.build:
        words = " ".join(service.build) + (f" → {service.output}" if service.output else "")
        yield _("built by"), words, ""
    manager = f"{service.package_manager} {service.manager_version}".strip()
    yield _("installed by"), manager, place("package_manager")
    version = service.python_version or service.node_version or ""
    at = place("python_version", "node_version")
    yield _language(service), version + ("" if at else " " + _("(default)")), at
    if service.role == "web":
        default = "" if place("port") else " " + _("(default)")
        yield _("port"), f"{service.port}{default}", place("port")
    yield _("health"), service.health_path or "", place("health_path")
    yield _("migrations"), _migrations(service), place("migrations")
    database = service.database or ""
    if service.database_driver:
        database += f" ({service.database_driver})"
    yield _("database"), database, place("database")
    yield _("also needs"), ", ".join(_needs(service)), ""
    front = service.frontend
    if front and service.role != "static":
        words = f"{front.path} ({front.framework}, {front.bundler}, {front.package_manager})"
        yield _("front end"), words, place("frontend")


def _migrations(service: Service) -> str:
    tool = service.migrations
    if tool is None:
        return ""
    name = tool.tool or tool.provider
    if tool.directory in {service.path, "."}:
        return name
    return _("{tool}, run in {folder}").format(tool=name, folder=tool.directory)


def _needs(service: Service) -> Iterator[str]:
    if service.redis:
        yield "Redis"
    if service.broker == "amqp":
        yield "RabbitMQ"
    if service.websockets:
        yield _("websockets")
    if service.collects_static:
        yield "collectstatic"
    packages = [one for need in service.native if not need.wheel for one in need.run or need.build]
    yield from dict.fromkeys(packages)


def _more(evidence: tuple[Evidence, ...]) -> list[Evidence]:
    """Return what else speaks for the entry point: start commands the project has."""
    return [one for one in evidence if one.claim == "entrypoint"][1:]


def _row(
    name: str, value: str, place: str, names: int, width: int, sure: Confidence | None
) -> Iterator[str]:
    """Yield a claim with its place on the same line, or below it where there is no room.

    The mark in front says how sure it is; words say so too, where it is not.
    """
    mark, colour = _MARKS[sure.value] if sure else (" ", "white")
    start = f" {click.style(mark, fg=colour)} {click.style(name, fg='bright_black')}"
    start += " " * (names - cell_len(name))
    room = width - _INDENT - names - 2
    shown = value if sure in (None, Confidence.HIGH) else f"{value} · {_how_sure(sure)}"
    if place and cell_len(shown) + 2 + cell_len(place) <= room:
        gap = " " * (room - cell_len(shown) - cell_len(place))
        yield f"{start}  {shown}{gap}{click.style(place, dim=True)}"
        return
    yield f"{start}  {_clipped(shown, room)}".rstrip()
    if place:
        below = _clipped(place, room)
        yield " " * (width - cell_len(below)) + click.style(below, dim=True)


def _others(service: Service, width: int) -> Iterator[str]:
    if not service.alternatives:
        return
    shown = list(service.alternatives[:_MOST_OTHERS])
    if len(service.alternatives) > _MOST_OTHERS:
        shown.append(_("{count} more").format(count=len(service.alternatives) - _MOST_OTHERS))
    words = _("could also be: {others}").format(others=", ".join(shown))
    for number, line in enumerate(wrapped(words, width - _INDENT - 2)):
        yield " " * (_INDENT + (2 if number else 0)) + line


def _ordered(findings: tuple[Finding, ...]) -> list[Finding]:
    return sorted(findings, key=lambda one: one.level != "warning")


def _finding(finding: Finding, width: int) -> Iterator[str]:
    mark, colour = ("▲", "yellow") if finding.level == "warning" else ("●", "blue")
    place = f"{finding.path}:{finding.line}" if finding.line else finding.path
    lines = wrapped(finding.message, width - 2)
    for number, line in enumerate(lines):
        yield (f"{click.style(mark, fg=colour)} " if not number else "  ") + line
    if finding.fix:
        for number, line in enumerate(wrapped(finding.fix, width - 4)):
            yield ("  → " if not number else "    ") + line
    if place:
        yield "  " + click.style(_clipped(place, width - 2), dim=True)


def _clipped(text: str, cells: int) -> str:
    if cell_len(text) <= cells:
        return text
    return set_cell_size(text, max(cells - 1, 1)).rstrip() + "…"
