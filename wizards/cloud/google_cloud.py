"""The port's only implementation: Google Cloud, or a sandbox that speaks the same."""

from __future__ import annotations

import os
from dataclasses import replace

from wizards.cancel import Cancel
from wizards.cloud.apis import ApiCalls
from wizards.cloud.billing import BillingCalls
from wizards.cloud.builds import BuildCalls
from wizards.cloud.clients import Clients
from wizards.cloud.federation import FederationCalls
from wizards.cloud.identities import IdentityCalls
from wizards.cloud.listings import ListingCalls
from wizards.cloud.operations import OperationCalls
from wizards.cloud.org_policies import OrgPolicyCalls
from wizards.cloud.pace import Pace
from wizards.cloud.port import Says
from wizards.cloud.projects import ProjectCalls
from wizards.cloud.removals import RemovalCalls
from wizards.cloud.repositories import RepositoryCalls
from wizards.cloud.retrying import Caller, Counter
from wizards.cloud.run_jobs import RunJobCalls
from wizards.cloud.secrets import SecretCalls
from wizards.cloud.sql import SqlCalls
from wizards.cloud.sql_copies import CopyCalls
from wizards.cloud.storage import StorageCalls
from wizards.postgres.sandbox_address import SandboxAddress


class GoogleCloud(
    ProjectCalls,
    BillingCalls,
    ApiCalls,
    IdentityCalls,
    RepositoryCalls,
    SecretCalls,
    SqlCalls,
    CopyCalls,
    BuildCalls,
    FederationCalls,
    OrgPolicyCalls,
    RunJobCalls,
    RemovalCalls,
    ListingCalls,
    StorageCalls,
    OperationCalls,
):
    """Everything of :class:`wizards.cloud.port.Cloud`; safe to use from several threads."""

    @classmethod
    def of(cls, address: SandboxAddress | None, token: str = "sandbox") -> GoogleCloud:
        """Return the cloud behind an address; None is Google. Nothing is imported or sent yet."""
        pace = Pace() if address is None else Pace(address.speed)
        clients = Clients(address, token)
        return cls(clients, Caller(pace, member=lambda: clients.member))

    @property
    def calls(self) -> int:
        """How many requests were sent so far."""
        return self._caller.counter.count

    @property
    def writes(self) -> int:
        """How many writes were done since :meth:`until`, or may have been."""
        return self._caller.writes.count

    @property
    def world(self) -> str:
        """Which cloud this is: "google", or the state folder of a sandbox."""
        address = self._clients.address
        return "google" if address is None else f"sandbox:{address.state.resolve()}"

    @property
    def speed(self) -> float:
        """How many of the cloud's seconds pass in one of ours."""
        return self._caller.pace.speed

    def until(self, cancel: Cancel, says: Says) -> GoogleCloud:
        """Return this cloud bound to a cancel, sharing clients and counter."""
        caller = replace(self._caller, cancel=cancel, says=says, writes=Counter())
        return GoogleCloud(self._clients, caller)

    def pause(self, seconds: float) -> None:
        """Wait scaled seconds; raises Cancelled when asked to stop."""
        self._caller.pace.sleep(seconds, self._caller.cancel)

    def quota_project(self) -> str:
        """Return the project that requests of these credentials count against, "" for none."""
        named = os.environ.get("GOOGLE_CLOUD_QUOTA_PROJECT", "")
        if named or self._clients.address is not None:
            return named
        return str(getattr(self._clients.credentials(), "quota_project_id", "") or "")

    def whoami(self) -> str:
        """Return whose credentials these are, as far as they say; raises the login card."""
        if self._clients.address is None:
            self._clients.credentials()
        return self._clients.member.partition(":")[2]

    def close(self) -> None:
        """Close every session."""
        self._clients.close()
