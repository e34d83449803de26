"""What Cloud Run holds, as plain frozen values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from wizards.cloud.things import OperationName

FieldValue = str | int | bool
Fields = Mapping[str, FieldValue]
"""What is set, by dotted name; the names are in :mod:`wizards.cloud.run_fields`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunCondition:
    """How far something is; ``state`` is SUCCEEDED, FAILED, RECONCILING, PENDING or ""."""

    state: str = ""
    reason: str = ""
    message: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunTraffic:
    """A share of the requests in percent; ``revision`` is "" for whichever is the newest."""

    percent: int
    revision: str = ""
    tag: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunService:
    """A service as it is; ``placed_image`` is the one that Tarmac set last, "" for none."""

    name: str
    region: str
    fields: Fields = field(repr=False)
    uid: str = ""
    etag: str = ""
    uri: str = ""
    placed_image: str = ""
    condition: RunCondition = field(default_factory=RunCondition)
    reconciling: bool = False
    ready_revision: str = ""
    created_revision: str = ""
    traffic: tuple[RunTraffic, ...] = ()
    updated: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunJob:
    """A job as it is; ``placed_image`` is the one that Tarmac set last, "" for none."""

    name: str
    region: str
    fields: Fields = field(repr=False)
    uid: str = ""
    etag: str = ""
    placed_image: str = ""
    condition: RunCondition = field(default_factory=RunCondition)
    reconciling: bool = False
    executions: int = 0
    latest_execution: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOverrides:
    """What one execution has otherwise than its job; empty parts stay as the job has them."""

    arguments: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    timeout_seconds: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class RunStarted:
    """An execution that was begun: ``name`` is its full resource name."""

    name: str
    operation: OperationName


@dataclass(frozen=True, slots=True, kw_only=True)
class RunExecution:
    """One run of a job, with how many of its tasks are where."""

    name: str
    job: str
    condition: RunCondition
    created: datetime | None = None
    completed: datetime | None = None
    tasks: int = 1
    running: int = 0
    succeeded: int = 0
    failed: int = 0
    cancelled: int = 0
    log_uri: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunTask:
    """One task of an execution; ``exit_code`` is None until an attempt has ended."""

    index: int
    condition: RunCondition
    retried: int = 0
    exit_code: int | None = None
    message: str = ""
