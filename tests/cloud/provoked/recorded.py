"""Recorded answers of Google's, served by the sandbox's fault route to real calls."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.cloud.provoked.stage import BILLING, Provocation, Stage
from wizards.cloud.things import OperationName, Policy, PolicyOf, Repository, Secret

RPC = "type.googleapis.com/google.rpc."
REGION = "us-central1"

INSTANCE = {
    "name": "notes-db",
    "region": REGION,
    "databaseVersion": "POSTGRES_17",
    "settings": {"tier": "db-f1-micro", "edition": "ENTERPRISE"},
}

_Do = Callable[[Stage], Any]


def _sql(stage: Stage, path: str, body: Any, call: str) -> Any:
    return stage.send("POST", "sqladmin", f"v1/projects/{stage.project}/{path}", body, call)


CALLS: dict[str, tuple[str, _Do]] = {
    "start_project": (
        r"projects\.create",
        lambda s: s.cloud().start_project("notes-new", name="", parent="folders/7", labels={}),
    ),
    "projects": (r"projects\.search", lambda s: s.cloud().projects()),
    "login": (r"projects\.search", lambda s: s.proxied().projects()),
    "start_api_off": (
        r"services\.disable",
        lambda s: s.cloud().start_api_off(s.project, "run.googleapis.com", check_usage=True),
    ),
    "link_billing": ("updateBillingInfo", lambda s: s.cloud().link_billing(s.project, BILLING)),
    "start_apis": (
        "batchEnable",
        lambda s: s.cloud().start_apis(s.project, ["run.googleapis.com"]),
    ),
    "create_service_account": (
        r"serviceAccounts\.create",
        lambda s: s.cloud().create_service_account(s.project, "notes-run", "Notes"),
    ),
    "set_policy": (
        r"projects\.setIamPolicy",
        lambda s: s.cloud().set_policy(PolicyOf("project", f"projects/{s.project}"), Policy()),
    ),
    "create_secret": (
        r"secrets\.create",
        lambda s: s.cloud().create_secret(s.project, Secret(id="db-url", regions=(REGION,))),
    ),
    "mark_secret": (
        r"secrets\.patch",
        lambda s: s.cloud().mark_secret(s.project, Secret(id="db-url", regions=(REGION,))),
    ),
    "secret_value": (
        r"versions\.access",
        lambda s: s.cloud().secret_value(s.project, "db-url", "3"),
    ),
    "start_repository": (
        r"repositories\.create",
        lambda s: s.cloud().start_repository(
            s.project, Repository(id="images", region=REGION, format="DOCKER")
        ),
    ),
    "sql_instance": (r"instances\.get", lambda s: s.cloud().sql_instance(s.project, "notes-db")),
    "start_sql_instance": (
        r"instances\.insert",
        lambda s: _sql(s, "instances", INSTANCE, "start_sql_instance"),
    ),
    "start_sql_change": (
        r"instances\.patch",
        lambda s: s.send(
            "PATCH",
            "sqladmin",
            f"v1/projects/{s.project}/instances/notes-db",
            {"settings": {"settingsVersion": "1"}},
            "start_sql_change",
        ),
    ),
    "start_sql_user": (
        r"users\.insert",
        lambda s: _sql(s, "instances/notes-db/users", {"name": "notes"}, "start_sql_user"),
    ),
    "start_sql_user_deletion": (
        r"users\.delete",
        lambda s: s.cloud().start_sql_user_deletion(s.project, "notes-db", "notes"),
    ),
    "start_sql_database": (
        r"databases\.insert",
        lambda s: _sql(s, "instances/notes-db/databases", {"name": "notes"}, "start_sql_database"),
    ),
    "start_run_service": (
        r"services\.create",
        lambda s: s.send(
            "POST",
            "run",
            f"v2/projects/{s.project}/locations/{REGION}/services",
            {"template": {"containers": [{"image": "us-docker.pkg.dev/cloudrun/container/hello"}]}},
            "start_run_service",
            serviceId="notes",
        ),
    ),
    "start_build": (
        r"builds\.create",
        lambda s: s.send(
            "POST",
            "cloudbuild",
            f"v1/projects/{s.project}/locations/{REGION}/builds",
            {"steps": [{"name": "gcr.io/cloud-builders/docker"}]},
            "start_build",
        ),
    ),
    "create_build_trigger": (
        r"triggers\.create",
        lambda s: s.send(
            "POST",
            "cloudbuild",
            f"v1/projects/{s.project}/locations/{REGION}/triggers",
            {"name": "notes"},
            "create_build_trigger",
        ),
    ),
    "start_identity_provider": (
        r"providers\.create",
        lambda s: s.send(
            "POST",
            "iam",
            f"v1/projects/{s.project}/locations/global/workloadIdentityPools/github/providers",
            {"oidc": {"issuerUri": "https://token.actions.githubusercontent.com"}},
            "start_identity_provider",
            workloadIdentityPoolProviderId="github",
        ),
    ),
    "start_machine": (
        r"instances\.insert",
        lambda s: s.send(
            "POST",
            "compute",
            f"compute/v1/projects/{s.project}/zones/{REGION}-a/instances",
            {"name": "notes"},
            "start_machine",
        ),
    ),
}


def info(reason: str, domain: str = "googleapis.com", **metadata: str) -> dict[str, Any]:
    """Return a google.rpc.ErrorInfo."""
    return {"@type": f"{RPC}ErrorInfo", "reason": reason, "domain": domain, "metadata": metadata}


def failing(kind: str, **violation: str) -> dict[str, Any]:
    """Return a PreconditionFailure or QuotaFailure with one violation."""
    return {"@type": f"{RPC}{kind}Failure", "violations": [violation]}


def recorded(
    code: str,
    call: str,
    status: int,
    message: str,
    *details: dict[str, Any],
    says: tuple[str, ...] = (),
    legacy: str = "",
    id: str = "",  # noqa: A002 - as pytest names it
    **more: Any,
) -> Provocation:
    """Return the provocation that serves an error of Google's to one call.

    ``legacy`` is the reason in the older ``errors[]``, which Cloud SQL and Compute send.
    """
    pattern, do = CALLS[call]
    error: dict[str, Any] = {"code": status, "message": message}
    if legacy:
        error["errors"] = [{"message": message, "domain": "global", "reason": legacy}]
    if details:
        error["details"] = list(details)

    def run(stage: Stage) -> Any:
        stage.fault(pattern, status=status, body={"error": error}, **more)
        return do(stage)

    return Provocation(code, run, says, id or f"{code}-{call}", google=True)


def ended(
    code: str,
    service: str,
    error: dict[str, Any],
    *,
    says: tuple[str, ...] = (),
    about: dict[str, Any] | None = None,
    id: str = "",  # noqa: A002
) -> Provocation:
    """Return the provocation in which a long-running operation came to a bad end.

    ``about`` is the resource in the operation's metadata, as Cloud Run gives it.
    """

    def run(stage: Stage) -> Any:
        project = stage.project
        name = f"projects/{project}/locations/{REGION}/operations/op-1"
        body: dict[str, Any] = {"name": name, "done": True, "error": error}
        if service == "sqladmin":
            name = "op-1"
            body = {
                "kind": "sql#operation",
                "name": name,
                "status": "DONE",
                "targetProject": project,
                "targetId": "notes-db",
                "error": {"kind": "sql#operationErrors", "errors": [error]},
            }
        elif service in ("cloudresourcemanager", "serviceusage"):
            name = body["name"] = "operations/op-1"
        if about is not None:
            body["metadata"] = _resource(project, **about)
        stage.fault(r"operations\.get", status=200, body=body)
        held = OperationName(service=service, name=name, project=project)
        return stage.cloud().operation(held)

    return Provocation(code, run, says, id or f"{code}-operation", google=True)


def _resource(project: str, kind: str = "services", **about: Any) -> dict[str, Any]:
    """Return a resource of Cloud Run as an operation's metadata shows it."""
    below = {"services": "services/notes", "executions": "jobs/notes/executions/notes-x1"}[kind]
    typed = {"services": "Service", "executions": "Execution"}[kind]
    return {
        "@type": f"type.googleapis.com/google.cloud.run.v2.{typed}",
        "name": f"projects/{project}/locations/{REGION}/{below}",
        **about,
    }


def rolled_out(
    code: str,
    message: str,
    *,
    says: tuple[str, ...] = (),
    id: str = "",  # noqa: A002
    **condition: str,
) -> Provocation:
    """Return the provocation in which Cloud Run's terminal condition is a failed one."""
    terminal = {"type": "Ready", "state": "CONDITION_FAILED", "message": message, **condition}
    about = {"terminalCondition": terminal}
    error = {"code": 9, "message": message}
    return ended(code, "run", error, says=says, about=about, id=id or f"{code}-condition")
