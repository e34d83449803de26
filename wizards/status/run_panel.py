"""The panel of the service on Cloud Run, and of the job that migrates its database."""

from __future__ import annotations

from collections.abc import Callable

from generators.language import _, ngettext
from wizards.blueprint import Blueprint
from wizards.cloud.port import Cloud
from wizards.cloud.run_things import RunCondition, RunJob, RunService
from wizards.setup.desired import resources
from wizards.setup.run_job import RunJobResource
from wizards.setup.run_service import RunServiceResource
from wizards.status.panel import Light, Panel, Row, of_rows

Offered = tuple[str, str, Callable[[], Panel]] | None


def service(blueprint: Blueprint, cloud: Cloud) -> Offered:
    """Offer the service and its migration jobs, when Cloud Run serves."""
    wanted = resources(blueprint)
    served = next((part for part in wanted if isinstance(part, RunServiceResource)), None)
    if served is None:
        return None
    jobs = [part for part in wanted if isinstance(part, RunJobResource)]
    title = _("Service")

    def fetch() -> Panel:
        found = served.found(cloud)
        if found is None:
            says = _("{name} is not there yet: tarmac apply").format(name=served.name)
            return Panel(id="service", title=title, state=Light.RED, says=says)
        rows = _rows(served, found)
        rows += [_job(part, part.found(cloud)) for part in jobs]
        says = found.condition.message if found.condition.state == "FAILED" else ""
        return of_rows("service", title, rows, says)

    return "service", title, fetch


def _rows(wanted: RunServiceResource, found: RunService) -> list[Row]:
    image = str(found.fields["image"])
    program = image if wanted.image.own(image) else _("a placeholder; nothing is deployed yet")
    access = _("anybody") if found.fields["public"] else _("members with roles/run.invoker")
    least, most = found.fields["min_instances"], found.fields["max_instances"]
    rows = [
        Row(_("service"), found.name),
        _state(_("state"), found.condition),
        Row(_("address"), found.uri),
        Row(_("may be called by"), access),
        Row(_("program"), program),
        Row(_("traffic"), _traffic(found)),
        Row(_("instances"), _("{least} to {most}").format(least=least, most=most)),
    ]
    failed = found.created_revision != found.ready_revision and not found.reconciling
    if failed:
        says = _("{name} did not become ready").format(name=found.created_revision)
        rows.append(Row(_("newest revision"), says, Light.RED))
    return rows


def _state(label: str, condition: RunCondition) -> Row:
    light = {"SUCCEEDED": Light.OK, "FAILED": Light.RED}.get(condition.state, Light.WARNING)
    words = {"SUCCEEDED": _("ready"), "FAILED": condition.reason or _("failed")}
    return Row(label, words.get(condition.state, _("being deployed")), light)


def _traffic(found: RunService) -> str:
    return ", ".join(
        f"{part.percent} % {part.revision or _('newest')}" + (f" ({part.tag})" if part.tag else "")
        for part in found.traffic
        if part.percent or part.tag
    )


def _job(wanted: RunJobResource, found: RunJob | None) -> Row:
    label = _("migration job")
    if found is None:
        says = _("{name} is not there yet: tarmac apply").format(name=wanted.name)
        return Row(label, says, Light.RED)
    state = _state(label, found.condition)
    runs = _("never run")
    if found.executions:
        runs = ngettext("run once", "run {count} times", found.executions)
        runs = runs.format(count=found.executions)
    return Row(label, f"{found.name} · {state.value} · {runs}", state.severity)
