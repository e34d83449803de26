"""The first half of the journey: from a folder to a project that is set up, with its files."""

from __future__ import annotations

import time

from generators.language import N_, _, ngettext
from wizards.blueprint import FILE_NAME
from wizards.blueprint_reading import load
from wizards.blueprint_writing import write
from wizards.demo.environment import make_environment
from wizards.demo.example import copy_example
from wizards.demo.journey import Journey, Stage, expect
from wizards.plan import Action, Plan, critical_path

PROJECT = "notes-demo-1207"


def project(journey: Journey) -> str:
    """Copy the example."""
    copy_example(journey.folder)
    return _("the example project is in {folder}").format(folder=journey.folder)


def environment(journey: Journey) -> str:
    """Make the example's own virtual environment."""
    count = make_environment(journey.folder)
    words = ngettext("{count} package in its own .venv", "{count} packages in its own .venv", count)
    return words.format(count=count)


def sandbox(journey: Journey) -> str:
    """Start the sandbox."""
    address = journey.need_address()
    return _("a Google Cloud of its own at {url}").format(url=address.url)


def detected(journey: Journey) -> str:
    """Look at the project."""
    from generators.detect import detect

    found = detect(journey.folder)
    expect(len(found.services) == 1, _("one service was expected in the example"))
    service = found.services[0]
    migrations = service.migrations
    expect(migrations is not None, _("the example's migrations were not found"))
    return f"{service.framework} · {service.entrypoint} · {service.package_manager} · " + (
        migrations.provider if migrations else ""
    )


def interviewed(journey: Journey) -> str:
    """Answer the questions of set-up as an answers file does, and write the blueprint."""
    from generators.detect import detect
    from wizards.answers import Layer
    from wizards.cloud.opening import open_cloud
    from wizards.setup.choices import choices
    from wizards.setup.interviewing import interview
    from wizards.setup.to_blueprint import values

    found = detect(journey.folder)
    talk = interview(journey.folder, found, None, suggest=False)
    accounts = choices("billing_accounts", open_cloud(journey.need_address()), talk.values())
    expect(bool(accounts), _("the sandbox shows no billing account"))
    given = {"project.id": PROJECT, "project.billing_account": accounts[0].value}
    for question in talk.questions:
        if question.key in given:
            wrong = talk.put(question, given[question.key], Layer.FILE)
            expect(wrong is None, f"{question.key}: {wrong}")
    expect(not talk.pending(), _("questions are left open"))
    path = journey.folder / FILE_NAME
    write(path, values(talk.given(), found))
    journey.blueprint = load(path)
    asked = len(talk.asked())
    return ngettext("{count} answer", "{count} answers", asked).format(count=asked) + (
        f" → {FILE_NAME} ({journey.blueprint.hash})"
    )


def planned(journey: Journey) -> str:
    """Show what would be made."""
    plan = _plan(journey)
    expect(not plan.blocked, _("the plan is blocked"))
    made = sum(change.action is Action.CREATE for change in plan.changes)
    expect(made > 5, _("the plan creates less than it should"))
    return _("{count} to create, about ${cost} a month (prices of {date})").format(
        count=made, cost=f"{plan.cost_usd_month:.2f}", date=plan.prices_of
    )


def applied(journey: Journey) -> str:
    """Carry the plan out."""
    from wizards.cloud.opening import open_cloud
    from wizards.setup.applying import apply

    address = journey.need_address()
    plan = _plan(journey)
    start = time.monotonic()
    done = apply(
        journey.folder,
        journey.need_blueprint(),
        open_cloud(address),
        plan,
        {},
        journey.emit,
        journey.cancel,
    )
    took = time.monotonic() - start
    for key, failure in done.failures:
        expect(False, f"{key}: {failure.message}", failure.raw)
    expect(done.ok, _("the apply did not finish"))
    return _(
        "{count} steps in {seconds} s; one after another about {minutes} min at Google"
    ).format(
        count=len(done.steps),
        seconds=f"{took:.1f}",
        minutes=round(sum(change.seconds_estimate for change in plan.todo) / 60),
    ) + _(" (longest chain {minutes} min)").format(minutes=round(critical_path(plan.todo) / 60))


def planned_again(journey: Journey) -> str:
    """Plan once more: nothing is left to do."""
    plan = _plan(journey)
    left = ", ".join(f"{change.action.value} {change.id}" for change in plan.todo)
    expect(not plan.todo, _("a second plan still wants: {left}").format(left=left))
    return _("nothing to change, {calls} calls").format(calls=plan.calls)


def generated(journey: Journey) -> str:
    """Write the files; a second run changes nothing."""
    from wizards import files

    states = files.artefacts(journey.folder, journey.need_blueprint())
    written = files.write(journey.folder, states)
    expect(bool(written), _("no file was written"))
    again = files.artefacts(journey.folder, journey.need_blueprint())
    stale = [state.artefact.path for state in again if state.stale]
    expect(not stale, _("a second run would change: {files}").format(files=", ".join(stale)))
    names = ", ".join(str(path.relative_to(journey.folder)) for path in written)
    return _("{files}; a second run changes nothing").format(files=names)


def _plan(journey: Journey) -> Plan:
    from wizards.cloud.opening import open_cloud
    from wizards.events import discard
    from wizards.setup.planning import make_plan

    cloud = open_cloud(journey.need_address())
    return make_plan(journey.need_blueprint(), cloud, discard, journey.cancel)


STAGES = (
    Stage("project", N_("Copy the example"), project),
    Stage("environment", N_("Make its environment"), environment),
    Stage("sandbox", N_("Start the sandbox"), sandbox),
    Stage("detect", N_("Look at the project"), detected),
    Stage("interview", N_("Answer the questions"), interviewed),
    Stage("plan", N_("Plan the set-up"), planned),
    Stage("apply", N_("Apply it"), applied),
    Stage("plan-again", N_("Plan again"), planned_again),
    Stage("files", N_("Generate the files"), generated),
)
