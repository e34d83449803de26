"""The pipeline and the machine of a blueprint, as generated files speak of them."""

from __future__ import annotations

from generators.delivery import Delivery
from wizards.blueprint import Blueprint, Machine
from wizards.setup.naming import PROVIDER, linked_name, short_name


def delivery_of(blueprint: Blueprint, name: str) -> Delivery:
    """Return how the service called ``name`` is delivered; names are those that set-up makes."""
    pipeline, project = blueprint.pipeline, blueprint.project
    service = blueprint.service.name or project.id or name
    machine = blueprint.machine or Machine()
    federates = pipeline.kind == "github"
    return Delivery(
        runtime=blueprint.service.runtime,
        pipeline=pipeline.kind,
        github=pipeline.github,
        branch=pipeline.branch,
        build_region=pipeline.region or project.region,
        connection=pipeline.connection,
        linked=linked_name(pipeline.github),
        trigger=pipeline.trigger or service,
        pool=short_name(service, "github") if federates else "",
        provider=PROVIDER if federates else "",
        machine=machine.name or service,
        zone=machine.zone or f"{project.region}-a",
        machine_type=machine.type,
        disk_gb=machine.disk_gb,
    )
