"""The pipeline on Cloud Build: build, push, migrate as a job, deploy."""

from __future__ import annotations

from dataclasses import replace

from generators.artefact import Artefact
from generators.artefacts.starting import migrate_command
from generators.deployment import Deployment
from generators.header import header
from generators.quoting import doubled_dollars, gcloud_list, gcloud_pairs
from generators.stack import Stack
from generators.templating import rendered

GCLOUD = "gcr.io/google.com/cloudsdktool/google-cloud-cli:slim"
_TAGGED = "${_IMAGE}:${BUILD_ID}"


def render(stack: Stack, language: str) -> list[Artefact]:
    """Return cloudbuild.yaml for the service's Dockerfile."""
    deployment = stack.main
    service = deployment.service
    if service.entrypoint is None or deployment.pipeline != "cloud-build":
        return []
    text = rendered(
        "cloudbuild.yaml.j2",
        language,
        header=header(language, deployment.blueprint_hash),
        deployment=deployment,
        gcloud=GCLOUD,
        tagged=_TAGGED,
        image=_image(deployment),
        build_arguments=_build_arguments(deployment),
        migrate_arguments=migrate_arguments(deployment),
        deploy_arguments=deploy_arguments(deployment),
    )
    return [Artefact(name="cloudbuild", path="cloudbuild.yaml", text=text)]


def deploy_arguments(deployment: Deployment) -> list[str]:
    """Return the words after ``gcloud``, in Cloud Build's notation, that roll the service out."""
    literal = doubled_dollars
    probe = {"httpGet.path": deployment.health_path, "httpGet.port": str(deployment.port)}
    startup = {**probe, "timeoutSeconds": "4", "periodSeconds": "5", "failureThreshold": "24"}
    liveness = {**probe, "timeoutSeconds": "4", "periodSeconds": "30", "failureThreshold": "3"}
    access = "--allow-unauthenticated" if deployment.public else "--no-allow-unauthenticated"
    return [
        "run",
        "deploy",
        "${_SERVICE}",
        f"--image={_TAGGED}",
        "--region=${_REGION}",
        *_identity(deployment),
        f"--port={deployment.port}",
        f"--memory={literal(deployment.memory)}",
        f"--cpu={literal(deployment.cpu)}",
        f"--min-instances={deployment.min_instances}",
        f"--max-instances={deployment.max_instances}",
        f"--concurrency={deployment.concurrency}",
        f"--startup-probe={literal(gcloud_pairs(startup))}",
        f"--liveness-probe={literal(gcloud_pairs(liveness))}",
        access,
        "--quiet",
    ]


def migrate_arguments(deployment: Deployment) -> list[str]:
    """Return the words after ``gcloud`` that run the migrations as a job and wait for it."""
    command = migrate_command(deployment)
    if not command or deployment.database is None:
        return []
    return [
        "run",
        "jobs",
        "deploy",
        "${_SERVICE}-migrate",
        f"--image={_TAGGED}",
        "--region=${_REGION}",
        *_migrating(deployment),
        f"--command={doubled_dollars(command[0])}",
        f"--args={doubled_dollars(gcloud_list(command[1:]))}",
        "--max-retries=0",
        "--task-timeout=30m",
        "--execute-now",
        "--wait",
        "--quiet",
    ]


def _migrating(deployment: Deployment) -> list[str]:
    """Return what ``_identity`` does, of the identity that migrations have to themselves."""
    own = deployment.migration
    if own is None:
        return _identity(deployment)
    user = {"DB_USER": own.user} if own.user else {}
    return _identity(
        replace(
            deployment,
            runtime_account=own.account,
            environment={**deployment.environment, **own.environment, **user},
            secrets=(own.secret,),
        )
    )


def _identity(deployment: Deployment) -> list[str]:
    """Return who the program is, which database it reaches and which secrets it reads."""
    account = doubled_dollars(deployment.runtime_account)
    words = [f"--service-account={account}@${{PROJECT_ID}}.iam.gserviceaccount.com"]
    if deployment.database is not None:
        place = doubled_dollars(f"{deployment.region}:{deployment.database.instance}")
        connection = f"${{PROJECT_ID}}:{place}"
        words.append(f"--set-cloudsql-instances={gcloud_list([connection])}")
    variables = {name: doubled_dollars(value) for name, value in deployment.start_variables.items()}
    if deployment.database is not None:
        variables["CLOUD_SQL_INSTANCE"] = connection
    if variables:
        words.append(f"--set-env-vars={gcloud_pairs(variables)}")
    if deployment.secrets:
        pairs = {secret.variable: f"{secret.secret}:latest" for secret in deployment.secrets}
        words.append(f"--set-secrets={doubled_dollars(gcloud_pairs(pairs))}")
    return words


def _image(deployment: Deployment) -> str:
    region, repository = doubled_dollars(deployment.region), doubled_dollars(deployment.repository)
    name = doubled_dollars(deployment.name)
    return f"{region}-docker.pkg.dev/${{PROJECT_ID}}/{repository}/{name}"


def _build_arguments(deployment: Deployment) -> list[str]:
    service, context = deployment.service, deployment.context
    dockerfile = "Dockerfile" if service.path == "." else f"{service.path}/Dockerfile"
    words = ["build", f"--tag={_TAGGED}"]
    if dockerfile != "Dockerfile":
        words.append(f"--file={doubled_dollars(dockerfile)}")
    return [*words, doubled_dollars(context)]
