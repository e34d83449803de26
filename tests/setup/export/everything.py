"""Blueprints that together want every kind of resource, and values that try to break out."""

from __future__ import annotations

import sys
from dataclasses import replace

from tests.reliability.whole import whole
from wizards.blueprint import Blueprint, Migrations, Pipeline, Project, Secret, Service
from wizards.setup.desired import resources
from wizards.setup.export.exported import in_order
from wizards.setup.resource import Resource

HOSTILE = "메모 'one' \"two\" ${var.x} %{ if } `id` $(id) \\ \n#! </script>"


def rich(pipeline: str = "cloud-build") -> Blueprint:
    """Return a blueprint that uses every kind which goes with a pipeline."""
    made = whole(pipeline, "notes-prod-1")
    variables = {**made.service.environment, "LIST": "a,b", "NONE": "", "KO": '한글 "$x"\nline'}
    return replace(
        made,
        service=replace(made.service, environment=variables),
        migrations={"": Migrations()},
    )


def hostile(pipeline: str = "cloud-build") -> Blueprint:
    """Return a blueprint whose free texts are full of quotes, templates and newlines."""
    made = rich(pipeline)
    return replace(
        made,
        project=replace(made.project, name=HOSTILE),
        service=replace(made.service, environment={"HOSTILE": HOSTILE, "EMPTY": ""}),
        secrets={**made.secrets, "FILE": Secret(name="f", source=f"file:{HOSTILE}")},
        pipeline=replace(made.pipeline, branch="release/${x}'\"`id`"),
    )


def small() -> Blueprint:
    """Return a blueprint of a service alone."""
    return Blueprint(
        project=Project(id="alone-1", parent="folders/12"),
        service=Service(name="alone", public=False, image="europe-docker.pkg.dev/p/r/app:1"),
        pipeline=Pipeline(kind="none"),
    )


BLUEPRINTS = {
    "cloud-build": rich("cloud-build"),
    "github": rich("github"),
    "hostile": hostile(),
    "hostile-github": hostile("github"),
    "small": small(),
}


def wanted(blueprint: Blueprint) -> list[Resource]:
    """Return what a blueprint wants, in the order of an export."""
    return in_order(resources(blueprint))


def kinds() -> dict[str, type[Resource]]:
    """Return every kind of resource that there is in the program, by name."""
    found: dict[str, type[Resource]] = {}
    waiting: list[type[Resource]] = [Resource]
    while waiting:
        kind = waiting.pop()
        waiting += kind.__subclasses__()
        if "kind" in vars(kind) and kind.__module__.startswith("wizards."):
            # A dataclass with slots leaves the class it was made from among the subclasses.
            found[kind.kind] = getattr(sys.modules[kind.__module__], kind.__name__)
    return found
