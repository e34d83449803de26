"""Projects, billing, APIs and what the organisation forbids: by the sandbox's own rules first."""

from __future__ import annotations

import secrets
from typing import Any

from sandbox.services.cloudbilling import FOREIGN
from tests.cloud.provoked.recorded import (
    INSTANCE,
    REGION,
    ended,
    failing,
    info,
    recorded,
)
from tests.cloud.provoked.stage import BILLING, Provocation, Stage
from wizards.cloud.things import Policy, PolicyOf, Secret

STRANGER = "stranger@sandbox.example"


def _taken(stage: Stage) -> Any:
    cloud = stage.cloud(STRANGER)
    return cloud.start_project(stage.project, name="", parent="", labels={})


def _parent(stage: Stage) -> Any:
    parent = "organizations/123456789012"
    return stage.cloud(STRANGER).start_project("n-w-1234", name="", parent=parent, labels={})


def _bare(stage: Stage) -> str:
    """Return a project without billing and APIs."""
    cloud, name = stage.cloud(), f"bare-{secrets.token_hex(4)}"
    cloud.wait(cloud.start_project(name, name="", parent="", labels={}))
    return name


def _foreign(stage: Stage) -> Any:
    return stage.cloud().link_billing(stage.project, FOREIGN)


def _unpaid(stage: Stage) -> Any:
    return stage.cloud().start_apis(_bare(stage), ["sqladmin.googleapis.com"])


def _api(stage: Stage) -> Any:
    return stage.cloud().secret(_bare(stage), "db-url")


def _located(stage: Stage) -> Any:
    stage.policy("gcp.resourceLocations", "in:europe-west1-locations")
    return stage.cloud().create_secret(stage.project, Secret(id="kept", regions=(REGION,)))


def _everywhere(stage: Stage) -> Any:
    stage.policy("gcp.resourceLocations", "in:us-central1-locations")
    path = f"v1/projects/{stage.project}/secrets"
    body = {"replication": {"automatic": {}}}
    return stage.send("POST", "secretmanager", path, body, secretId="everywhere")


def _public(stage: Stage) -> Any:
    stage.policy("sql.restrictPublicIp")
    settings = {**INSTANCE["settings"], "ipConfiguration": {"ipv4Enabled": True}}  # type: ignore[dict-item]
    body = {**INSTANCE, "name": "open-db", "settings": settings}
    path = f"v1/projects/{stage.project}/instances"
    return stage.send("POST", "sqladmin", path, body, "start_sql_instance")


def _keys(stage: Stage) -> Any:
    stage.policy("iam.disableServiceAccountKeyCreation")
    account = f"{stage.account}@{stage.project}.iam.gserviceaccount.com"
    path = f"v1/projects/{stage.project}/serviceAccounts/{account}/keys"
    return stage.send("POST", "iam", path, {})


def _outsider(stage: Stage) -> Any:
    stage.policy("iam.allowedPolicyMemberDomains", "C00sandbox")
    of = PolicyOf("project", f"projects/{stage.project}")
    policy = stage.cloud().policy(of)
    return stage.cloud().set_policy(of, policy.with_members("roles/viewer", ("user:a@b.example",)))


def _unchecked(stage: Stage) -> Any:
    stage.policy("run.managed.requireInvokerIam")
    body = {
        "template": {"containers": [{"image": "us-docker.pkg.dev/cloudrun/container/hello"}]},
        "invokerIamDisabled": True,
    }
    path = f"v2/projects/{stage.project}/locations/{REGION}/services"
    return stage.send("POST", "run", path, body, "start_run_service", serviceId="open")


def _set(stage: Stage, policy: Policy) -> Any:
    return stage.cloud().set_policy(PolicyOf("project", f"projects/{stage.project}"), policy)


PRECONDITION = failing(
    "Precondition", type="constraints/iam.disableServiceAccountCreation", description="no"
)

