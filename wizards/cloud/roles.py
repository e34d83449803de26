"""The smallest predefined role that holds a permission which Tarmac uses.

From Google's lists of predefined roles; within a service the smaller role stands first, and a
permission's role is the first that holds it.
"""

from __future__ import annotations

from collections.abc import Iterable
from fnmatch import fnmatchcase

ROLES: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "roles/browser",
        (
            "resourcemanager.projects.get",
            "resourcemanager.projects.list",
            "resourcemanager.projects.getIamPolicy",
            "resourcemanager.folders.get",
            "resourcemanager.folders.list",
            "resourcemanager.organizations.get",
        ),
    ),
    ("roles/resourcemanager.projectCreator", ("resourcemanager.projects.create",)),
    ("roles/resourcemanager.projectDeleter", ("resourcemanager.projects.delete",)),
    (
        "roles/resourcemanager.projectIamAdmin",
        ("resourcemanager.projects.setIamPolicy", "resourcemanager.projects.getIamPolicy"),
    ),
    (
        "roles/billing.projectManager",
        (
            "resourcemanager.projects.createBillingAssignment",
            "resourcemanager.projects.deleteBillingAssignment",
        ),
    ),
    ("roles/billing.viewer", ("billing.accounts.get", "billing.accounts.list")),
    (
        "roles/billing.user",
        ("billing.resourceAssociations.create", "billing.accounts.get", "billing.accounts.list"),
    ),
    (
        "roles/billing.admin",
        ("billing.resourceAssociations.*", "billing.accounts.*"),
    ),
    ("roles/serviceusage.serviceUsageConsumer", ("serviceusage.services.use",)),
    (
        "roles/serviceusage.serviceUsageViewer",
        ("serviceusage.services.get", "serviceusage.services.list"),
    ),
    ("roles/serviceusage.serviceUsageAdmin", ("serviceusage.*",)),
    ("roles/iam.serviceAccountUser", ("iam.serviceAccounts.actAs",)),
    (
        "roles/iam.serviceAccountTokenCreator",
        (
            "iam.serviceAccounts.getAccessToken",
            "iam.serviceAccounts.getOpenIdToken",
            "iam.serviceAccounts.signBlob",
            "iam.serviceAccounts.signJwt",
            "iam.serviceAccounts.implicitDelegation",
        ),
    ),
    (
        "roles/iam.serviceAccountViewer",
        (
            "iam.serviceAccounts.get",
            "iam.serviceAccounts.list",
            "iam.serviceAccounts.getIamPolicy",
        ),
    ),
    (
        "roles/iam.serviceAccountCreator",
        ("iam.serviceAccounts.create", "iam.serviceAccounts.get", "iam.serviceAccounts.list"),
    ),
    (
        "roles/iam.serviceAccountDeleter",
        ("iam.serviceAccounts.delete", "iam.serviceAccounts.get", "iam.serviceAccounts.list"),
    ),
    (
        "roles/iam.serviceAccountAdmin",
        (
            *(f"iam.serviceAccounts.{verb}" for verb in ("create", "delete", "undelete", "update")),
            *(f"iam.serviceAccounts.{verb}" for verb in ("disable", "enable", "get", "list")),
            "iam.serviceAccounts.setIamPolicy",
            "iam.serviceAccounts.getIamPolicy",
        ),
    ),
    (
        "roles/iam.workloadIdentityPoolViewer",
        ("iam.workloadIdentityPool*.get", "iam.workloadIdentityPool*.list"),
    ),
    ("roles/iam.workloadIdentityPoolAdmin", ("iam.workloadIdentityPool*",)),
    ("roles/orgpolicy.policyViewer", ("orgpolicy.*.get", "orgpolicy.*.list")),
    ("roles/orgpolicy.policyAdmin", ("orgpolicy.*",)),
    (
        "roles/artifactregistry.reader",
        (
            "artifactregistry.*.get",
            "artifactregistry.*.list",
            "artifactregistry.repositories.downloadArtifacts",
        ),
    ),
    ("roles/artifactregistry.writer", ("artifactregistry.repositories.uploadArtifacts",)),
    (
        "roles/artifactregistry.repoAdmin",
        ("artifactregistry.packages.delete", "artifactregistry.versions.delete"),
    ),
    ("roles/artifactregistry.admin", ("artifactregistry.*",)),
    ("roles/cloudsql.viewer", ("cloudsql.*.get", "cloudsql.*.list")),
    ("roles/cloudsql.client", ("cloudsql.instances.connect", "cloudsql.instances.get")),
    ("roles/cloudsql.instanceUser", ("cloudsql.instances.login", "cloudsql.instances.get")),
    (
        "roles/cloudsql.editor",
        (
            "cloudsql.*.get",
            "cloudsql.*.list",
            "cloudsql.databases.create",
            "cloudsql.databases.update",
            "cloudsql.backupRuns.create",
            "cloudsql.instances.update",
            "cloudsql.instances.restart",
        ),
    ),
    ("roles/cloudsql.admin", ("cloudsql.*",)),
    ("roles/secretmanager.secretAccessor", ("secretmanager.versions.access",)),
    ("roles/secretmanager.secretVersionAdder", ("secretmanager.versions.add",)),
    ("roles/secretmanager.viewer", ("secretmanager.*.get", "secretmanager.*.list")),
    (
        "roles/secretmanager.secretVersionManager",
        (
            *(f"secretmanager.versions.{verb}" for verb in ("add", "enable", "disable", "destroy")),
            *(f"secretmanager.versions.{verb}" for verb in ("get", "list")),
        ),
    ),
    ("roles/secretmanager.admin", ("secretmanager.*",)),
    ("roles/run.invoker", ("run.routes.invoke",)),
    ("roles/run.viewer", ("run.*.get", "run.*.list", "run.services.getIamPolicy")),
    ("roles/run.jobsExecutor", ("run.jobs.run", "run.executions.cancel")),
    (
        "roles/run.jobsExecutorWithOverrides",
        ("run.jobs.run", "run.jobs.runWithOverrides", "run.executions.cancel"),
    ),
    (
        "roles/run.developer",
        (
            *(f"run.*.{verb}" for verb in ("get", "list", "create", "update", "delete")),
            "run.executions.cancel",
            "run.jobs.run",
            "run.jobs.runWithOverrides",
        ),
    ),
    ("roles/run.admin", ("run.*",)),
    ("roles/cloudbuild.builds.viewer", ("cloudbuild.builds.get", "cloudbuild.builds.list")),
    ("roles/cloudbuild.builds.editor", ("cloudbuild.builds.*",)),
    (
        "roles/cloudbuild.connectionViewer",
        (
            *(f"cloudbuild.connections.{verb}" for verb in ("get", "list")),
            *(f"cloudbuild.repositories.{verb}" for verb in ("get", "list")),
        ),
    ),
    ("roles/cloudbuild.connectionAdmin", ("cloudbuild.connections.*", "cloudbuild.repositories.*")),
    ("roles/logging.logWriter", ("logging.logEntries.create",)),
    ("roles/logging.viewer", ("logging.logEntries.list", "logging.logs.list")),
    ("roles/monitoring.viewer", ("monitoring.timeSeries.list",)),
    ("roles/storage.objectViewer", ("storage.objects.get", "storage.objects.list")),
    ("roles/storage.objectCreator", ("storage.objects.create",)),
    ("roles/storage.objectUser", ("storage.objects.delete", "storage.objects.update")),
    ("roles/storage.admin", ("storage.*",)),
    (
        "roles/compute.viewer",
        (
            "compute.*.get",
            "compute.*.list",
            "compute.instances.getGuestAttributes",
            "compute.instances.getSerialPortOutput",
        ),
    ),
    (
        "roles/compute.networkUser",
        ("compute.subnetworks.use", "compute.subnetworks.useExternalIp", "compute.networks.use"),
    ),
    (
        "roles/compute.instanceAdmin.v1",
        ("compute.instances.*", "compute.disks.*", "compute.zoneOperations.*"),
    ),
    ("roles/compute.securityAdmin", ("compute.firewalls.*",)),
    (
        "roles/compute.networkAdmin",
        ("compute.networks.*", "compute.subnetworks.*", "compute.*ddresses.*", "compute.routes.*"),
    ),
    ("roles/servicenetworking.networksAdmin", ("servicenetworking.*",)),
)


def smallest_role(permission: str) -> str:
    """Return the smallest role that grants a permission, or "" when Tarmac does not know one."""
    wanted = permission.lower()
    return next((role for role, held in ROLES if _holds(held, wanted)), "")


def smallest_roles(permissions: Iterable[str]) -> list[str]:
    """Return the fewest of the smallest roles that hold the permissions together.

    A small role is left out where a bigger one, needed for another permission, holds the same.
    """
    wanted = {permission: smallest_role(permission) for permission in permissions}
    chosen = [role for role in dict.fromkeys(wanted.values()) if role]
    for role in list(chosen):
        mine = [permission for permission, of in wanted.items() if of == role]
        others = [held for other, held in ROLES if other in chosen and other != role]
        if all(any(_holds(held, permission.lower()) for held in others) for permission in mine):
            chosen.remove(role)
    return chosen


def _holds(held: tuple[str, ...], permission: str) -> bool:
    return any(fnmatchcase(permission, pattern.lower()) for pattern in held)
