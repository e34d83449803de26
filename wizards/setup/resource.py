"""What every kind of resource can say about itself: read, compare, make, explain."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from wizards.cloud.port import Cloud
from wizards.plan import Action, FieldDiff
from wizards.setup.work import Work

LABELS: Mapping[str, str] = {"managed-by": "tarmac"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What a look at the world found, compared with what is wanted.

    ``cost_delta`` is USD a month; ``breaks`` says what an update interrupts or destroys.
    """

    action: Action
    diff: tuple[FieldDiff, ...] = ()
    cost_delta: float = 0.0
    breaks: str = ""
    blocked_by: str = ""
    month: float | None = None
    """USD a month of it once the plan is carried out, where that is not what it would cost new."""
    kept: tuple[FieldDiff, ...] = ()
    """What differs from what Tarmac suggests and stays, because tarmac.toml does not name it."""


AS_WANTED = Seen(action=Action.NONE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What the journals say that Tarmac did to one resource: the only ground for taking it back.

    ``created`` means that it was not there before; ``diff`` holds every field written to what was
    there already (value before the first write, value after the last).
    """

    id: str
    created: bool = False
    diff: tuple[FieldDiff, ...] = ()
    identity: str = ""
    """What Google called it right after it was made, so that a namesake is never taken for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ours:
    """All that Tarmac made in a project: ids, and grants as (resource name, role, member)."""

    ids: frozenset[str] = frozenset()
    grants: frozenset[tuple[str, str, str]] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """What tells a thing that Tarmac made from its namesakes.

    ``identity`` is what Google gave it and never changes (a number, a moment), "" where a kind has
    none; ``labelled`` is False when the label managed-by=tarmac was taken off.
    """

    identity: str = ""
    labelled: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource(ABC):
    """One wanted thing; ``needs`` are the ids of what must exist before it."""

    project: str
    needs: tuple[str, ...] = ()

    kind: ClassVar[str]
    api: ClassVar[str] = ""
    seconds: ClassVar[float] = 2.0
    """About how long creating takes, in the cloud's seconds."""
    whole: ClassVar[bool] = True
    """Whether it comes and goes as a whole; else it is only something written elsewhere."""
    several: ClassVar[bool] = False
    """Whether a field of the diff may stand there more than once, with other values."""

    @property
    @abstractmethod
    def name(self) -> str:
        """The name a person knows it by."""

    @property
    @abstractmethod
    def why(self) -> str:
        """What it is for and what breaks without it."""

    @abstractmethod
    def look(self, cloud: Cloud) -> Seen:
        """Read the world and compare; never writes."""

    @abstractmethod
    def absent(self) -> Seen:
        """Return what a look would find where nothing can exist yet."""

    @abstractmethod
    def make(self, work: Work, seen: Seen) -> None:
        """Bring the world to what is wanted, and wait until others can build on it."""

    @abstractmethod
    def command(self, seen: Seen) -> str:
        """Return what a person would type for the same."""

    @abstractmethod
    def remove(self, work: Work, made: Made) -> None:
        """Take back what an apply made here, and nothing else; what is gone already is fine.

        Created things are deleted and waited for; of what was adopted or changed, only the fields
        of ``made.diff`` go back to what they were. Raises CloudFailure.
        """

    @abstractmethod
    def undo_command(self, made: Made) -> str:
        """Return what a person would type to take it back."""

    def loses(self) -> str:
        """Return the data that goes with it when it is deleted, in words, or "" for none."""
        return ""

    def ends(self) -> str:
        """Return what stops when it is deleted, besides the data that goes, or "" for nothing."""
        return ""

    def interrupts(self, diff: Sequence[FieldDiff]) -> str:  # noqa: ARG002
        """Return what a change of these fields interrupts or gives up, or "" for nothing."""
        return ""

    def holds_data(self, cloud: Cloud) -> bool:  # noqa: ARG002 - kinds that can be empty look
        """Say whether deleting it now would lose data; then its name must be typed."""
        return bool(self.loses())

    def foreign(self, cloud: Cloud, ours: Ours) -> tuple[str, ...]:  # noqa: ARG002
        """Return in words what other people keep inside, or gave it, that goes with it."""
        return ()

    def standing(self, cloud: Cloud, made: Made) -> tuple[FieldDiff, ...]:  # noqa: ARG002
        """Return what of ``made.diff`` is still as Tarmac wrote it; the rest is not ours any more.

        Asked for what Tarmac did not create. Never writes.
        """
        return made.diff

    def trace(self, cloud: Cloud) -> Trace:  # noqa: ARG002 - kinds that can be told apart look
        """Return what tells it from a namesake that somebody made later."""
        return Trace()

    def settle(self, work: Work) -> None:  # noqa: B027 - most kinds have nothing to say
        """Journal, by ``work.wrote``, what a run that was killed before it could say so left here.

        Called when a write of an earlier run is found done.
        """

    @property
    def inside(self) -> str:
        """The id of the resource that takes this one along when it is deleted, or ""."""
        return ""

    @property
    def stays_with(self) -> tuple[str, ...]:
        """The ids of things that this one must outlive, although it needs them."""
        return ()

    def blueprint_key(self, field: str) -> str:  # noqa: ARG002 - kinds with such keys look
        """Return the dotted key of tarmac.toml that decides a field of the diff, or ""."""
        return ""

    def following(self, seen: Seen) -> str:  # noqa: ARG002 - kinds that leave fields alone look
        """Return what a person would type to follow the suggestions that were left alone."""
        return ""

    def cost(self) -> float:
        """Return what it costs in USD a month."""
        return 0.0

    def waits_for(self) -> str:
        """Return what is waited for after the write, or ""."""
        return ""

    def permissions(self, seen: Seen) -> tuple[str, ...]:  # noqa: ARG002 - kinds that need less look
        """Return the permissions on the project that making it takes."""
        return ()

    @property
    def turn(self) -> str:
        """What only one step at a time may write to; "" when writes do not disturb each other."""
        return ""

    @property
    def reads_through(self) -> str:
        """The API that must be enabled before this can be read; "" when none."""
        return self.api

    @property
    def id(self) -> str:
        """The stable key of this resource in plans and journals."""
        return f"{self.kind}:{self.name}"


def differing(
    before: Mapping[str, str | int | bool], after: Mapping[str, str | int | bool]
) -> tuple[FieldDiff, ...]:
    """Return the fields of ``after`` that have another value, or none, in ``before``."""
    return tuple(
        FieldDiff(field, before.get(field), value)
        for field, value in after.items()
        if before.get(field) != value
    )


def new(fields: Mapping[str, str | int | bool], cost: float = 0.0) -> Seen:
    """Return the finding for something that must be created with these fields."""
    return Seen(action=Action.CREATE, diff=differing({}, fields), cost_delta=cost)


def labelled(labels: Mapping[str, str]) -> bool:
    """Say whether something carries the label of what Tarmac looks after."""
    return all(labels.get(key) == value for key, value in LABELS.items())
