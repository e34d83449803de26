"""The REST form of the calls Tarmac makes to the two packages that speak only gRPC.

From the discovery documents of sqladmin v1 and iam v1; ``query`` lists the request fields that go
into the query string, ``body`` the field that is the body ("*" = what is left, "" = no body).
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RestMethod:
    """One call: verb, path under the host, request field that is the body, answer's type."""

    verb: str
    path: str
    answer: str
    body: str = ""


_SQL = "v1/projects/{project}/instances"

SQL: dict[str, dict[str, RestMethod]] = {
    "SqlInstancesService": {
        "get": RestMethod("GET", _SQL + "/{instance}", "DatabaseInstance"),
        "list": RestMethod("GET", _SQL, "InstancesListResponse"),
        "insert": RestMethod("POST", _SQL, "Operation", "body"),
        "patch": RestMethod("PATCH", _SQL + "/{instance}", "Operation", "body"),
        "delete": RestMethod("DELETE", _SQL + "/{instance}", "Operation"),
        "clone": RestMethod("POST", _SQL + "/{instance}/clone", "Operation", "body"),
        "restore_backup": RestMethod(
            "POST", _SQL + "/{instance}/restoreBackup", "Operation", "body"
        ),
    },
    "SqlOperationsService": {
        "get": RestMethod("GET", "v1/projects/{project}/operations/{operation}", "Operation"),
        "list": RestMethod("GET", "v1/projects/{project}/operations", "OperationsListResponse"),
    },
    "SqlDatabasesService": {
        "list": RestMethod("GET", _SQL + "/{instance}/databases", "DatabasesListResponse"),
        "insert": RestMethod("POST", _SQL + "/{instance}/databases", "Operation", "body"),
        "delete": RestMethod("DELETE", _SQL + "/{instance}/databases/{database}", "Operation"),
    },
    "SqlUsersService": {
        "list": RestMethod("GET", _SQL + "/{instance}/users", "UsersListResponse"),
        "insert": RestMethod("POST", _SQL + "/{instance}/users", "Operation", "body"),
        "update": RestMethod("PUT", _SQL + "/{instance}/users", "Operation", "body"),
        "delete": RestMethod("DELETE", _SQL + "/{instance}/users", "Operation"),
    },
    "SqlTiersService": {
        "list": RestMethod("GET", "v1/projects/{project}/tiers", "TiersListResponse"),
    },
    "SqlBackupRunsService": {
        "list": RestMethod("GET", _SQL + "/{instance}/backupRuns", "BackupRunsListResponse"),
        "insert": RestMethod("POST", _SQL + "/{instance}/backupRuns", "Operation", "body"),
        "delete": RestMethod("DELETE", _SQL + "/{instance}/backupRuns/{id}", "Operation"),
    },
}

IAM: dict[str, dict[str, RestMethod]] = {
    "IAM": {
        "get_service_account": RestMethod("GET", "v1/{name}", "ServiceAccount"),
        "list_service_accounts": RestMethod(
            "GET", "v1/{name}/serviceAccounts", "ListServiceAccountsResponse"
        ),
        "create_service_account": RestMethod(
            "POST", "v1/{name}/serviceAccounts", "ServiceAccount", "*"
        ),
        "disable_service_account": RestMethod("POST", "v1/{name}:disable", "", "*"),
        "delete_service_account": RestMethod("DELETE", "v1/{name}", ""),
        "get_iam_policy": RestMethod("POST", "v1/{resource}:getIamPolicy", "Policy"),
        "set_iam_policy": RestMethod("POST", "v1/{resource}:setIamPolicy", "Policy", "*"),
        "test_iam_permissions": RestMethod(
            "POST", "v1/{resource}:testIamPermissions", "TestIamPermissionsResponse", "*"
        ),
    },
}
