"""PostgreSQL's own programs against the blueprint's database, and the sandbox that has a server."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path

from generators.language import _
from wizards.failures import Failure
from wizards.plan import Check
from wizards.postgres import binaries
from wizards.postgres.sandbox_address import default_state, running
from wizards.setup.doctor_fixes import install
from wizards.setup.doctor_project import Place

_EXTRA = "pip install 'tarmac[sandbox]'"


def probes(place: Place, state: Path | None) -> list[Callable[[], Iterable[Check]]]:
    """Return what looks at PostgreSQL."""
    return [partial(_tools, place), lambda: [_sandbox(state)]]


def _tools(place: Place) -> Iterator[Check]:
    title = _("PostgreSQL tools")
    found = binaries.found()
    if not found:
        says = _("not found; backups and rehearsals need them")
        yield Check(id="postgres", title=title, level="red", says=says, fix=_EXTRA)
        return
    listed = ", ".join(f"{one.version[0]}.{one.version[1]} ({one.source})" for one in found)
    yield Check(id="postgres", title=title, level="ok", says=listed)
    major = _wanted(place)
    if major:
        yield _fitting(major)


def _fitting(major: int) -> Check:
    """An older pg_dump refuses a newer server, so backups would fail on the day they matter."""
    title = _("tools for the database")
    try:
        tools = binaries.for_server(major, "pg_dump")
    except Failure as failure:
        return Check(
            id="postgres-version",
            title=title,
            level="red",
            says=failure.message,
            fix=f"{install('postgres-client', major=major)}\n{_EXTRA}",
        )
    says = _("pg_dump {version} fits PostgreSQL {major}").format(
        version=".".join(str(part) for part in tools.version), major=major
    )
    return Check(id="postgres-version", title=title, level="ok", says=says)


def _wanted(place: Place) -> int:
    blueprint = place.blueprint
    if blueprint is None or blueprint.database is None:
        return 0
    found = re.search(r"\d+", blueprint.database.version)
    return int(found[0]) if found else 0


def _sandbox(state: Path | None) -> Check:
    title = _("sandbox")
    place = state or default_state()
    try:
        found = running(place)
        ready = binaries.embedded()
    except Failure as failure:
        fix = failure.next[0] if failure.next else ""
        return Check(id="sandbox", title=title, level="warning", says=failure.message, fix=fix)
    if found:
        return Check(id="sandbox", title=title, level="ok", says=found.url)
    says = _("not running; starts with --sandbox (PostgreSQL {version})").format(
        version=ready.version[0]
    )
    return Check(id="sandbox", title=title, level="ok", says=says)
