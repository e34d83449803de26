"""IAM v1: service accounts, which the rest of IAM hears of only after a moment."""

from __future__ import annotations

import base64
import hashlib
import re
from typing import Any

from sandbox import orgpolicies, projects
from sandbox.call import Api, Call
from sandbox.errors import already_exists, bad_request, denied, not_found, not_imitated
from sandbox.iam import access, policies
from sandbox.masks import updated
from sandbox.paging import page_of, size

Body = dict[str, Any]

api = Api("iam", "v1")
KIND = "service-account"
ACCOUNT_ID = re.compile(r"[a-z]([-a-z0-9]{4,28}[a-z0-9])")
FIRST_UNIQUE_ID = 100_000_000_000_000_000_001
HIDDEN = ((0.0, 4.0), (7.0, 10.0))


@api.method("projects.serviceAccounts.create", "iam.serviceAccounts.create")
def create(call: Call) -> Body:
    """Make a service account."""
    project = _project(call)
    identifier = call.body.get("accountId", "")
    if not ACCOUNT_ID.fullmatch(identifier):
        raise bad_request(
            f'The account ID "{identifier}" does not have a length between 6 and 30 or does not '
            "match [a-z]([-a-z0-9]*[a-z0-9])."
        )
    email = f"{identifier}@{project}.iam.gserviceaccount.com"
    if call.world.store.get(KIND, email):
        raise already_exists(
            f"Service account {identifier} already exists within project projects/{project}."
        )
    wanted = call.body.get("serviceAccount", {})
    account = {
        "project": project,
        "email": email,
        "unique": str(FIRST_UNIQUE_ID + call.world.store.next("service-accounts")),
        "displayName": wanted.get("displayName", ""),
        "description": wanted.get("description", ""),
        "disabled": False,
        "created": call.now,
        "serial": 1,
    }
    call.world.store.put(KIND, email, account, project)
    return _shown(account)


@api.method("projects.serviceAccounts.get", "iam.serviceAccounts.get")
def get(call: Call) -> Body:
    """Return a service account; a new one is not seen by every read at first."""
    account = _account(call)
    age = call.world.clock.age(account["created"])
    if any(begin <= age < end for begin, end in HIDDEN):
        raise _unknown(account["email"])
    return _shown(account)


@api.method("projects.serviceAccounts.list", "iam.serviceAccounts.list")
def list_(call: Call) -> Body:
    """Return a project's service accounts."""
    bodies, more = call.world.store.page(
        KIND, _project(call), size(call, default=20, most=100), call.text("pageToken")
    )
    return page_of("accounts", [_shown(each) for each in bodies], more)


@api.method("projects.serviceAccounts.patch", "iam.serviceAccounts.update")
def patch(call: Call) -> Body:
    """Change the masked fields of a service account."""
    account = _account(call)
    wanted, mask = call.body.get("serviceAccount", {}), call.body.get("updateMask", "")
    fresh = updated(account, wanted, mask, allowed=("displayName", "description"))
    return _keep(call, {"displayName": "", "description": "", **fresh})


@api.method("projects.serviceAccounts.update", "iam.serviceAccounts.update")
def update(call: Call) -> Body:
    """Replace the display name and description of a service account."""
    account = _account(call)
    fresh = {name: call.body.get(name, account[name]) for name in ("displayName", "description")}
    return _keep(call, {**account, **fresh})


@api.method("projects.serviceAccounts.disable", "iam.serviceAccounts.disable")
def disable(call: Call) -> Body:
    """Take a service account out of use."""
    _keep(call, {**_account(call), "disabled": True})
    return {}


@api.method("projects.serviceAccounts.enable", "iam.serviceAccounts.enable")
def enable(call: Call) -> Body:
    """Bring a service account back into use."""
    _keep(call, {**_account(call), "disabled": False})
    return {}


@api.method("projects.serviceAccounts.delete", "iam.serviceAccounts.delete")
def delete(call: Call) -> Body:
    """Delete a service account; the same e-mail made again is another identity."""
    account = _account(call)
    call.world.store.delete(KIND, account["email"])
    call.world.store.delete(policies.KIND, _resource(account))
    call.world.store.put("deleted-service-account", account["unique"], account)
    return {}


