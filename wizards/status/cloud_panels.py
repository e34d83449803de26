"""The panels that come from Google Cloud: project, database, secrets, the month's cost."""

from __future__ import annotations

from collections.abc import Callable

from generators.language import _
from wizards.blueprint import Blueprint, Database
from wizards.cloud.failing import CloudFailure
from wizards.cloud.port import Cloud
from wizards.cloud.things import SqlInstance
from wizards.setup import connections
from wizards.setup.desired import resources, wanted_apis
from wizards.setup.naming import secrets_of
from wizards.setup.prices import dated
from wizards.status.panel import Light, Panel, Row, age, of_rows

Offered = tuple[str, str, Callable[[], Panel]] | None
_OLD_DAYS = 365


def project(blueprint: Blueprint, cloud: Cloud) -> Offered:
    """Offer the project: state, billing, APIs."""
    title = _("Project")
    id = blueprint.project.id  # noqa: A001

    def fetch() -> Panel:
        found = cloud.project(id)
        if found is None:
            says = _("not there yet, or hidden from you: tarmac apply")
            return Panel(id="project", title=title, state=Light.RED, says=says)
        link = cloud.billing_link(id)
        wanted = tuple(wanted_apis(blueprint))
        enabled = cloud.enabled_apis(id, wanted)
        missing = [api for api in wanted if api not in enabled]
        billing = link.account if link.enabled else _("not linked")
        apis = ", ".join(missing) or _("all {count} enabled").format(count=len(wanted))
        active = found.state == "ACTIVE"
        rows = [
            Row(_("id"), found.id),
            Row(_("state"), found.state, Light.OK if active else Light.RED),
            Row(_("billing"), billing, Light.OK if link.enabled else Light.RED),
            Row(_("APIs"), apis, Light.WARNING if missing else Light.OK),
        ]
        return of_rows("project", title, rows)

    return "project", title, fetch


def database(blueprint: Blueprint, cloud: Cloud) -> Offered:
    """Offer the Cloud SQL instance, when the blueprint has one."""
    wanted = blueprint.database
    if wanted is None:
        return None
    title = _("Database")
    project = blueprint.project.id

    def fetch() -> Panel:
        found = cloud.sql_instance(project, wanted.instance)
        if found is None:
            says = _("{name} is not there yet: tarmac apply").format(name=wanted.instance)
            return Panel(id="database", title=title, state=Light.RED, says=says)
        rows = _instance_rows(found, wanted)
        if found.state == "RUNNABLE":
            names = cloud.sql_databases(project, wanted.instance)
            here = wanted.name in names
            rows.append(
                Row(
                    _("database"),
                    wanted.name if here else _("{name} is missing").format(name=wanted.name),
                    Light.OK if here else Light.RED,
                )
            )
            rows.append(_backup_row(cloud, project, wanted.instance, on=found.backups))
        budget = connections.budget(blueprint)
        if budget is not None:
            says = f"{budget.wanted} / {budget.available}"
            fits = Light.OK if budget.fits else Light.WARNING
            rows.append(Row(_("connections the service may open"), says, fits))
        return of_rows("database", title, rows)

    return "database", title, fetch


def _instance_rows(found: SqlInstance, wanted: Database) -> list[Row]:
    runs = Light.OK if found.state == "RUNNABLE" else Light.WARNING
    settings = found.settings
    same = Light.OK if settings.tier == wanted.tier else Light.WARNING
    available = _("two zones") if settings.high_availability else _("one zone")
    return [
        Row(_("instance"), found.name),
        Row(_("state"), found.state, Light.RED if found.state == "FAILED" else runs),
        Row(_("version"), settings.version.replace("POSTGRES_", "PostgreSQL ")),
        Row(_("tier"), f"{settings.tier} · {available}", same),
        Row(_("storage"), f"{settings.storage_gb} GB"),
    ]


def _backup_row(cloud: Cloud, project: str, instance: str, *, on: bool) -> Row:
    if not on:
        return Row(_("backups"), _("off"), Light.RED)
    try:
        ended = [run.ended for run in cloud.sql_backups(project, instance) if run.ended]
    except CloudFailure:
        return Row(_("backups"), _("on; the list of backups cannot be read"))
    if not ended:
        return Row(_("backups"), _("on, none taken yet"))
    return Row(_("backups"), _("last one {age} ago").format(age=age(max(ended))))


def secrets(blueprint: Blueprint, cloud: Cloud) -> Offered:
    """Offer the secrets: newest version and its age, never a value."""
    wanted = secrets_of(blueprint)
    if not wanted:
        return None
    title = _("Secrets")

    def fetch() -> Panel:
        rows = []
        for variable, secret in wanted.items():
            versions = cloud.secret_versions(blueprint.project.id, secret.name)
            newest = next((part for part in versions if part.state == "ENABLED"), None)
            if newest is None:
                rows.append(Row(variable, _("no value yet"), Light.RED))
                continue
            since = age(newest.created) if newest.created else "?"
            says = _("version {number}, {age} old").format(number=newest.number, age=since)
            days = int(since.removesuffix(" d")) if since.endswith(" d") else 0
            rows.append(Row(variable, says, Light.WARNING if days > _OLD_DAYS else Light.OK))
        return of_rows("secrets", title, rows)

    return "secrets", title, fetch


def cost(blueprint: Blueprint, cloud: Cloud) -> Offered:  # noqa: ARG001 - one shape for all
    """Offer the month's estimate from the dated price table."""
    title = _("Cost a month")

    def fetch() -> Panel:
        priced = [(part.name, part.cost()) for part in resources(blueprint) if part.cost()]
        rows = [Row(name, f"${usd:.2f}") for name, usd in priced]
        total = sum(usd for _name, usd in priced)
        rows.append(Row(_("together"), f"${total:.2f}"))
        says = _("prices of {date}; without traffic, images and running instances").format(
            date=dated()
        )
        return of_rows("cost", title, rows, says)

    return "cost", title, fetch
