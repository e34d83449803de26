"""The smallest predefined role that holds a permission which Tarmac uses."""

from __future__ import annotations

_ROLES: tuple[tuple[str, str], ...] = (
    ("resourcemanager.projects.setIamPolicy", "roles/resourcemanager.projectIamAdmin"),
    ("resourcemanager.projects.getIamPolicy", "roles/resourcemanager.projectIamAdmin"),
    ("resourcemanager.projects.createBillingAssignment", "roles/billing.projectManager"),
    ("resourcemanager.projects.create", "roles/resourcemanager.projectCreator"),
    ("billing.resourceAssociations.", "roles/billing.user"),
    ("serviceusage.", "roles/serviceusage.serviceUsageAdmin"),
    ("iam.serviceAccounts.actAs", "roles/iam.serviceAccountUser"),
    ("iam.serviceAccounts.", "roles/iam.serviceAccountAdmin"),
    ("artifactregistry.", "roles/artifactregistry.admin"),
    ("cloudsql.", "roles/cloudsql.admin"),
    ("secretmanager.", "roles/secretmanager.admin"),
    ("run.", "roles/run.admin"),
    ("cloudbuild.", "roles/cloudbuild.builds.editor"),
)


def smallest_role(permission: str) -> str:
    """Return the role that grants a permission, or "" when Tarmac does not know one."""
    return next((role for prefix, role in _ROLES if permission.startswith(prefix)), "")
