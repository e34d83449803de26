"""The smallest role for a permission: known for all that Tarmac uses, and true."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from sandbox.iam import roles as sandbox_roles
from wizards.cloud.roles import ROLES, smallest_role, smallest_roles

ROOT = Path(__file__).parents[2]
SERVICES = {role.split("/")[1].split(".")[0] for role, _held in ROLES} - {"browser"}
PERMISSION = re.compile(rf"(?:{'|'.join(sorted(SERVICES))})\.[a-zA-Z]+\.[a-zA-Z]+")
NOT_PERMISSIONS = re.compile(r".*googleapis|run\.managed\.|sql\.restrict|iam\.disable|iam\.allowed")
PREFLIGHT = (
    *("serviceusage.services.enable", "serviceusage.services.use"),
    *("resourcemanager.projects.setIamPolicy", "resourcemanager.projects.createBillingAssignment"),
    *("iam.serviceAccounts.create", "iam.serviceAccounts.setIamPolicy"),
    *("iam.serviceAccounts.actAs", "artifactregistry.repositories.create"),
    *("artifactregistry.repositories.setIamPolicy", "cloudsql.instances.create"),
    *("cloudsql.databases.create", "cloudsql.users.create", "secretmanager.secrets.create"),
    *("secretmanager.secrets.setIamPolicy", "secretmanager.versions.add"),
    *("run.services.create", "run.services.update", "run.services.setIamPolicy"),
    *("run.jobs.create", "run.jobs.run", "cloudbuild.builds.create"),
    *("cloudbuild.connections.create", "compute.instances.create", "compute.firewalls.create"),
    *("orgpolicy.policy.get", "billing.resourceAssociations.create"),
)


def used() -> list[str]:
    """Return every permission that stands in the code as a text."""
    found = set(PREFLIGHT)
    for file in [*(ROOT / "wizards").rglob("*.py")]:
        if file.name == "roles.py":
            continue
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                whole = PERMISSION.fullmatch(node.value)
                if whole and not NOT_PERMISSIONS.match(node.value):
                    found.add(node.value)
    return sorted(found)


@pytest.mark.parametrize("permission", used())
def test_every_permission_that_tarmac_uses_has_a_role_that_grants_it(permission: str) -> None:
    role = smallest_role(permission)
    assert role
    assert sandbox_roles.exists(role)
    if role in sandbox_roles.ROLES:
        assert sandbox_roles.grants(role, permission)


@pytest.mark.parametrize(
    ("permission", "role"),
    [
        ("iam.serviceaccounts.actAs", "roles/iam.serviceAccountUser"),
        ("cloudsql.instances.connect", "roles/cloudsql.client"),
        ("cloudsql.instances.login", "roles/cloudsql.instanceUser"),
        ("secretmanager.versions.access", "roles/secretmanager.secretAccessor"),
        ("run.services.create", "roles/run.developer"),
        ("run.services.setIamPolicy", "roles/run.admin"),
        ("run.jobs.runWithOverrides", "roles/run.jobsExecutorWithOverrides"),
        ("serviceusage.services.use", "roles/serviceusage.serviceUsageConsumer"),
        ("storage.objects.get", "roles/storage.objectViewer"),
        ("iam.workloadIdentityPoolProviders.create", "roles/iam.workloadIdentityPoolAdmin"),
        ("compute.firewalls.create", "roles/compute.securityAdmin"),
        ("unheard.of.permission", ""),
    ],
)
def test_the_smallest_role_is_the_narrow_one(permission: str, role: str) -> None:
    assert smallest_role(permission) == role


def test_a_small_role_is_left_out_where_a_needed_bigger_one_holds_the_same() -> None:
    roles = smallest_roles(("run.services.create", "run.services.setIamPolicy", "run.jobs.run"))
    assert roles == ["roles/run.admin"]
    apart = smallest_roles(("secretmanager.versions.access", "cloudsql.instances.connect"))
    assert apart == ["roles/secretmanager.secretAccessor", "roles/cloudsql.client"]


def test_a_role_that_a_card_names_means_the_same_to_the_sandbox() -> None:
    assert [role for role, _held in ROLES if role not in sandbox_roles.ROLES] == []
