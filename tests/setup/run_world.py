"""A project that everything but Cloud Run's part is made in, and what a person does there."""

from __future__ import annotations

import json
import urllib.request
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

from sandbox.run.image_routes import key
from tests.setup.sandboxed import applied, blueprint
from wizards.blueprint import Blueprint, Migrations, Secret
from wizards.cloud.google_cloud import GoogleCloud
from wizards.cloud.things import OperationName
from wizards.postgres.sandbox_address import SandboxAddress
from wizards.setup.desired import resources
from wizards.setup.performing import Performance, perform
from wizards.setup.resource import Made
from wizards.setup.run_job import RunJobResource
from wizards.setup.run_resource import RunResource
from wizards.setup.run_service import RunServiceResource
from wizards.setup.work import Work

REGION = "asia-northeast3"
OWN = "us-docker.pkg.dev/elsewhere/notes/app:1"
Kind = TypeVar("Kind", bound=RunResource)


@dataclass(frozen=True)
class RunProject:
    """A project that was applied once, without and with its database."""

    blueprint: Blueprint
    cloud: GoogleCloud
    address: SandboxAddress

    @property
    def project(self) -> str:
        return self.blueprint.project.id

    def service(self, name: str, wanted: Blueprint | None = None) -> RunServiceResource:
        """Return the wanted service under a name of its own."""
        return replace(_only(RunServiceResource, wanted or self.blueprint), run_name=name)

    def job(self, name: str, wanted: Blueprint | None = None) -> RunJobResource:
        """Return the wanted job under a name of its own."""
        return replace(_only(RunJobResource, wanted or self.blueprint), run_name=name)

    def with_service(self, **parts: Any) -> Blueprint:
        """Return the blueprint with other words about the service."""
        return replace(self.blueprint, service=replace(self.blueprint.service, **parts))

    def work(self, said: list[str] | None = None) -> Work:
        """Return what a step is handed."""
        kept: list[OperationName] = []
        told = said if said is not None else []
        return Work(cloud=self.cloud, says=told.append, journal=kept.append, values={})

    def make(self, resource: RunResource, said: list[str] | None = None) -> Performance:
        """Carry a resource out as an apply does."""
        told = said if said is not None else []
        return perform(resource, self.work(told), None, told.append)

    def remove(self, resource: RunResource, made: Made) -> None:
        """Take a resource back as an undo does."""
        resource.remove(self.work(), made)

    def document(self, name: str, collection: str = "services") -> dict[str, Any]:
        """Return a service or job as Google shows it."""
        return self.cloud._clients.plain("run").get(self._path(name, collection))

    def by_hand(self, name: str, mask: str, body: dict[str, Any]) -> None:
        """Change a service as a person or a pipeline does, and wait until it is done."""
        plain = self.cloud._clients.plain("run")
        started = plain.patch(self._path(name, "services"), body, updateMask=mask)
        self.cloud.wait(OperationName(service="run", name=started["name"]))

    def deployed(self, name: str, image: str, **parts: Any) -> None:
        """Deploy an image as the pipeline does: the rest of the container stays."""
        (container,) = self.document(name)["template"]["containers"]
        changed = {"containers": [{**container, "image": image, **parts}]}
        self.by_hand(name, "template.containers,template.revision", {"template": changed})

    def map_image(self, image: str, **mapping: Any) -> None:
        """Say what stands behind an image."""
        request = urllib.request.Request(
            f"{self.address.url}/sandbox/v1/images",
            method="POST",
            data=json.dumps({"image": image, **mapping}).encode(),
            headers={"Authorization": f"Bearer {key(self.address.state)}"},
        )
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request):
            pass

    def _path(self, name: str, collection: str) -> str:
        return f"v2/projects/{self.project}/locations/{REGION}/{collection}/{name}"


def a_run_project(folder: Path, cloud: GoogleCloud, address: SandboxAddress) -> RunProject:
    """Apply a set-up with a secret but without a database, and return it."""
    wanted = blueprint(
        database=False, secrets_={"API_KEY": Secret(name="notes-api-key", source="ask")}
    )
    assert applied(folder, wanted, cloud, API_KEY="first-value").failures == ()
    return RunProject(wanted, cloud, address)


def with_database(wanted: Blueprint) -> Blueprint:
    """Return the same blueprint with a database and migrations."""
    whole = blueprint(wanted.project.id, secrets_=dict(wanted.secrets))
    return replace(whole, migrations={"": Migrations()})


def _only(kind: type[Kind], wanted: Blueprint) -> Kind:
    return next(part for part in resources(wanted) if isinstance(part, kind))
