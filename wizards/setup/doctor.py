"""What is installed, who is logged in, what is missing; every verdict with its fix.

All probes run at once, each with its own time limit, so that the slowest decides.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from generators.language import _
from wizards.events import Json
from wizards.plan import Check
from wizards.postgres.sandbox_address import SandboxAddress
from wizards.setup import (
    doctor_login,
    doctor_machine,
    doctor_network,
    doctor_postgres,
    doctor_programs,
    doctor_project,
    doctor_terminal,
)
from wizards.setup.doctor_project import Place
from wizards.setup.doctor_terminal import Terminal

_WORKERS = 16

Probe = Callable[[], Iterable[Check]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Patient:
    """What is examined: the project's place, the terminal, and the cloud to ask (None: nobody)."""

    place: Place
    terminal: Terminal | None = None
    state: Path | None = None
    address: SandboxAddress | None = None
    online: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """One check and the group it is shown in ("programs", "login", "project", …)."""

    group: str
    check: Check

    def as_json(self) -> dict[str, Json]:
        """Return the check's fields with ``group``."""
        return {"group": self.group, **self.check.as_json()}


def group_title(group: str) -> str:
    """Return the words above a group."""
    return {
        "programs": _("Programs"),
        "postgres": _("PostgreSQL"),
        "login": _("Google"),
        "project": _("This project"),
        "machine": _("This machine"),
        "network": _("Network"),
        "terminal": _("Terminal"),
    }[group]


def examine(patient: Patient) -> list[Verdict]:
    """Return every verdict, group by group; nothing is changed and nothing is started."""
    probes = [(group, probe) for group, found in _probes(patient) for probe in found]
    with ThreadPoolExecutor(_WORKERS, "doctor") as pool:
        answers = pool.map(lambda pair: list(pair[1]()), probes)
        return [
            Verdict(group=group, check=check)
            for (group, _probe), checks in zip(probes, answers, strict=True)
            for check in checks
        ]


def _probes(patient: Patient) -> list[tuple[str, list[Probe]]]:
    place = patient.place
    terminal = patient.terminal
    login = doctor_login.probes()
    if patient.online or patient.address is not None:
        from wizards.setup import doctor_online

        login.append(lambda: doctor_online.checks(place, patient.address))
    return [
        ("programs", doctor_programs.probes(place.root)),
        ("postgres", doctor_postgres.probes(place, patient.state)),
        ("login", login),
        ("project", doctor_project.probes(place)),
        ("machine", doctor_machine.probes(place.root)),
        ("network", doctor_network.probes()),
        ("terminal", [lambda: doctor_terminal.checks(terminal)] if terminal else []),
    ]
