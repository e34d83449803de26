"""Interview, plan and apply of the project's set-up."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from wizards.answers import Layer
from wizards.cancel import Cancel
from wizards.events import Emit
from wizards.failures import UsageFailure
from wizards.interview import Interview
from wizards.plan import Action, Check, Plan
from wizards.question import Choice, Value

if TYPE_CHECKING:
    from generators.project import Detection
    from tui.context import Context
    from tui.engines.afterwards import Afterwards
    from wizards.blueprint import Blueprint
    from wizards.cloud.port import Cloud
    from wizards.setup.applying import AppliedPlan
    from wizards.setup.estimate import Estimate
    from wizards.setup.unfinished import UnfinishedApply

TYPED = (Layer.TYPED, Layer.LAST_RUN)


@dataclass(frozen=True, slots=True)
class Judged:
    """What stands beside the answers while they are given: the price, and the rules' verdicts."""

    estimate: Estimate
    complaints: tuple[Check, ...]


class SetupEngine:
    """What the set-up screen needs, over :mod:`wizards.setup`."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._cloud: Cloud | None = None
        self._detection: Detection | None = None
        self._blueprint: Blueprint | None = None
        self.left_at = ""

    def cloud(self) -> Cloud:
        """Return the cloud, the sandbox's when one is used."""
        if self._cloud is None:
            from wizards.cloud.opening import open_cloud

            self._cloud = open_cloud(self._context.sandbox_address())
        return self._cloud

    @cached_property
    def afterwards(self) -> Afterwards:
        """Undo, drift and export."""
        from tui.engines.afterwards import Afterwards

        return Afterwards(self._context, self.cloud, self._found_values)

    @property
    def speed(self) -> float:
        """How many of the cloud's seconds pass in one of ours: 1 unless it is the sandbox."""
        return self._cloud.speed if self._cloud is not None else 1.0

    def detection(self) -> Detection:
        """Return what the folder is made of; looked at once, again when the interview starts."""
        if self._detection is None:
            from generators.detect import detect

            self._detection = detect(self._context.root)
        return self._detection

    def interview(self) -> Interview:
        """Return the questions with what tarmac.toml, the folder and the last run answer."""
        from wizards.setup.interviewing import interview
        from wizards.setup.kept_answers import take_up

        self._detection = None
        self._blueprint = self._context.blueprint_or_none()
        made = interview(self._context.root, self.detection(), self._blueprint)
        self.left_at = take_up(self._context.root, made, self._context.blueprint_path)
        return made

    def keep(self, interview: Interview, at: str) -> None:
        """Keep what was typed in ``.tarmac/interview.json`` (0600); secrets are left out."""
        from wizards.setup.kept_answers import keep

        keep(self._context.root, interview, at)

    def judged(self, interview: Interview) -> Judged:
        """Return what the answers so far would cost and what does not go together in them.

        Reads nothing: quick enough for every key press.
        """
        from wizards.setup.draft import draft
        from wizards.setup.estimate import estimate
        from wizards.setup.lints import complaints

        made = draft(interview.given(), self._blueprint)
        return Judged(estimate(made), tuple(complaints(made)))

    def _existing(self) -> Blueprint | None:
        try:
            return self._context.blueprint_or_none()
        except UsageFailure:  # broken: reading the interview says how
            return None

    def written(self) -> bool:
        """Say whether there is a tarmac.toml that names a project: one that can be planned."""
        blueprint = self._existing()
        return blueprint is not None and bool(blueprint.project.id)

    def choices(self, live: str, known: Mapping[str, Value]) -> Sequence[Choice]:
        """Return what Google Cloud offers for a live question."""
        from wizards.setup.choices import choices

        return choices(live, self.cloud(), known)

    def _values(self, interview: Interview) -> dict[str, Value]:
        from wizards.setup.to_blueprint import values

        existing = self._context.blueprint_or_none()
        return values(interview.given(), self.detection(), existing=existing)

    def _without(self, interview: Interview) -> tuple[str, ...]:
        from wizards.setup.to_blueprint import removed

        return removed(interview, self._context.blueprint_or_none())

    def text(self, interview: Interview) -> str:
        """Return tarmac.toml as the answers make it."""
        from wizards.blueprint_writing import rendered

        path, values = self._context.blueprint_path, self._values(interview)
        return rendered(path, values, self._without(interview))

    def to_write(self, interview: Interview) -> str:
        """Return tarmac.toml as the answers make it, "" when the file stands for them already.

        A file that names a project stands for itself until a person gives another answer.
        """
        answers = interview.answers
        given = (answers.answer(key) for key in answers)
        typed = any(one is not None and one.layer in TYPED for one in given)
        if self.written() and not typed:
            return ""
        path, text = self._context.blueprint_path, self.text(interview)
        return "" if path.exists() and path.read_text(encoding="utf-8") == text else text

    def write(self, interview: Interview) -> bool:
        """Write tarmac.toml; return whether it changed."""
        from wizards.blueprint_writing import write
        from wizards.setup.kept_answers import forget

        path, values = self._context.blueprint_path, self._values(interview)
        changed = write(path, values, self._without(interview))
        forget(self._context.root)
        return changed

    def _found_values(self) -> dict[str, str]:
        from wizards.setup.secret_values import found_values

        return found_values(self._context.blueprint(), self._context.root)

    def plan(self, emit: Emit, cancel: Cancel, confirmed: Collection[str] = ()) -> Plan:
        """Compare tarmac.toml with the world; ``confirmed`` are names typed for deletions."""
        from wizards.setup.planning import make_plan

        return make_plan(
            self._context.blueprint(),
            self.cloud(),
            emit,
            cancel,
            secret_values=self._found_values(),
            root=self._context.root,
            confirmed=confirmed,
        )

    def asked_secrets(self, plan: Plan) -> Sequence[str]:
        """Return the variables whose values only a person knows and the plan would store."""
        from wizards.setup.secret_values import to_ask

        blueprint = self._context.blueprint()
        writing = {part.id for part in plan.todo if part.action is not Action.ADOPT}
        asked = to_ask(blueprint, self._found_values())
        return [name for name, secret in asked.items() if f"secret:{secret.name}" in writing]

    def apply(
        self, plan: Plan, secret_values: Mapping[str, str], emit: Emit, cancel: Cancel
    ) -> AppliedPlan:
        """Carry the plan out."""
        from wizards.setup.applying import apply

        return apply(
            self._context.root,
            self._context.blueprint(),
            self.cloud(),
            plan,
            {**self._found_values(), **secret_values},
            emit,
            cancel,
        )

    def unfinished(self) -> UnfinishedApply | None:
        """Return what the newest apply or undo left open, None when nothing."""
        from wizards.setup.unfinished import unfinished, unfinished_undo

        root = self._context.root
        return unfinished(root) or unfinished_undo(root)
