"""Rules about who builds and deploys, and from where."""

from __future__ import annotations

from generators.language import _
from wizards.blueprint import Blueprint
from wizards.plan import Check
from wizards.setup.migrating import words_of


def far_builds(blueprint: Blueprint) -> Check | None:
    """Builds in another region than the images and the service."""
    pipeline, region = blueprint.pipeline, blueprint.project.region
    if pipeline.kind != "cloud-build" or pipeline.region in ("", region):
        return None
    return Check(
        id="build-region",
        title=_("builds far from the service"),
        level="warning",
        says=_(
            "builds run in {build}, images and service are in {region}: every image travels, and "
            "a rule about places may forbid it"
        ).format(build=pipeline.region, region=region),
        fix=f"tarmac init --set pipeline.region={region}",
        keys=("pipeline.region", "project.region"),
    )


def far_machine(blueprint: Blueprint) -> Check | None:
    """A machine in a zone of another region than its database."""
    machine, region = blueprint.machine, blueprint.project.region
    if machine is None or not machine.zone or machine.zone.startswith(f"{region}-"):
        return None
    return Check(
        id="machine-zone",
        title=_("a machine far from its database"),
        level="warning",
        says=_("{zone} is not in {region}: each query travels").format(
            zone=machine.zone, region=region
        ),
        fix=_("a zone like {zone} in [machine]").format(zone=f"{region}-a"),
        keys=("project.region",),
    )


def nobody_named(blueprint: Blueprint) -> Check | None:
    """GitHub Actions without a repository: nobody may be let in."""
    pipeline = blueprint.pipeline
    if pipeline.kind != "github":
        return None
    keys = ("pipeline.github", "pipeline.github_id")
    if not pipeline.github:
        return Check(
            id="github-repository",
            title=_("the GitHub repository"),
            level="red",
            says=_("who may deploy is not known: GitHub Actions are let in by repository"),
            fix="tarmac init --set pipeline.github=OWNER/NAME",
            keys=keys,
        )
    if not pipeline.github_id:
        return Check(
            id="github-repository",
            title=_("the GitHub repository"),
            level="warning",
            says=_(
                "let in by name: whoever gets the name {name} after a renaming is let in as well; "
                "the number never changes"
            ).format(name=pipeline.github),
            fix=f"tarmac init --set pipeline.github_id=$(gh api repos/{pipeline.github} --jq .id)",
            keys=keys,
        )
    return None


def by_hand(blueprint: Blueprint) -> Check | None:
    """Migrations that no job can run: nothing tells which program of the image would."""
    alone = {
        f"[migrations.{name}]" if name else "[migrations]": stream
        for name, stream in blueprint.migrations.items()
        if not words_of(stream)
    }
    if not alone or blueprint.database is None or blueprint.service.runtime != "cloud-run":
        return None
    unknown = any(stream.job_only for stream in alone.values())
    says = _("no job is made for {tables}: it is not known what runs them in the image")
    return Check(
        id="migration-job",
        title=_("migrations without a job"),
        level="warning" if unknown else "ok",
        says=says.format(tables=", ".join(alone)),
        fix=_("name the words as command there")
        if unknown
        else _("{migrate} runs them from here; or name what the image has as command there").format(
            migrate="tarmac migrate up"
        ),
    )


LINTS = (far_builds, far_machine, nobody_named, by_hand)
