"""Google's own REST clients, unmodified, at their default endpoints: environment variables only."""

import json
import subprocess
import sys
import textwrap

import pytest

from sandbox.environment import variables
from tests.sandbox.client import Client, project
from wizards.postgres.sandbox_address import SandboxAddress

pytest.importorskip("google.cloud.secretmanager")


def _run(address: SandboxAddress, script: str) -> object:
    environment = variables(
        proxy=address.proxy, ca=address.ca, state=address.state, project="notes-prod"
    )
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", textwrap.dedent(script)],
        env={"PATH": "/usr/bin:/bin", **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_resource_manager_service_usage_and_billing(sandbox: SandboxAddress) -> None:
    said = _run(
        sandbox,
        """
        import json
        from google.api_core import exceptions
        from google.cloud import billing_v1, resourcemanager_v3 as rm, service_usage_v1 as su
        projects = rm.ProjectsClient(transport="rest")
        wanted = rm.Project(project_id="notes-prod", display_name="Notes")
        made = projects.create_project(project=wanted).result(timeout=20)
        try:
            projects.create_project(project=wanted)
        except exceptions.Conflict as taken:
            conflict = type(taken).__name__
        billing = billing_v1.CloudBillingClient(transport="rest")
        account = next(iter(billing.list_billing_accounts())).name
        services = su.ServiceUsageClient(transport="rest")
        ids = ["secretmanager.googleapis.com", "artifactregistry.googleapis.com"]
        request = {"parent": "projects/notes-prod", "service_ids": ids}
        try:
            services.batch_enable_services(request)
        except exceptions.BadRequest as unpaid:
            reason = unpaid.reason
        info = billing_v1.ProjectBillingInfo(billing_account_name=account)
        billing.update_project_billing_info(name="projects/notes-prod", project_billing_info=info)
        services.batch_enable_services(request).result(timeout=20)
        on = services.list_services({"parent": "projects/notes-prod", "filter": "state:ENABLED"})
        policy = projects.get_iam_policy(resource="projects/notes-prod")
        held = projects.test_iam_permissions(
            resource="projects/notes-prod", permissions=["serviceusage.services.enable"])
        label = rm.Project(name="projects/notes-prod", labels={"env": "prod"})
        changed = projects.update_project(project=label, update_mask="labels").result(timeout=20)
        gone = projects.delete_project(name="projects/notes-prod").result(timeout=20)
        print(json.dumps([made.state.name, conflict, reason, sorted(s.config.name for s in on),
            policy.bindings[0].role, list(held.permissions), dict(changed.labels),
            gone.state.name, len(list(projects.search_projects()))]))
        """,
    )
    assert said == [
        "ACTIVE",
        "Conflict",
        "UREQ_PROJECT_BILLING_NOT_FOUND",
        ["artifactregistry.googleapis.com", "secretmanager.googleapis.com"],
        "roles/owner",
        ["serviceusage.services.enable"],
        {"env": "prod"},
        "DELETE_REQUESTED",
        1,
    ]


def test_secret_manager_and_artifact_registry(sandbox: SandboxAddress) -> None:
    project(Client(sandbox.url), "notes-prod", "secretmanager", "artifactregistry")
    said = _run(
        sandbox,
        """
        import json
        from google.api_core import exceptions
        from google.cloud import artifactregistry_v1 as ar, secretmanager_v1 as sm
        secrets = sm.SecretManagerServiceClient(transport="rest")
        replica = sm.Replication.UserManaged.Replica(location="asia-northeast3")
        replication = sm.Replication(user_managed=sm.Replication.UserManaged(replicas=[replica]))
        secret = secrets.create_secret(parent="projects/notes-prod", secret_id="db",
            secret=sm.Secret(replication=replication))
        version = secrets.add_secret_version(parent=secret.name, payload={"data": b"hush"})
        value = secrets.access_secret_version(name=secret.name + "/versions/latest")
        secrets.update_secret(secret=sm.Secret(name=secret.name, labels={"a": "b"}),
            update_mask="labels")
        listed = [s.labels["a"] for s in secrets.list_secrets(parent="projects/notes-prod")]
        disabled = secrets.disable_secret_version(name=version.name).state.name
        secrets.delete_secret(name=secret.name)
        try:
            secrets.get_secret(name=secret.name)
        except exceptions.NotFound:
            disabled += " gone"
        registry = ar.ArtifactRegistryClient(transport="rest")
        parent = "projects/notes-prod/locations/asia-northeast3"
        repository = registry.create_repository(parent=parent, repository_id="notes",
            repository=ar.Repository(format_=ar.Repository.Format.DOCKER)).result(timeout=20)
        change = ar.Repository(name=repository.name, description="d")
        registry.update_repository(repository=change, update_mask="description")
        found = [r.description for r in registry.list_repositories(parent=parent)]
        registry.delete_repository(name=repository.name).result(timeout=20)
        print(json.dumps([value.payload.data.decode(), listed, disabled,
            repository.format_.name, found, len(list(registry.list_repositories(parent=parent)))]))
        """,
    )
    assert said == ["hush", ["b"], "DISABLED gone", "DOCKER", ["d"], 0]
