"""Cloud Billing: who pays."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from wizards.cloud.calls import ONCE, Calls
from wizards.cloud.things import BillingAccount, BillingLink

if TYPE_CHECKING:
    from google.cloud import billing_v1

_PREFIX = "billingAccounts/"


class BillingCalls(Calls):
    """The part of the port that is :class:`wizards.cloud.port.Billing`."""

    def _billing(self) -> billing_v1.CloudBillingClient:
        from google.cloud.billing_v1 import CloudBillingClient

        return self._clients.native("cloudbilling", CloudBillingClient)

    def billing_accounts(self) -> list[BillingAccount]:
        """Return the billing accounts that the credentials may see."""
        return self._read(
            "billing_accounts",
            lambda: [
                BillingAccount(
                    id=found.name.removeprefix(_PREFIX), name=found.display_name, open=found.open_
                )
                for found in self._billing().list_billing_accounts(**ONCE)
            ],
        )

    def billing_allowed(self, account: str, permissions: Sequence[str]) -> frozenset[str]:
        """Return which of the permissions the credentials have on a billing account."""
        request = {"resource": _PREFIX + account, "permissions": list(permissions)}
        answer = self._read(
            "billing_allowed",
            lambda: self._billing().test_iam_permissions(request=request, **ONCE),
        )
        return frozenset(str(permission) for permission in answer.permissions)

    def billing_link(self, project: str) -> BillingLink:
        """Return which account pays for a project."""
        found = self._read(
            "billing_link",
            lambda: self._billing().get_project_billing_info(name=f"projects/{project}", **ONCE),
        )
        return _link(found)

    def link_billing(self, project: str, account: str) -> BillingLink:
        """Let an account pay for a project; "" means that nobody pays any more."""
        from google.cloud.billing_v1 import ProjectBillingInfo

        wanted = ProjectBillingInfo(billing_account_name=_PREFIX + account if account else "")
        made = self._write(
            "link_billing",
            lambda: self._billing().update_project_billing_info(
                name=f"projects/{project}", project_billing_info=wanted, **ONCE
            ),
        )
        return _link(made)


def _link(found: billing_v1.ProjectBillingInfo) -> BillingLink:
    return BillingLink(
        account=found.billing_account_name.removeprefix(_PREFIX), enabled=found.billing_enabled
    )
