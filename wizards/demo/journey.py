"""The whole journey without a screen: stages in order, each an event with its outcome."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from generators.language import _
from wizards.blueprint import Blueprint
from wizards.cancel import Cancel
from wizards.events import Emit, Event, Json
from wizards.failures import Failure
from wizards.postgres.sandbox_address import SandboxAddress


@dataclass
class Journey:
    """What the stages share; each stage adds what it made."""

    folder: Path
    open_sandbox: Callable[[], SandboxAddress]
    emit: Emit
    cancel: Cancel = field(default_factory=Cancel)
    address: SandboxAddress | None = None
    blueprint: Blueprint | None = None

    def need_address(self) -> SandboxAddress:
        """Return the sandbox that an earlier stage started."""
        if self.address is None:
            self.address = self.open_sandbox()
        return self.address

    def need_blueprint(self) -> Blueprint:
        """Return the blueprint that an earlier stage wrote."""
        if self.blueprint is None:
            raise unexpected(_("there is no blueprint yet"))
        return self.blueprint


@dataclass(frozen=True, slots=True)
class Stage:
    """One part of the journey: ``run`` returns the sentence that says what was achieved."""

    name: str
    title: str
    run: Callable[[Journey], str]


@dataclass(frozen=True, slots=True)
class StageOutcome:
    """How a stage ended, after how many seconds."""

    name: str
    ok: bool
    says: str
    seconds: float

    def as_json(self) -> dict[str, Json]:
        """Return ``{"name", "ok", "says", "seconds"}``."""
        return {
            "name": self.name,
            "ok": self.ok,
            "says": self.says,
            "seconds": round(self.seconds, 2),
        }


def unexpected(says: str, raw: str = "") -> Failure:
    """Return the failure of a stage that ended otherwise than it should."""
    return Failure("demo-stage-unexpected", says, raw=raw)


def expect(holds: bool, says: str, raw: str = "") -> None:
    """Fail the stage with a sentence unless something holds."""
    if not holds:
        raise unexpected(says, raw)


def travel(journey: Journey, stages: Sequence[Stage]) -> list[StageOutcome]:
    """Run the stages in order; the first that fails ends the journey by raising its failure.

    Every stage is announced and concluded by an event ``stage`` with ``name``, ``title``,
    ``state`` (running, done, failed), ``says`` and ``seconds``.
    """
    outcomes: list[StageOutcome] = []
    for stage in stages:
        journey.cancel.check()
        journey.emit(_event(stage, "running", _("…"), 0.0))
        start = time.monotonic()
        try:
            says = stage.run(journey)
        except Failure as failure:
            journey.emit(_event(stage, "failed", failure.message, time.monotonic() - start))
            raise
        seconds = time.monotonic() - start
        journey.emit(_event(stage, "done", says, seconds))
        outcomes.append(StageOutcome(stage.name, True, says, seconds))
    return outcomes


def _event(stage: Stage, state: str, says: str, seconds: float) -> Event:
    return Event(
        "stage",
        {
            "name": stage.name,
            "title": _(stage.title),
            "state": state,
            "says": says,
            "seconds": round(seconds, 2),
        },
    )
