"""The pipeline on Cloud Build: build, push, migrate as jobs, deploy; for every service at once."""

from __future__ import annotations

from dataclasses import dataclass

from generators.artefact import Artefact
from generators.artefacts.cloud_run import (
    deploy_arguments,
    image_address,
    migrate_arguments,
    service_url,
    tagged,
    worker_arguments,
)
from generators.artefacts.front_arguments import addresses
from generators.deployment import Deployment
from generators.header import header
from generators.quoting import doubled_dollars, shell_word
from generators.stack import Stack
from generators.templating import rendered

GCLOUD = "gcr.io/google.com/cloudsdktool/google-cloud-cli:slim"
_DOCKER = "gcr.io/cloud-builders/docker"
_SECONDS = 1800
_MOST = 86400


@dataclass(frozen=True, slots=True)
class Step:
    """One step: an id, the words of docker or gcloud; ``kind`` is build, push, migrate, deploy."""

    id: str
    kind: str
    arguments: tuple[str, ...]

    @property
    def docker(self) -> bool:
        """Whether docker runs it."""
        return self.kind in {"build", "push"}


def render(stack: Stack, language: str) -> list[Artefact]:
    """Return cloudbuild.yaml for the Dockerfiles of the stack."""
    if stack.main.pipeline != "cloud-build":
        return []
    text = rendered(
        "cloudbuild.yaml.j2",
        language,
        header=header(language, stack.main.blueprint_hash),
        deployment=stack.main,
        docker=_DOCKER,
        gcloud=GCLOUD,
        steps=steps(stack),
        opening=opening(stack),
        substitutions=substitutions(stack),
        seconds=min(_SECONDS * len(stack.deployments), _MOST),
    )
    return [Artefact(name="cloudbuild", path="cloudbuild.yaml", text=text)]


def steps(stack: Stack) -> list[Step]:
    """Return the steps in their order: nothing is deployed before everything is built."""
    found: list[Step] = []
    for one in stack.deployments:
        found.append(Step(_id("build", one), "build", tuple(_build(one))))
        found.append(Step(_id("push", one), "push", ("push", tagged(one))))
    for one, stream in stack.migrations:
        arguments = migrate_arguments(one, stream)
        found.append(Step(stream.label, "migrate", tuple(arguments)))
    found += [Step(_id("deploy", one), "deploy", tuple(deploy_arguments(one))) for one in stack.web]
    found += [
        Step(f"deploy-{use.label}", "deploy", tuple(worker_arguments(use))) for use in stack.workers
    ]
    return found


def opening(stack: Stack) -> list[str]:
    """Return the commands that open the public services to everybody, [] without any.

    The pipeline does not run them: its identity may not, and it is decided once. Set-up does it
    for ``[service]``.
    """
    return [open_command(one) for one in stack.web if one.public]


def open_command(deployment: Deployment) -> str:
    """Return the command that lets everybody call a service, also where IAM may not say so."""
    name, region = shell_word(deployment.name), shell_word(deployment.region)
    project = shell_word(deployment.project_id)
    words = f"gcloud run services update {name} --no-invoker-iam-check"
    return f"{words} --region={region} --project={project}"


def _id(kind: str, deployment: Deployment) -> str:
    return kind if deployment.main else f"{kind}-{deployment.label}"


def substitutions(stack: Stack) -> dict[str, str]:
    """Return the substitutions that the steps use: one that is not used fails the build."""
    main = stack.main
    usual = {
        "_REGION": doubled_dollars(main.region),
        "_SERVICE": doubled_dollars(main.name),
        "_IMAGE": image_address(main),
    }
    said = "\n".join(word for step in steps(stack) for word in step.arguments)
    found = {name: value for name, value in usual.items() if f"${{{name}}}" in said}
    for one in stack.deployments:
        found |= {f"_{name}": service_url(one.backend_name) for name in addresses(one)}
    return found


def _build(deployment: Deployment) -> list[str]:
    context, dockerfile = deployment.context, deployment.dockerfile
    words = ["build", f"--tag={tagged(deployment)}"]
    if dockerfile != "Dockerfile":
        words.append(f"--file={doubled_dollars(dockerfile)}")
    words += [f"--build-arg={name}=${{_{name}}}" for name in addresses(deployment)]
    return [*words, doubled_dollars(context)]
