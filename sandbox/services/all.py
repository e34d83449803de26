"""Every handler, registered by being imported."""

from sandbox.cloudsql import (
    databases,
    instances,
    not_yet,
    sql_operations,
    tiers,
    users,
)
from sandbox.services import (
    artifactregistry,
    cloudbilling,
    cloudresourcemanager_v1,
    cloudresourcemanager_v3,
    iam_accounts,
    iam_roles,
    secret_versions,
    secretmanager,
    serviceusage,
)

MODULES = (
    artifactregistry,
    cloudbilling,
    cloudresourcemanager_v1,
    cloudresourcemanager_v3,
    databases,
    iam_accounts,
    iam_roles,
    instances,
    not_yet,
    secret_versions,
    secretmanager,
    serviceusage,
    sql_operations,
    tiers,
    users,
)
