"""A detection as plain text: one block per service, each claim beside the place that proves it."""

from __future__ import annotations

from collections.abc import Iterator

import click
from rich.cells import cell_len

from generators.language import _, ngettext
from generators.project import Detection, Evidence, Service


def lines_of(found: Detection) -> Iterator[str]:
    """Yield the lines that a person reads."""
    if not found.services:
        yield _("There is no deployable application here.")
    for service in found.services:
        yield _title(service)
        rows = [row for row in _rows(service) if row[1]]
        names = max(cell_len(row[0]) for row in rows)
        values = max(cell_len(row[1]) for row in rows)
        for name, value, place in rows:
            shown = click.style(name, fg="bright_black") + " " * (names - cell_len(name))
            gap = " " * (values - cell_len(value)) if place else ""
            yield f"   {shown}  {value}{gap}  {click.style(place, dim=True)}".rstrip()
        if service.alternatives:
            others = ", ".join(service.alternatives)
            yield "   " + _("could also be: {others}").format(others=others)
        yield ""
    for finding in found.findings:
        mark, colour = ("▲", "yellow") if finding.level == "warning" else ("●", "blue")
        place = f"{finding.path}:{finding.line}" if finding.line else finding.path
        yield f"{click.style(mark, fg=colour)} {finding.message}  {click.style(place, dim=True)}"
    if found.findings:
        yield ""
    counted = ngettext("{count} file", "{count} files", found.files).format(count=found.files)
    yield click.style(
        _("{files} read in {seconds} s").format(files=counted, seconds=f"{found.seconds:.2f}"),
        dim=True,
    )


def _title(service: Service) -> str:
    sure = {
        "high": ("✓", "green", _("sure")),
        "medium": ("●", "blue", _("likely")),
        "low": ("▲", "yellow", _("please confirm")),
    }[service.confidence.value]
    name = click.style(service.path, bold=True)
    made_of = f"{service.framework} {service.framework_version}".strip()
    return f"{click.style(sure[0], fg=sure[1])} {name} · {made_of} · {sure[2]}"


def _rows(service: Service) -> Iterator[tuple[str, str, str]]:
    def place(claim: str) -> str:
        return next((one.place for one in service.evidence if one.claim == claim), "")

    version = service.python_version or service.node_version or ""
    language = "Node" if service.language == "javascript" else "Python"
    entry = service.entrypoint or ""
    yield _("starts"), entry + ("()" if service.factory else ""), place("entrypoint")
    for other in _more(service.evidence):
        yield "", other.says, other.place
    yield _("installed by"), service.package_manager, place("package_manager")
    yield language, version, place("python_version")
    default = "" if place("port") else " " + _("(default)")
    yield _("port"), f"{service.port}{default}", place("port")
    yield _("health"), service.health_path or "", place("health_path")
    migrations = service.migrations.provider if service.migrations else ""
    yield _("migrations"), migrations, place("migrations")
    database = service.database or ""
    if service.database_driver:
        database += f" ({service.database_driver})"
    yield _("database"), database, place("database")
    yield "Redis", _("yes") if service.redis else "", ""
    if front := service.frontend:
        words = f"{front.path} ({front.framework}, {front.bundler}, {front.package_manager})"
        yield _("front end"), words, place("frontend")


def _more(evidence: tuple[Evidence, ...]) -> list[Evidence]:
    """Return what else speaks for the entry point: start commands the project has."""
    return [one for one in evidence if one.claim == "entrypoint"][1:]
