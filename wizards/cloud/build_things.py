"""What Cloud Build and identity federation hold, as plain frozen values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

COMPLETE = "COMPLETE"


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildConnection:
    """A second-generation connection to a host of repositories.

    ``stage`` is COMPLETE, or PENDING_USER_OAUTH, PENDING_INSTALL_APP… while a person has to agree
    at ``action_uri``; ``host`` is "github.com" or "" for any other kind.
    """

    id: str
    stage: str = ""
    action_uri: str = ""
    says: str = ""
    host: str = ""
    disabled: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkedRepository:
    """A repository that a connection gives access to; ``name`` is its full resource name."""

    name: str
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildTrigger:
    """A trigger on pushes; ``id`` is the server's, ``branch`` a regular expression (RE2).

    ``repository`` is the full resource name of a linked repository, ``account`` that of a service
    account ("projects/p/serviceAccounts/e-mail").
    """

    name: str
    id: str = ""
    repository: str = ""
    branch: str = ""
    file: str = ""
    account: str = ""
    description: str = ""
    disabled: bool = False
    substitutions: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityPool:
    """A Workload Identity pool; ``state`` is ACTIVE, or DELETED for thirty days."""

    id: str
    state: str = "ACTIVE"
    disabled: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityProvider:
    """An OIDC provider of a pool; ``mapping`` is attribute → expression over the token's claims."""

    id: str
    issuer: str
    mapping: Mapping[str, str] = field(default_factory=dict)
    condition: str = ""
    state: str = "ACTIVE"
    disabled: bool = False
