"""What every kind of resource can say about itself: read, compare, make, explain."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource(ABC):
    """One wanted thing; ``needs`` are the ids of what must exist before it."""

    project: str
    needs: tuple[str, ...] = ()

    kind: ClassVar[str]
    api: ClassVar[str] = ""
    seconds: ClassVar[float] = 2.0
    """About how long creating takes, in the cloud's seconds."""

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

    def remove(self, work: Work, made: Made) -> None:
        """Take back what an apply made here, and nothing else; what is gone already is fine.

        Created things are deleted and waited for; of what was adopted or changed, only the fields
        that the journal names go back to what they were. Raises CloudFailure.
        """
        raise NotImplementedError(f"{self.kind} cannot be taken back")

    def undo_command(self, made: Made) -> str:
        """Return what a person would type to take it back."""
        raise NotImplementedError(f"{self.kind} cannot be taken back")

    def loses(self) -> str:
        """Return the data that goes with it when it is deleted, in words, or "" for none."""
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
