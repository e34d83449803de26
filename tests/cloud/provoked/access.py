"""Permissions, policies, Cloud SQL, secrets and connections to databases."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tests.cloud.provoked.recorded import CALLS, INSTANCE, REGION, ended, info, recorded
from tests.cloud.provoked.stage import Provocation, Stage
from wizards.cloud.connecting import text_card
from wizards.cloud.things import PolicyOf, Secret

NOBODY = "ann@sandbox.example"
MACHINE = "deploy@notes-prod.iam.gserviceaccount.com"
CONNECTION = "notes-prod:us-central1:notes-db"


def _forbidden(who: str) -> Any:
    def do(stage: Stage) -> Any:
        wanted = Secret(id="db-url", regions=(REGION,))
        return stage.cloud(who).create_secret(stage.project, wanted)

    return do


def _stale_policy(stage: Stage) -> Any:
    of = PolicyOf("project", f"projects/{stage.project}")
    cloud = stage.cloud()
    policy = cloud.policy(of)
    cloud.set_policy(of, policy.with_members("roles/viewer", ("user:a@example.com",)))
    return cloud.set_policy(of, policy.with_members("roles/viewer", ("user:b@example.com",)))


def _stale_secret(stage: Stage) -> Any:
    cloud = stage.cloud()
    made = cloud.create_secret(stage.project, Secret(id="marked", regions=(REGION,)))
    cloud.mark_secret(stage.project, replace(made, labels={"a": "b"}))
    return cloud.mark_secret(stage.project, replace(made, labels={"a": "c"}))


def _unknown_account(stage: Stage) -> Any:
    of = PolicyOf("project", f"projects/{stage.project}")
    member = f"serviceAccount:new@{stage.project}.iam.gserviceaccount.com"
    policy = stage.cloud().policy(of).with_members("roles/viewer", (member,))
    return stage.cloud().set_policy(of, policy)


def _without_value(stage: Stage) -> Any:
    cloud = stage.cloud()
    cloud.create_secret(stage.project, Secret(id="empty", regions=(REGION,)))
    return cloud.secret_value(stage.project, "empty")


def _insert(**settings: Any) -> Any:
    def do(stage: Stage) -> Any:
        body = {**INSTANCE, "settings": {**INSTANCE["settings"], **settings}}  # type: ignore[dict-item]
        path = f"v1/projects/{stage.project}/instances"
        return stage.send("POST", "sqladmin", path, body, "start_sql_instance")

    return do


def _twice(stage: Stage) -> Any:
    CALLS["start_sql_instance"][1](stage)
    return CALLS["start_sql_instance"][1](stage)


def _sql_stranger(stage: Stage) -> Any:
    return stage.cloud(NOBODY).sql_databases(stage.project, "notes-db")


def _log(line: str, **names: str) -> Any:
    def do(_stage: Stage) -> Any:
        given = {"project": "notes-prod", "region": REGION, "service": "notes", **names}
        return text_card(["Traceback (most recent call last):", line, "exit 1"], given, call="log")

    return do


ACCESS = (
    Provocation(
        "permission-denied",
        _forbidden(NOBODY),
        (
            "secretmanager.secrets.create",
            "roles/secretmanager.admin",
            f"--member=user:{NOBODY}",
            "two minutes",
        ),
        "denied-person",
    ),
    Provocation(
        "permission-denied",
        _forbidden(MACHINE),
        (f"--member=serviceAccount:{MACHINE}", "gcloud projects add-iam-policy-binding t-"),
        "denied-machine",
    ),
    recorded(
        "permission-denied",
        "set_policy",
        403,
        "Policy update access denied.",
        says=("Policy update access denied",),
        id="denied-words",
    ),
    recorded(
        "act-as-denied",
        "start_run_service",
        403,
        "Permission 'iam.serviceaccounts.actAs' denied on service account "
        "run@notes-prod.iam.gserviceaccount.com (or it may not exist).",
        says=("run@notes-prod.iam", "roles/iam.serviceAccountUser", "user:owner@sandbox.example"),
    ),
    recorded(
        "act-as-denied",
        "start_run_service",
        403,
        "denied",
        info("IAM_PERMISSION_DENIED", permission="iam.serviceAccounts.actAs"),
        id="act-as-reason",
    ),
    Provocation(
        "account-unknown", _unknown_account, ("new@t-", "up to some minutes"), "account-new"
    ),
    recorded(
        "member-unknown",
        "set_policy",
        400,
        "User ann@exmaple.com does not exist.",
        says=("ann@exmaple.com", "misspelt"),
    ),
    Provocation("policy-conflict", _stale_policy, ("nothing of theirs",), "policy-stale"),
    recorded(
        "policy-conflict",
        "set_policy",
        409,
        "There were concurrent policy changes. Please retry the whole read-modify-write.",
        id="policy-words",
    ),
    recorded("policy-conflict", "set_policy", 412, "Precondition failed", id="policy-412"),
    Provocation("etag-conflict", _stale_secret, ("nothing of theirs",), "etag"),
    recorded(
        "instance-exists",
        "start_sql_instance",
        409,
        "The Cloud SQL instance already exists. When you delete an instance, you can't reuse the "
        "name of the deleted instance until one week from the deletion date.",
        legacy="instanceAlreadyExists",
        says=("notes-db", "less than a week ago", "database.instance=notes-db-2"),
    ),
    recorded("instance-exists", "start_sql_instance", 409, "Exists.", id="instance-exists-status"),
    Provocation("instance-exists", _twice, ("gcloud sql instances describe",), "instance-twice"),
    recorded(
        "busy",
        "start_sql_user",
        409,
        "Operation failed because another operation was already in progress. Try your request "
        "after the current operation is complete.",
        legacy="operationInProgress",
        says=("notes-db", "one thing at a time"),
    ),
    recorded(
        "busy",
        "start_sql_database",
        409,
        "Operation failed because another operation was already in progress.",
        id="busy-words",
    ),
    recorded(
        "stale-data",
        "start_sql_change",
        412,
        "Condition does not match.",
        legacy="staleData",
        says=("notes-db", "read again"),
    ),
    recorded("stale-data", "start_sql_change", 412, "Precondition failed.", id="stale-status"),
    recorded(
        "network-not-peered",
        "start_sql_instance",
        400,
        "Failed to create subnetwork.",
        legacy="NETWORK_NOT_PEERED",
        says=("VPC_PEERING", "vpc-peerings connect"),
    ),
    ended(
        "network-not-peered",
        "sqladmin",
        {
            "kind": "sql#operationError",
            "code": "INTERNAL_ERROR",
            "message": "Failed to create subnetwork. NETWORK_NOT_PEERED: no peering.",
        },
    ),
    Provocation(
        "database-access-denied",
        _sql_stranger,
        ("roles/cloudsql.admin", f"user:{NOBODY}"),
        "sql-stranger",
    ),
    Provocation(
        "database-access-denied",
        _log(
            "boss::NOT_AUTHORIZED: Not authorized to access resource. Possibly missing permission "
            "cloudsql.instances.get on resource instances/notes-db."
        ),
        ("roles/cloudsql.client", "cloudsql.instances.connect"),
        "connector-not-authorized",
    ),
    Provocation(
        "database-access-denied",
        _log(
            'googleapi: {"error": {"code": 403, "message": "The client is not authorized to make '
            'this request.", "errors": [{"reason": "notAuthorized"}]}}'
        ),
        ("roles/cloudsql.client",),
        "connector-json",
    ),
    recorded(
        "sql-quota",
        "start_sql_instance",
        403,
        "Failed to create instance because the project or creator has reached the max instance per "
        "project/creator limit.",
        legacy="instanceLimitReached",
        says=("gcloud sql instances list",),
    ),
    recorded(
        "sql-quota",
        "start_sql_instance",
        400,
        "The project has reached the max instance per project limit.",
        id="sql-quota-words",
    ),
    recorded(
        "instance-not-ready",
        "start_sql_user",
        400,
        "The instance or operation is not in an appropriate state to handle the request.",
        legacy="invalidInstanceState",
        says=("--activation-policy=ALWAYS",),
    ),
    recorded(
        "instance-not-ready",
        "start_sql_user",
        400,
        "The incoming request contained invalid data: incorrect service state for the request.",
        id="not-ready-state",
    ),
    recorded(
        "instance-not-ready",
        "start_sql_user",
        400,
        "Invalid request since instance is not running.",
        id="not-ready-stopped",
    ),
    Provocation(
        "tier-edition",
        _insert(edition="ENTERPRISE_PLUS"),
        ("tarmac init --set database.edition=ENTERPRISE",),
        "tier-plus",
    ),
    Provocation(
        "tier-edition",
        _insert(tier="db-perf-optimized-N-2"),
        ("database.tier=db-custom-1-3840",),
        "tier-enterprise",
    ),
    Provocation("tier-shape", _insert(tier="db-n1-standard-1"), ("db-custom-1-3840",), "tier-n1"),
    recorded(
        "tier-unknown",
        "start_sql_instance",
        400,
        "Invalid request: Invalid tier: db-g9-odd.",
        legacy="invalid",
        says=("gcloud sql tiers list",),
    ),
    Provocation(
        "log-retention",
        _insert(
            backupConfiguration={
                "enabled": True,
                "pointInTimeRecoveryEnabled": True,
                "transactionLogRetentionDays": 9,
            }
        ),
        ("database.log_days=7",),
        "log-days",
    ),
    Provocation(
        "no-address",
        _insert(ipConfiguration={"ipv4Enabled": False}),
        ("private", "network"),
        "no-address",
    ),
    recorded(
        "deletion-protected",
        "start_sql_change",
        400,
        "The instance is protected. Please disable the deletion protection and try again.",
        says=("--no-deletion-protection", "notes-db"),
    ),
    recorded(
        "exists",
        "start_sql_database",
        400,
        'Invalid request: failed to create database notes. Detail: pq: database "notes" already '
        "exists.",
        id="database-exists",
    ),
    recorded(
        "role-in-use",
        "start_sql_user_deletion",
        400,
        'Invalid request: failed to delete user notes: . role "notes" cannot be dropped because '
        "some objects depend on it Details: owner of database notes.",
        says=("gcloud sql databases delete", "after its database"),
    ),
    Provocation("secret-empty", _without_value, ("versions add empty", "tarmac apply"), "empty"),
    recorded(
        "secret-empty",
        "start_run_service",
        400,
        "Secret projects/1/secrets/db-url/versions/latest was not found",
        says=("versions add db-url",),
        id="empty-at-run",
    ),
    recorded("secret-empty", "secret_value", 404, "Secret Version not found.", id="empty-by-call"),
    recorded(
        "secret-empty",
        "sql_instance",
        404,
        "projects/1/x/versions/3 not found",
        id="empty-by-words",
    ),
    recorded(
        "secret-off",
        "secret_value",
        400,
        "Secret [projects/1/secrets/db-url] version [3] is in DISABLED state.",
        says=("versions enable 3 --secret=db-url",),
    ),
    Provocation(
        "database-socket-missing",
        _log(
            f'connection to server on socket "/cloudsql/{CONNECTION}/.s.PGSQL.5432" failed: '
            "No such file or directory"
        ),
        (f"--add-cloudsql-instances={CONNECTION}", "gcloud run services update notes"),
        "socket",
    ),
    Provocation(
        "database-password",
        _log('FATAL:  password authentication failed for user "notes"', secret="notes-db-password"),
        ("line break", "--secret=notes-db-password", "set-password notes"),
        "password",
    ),
    Provocation(
        "database-login",
        _log('FATAL: Cloud SQL IAM user authentication failed for user "notes-run@notes-prod.iam"'),
        ("roles/cloudsql.instanceUser".removeprefix("roles/"), "cloud_iam_service_account"),
        "iam-login",
    ),
    Provocation(
        "database-full",
        _log("FATAL: remaining connection slots are reserved for roles with SUPERUSER"),
        ("service.max_instances",),
        "slots",
    ),
    Provocation(
        "database-missing",
        _log('FATAL:  database "notes" does not exist'),
        ("notes", "tarmac apply"),
        "database",
    ),
    Provocation(
        "database-address",
        _log("Cloud SQL instance does not have any IP addresses matching preference: PUBLIC"),
        ("private", "--private-ip"),
        "address",
    ),
    Provocation(
        "database-port",
        _log("failed to connect to instance: dial tcp 34.1.2.3:3307: i/o timeout"),
        ("3307", "firewall"),
        "port",
    ),
    Provocation(
        "login-missing",
        _log("google: could not find default credentials."),
        ("gcloud auth application-default login",),
        "connector-login",
    ),
)
