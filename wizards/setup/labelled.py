"""What in a project carries Tarmac's label, whoever remembers it."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

from generators.language import _
from wizards.cloud.failing import CloudFailure
from wizards.cloud.port import Cloud
from wizards.setup.resource import labelled

_ABSENT = {"absent", "api-disabled", "billing-missing"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Thing:
    """Something found: the id it would have in a plan, words for it, and how to delete it."""

    id: str
    title: str
    command: str


def labelled_things(cloud: Cloud, project: str, regions: Collection[str]) -> list[Thing]:
    """Return what is labelled managed-by=tarmac; repositories only of these regions."""
    reads: tuple[Callable[[], list[Thing]], ...] = (
        lambda: _secrets(cloud, project),
        lambda: _instances(cloud, project),
        lambda: _run(cloud, project),
        *((lambda region=region: _repositories(cloud, project, region)) for region in regions),
    )
    found: list[Thing] = []
    for read in reads:
        try:
            found += read()
        except CloudFailure as failure:
            if failure.code not in _ABSENT and failure.status != 403:
                raise
    return found


def _secrets(cloud: Cloud, project: str) -> list[Thing]:
    return [
        Thing(
            id=f"secret:{part.id}",
            title=_("secret {name}").format(name=part.id),
            command=f"gcloud secrets delete {part.id} --project={project}",
        )
        for part in cloud.secrets(project)
        if labelled(part.labels)
    ]


def _instances(cloud: Cloud, project: str) -> list[Thing]:
    return [
        Thing(
            id=f"sql.instance:{part.name}",
            title=_("database instance {name}").format(name=part.name),
            command=f"gcloud sql instances delete {part.name} --enable-final-backup "
            f"--project={project}",
        )
        for part in cloud.sql_instances(project)
        if labelled(part.settings.labels)
    ]


def _run(cloud: Cloud, project: str) -> list[Thing]:
    return [
        Thing(
            id=f"run.{kind}:{name}",
            title=_("Cloud Run {kind} {name}").format(kind=kind, name=name),
            command=f"gcloud run {kind}s delete {name} --project={project}",
        )
        for kind, name, ours in cloud.run_names(project)
        if ours
    ]


def _repositories(cloud: Cloud, project: str, region: str) -> list[Thing]:
    return [
        Thing(
            id=f"repository:{part.id}",
            title=_("image repository {name}").format(name=part.id),
            command=f"gcloud artifacts repositories delete {part.id} --location={region} "
            f"--project={project}",
        )
        for part in cloud.repositories(project, region)
        if labelled(part.labels)
    ]
