"""What `gcloud run` is told of each service, job and worker, in Cloud Build's notation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from generators.artefacts.starting import migrate_command, worker_command
from generators.deployment import Deployment, Stream
from generators.quoting import doubled_dollars, gcloud_list, gcloud_pairs
from generators.stack import WorkerUse


def deploy_arguments(deployment: Deployment) -> list[str]:
    """Return the words after ``gcloud``, in Cloud Build's notation, that roll the service out.

    What set-up or a person decided on the service stays: who may call it, variables and connections
    of their own. So do the secrets of ``[service]``, which set-up pins to a version: another word
    about them would unpin them. Other services follow the newest version.
    """
    literal = doubled_dollars
    return [
        "run",
        "deploy",
        service_name(deployment),
        f"--image={tagged(deployment)}",
        "--region=${_REGION}",
        *_identity(replace(deployment, secrets=()) if deployment.main else deployment),
        f"--port={deployment.port}",
        f"--memory={literal(deployment.memory)}",
        f"--cpu={literal(deployment.cpu)}",
        f"--min-instances={deployment.min_instances}",
        f"--max-instances={deployment.max_instances}",
        f"--concurrency={deployment.concurrency}",
        *_probes(deployment),
        "--quiet",
    ]


def migrate_arguments(deployment: Deployment, stream: Stream | None = None) -> list[str]:
    """Return the words after ``gcloud`` that run migrations as a job and wait for it.

    Without a stream it is the deployment's first one; [] where nothing migrates. Its secrets are
    read anew at each execution: a migration logs in with the password that holds now.
    """
    stream = stream or next(iter(deployment.migrating), None)
    if stream is None or deployment.database is None:
        return []
    command = migrate_command(deployment, stream)
    usual = f"{deployment.name}-migrate"
    job = f"{service_name(deployment)}-migrate" if stream.job == usual else stream.job
    return [
        "run",
        "jobs",
        "deploy",
        job if stream.job == usual else doubled_dollars(job),
        f"--image={tagged(deployment)}",
        "--region=${_REGION}",
        *_migrating(deployment, stream),
        *_command(command),
        "--max-retries=0",
        "--task-timeout=30m",
        "--execute-now",
        "--wait",
        "--quiet",
    ]


def worker_arguments(use: WorkerUse) -> list[str]:
    """Return the words after ``gcloud`` that keep a worker running: one instance, as is usual."""
    deployment = use.deployment
    return [
        "beta",
        "run",
        "worker-pools",
        "deploy",
        doubled_dollars(use.name),
        f"--image={tagged(deployment)}",
        "--region=${_REGION}",
        *_identity(deployment),
        *_command(worker_command(deployment, use.worker)),
        f"--memory={doubled_dollars(deployment.memory)}",
        f"--cpu={doubled_dollars(deployment.cpu)}",
        "--quiet",
    ]


def service_name(deployment: Deployment) -> str:
    """Return its name on Cloud Run in Cloud Build's notation."""
    return "${_SERVICE}" if deployment.main else doubled_dollars(deployment.name)


def tagged(deployment: Deployment) -> str:
    """Return its image with the build's own tag, in Cloud Build's notation."""
    return f"{'${_IMAGE}' if deployment.main else image_address(deployment)}:${{BUILD_ID}}"


def image_address(deployment: Deployment) -> str:
    """Return where its image lives, without a tag, in Cloud Build's notation."""
    region, repository = doubled_dollars(deployment.region), doubled_dollars(deployment.repository)
    name = doubled_dollars(deployment.name)
    return f"{region}-docker.pkg.dev/${{PROJECT_ID}}/{repository}/{name}"


def service_url(name: str) -> str:
    """Return the address that Cloud Run gives a service, in Cloud Build's notation."""
    return f"https://{doubled_dollars(name)}-${{PROJECT_NUMBER}}.${{_REGION}}.run.app"


def _command(words: Sequence[str]) -> list[str]:
    command = [f"--command={doubled_dollars(gcloud_list(words[:1]))}"]
    return [*command, f"--args={doubled_dollars(gcloud_list(words[1:]))}"]


def _probes(deployment: Deployment) -> list[str]:
    """Return the probes; without a known path Cloud Run asks whether the port is open."""
    if not deployment.health_path:
        return []
    probe = {"httpGet.path": deployment.health_path, "httpGet.port": str(deployment.port)}
    startup = {**probe, "timeoutSeconds": "4", "periodSeconds": "5", "failureThreshold": "24"}
    liveness = {**probe, "timeoutSeconds": "4", "periodSeconds": "30", "failureThreshold": "3"}
    return [
        f"--startup-probe={doubled_dollars(gcloud_pairs(startup))}",
        f"--liveness-probe={doubled_dollars(gcloud_pairs(liveness))}",
    ]


def _migrating(deployment: Deployment, stream: Stream) -> list[str]:
    """Return what ``_identity`` does, of the identity that migrations have to themselves."""
    own = deployment.migration
    if own is None:
        environment = {**deployment.environment, **stream.environment}
        return _identity(replace(deployment, environment=environment), sql="set")
    user = {"DB_USER": own.user} if own.user else {}
    stated = {**own.environment, **stream.environment}
    return _identity(
        replace(
            deployment,
            runtime_account=own.account,
            environment={**deployment.environment, **stated, **user},
            secrets=tuple(use for use in deployment.reading(own) if use.variable not in stated),
        ),
        sql="set",
    )


def _identity(deployment: Deployment, *, sql: str = "add") -> list[str]:
    """Return who the program is, which database it reaches and which secrets it reads.

    ``sql`` is "set" where gcloud cannot add a connection: to a job.
    """
    account = doubled_dollars(deployment.runtime_account)
    words = [f"--service-account={account}@${{PROJECT_ID}}.iam.gserviceaccount.com"]
    if deployment.database is not None:
        place = doubled_dollars(f"{deployment.region}:{deployment.database.instance}")
        connection = f"${{PROJECT_ID}}:{place}"
        words.append(f"--{sql}-cloudsql-instances={gcloud_list([connection])}")
    variables = {name: doubled_dollars(value) for name, value in deployment.start_variables.items()}
    if deployment.database is not None:
        variables["CLOUD_SQL_INSTANCE"] = connection
    if deployment.backend_name:
        variables["API_URL"] = service_url(deployment.backend_name)
    if variables:
        words.append(f"--update-env-vars={gcloud_pairs(variables)}")
    if deployment.secrets:
        pairs = {secret.variable: f"{secret.secret}:latest" for secret in deployment.secrets}
        words.append(f"--update-secrets={doubled_dollars(gcloud_pairs(pairs))}")
    return words
