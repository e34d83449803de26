"""All services of a repository as one model: what every family of artefacts renders from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from generators.deployment import DatabaseUse, Deployment, Stream
from generators.project import Worker


@dataclass(frozen=True, slots=True)
class WorkerUse:
    """A worker of a deployment: the deployment's image with another command.

    ``name`` is its name on Google Cloud, ``label`` its short one, unique in the stack.
    """

    deployment: Deployment
    worker: Worker
    name: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Stack:
    """The deployments of a repository in the order of deploying; ``[service]`` is the first.

    Every artefact reads ports, paths, names, variables and secrets from here, so that no two of
    them can disagree. ``workers`` run the image of a deployment, ``migrations`` too.
    """

    deployments: tuple[Deployment, ...]
    workers: tuple[WorkerUse, ...] = ()

    @property
    def main(self) -> Deployment:
        """The deployment that ``[service]`` describes; the project's names are its own."""
        return self.deployments[0]

    @property
    def web(self) -> tuple[Deployment, ...]:
        """The deployments that listen on a port, front ends among them."""
        return tuple(one for one in self.deployments if one.answers)

    @property
    def database(self) -> DatabaseUse | None:
        """The one Cloud SQL database, None when nothing uses one."""
        return next((one.database for one in self.deployments if one.database), None)

    @property
    def migrations(self) -> tuple[tuple[Deployment, Stream], ...]:
        """Each migration with the deployment whose image has its tool, in the order of running."""
        return tuple(
            (one, stream)
            for one in self.deployments
            if one.database is not None
            for stream in one.migrating
        )

    @property
    def redis(self) -> bool:
        """Whether anything here talks to Redis."""
        return any(one.service.redis or one.service.broker == "redis" for one in self.deployments)

    @property
    def queue(self) -> bool:
        """Whether anything here talks to an AMQP broker."""
        return any(one.service.broker == "amqp" for one in self.deployments)

    def labelled(self, label: str) -> Deployment | None:
        """Return the deployment of a label, None for ""."""
        return next((one for one in self.deployments if one.label == label), None)

    def workers_of(self, deployment: Deployment) -> Iterator[WorkerUse]:
        """Yield the workers that run a deployment's image."""
        return (use for use in self.workers if use.deployment.label == deployment.label)

    def contexts(self) -> Mapping[str, list[Deployment]]:
        """Return the deployments by the folder that their image is built from."""
        found: dict[str, list[Deployment]] = {}
        for one in self.deployments:
            found.setdefault(one.context, []).append(one)
        return found


def alone(deployment: Deployment) -> Stack:
    """Return a stack of one deployment and its workers."""
    return Stack(deployments=(deployment,), workers=tuple(workers_of(deployment)))


def workers_of(deployment: Deployment, *, main: bool = True) -> Iterator[WorkerUse]:
    """Yield the workers of a deployment; those of the main one have its names to themselves."""
    for worker in deployment.service.workers:
        label = worker.name if main else f"{deployment.label}-{worker.name}"
        yield WorkerUse(deployment, worker, f"{deployment.name}-{worker.name}", label)