FOUNDING = (
    Provocation(
        "project-taken",
        _taken,
        ("unique in the whole world", "tarmac init --set project.id=t-"),
        "taken",
    ),
    recorded(
        "project-taken",
        "start_project",
        409,
        "Requested entity already exists",
        info("RESOURCE_ALREADY_EXISTS", "cloudresourcemanager.googleapis.com"),
        says=("notes-new",),
        id="taken-reason",
    ),
    Provocation(
        "project-create-denied",
        _parent,
        ("organizations/123456789012", "roles/resourcemanager.projectCreator", f"user:{STRANGER}"),
        "parent",
    ),
    recorded(
        "project-quota",
        "start_project",
        429,
        "The project cannot be created because you have exceeded your allotted project quota.",
        says=("30 days",),
    ),
    ended(
        "project-quota",
        "cloudresourcemanager",
        {"code": 8, "message": "Quota exceeded: project quota."},
    ),
    recorded(
        "billing-quota",
        "link_billing",
        400,
        "Precondition check failed.",
        failing(
            "Quota",
            subject=f"billingAccounts/{BILLING}",
            description="Cloud billing quota "
            "exceeded: https://support.google.com/code/contact/billing_quota_increase",
        ),
        says=(f"--billing-account={BILLING}", "unlink"),
    ),
    Provocation(
        "billing-denied",
        _foreign,
        ("roles/billing.user", FOREIGN, "--member=user:owner@sandbox.example"),
        "billing-foreign",
    ),
    recorded(
        "billing-denied",
        "link_billing",
        403,
        "The caller does not have permission",
        info(
            "IAM_PERMISSION_DENIED",
            "iam.googleapis.com",
            permission="billing.resourceAssociations.create",
        ),
        says=(BILLING,),
        id="billing-denied-reason",
    ),
    recorded(
        "billing-denied",
        "link_billing",
        403,
        "The caller does not have permission",
        says=("roles/billing.user",),
        id="billing-denied-words",
    ),
    Provocation("billing-missing", _unpaid, ("gcloud billing projects link bare-",), "unpaid"),
    recorded(
        "billing-missing",
        "create_secret",
        403,
        "This API method requires billing to be enabled.",
        info("BILLING_DISABLED", consumer="projects/9", service="secretmanager.googleapis.com"),
        says=("gcloud billing projects link t-",),
        id="billing-disabled",
    ),
    recorded(
        "billing-missing",
        "start_apis",
        400,
        "Billing account for project '1' is not open. Billing must be enabled.",
        info("UREQ_PROJECT_BILLING_NOT_OPEN"),
        id="billing-closed",
    ),
    recorded(
        "billing-missing",
        "link_billing",
        400,
        "The billing account billingAccounts/X is closed.",
        id="billing-closed-words",
    ),
    recorded(
        "billing-missing",
        "start_repository",
        403,
        "This API method requires that billing be enabled. Billing must be enabled for it.",
        id="billing-words",
    ),
    recorded(
        "terms-missing",
        "start_apis",
        400,
        "Terms of service were not accepted.",
        info("UREQ_TOS_NOT_ACCEPTED"),
        says=("console.cloud.google.com",),
    ),
    recorded(
        "terms-missing",
        "start_project",
        403,
        "Callers must accept Terms of Service",
        failing("Precondition", type="TOS", subject="x", description="TOS not accepted"),
        id="terms-words",
    ),
    recorded(
        "project-unusable",
        "start_apis",
        403,
        "Project 'gone-1' not found or deleted.",
        info("CONSUMER_INVALID", consumer="projects/gone-1"),
        says=("gone-1", "undelete"),
    ),
    recorded(
        "project-unusable",
        "start_apis",
        403,
        "Project 7 has been deleted.",
        id="project-deleted-words",
    ),
    Provocation(
        "api-disabled",
        _api,
        ("gcloud services enable secretmanager.googleapis.com", "bare-"),
        "api-off",
    ),
    recorded(
        "api-disabled",
        "start_sql_user",
        403,
        "Access Not Configured.",
        legacy="accessNotConfigured",
        says=("sqladmin.googleapis.com",),
        id="api-legacy",
    ),
    recorded(
        "api-disabled",
        "create_secret",
        403,
        "Secret Manager API has not been used in project 1 before or it is disabled.",
        says=("secretmanager.googleapis.com",),
        id="api-words",
    ),
    recorded(
        "api-disabled",
        "start_build",
        403,
        "Cloud Build API is not enabled for the project.",
        id="api-other-words",
    ),
    recorded(
        "api-unknown",
        "start_apis",
        403,
        "Not found or permission denied for service(s): odd.googleapis.com.",
        info("SERVICE_CONFIG_NOT_FOUND_OR_PERMISSION_DENIED", service="odd.googleapis.com"),
        says=("odd.googleapis.com",),
    ),
    recorded(
        "perimeter",
        "create_secret",
        403,
        "Request is prohibited by organization's policy. vpcServiceControlsUniqueIdentifier: id-77",
        failing("Precondition", type="VPC_SERVICE_CONTROLS", description="id-77"),
        info("SECURITY_POLICY_VIOLATED", uid="id-77", service="secretmanager.googleapis.com"),
        says=("id-77", "administrator", "secretmanager.googleapis.com"),
    ),
    recorded(
        "perimeter",
        "create_secret",
        403,
        "Request is prohibited by organization's policy. vpcServiceControlsUniqueIdentifier: Ab-9_",
        says=("Ab-9_",),
        id="perimeter-words",
    ),
    Provocation(
        "location-forbidden", _located, (REGION, "gcp.resourceLocations"), "location-region"
    ),
    Provocation(
        "location-forbidden",
        _everywhere,
        ("user-managed replica", "gcp.resourceLocations"),
        "location-global",
    ),
    Provocation("public-ip-forbidden", _public, ("private", "sql.restrictPublicIp"), "public-ip"),
    Provocation("keys-forbidden", _keys, ("federation", "never needs one"), "keys"),
    recorded(
        "keys-forbidden",
        "create_service_account",
        400,
        "Key creation is not allowed on this service account.",
        id="keys-words",
    ),
    recorded(
        "accounts-forbidden",
        "create_service_account",
        400,
        "Service account creation is not allowed on this project.",
        PRECONDITION,
        says=("administrator",),
    ),
    recorded(
        "accounts-forbidden",
        "create_service_account",
        400,
        "Service account creation is not allowed on this project.",
        id="accounts-forbidden-words",
    ),
    Provocation("domain-forbidden", _outsider, ("invokerIamDisabled", "--no-invoker"), "domain"),
    recorded(
        "domain-forbidden",
        "set_policy",
        400,
        "Constraint constraints/iam.allowedPolicyMemberDomains violated.",
        id="domain-constraint",
    ),
    Provocation(
        "invoker-check-required",
        _unchecked,
        ("tarmac init --set service.public=no", "Identity-Aware Proxy"),
        "invoker",
    ),
    recorded(
        "invoker-check-required",
        "start_run_service",
        400,
        "Constraint run.managed.requireInvokerIam is violated.",
        id="invoker-constraint",
    ),
    recorded(
        "service-forbidden",
        "start_apis",
        403,
        "Request is disallowed by organization's constraints/gcp.restrictServiceUsage constraint "
        "for projects/1 attempting to use service run.googleapis.com.",
        says=("gcp.restrictServiceUsage",),
    ),
    recorded(
        "policy-forbidden",
        "start_machine",
        412,
        "Constraint constraints/compute.vmExternalIpAccess violated for project 1.",
        legacy="conditionNotMet",
        says=("compute.vmExternalIpAccess",),
    ),
    recorded(
        "api-used",
        "start_api_off",
        400,
        "The service run.googleapis.com has usage in the last 30 days.",
        says=("run.googleapis.com",),
    ),
    recorded(
        "api-needed",
        "start_api_off",
        400,
        "The service run.googleapis.com is depended on by the following active service(s): x.",
        says=("run.googleapis.com",),
    ),
    recorded(
        "absent",
        "start_api_off",
        400,
        "The service run.googleapis.com is not enabled.",
        id="api-already-off",
    ),
)
