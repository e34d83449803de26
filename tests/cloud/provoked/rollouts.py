"""Cloud Run's conditions, builds, machines, and what is left by status."""

from __future__ import annotations

from tests.cloud.provoked.recorded import ended, info, recorded, rolled_out
from tests.cloud.provoked.stage import Provocation, Stage
from wizards.cloud.connecting import with_log
from wizards.cloud.failing import CloudFailure

IMAGE = "us-central1-docker.pkg.dev/notes-prod/images/notes"
AGENT = "service-1@serverless-robot-prod.iam.gserviceaccount.com"
PORT = (
    "The user-provided container failed to start and listen on the port defined provided by the "
    "PORT=8080 environment variable within the allocated timeout."
)


def _with_log(stage: Stage) -> object:
    """Fail as a revision does, then read its log as a rollout does."""
    silent = rolled_out(
        "container-not-listening", PORT, revisionReason="HEALTH_CHECK_CONTAINER_ERROR"
    )
    try:
        silent.do(stage)
    except CloudFailure as failure:
        return with_log(failure.refusal, ["starting", "ModuleNotFoundError: No module named 'app'"])
    return None


def _with_telling_log(stage: Stage) -> object:
    silent = rolled_out("container-not-listening", PORT)
    try:
        silent.do(stage)
    except CloudFailure as failure:
        line = 'connection to server on socket "/cloudsql/p:r:i/.s.PGSQL.5432" failed: No such file'
        return with_log(failure.refusal, ["starting", line, "worker exited"])
    return None


