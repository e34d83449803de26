"""What a cloud holds, as plain frozen values: no Google type leaves this package."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """A project; ``state`` is ACTIVE or DELETE_REQUESTED, ``number`` is digits as text."""

    id: str
    number: str = ""
    name: str = ""
    parent: str = ""
    state: str = "ACTIVE"
    labels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class BillingAccount:
    """A billing account; ``id`` looks like 012345-6789AB-CDEF01."""

    id: str
    name: str = ""
    open: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class BillingLink:
    """Which account pays for a project; ``enabled`` is what counts."""

    account: str = ""
    enabled: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceAccount:
    """An identity; two with the same e-mail but another ``unique_id`` are different ones."""

    email: str
    unique_id: str = ""
    title: str = ""
    disabled: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """The condition of a binding, in Google's expression language."""

    title: str
    expression: str
    description: str = ""


TITLE = "managed-by-tarmac"
"""What a condition is called that Tarmac wrote."""
_IF = " if "


def under(role: str, expression: str) -> str:
    """Return a role under a condition as one word of plans, journals and policies."""
    return f"{role}{_IF}{expression}"


def role_and_condition(held_as: str) -> tuple[str, Condition | None]:
    """Return what :func:`under` put together; a role alone has no condition."""
    role, _if, expression = held_as.partition(_IF)
    return role, Condition(title=TITLE, expression=expression) if expression else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Binding:
    """One role with its members, possibly under a condition."""

    role: str
    members: tuple[str, ...]
    condition: Condition | None = None

    @property
    def held_as(self) -> str:
        """The role, and under which condition: "roles/x if resource.name == …"."""
        return self.role if self.condition is None else under(self.role, self.condition.expression)


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Who may do what on one resource; written back only with the ``etag`` it was read with."""

    bindings: tuple[Binding, ...] = ()
    etag: bytes = b""

    def members(self, role: str) -> frozenset[str]:
        """Return who has a role under exactly this condition, whatever it is called."""
        return frozenset(
            member
            for binding in self.bindings
            if binding.held_as == role
            for member in binding.members
        )

    def with_members(self, role: str, members: tuple[str, ...]) -> Policy:
        """Return the policy with members added to the binding of a role and its condition."""
        bindings: list[Binding] = []
        found = False
        for binding in self.bindings:
            if binding.held_as == role and not found:
                found = True
                joined = tuple(dict.fromkeys((*binding.members, *members)))
                bindings.append(replace(binding, members=joined))
            else:
                bindings.append(binding)
        if not found:
            name, condition = role_and_condition(role)
            bindings.append(Binding(role=name, members=members, condition=condition))
        return replace(self, bindings=tuple(bindings))

    def without_member(self, role: str, member: str) -> Policy:
        """Return the policy without a member in the bindings of a role and its condition."""
        bindings: list[Binding] = []
        for binding in self.bindings:
            if binding.held_as == role:
                left = tuple(each for each in binding.members if each != member)
                binding = replace(binding, members=left)
            if binding.members:
                bindings.append(binding)
        return replace(self, bindings=tuple(bindings))


@dataclass(frozen=True, slots=True)
class PolicyOf:
    """What a policy is of: ``kind`` project, secret, repository, account, service or job.

    ``name`` is the full resource name ("projects/p/secrets/s").
    """

    kind: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageCleanup:
    """The newest versions of an image that always stay, and the days that untagged ones live."""

    keep_newest: int = 0
    untagged_days: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Repository:
    """An Artifact Registry repository; format and region never change."""

    id: str
    region: str
    format: str = "DOCKER"
    labels: Mapping[str, str] = field(default_factory=dict)
    bytes: int = 0
    created: datetime | None = None
    cleanup: ImageCleanup = ImageCleanup()


@dataclass(frozen=True, slots=True, kw_only=True)
class Secret:
    """A secret without its values; ``regions`` is empty under automatic replication."""

    id: str
    regions: tuple[str, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)
    annotations: Mapping[str, str] = field(default_factory=dict)
    etag: str = ""
    created: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretVersion:
    """One version of a secret; ``state`` is ENABLED, DISABLED or DESTROYED."""

    number: int
    state: str = "ENABLED"
    created: datetime | None = None


SQL_FLAGS: Mapping[str, str] = {"cloudsql.iam_authentication": "on"}


@dataclass(frozen=True, slots=True, kw_only=True)
class SqlSettings:
    """What of a Cloud SQL instance Tarmac decides; the defaults are what it suggests.

    Storage in GB; ``log_days`` of point-in-time recovery; ``backups`` kept, 0 when none are made;
    ``network`` is "projects/p/global/networks/n" for a private address; ``maintenance_day`` counts
    from Monday = 1, 0 is any day, ``maintenance_hour`` is UTC.
    """

    version: str
    tier: str
    edition: str
    region: str
    storage_gb: int
    high_availability: bool
    point_in_time_recovery: bool
    labels: Mapping[str, str] = field(default_factory=dict)
    log_days: int = 7
    backups: int = 7
    deletion_protection: bool = True
    network: str = ""
    public_address: bool = True
    flags: Mapping[str, str] = field(default_factory=lambda: dict(SQL_FLAGS))
    connector_enforcement: str = "REQUIRED"
    ssl_mode: str = "ENCRYPTED_ONLY"
    retain_backups: bool = True
    grows: bool = True
    maintenance_day: int = 7
    maintenance_hour: int = 18


@dataclass(frozen=True, slots=True, kw_only=True)
class SqlInstance:
    """A Cloud SQL instance as it is; ``state`` is RUNNABLE, PENDING_CREATE, SUSPENDED…"""

    name: str
    state: str
    settings: SqlSettings
    settings_version: int = 0
    connection_name: str = ""
    address: str = ""
    created: datetime | None = None
    backups: bool = False
    deletion_protected: bool = False
    stopped: bool = False
    """Whether its owner stopped it; its state is RUNNABLE all the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SqlTier:
    """A machine size; memory in bytes."""

    name: str
    memory: int = 0
    regions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SqlBackup:
    """One automatic or on-demand backup run of an instance.

    ``state`` is SUCCESSFUL, RUNNING, FAILED…; ``kind`` AUTOMATED or ON_DEMAND.
    """

    id: str
    state: str
    ended: datetime | None = None
    kind: str = ""
    description: str = ""
    started: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OrgPolicy:
    """What an organisation policy says where it counts: on or off, or which values it takes.

    ``conditional`` means that more rules hold for resources with certain tags.
    """

    enforced: bool = False
    allows_all: bool = False
    denies_all: bool = False
    allowed: tuple[str, ...] = ()
    denied: tuple[str, ...] = ()
    conditional: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationName:
    """The key of a long-running operation, enough to find it again after a crash.

    ``service`` is the API that runs it ("sqladmin"); ``project`` is needed by sqladmin only.
    """

    service: str
    name: str
    project: str = ""

    def __str__(self) -> str:
        return f"{self.service}:{self.project}:{self.name}"

    @classmethod
    def read(cls, text: str) -> OperationName:
        """Return the operation that ``str()`` wrote."""
        service, _colon, rest = text.partition(":")
        if rest.startswith(":"):
            return cls(service=service, name=rest[1:])
        project, _colon, name = rest.rpartition(":")
        return cls(service=service, project=project, name=name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """How far an operation is; a failed one is raised, never returned."""

    name: OperationName
    done: bool
    kind: str = ""