@api.method("projects.serviceAccounts.undelete", "iam.serviceAccounts.undelete")
def undelete(call: Call) -> Body:
    """Bring a deleted account back by its unique id."""
    unique = call.text("name").rsplit("/", 1)[1]
    account = call.world.store.get("deleted-service-account", unique)
    if account is None or call.world.store.get(KIND, account["email"]):
        raise not_found(f"Service account {unique} does not exist or cannot be undeleted.")
    call.world.store.delete("deleted-service-account", unique)
    call.world.store.put(KIND, account["email"], account, account["project"])
    return {"restoredAccount": _shown(account)}


@api.method("projects.serviceAccounts.getIamPolicy", "iam.serviceAccounts.getIamPolicy")
def get_policy(call: Call) -> Body:
    """Return who may use an account."""
    return policies.read(call, _resource(_account(call, "resource")))


@api.method("projects.serviceAccounts.setIamPolicy", "iam.serviceAccounts.setIamPolicy")
def set_policy(call: Call) -> Body:
    """Replace who may use an account."""
    return policies.write(call, _resource(_account(call, "resource")))


@api.method("projects.serviceAccounts.testIamPermissions")
def test_permissions(call: Call) -> Body:
    """Return what the caller may do with an account."""
    return policies.testable(call, _resource(_account(call, "resource")))


@api.method("projects.serviceAccounts.keys.list", "iam.serviceAccountKeys.list")
def list_keys(call: Call) -> Body:
    """Return no keys: Tarmac never makes any, and the sandbox does not either."""
    _account(call)
    return {}


@api.method("projects.serviceAccounts.keys.create", "iam.serviceAccountKeys.create")
def create_key(call: Call) -> Body:
    """Refuse a key: by policy where one says so, else because nobody needs one here."""
    account = _account(call)
    orgpolicies.check_key_creation(call.world, account["project"], account["email"])
    raise not_imitated("iam.projects.serviceAccounts.keys.create: use federation instead of keys")


def require_use(call: Call, email: str) -> None:
    """Refuse when the caller may not act as a service account."""
    account = call.world.store.get(KIND, email)
    if account is None:
        raise _unknown(email)
    permission = "iam.serviceAccounts.actAs"
    if not access.allowed(call.world, call.identity, permission, _resource(account)):
        raise denied(permission, f"iam.googleapis.com/{_resource(account)}")


def _keep(call: Call, account: Body) -> Body:
    kept = {**account, "serial": account["serial"] + 1}
    call.world.store.put(KIND, account["email"], kept, account["project"])
    return _shown(kept)


def _project(call: Call) -> str:
    return projects.canonical(call.world, call.text("name")).split("/")[1]


def _account(call: Call, parameter: str = "name") -> Body:
    """Find an account by e-mail or unique id; the project in the name may be ``-``."""
    _projects, project, _accounts, identifier, *_rest = call.text(parameter).split("/")
    found = call.world.store.get(KIND, identifier)
    if found is None and identifier.isdigit():
        everything = call.world.store.all(KIND)
        found = next((each for each in everything if each["unique"] == identifier), None)
    wanted = projects.canonical(call.world, f"projects/{project}").split("/")[1]
    if found is None or wanted not in ("-", found["project"]):
        raise _unknown(identifier)
    return found


def _unknown(identifier: str) -> Exception:
    return not_found(f"Unknown service account: {identifier}")


def _resource(account: Body) -> str:
    return f"projects/{account['project']}/serviceAccounts/{account['email']}"


def _shown(account: Body) -> Body:
    digest = hashlib.sha256(f"{account['unique']} {account['serial']}".encode()).digest()[:8]
    shown = {
        "name": _resource(account),
        "projectId": account["project"],
        "uniqueId": account["unique"],
        "email": account["email"],
        "etag": base64.b64encode(digest).decode(),
        "oauth2ClientId": account["unique"],
    }
    for name in ("displayName", "description"):
        if account[name]:
            shown[name] = account[name]
    return {**shown, "disabled": True} if account["disabled"] else shown
