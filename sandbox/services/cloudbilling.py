"""Cloud Billing: three accounts, one of them closed and one of them somebody else's."""

from __future__ import annotations

import re
from typing import Any

from sandbox.call import Api, Call
from sandbox.errors import ApiError, bad_request, error_info
from sandbox.iam import access, policies
from sandbox.paging import page_of
from sandbox.services import resource_manager as rm
from sandbox.store import Store

Body = dict[str, Any]

api = Api("cloudbilling", "v1", enabled=False)
OPEN = "01A2B3-C4D5E6-F7A8B9"
CLOSED = "0C105E-D00000-000001"
FOREIGN = "0F0E1F-0A0B0C-0D0E0F"
ACCOUNTS = {
    OPEN: {"displayName": "Sandbox billing account", "open": True, "foreign": False},
    CLOSED: {"displayName": "Closed billing account", "open": False, "foreign": False},
    FOREIGN: {"displayName": "Somebody else's account", "open": True, "foreign": True},
}
ACCOUNT_NAME = re.compile(r"billingAccounts/[0-9A-F]{6}-[0-9A-F]{6}-[0-9A-F]{6}")


def found(store: Store) -> None:
    """Put the accounts into a new store."""
    for number, about in ACCOUNTS.items():
        name = f"billingAccounts/{number}"
        if store.get("billing-account", name) is None:
            store.put("billing-account", name, {"name": name, **about})


@api.method("billingAccounts.list")
def list_accounts(call: Call) -> Body:
    """Return the accounts the caller may see."""
    everything = call.world.store.all("billing-account")
    seen = [each for each in everything if _may(call, "billing.accounts.get", each["name"])]
    only_open = "open=true" in call.text("filter").replace(" ", "").lower()
    return page_of(
        "billingAccounts", [_account(each) for each in seen if each["open"] or not only_open], ""
    )


@api.method("billingAccounts.get")
def get_account(call: Call) -> Body:
    """Return an account."""
    account = _existing(call, call.text("name"))
    if not _may(call, "billing.accounts.get", account["name"]):
        raise rm.caller_lacks_permission()
    return _account(account)


@api.method("billingAccounts.getIamPolicy")
def get_policy(call: Call) -> Body:
    """Return an account's policy."""
    _existing(call, call.text("resource"))
    if not _may(call, "billing.accounts.getIamPolicy", call.text("resource")):
        raise rm.caller_lacks_permission()
    return policies.read(call, call.text("resource"))


@api.method("billingAccounts.setIamPolicy")
def set_policy(call: Call) -> Body:
    """Replace an account's policy."""
    _existing(call, call.text("resource"))
    if not _may(call, "billing.accounts.setIamPolicy", call.text("resource")):
        raise rm.caller_lacks_permission()
    return policies.write(call, call.text("resource"))


@api.method("billingAccounts.testIamPermissions")
def test_permissions(call: Call) -> Body:
    """Return what the caller may do with an account."""
    _existing(call, call.text("resource"))
    return policies.testable(call, call.text("resource"))


@api.method("billingAccounts.projects.list")
def list_projects(call: Call) -> Body:
    """Return the projects that an account pays for."""
    account = _existing(call, call.text("name"))
    paid = [each for each in rm.seen(call) if each.get("billing") == account["name"]]
    return page_of("projectBillingInfo", [_info(call, each) for each in paid], "")


@api.method("projects.getBillingInfo")
def get_info(call: Call) -> Body:
    """Return who pays for a project."""
    project = rm.visible(call, call.text("name").removeprefix("projects/"))
    return _info(call, project)


@api.method("projects.updateBillingInfo")
def update_info(call: Call) -> Body:
    """Let an account pay for a project, or (empty name) nobody."""
    project = rm.visible(call, call.text("name").removeprefix("projects/"))
    name = call.body.get("billingAccountName", "")
    _require(call, "resourcemanager.projects.createBillingAssignment", f"projects/{project['id']}")
    if name:
        if not ACCOUNT_NAME.fullmatch(name):
            raise bad_request("Request contains an invalid argument.")
        _require(call, "billing.resourceAssociations.create", name)
        account = _existing(call, name)
        if not account["open"]:
            raise ApiError(
                "FAILED_PRECONDITION",
                "Precondition check failed.",
                details=[
                    error_info(
                        "BILLING_ACCOUNT_CLOSED", "cloudbilling.googleapis.com", {"account": name}
                    )
                ],
            )
    changed = {**project, "billing": name}
    call.world.store.put("project", project["id"], changed)
    return _info(call, changed)


def pays(world_store: Store, project: Body) -> bool:
    """Whether an open account pays for a project."""
    account = world_store.get("billing-account", project.get("billing", ""))
    return bool(account and account["open"])


def _may(call: Call, permission: str, resource: str) -> bool:
    return access.allowed(call.world, call.identity, permission, resource)


def _require(call: Call, permission: str, resource: str) -> None:
    if not _may(call, permission, resource):
        raise ApiError(
            "PERMISSION_DENIED",
            "The caller does not have permission",
            details=[
                error_info(
                    "IAM_PERMISSION_DENIED",
                    "cloudbilling.googleapis.com",
                    {"permission": permission, "resource": resource},
                )
            ],
        )


def _existing(call: Call, name: str) -> Body:
    account = call.world.store.get("billing-account", name)
    if account is None:
        raise rm.caller_lacks_permission()
    return account


def _account(account: Body) -> Body:
    return {
        "name": account["name"],
        "open": account["open"],
        "displayName": account["displayName"],
        "masterBillingAccount": "",
        "parent": rm.ORGANIZATION,
        "currencyCode": "USD",
    }


def _info(call: Call, project: Body) -> Body:
    info: Body = {
        "name": f"projects/{project['id']}/billingInfo",
        "projectId": project["id"],
    }
    if project.get("billing"):
        info["billingAccountName"] = project["billing"]
        info["billingEnabled"] = pays(call.world.store, project)
    return info
