"""Every handler, registered by being imported."""

from sandbox.cloudsql import (
    backup_effects,
    backup_runs,
    cloning,
    databases,
    instances,
    not_yet,
    project_backups,
    sql_operations,
    tiers,
    users,
)
from sandbox.run import (
    deployment_effects,
    jobs,
    revisions,
    run_operations,
    services,
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
    backup_effects,
    backup_runs,
    cloning,
    cloudbilling,
    cloudresourcemanager_v1,
    cloudresourcemanager_v3,
    databases,
    deployment_effects,
    iam_accounts,
    iam_roles,
    instances,
    jobs,
    not_yet,
    project_backups,
    revisions,
    run_operations,
    secret_versions,
    secretmanager,
    services,
    serviceusage,
    sql_operations,
    tiers,
    users,
)
