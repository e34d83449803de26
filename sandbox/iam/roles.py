"""Predefined roles and the permissions that the imitated services check (patterns, not all)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from fnmatch import fnmatchcase
from functools import lru_cache

READ = ("*.get", "*.list", "*.getIamPolicy", "*.search")
ROLES: dict[str, tuple[str, ...]] = {
    "roles/owner": ("*",),
    "roles/editor": ("*",),
    "roles/viewer": READ,
    "roles/browser": ("resourcemanager.*.get", "resourcemanager.*.list"),
    "roles/artifactregistry.admin": ("artifactregistry.*",),
    "roles/artifactregistry.reader": ("artifactregistry.*.get", "artifactregistry.*.list"),
    "roles/artifactregistry.writer": (
        "artifactregistry.*.get",
        "artifactregistry.*.list",
        "artifactregistry.repositories.uploadArtifacts",
        "artifactregistry.repositories.downloadArtifacts",
    ),
    "roles/artifactregistry.repoAdmin": ("artifactregistry.*",),
    "roles/billing.admin": ("billing.*", "resourcemanager.projects.createBillingAssignment"),
    "roles/billing.projectManager": (
        "resourcemanager.projects.createBillingAssignment",
        "resourcemanager.projects.deleteBillingAssignment",
    ),
    "roles/billing.user": (
        "billing.accounts.get",
        "billing.accounts.list",
        "billing.resourceAssociations.create",
    ),
    "roles/billing.viewer": ("billing.*.get", "billing.*.list"),
    "roles/cloudbuild.builds.builder": ("cloudbuild.builds.*", "logging.logEntries.create"),
    "roles/cloudbuild.builds.editor": ("cloudbuild.builds.*",),
    "roles/cloudbuild.builds.viewer": ("cloudbuild.builds.get", "cloudbuild.builds.list"),
    "roles/cloudbuild.connectionAdmin": ("cloudbuild.connections.*", "cloudbuild.repositories.*"),
    "roles/cloudbuild.connectionViewer": (
        "cloudbuild.connections.get",
        "cloudbuild.connections.list",
        "cloudbuild.repositories.get",
        "cloudbuild.repositories.list",
    ),
    "roles/cloudsql.admin": ("cloudsql.*",),
    "roles/cloudsql.client": ("cloudsql.instances.connect", "cloudsql.instances.get"),
    "roles/cloudsql.editor": (
        "cloudsql.*.get",
        "cloudsql.*.list",
        "cloudsql.*.create",
        "cloudsql.*.update",
    ),
    "roles/cloudsql.instanceUser": ("cloudsql.instances.get", "cloudsql.instances.login"),
    "roles/cloudsql.viewer": ("cloudsql.*.get", "cloudsql.*.list"),
    "roles/compute.admin": ("compute.*",),
    "roles/compute.instanceAdmin.v1": ("compute.instances.*", "compute.disks.*"),
    "roles/compute.networkAdmin": (
        "compute.networks.*",
        "compute.subnetworks.*",
        "compute.*ddresses.*",
        "compute.routes.*",
    ),
    "roles/compute.networkUser": (
        "compute.networks.use",
        "compute.subnetworks.use",
        "compute.subnetworks.useExternalIp",
    ),
    "roles/compute.securityAdmin": ("compute.firewalls.*",),
    "roles/compute.viewer": (
        "compute.*.get",
        "compute.*.list",
        "compute.instances.getGuestAttributes",
        "compute.instances.getSerialPortOutput",
    ),
    "roles/iam.serviceAccountAdmin": ("iam.serviceAccounts.*",),
    "roles/iam.serviceAccountCreator": ("iam.serviceAccounts.create", "iam.serviceAccounts.get"),
    "roles/iam.serviceAccountDeleter": (
        "iam.serviceAccounts.delete",
        "iam.serviceAccounts.get",
        "iam.serviceAccounts.list",
    ),
    "roles/iam.serviceAccountTokenCreator": ("iam.serviceAccounts.getAccessToken",),
    "roles/iam.serviceAccountUser": ("iam.serviceAccounts.actAs", "iam.serviceAccounts.get"),
    "roles/iam.serviceAccountViewer": (
        "iam.serviceAccounts.get",
        "iam.serviceAccounts.getIamPolicy",
        "iam.serviceAccounts.list",
    ),
    "roles/iam.securityAdmin": ("*.setIamPolicy", "*.getIamPolicy", "iam.roles.*"),
    "roles/iam.workloadIdentityPoolAdmin": ("iam.workloadIdentityPool*",),
    "roles/iam.workloadIdentityPoolViewer": (
        "iam.workloadIdentityPool*.get",
        "iam.workloadIdentityPool*.list",
    ),
    "roles/iam.workloadIdentityUser": ("iam.serviceAccounts.getAccessToken",),
    "roles/logging.logWriter": ("logging.logEntries.create",),
    "roles/logging.viewer": ("logging.*.list", "logging.*.get"),
    "roles/monitoring.metricWriter": ("monitoring.timeSeries.create",),
    "roles/monitoring.viewer": ("monitoring.timeSeries.list",),
    "roles/orgpolicy.policyAdmin": ("orgpolicy.*",),
    "roles/orgpolicy.policyViewer": ("orgpolicy.*.get", "orgpolicy.*.list"),
    "roles/resourcemanager.folderAdmin": ("resourcemanager.folders.*",),
    "roles/resourcemanager.organizationAdmin": ("resourcemanager.*",),
    "roles/resourcemanager.projectCreator": ("resourcemanager.projects.create",),
    "roles/resourcemanager.projectDeleter": ("resourcemanager.projects.delete",),
    "roles/resourcemanager.projectIamAdmin": (
        "resourcemanager.projects.get",
        "resourcemanager.projects.getIamPolicy",
        "resourcemanager.projects.setIamPolicy",
    ),
    "roles/run.admin": ("run.*",),
    "roles/run.developer": (
        "run.*.get",
        "run.*.list",
        "run.*.create",
        "run.*.update",
        "run.*.delete",
        "run.*.cancel",
        "run.jobs.run",
        "run.jobs.runWithOverrides",
    ),
    "roles/run.invoker": ("run.routes.invoke", "run.jobs.run"),
    "roles/run.jobsExecutor": ("run.jobs.run", "run.executions.cancel"),
    "roles/run.jobsExecutorWithOverrides": ("run.jobs.run", "run.jobs.runWithOverrides"),
    "roles/run.viewer": ("run.*.get", "run.*.list"),
    "roles/secretmanager.admin": ("secretmanager.*",),
    "roles/secretmanager.secretAccessor": ("secretmanager.versions.access",),
    "roles/secretmanager.secretVersionAdder": ("secretmanager.versions.add",),
    "roles/secretmanager.secretVersionManager": (
        "secretmanager.versions.add",
        "secretmanager.versions.destroy",
        "secretmanager.versions.disable",
        "secretmanager.versions.enable",
        "secretmanager.versions.get",
        "secretmanager.versions.list",
    ),
    "roles/secretmanager.viewer": ("secretmanager.*.get", "secretmanager.*.list"),
    "roles/serviceusage.serviceUsageAdmin": ("serviceusage.*",),
    "roles/serviceusage.serviceUsageConsumer": (
        "serviceusage.services.get",
        "serviceusage.services.list",
        "serviceusage.services.use",
    ),
    "roles/serviceusage.serviceUsageViewer": (
        "serviceusage.services.get",
        "serviceusage.services.list",
    ),
    "roles/servicenetworking.networksAdmin": ("servicenetworking.*",),
    "roles/storage.admin": ("storage.*",),
    "roles/storage.objectAdmin": ("storage.objects.*",),
    "roles/storage.objectCreator": ("storage.objects.create",),
    "roles/storage.objectUser": (
        "storage.objects.create",
        "storage.objects.delete",
        "storage.objects.get",
        "storage.objects.list",
        "storage.objects.update",
    ),
    "roles/storage.objectViewer": ("storage.objects.get", "storage.objects.list"),
}
NOT_FOR_EDITORS = (
    "*.setIamPolicy",
    "secretmanager.versions.access",
    "resourcemanager.projects.delete",
    "resourcemanager.projects.createBillingAssignment",
    "billing.*",
    "orgpolicy.policy.set",
)
NOT_FOR_OWNERS = ("billing.*", "orgpolicy.policy.set")
FAMILIES = frozenset(name.split("/")[1].split(".")[0] for name in ROLES) | frozenset(
    (
        "aiplatform",
        "apigateway",
        "bigquery",
        "cloudfunctions",
        "cloudkms",
        "cloudscheduler",
        "cloudtasks",
        "cloudtrace",
        "container",
        "containeranalysis",
        "datastore",
        "dns",
        "errorreporting",
        "eventarc",
        "file",
        "firebase",
        "orgpolicy",
        "pubsub",
        "redis",
        "servicenetworking",
        "source",
        "spanner",
        "vpcaccess",
    )
)
ROLE_NAME = re.compile(r"roles/([a-zA-Z]+)(\.[a-zA-Z0-9_.]+)?|(projects|organizations)/.+/roles/.+")


def exists(role: str) -> bool:
    """Whether a policy may name a role: known ones, their families', and custom ones."""
    match = ROLE_NAME.fullmatch(role)
    if match is None:
        return False
    return role in ROLES or match[1] is None or (match[1] in FAMILIES and bool(match[2]))


@lru_cache(maxsize=4096)
def grants(role: str, permission: str) -> bool:
    """Whether a role holds a permission; roles we know only by name hold none."""
    if role == "roles/editor" and _any(NOT_FOR_EDITORS, permission):
        return False
    if role == "roles/owner" and _any(NOT_FOR_OWNERS, permission):
        return False
    return _any(ROLES.get(role, ()), permission)


def _any(patterns: Iterable[str], permission: str) -> bool:
    return any(fnmatchcase(permission, pattern) for pattern in patterns)