ROLLOUTS = (
    rolled_out(
        "container-not-listening",
        PORT,
        revisionReason="HEALTH_CHECK_CONTAINER_ERROR",
        says=("0.0.0.0", "PORT", "gcloud run services logs read notes"),
    ),
    rolled_out("container-not-listening", PORT, id="port-words"),
    rolled_out(
        "container-not-listening",
        "Cloud Run error: Container failed to start. Failed to start and then listen on the port "
        "defined by the PORT environment variable.",
        id="port-older-words",
    ),
    Provocation("container-not-listening", _with_log, ("No module named 'app'",), "port-with-log"),
    Provocation(
        "database-socket-missing",
        _with_telling_log,
        ("--add-cloudsql-instances=p:r:i",),
        "socket-in-log",
    ),
    rolled_out(
        "image-missing",
        f"Image '{IMAGE}:1' not found.",
        reason="CONTAINER_MISSING",
        says=(f"{IMAGE}:1", "tarmac deploy"),
    ),
    recorded(
        "image-missing", "start_run_service", 400, f"Image '{IMAGE}:1' not found.", id="image-words"
    ),
    rolled_out(
        "image-unreadable",
        f"Google Cloud Run Service Agent {AGENT} must have permission to read the image, "
        f"{IMAGE}:1. Ensure that the account has access to it.",
        reason="CONTAINER_IMAGE_UNAUTHORIZED",
        says=(AGENT, "repositories add-iam-policy-binding images", "--location=us-central1"),
    ),
    rolled_out(
        "image-unreadable",
        "Could not check.",
        reason="CONTAINER_IMAGE_AUTHORIZATION_CHECK_FAILED",
        id="image-check",
    ),
    recorded(
        "image-unreadable",
        "start_run_service",
        403,
        f"Google Cloud Run Service Agent must have permission to read the image, {IMAGE}:1.",
        id="image-unreadable-words",
    ),
    rolled_out(
        "run-network-missing", "VPC network gone not found.", reason="VPC_NETWORK_NOT_FOUND"
    ),
    ended(
        "job-failed",
        "run",
        {"code": 10, "message": "Task notes-migrate-1 exited with 1"},
        about={
            "kind": "executions",
            "conditions": [
                {
                    "type": "Completed",
                    "state": "CONDITION_FAILED",
                    "executionReason": "NON_ZERO_EXIT_CODE",
                    "message": "Task notes-migrate-1 failed with message: The container exited "
                    "with an error.",
                }
            ],
        },
        says=("exited",),
    ),
    rolled_out("job-failed", "The container exited with an error.", id="job-words"),
    rolled_out(
        "rollout-too-slow",
        "Revision notes-2 is not ready: deadline exceeded.",
        reason="PROGRESS_DEADLINE_EXCEEDED",
        says=("stays with the old revision",),
    ),
    rolled_out(
        "too-many-revisions",
        "The maximum number of active revisions was reached.",
        revisionReason="ACTIVE_REVISION_LIMIT_REACHED",
    ),
    rolled_out("unavailable", "Internal error.", reason="INTERNAL", id="run-internal"),
    rolled_out(
        "secret-unreadable",
        "Permission denied on secret: projects/1/secrets/db-url/versions/latest for Revision "
        "service account notes-run@notes-prod.iam.gserviceaccount.com.",
        reason="SECRETS_ACCESS_CHECK_FAILED",
        says=(
            "gcloud secrets add-iam-policy-binding db-url",
            "serviceAccount:notes-run@notes-prod.iam.gserviceaccount.com",
        ),
    ),
    recorded(
        "secret-unreadable",
        "start_run_service",
        400,
        "Permission denied on secret: projects/1/secrets/db-url/versions/1.",
        id="secret-unreadable-words",
    ),
    rolled_out(
        "container-memory", "Memory limit of 512 MiB exceeded with 530 MiB used.", id="memory"
    ),
    recorded(
        "reserved-variable",
        "start_run_service",
        400,
        "template.containers[0].env: The following reserved env names were provided: PORT. These "
        "values are automatically set by the system.",
        says=("PORT", "[service] environment"),
    ),
    recorded(
        "wrong-architecture",
        "start_run_service",
        400,
        f"Cloud Run does not support image '{IMAGE}:1': Container manifest type "
        "'application/vnd.oci.image.index.v1+json' must support amd64/linux.",
        says=(f"--platform linux/amd64 -t {IMAGE}:1",),
    ),
    recorded(
        "build-account",
        "start_build",
        403,
        "1-compute@developer.gserviceaccount.com does not have storage.objects.get access to the "
        "Google Cloud Storage object. Permission 'storage.objects.get' denied on resource.",
        says=("Compute Engine", "own account"),
    ),
    recorded(
        "build-account",
        "start_build",
        400,
        "invalid argument: could not resolve source: googleapi: Error 403: "
        "1@cloudbuild.gserviceaccount.com does not have storage.objects.list access.",
        id="build-account-words",
    ),
    recorded(
        "build-logging",
        "start_build",
        400,
        "invalid argument: if 'build.service_account' is specified, the build must either (a) "
        "specify 'build.logs_bucket', (b) use the REGIONAL_USER_OWNED_BUCKET build.options, or "
        "(c) use either CLOUD_LOGGING_ONLY / NONE logging options",
        says=("CLOUD_LOGGING_ONLY",),
    ),
    recorded(
        "build-region",
        "start_build",
        400,
        "failed precondition: due to quota restrictions, cannot run builds in this region. Please "
        "contact support.",
        says=("pipeline.region=", "us-central1"),
    ),
    recorded(
        "repository-unmapped",
        "create_build_trigger",
        400,
        "Repository mapping does not exist. Please visit https://console.cloud.google.com/"
        "cloud-build/triggers/connect?project=1 to connect a repository to your project",
        says=("open the address", "console.cloud.google.com/cloud-build"),
    ),
    recorded(
        "connection-pending",
        "create_build_trigger",
        400,
        "connection is not usable: installation is not complete (PENDING_USER_OAUTH)",
        says=("GitHub",),
    ),
    recorded(
        "build-push-denied",
        "start_build",
        403,
        'denied: Permission "artifactregistry.repositories.uploadArtifacts" denied on resource',
        says=("roles/artifactregistry.writer",),
    ),
    recorded(
        "build-push-denied", "start_build", 400, "denied", info("PUSH_NOT_AUTHORIZED"), id="push"
    ),
    recorded(
        "build-step-failed", "start_build", 400, "step 1 failed", info("USER_BUILD_STEP"), id="step"
    ),
    recorded("build-logging", "start_build", 400, "logs", info("LOGGING_FAILURE"), id="logging"),
    recorded(
        "repository-unmapped", "start_build", 400, "fetch", info("FETCH_SOURCE_FAILED"), id="fetch"
    ),
    recorded(
        "zone-full",
        "start_machine",
        503,
        "The zone does not have enough resources available to fulfill the request.",
        legacy="ZONE_RESOURCE_POOL_EXHAUSTED",
        says=("us-central1-a", "region:us-central1"),
    ),
    recorded(
        "zone-full",
        "start_machine",
        400,
        "The zone 'projects/p/zones/us-central1-a' does not have enough resources available to "
        "fulfill the request.",
        id="zone-words",
    ),
    recorded(
        "quota",
        "start_machine",
        403,
        "Quota 'CPUS' exceeded. Limit: 8.0 in region us-central1.",
        info("RESOURCE_QUOTA_EXCEEDED", quota_metric="compute.googleapis.com/cpus", limit="8"),
        says=("compute.googleapis.com/cpus", "limit 8", "iam-admin/quotas?project=t-"),
    ),
    recorded(
        "quota",
        "start_machine",
        403,
        "Quota 'CPUS' exceeded. Limit: 8.0 in region us-central1.",
        id="quota-words",
    ),
    recorded(
        "rate-limited",
        "projects",
        403,
        "User Rate Limit Exceeded",
        legacy="userRateLimitExceeded",
        says=("tried again",),
        id="rate-legacy",
    ),
    recorded(
        "rate-limited",
        "projects",
        429,
        "Quota exceeded for quota metric 'Read requests' of service x.",
        says=("slow down", "tried again for 2 min"),
        id="rate-429",
    ),
    recorded(
        "rate-limited",
        "projects",
        429,
        "Quota exceeded.",
        info("RATE_LIMIT_EXCEEDED", quota_metric="reads", consumer="projects/77"),
        says=("Google asks to wait 60 min", "quotas?project=77"),
        id="rate-hour",
        retry_after=3600,
    ),
    recorded(
        "exists",
        "start_repository",
        409,
        "the repository already exists",
        info("ALREADY_EXISTS"),
        says=("images", "tarmac plan"),
        id="exists-reason",
    ),
    recorded("exists", "start_repository", 409, "It already exists.", id="exists-words"),
    recorded("conflict", "start_repository", 409, "The operation was aborted.", says=("moment",)),
    recorded("absent", "set_policy", 404, "Project not found.", says=("is not there",)),
    recorded("invalid", "start_repository", 400, "Name is odd.", says=("Name is odd",)),
    ended("operation-failed", "serviceusage", {"code": 1, "message": "Cancelled."}),
    recorded("cloud-error", "projects", 418, "I am a teapot", says=("teapot",)),
)
