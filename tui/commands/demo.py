"""`tarmac demo`: the example project with everything it needs, on screen or as a check."""

from __future__ import annotations

import shutil
import tempfile
import time
from pathlib import Path

import click

from generators.language import _, ngettext
from tui.context import Context
from wizards.events import Event
from wizards.failures import UsageFailure

SPEED = 1200.0


@click.command()
@click.argument("folder", required=False, type=click.Path(path_type=Path, file_okay=False))
@click.option(
    "--check", is_flag=True, help="Run the whole journey without a screen and say what happened."
)
@click.option("--prepare", is_flag=True, help="Make the folder ready and do not open the app.")
@click.option("--stop", is_flag=True, help="End the PostgreSQL and the sandbox of FOLDER.")
@click.pass_obj
def demo(context: Context, folder: Path | None, check: bool, prepare: bool, stop: bool) -> None:
    """Try everything on an example project: no account, no bill, nothing to configure.

    Copies the example to FOLDER (./tarmac-demo), gives it its own environment and a PostgreSQL
    with 200,000 rows, starts a sandbox that imitates Google Cloud, and opens the app. With
    --check it runs every stage without a screen in a new FOLDER (a temporary one by default) and
    exits 0 only if every stage did what it should.
    """
    if check:
        _check(context, folder)
    elif stop:
        _stop(context, folder or Path("tarmac-demo"))
    else:
        _open(context, folder or Path("tarmac-demo"), prepare)


def _check(context: Context, folder: Path | None) -> None:
    from tui.sandbox_process import ensure_sandbox, stop_sandbox
    from wizards.demo import migration_stages, setup_stages
    from wizards.demo.journey import Journey, travel

    place = folder.resolve() if folder else Path(tempfile.mkdtemp(prefix="tarmac-demo-"))
    context.out.render = _line
    started = time.monotonic()
    journey = Journey(
        place,
        lambda: ensure_sandbox(place / ".tarmac" / "sandbox", speed=SPEED),
        context.out.event,
    )
    try:
        outcomes = travel(journey, (*setup_stages.STAGES, *migration_stages.stages()))
    finally:
        if journey.address is not None:
            stop_sandbox(journey.address)
    seconds = time.monotonic() - started
    if folder is None:
        shutil.rmtree(place, ignore_errors=True)
    context.out.say()
    context.out.say(
        click.style("✓ ", fg="green", bold=True)
        + ngettext(
            "ok: true — {count} stage in {seconds} s",
            "ok: true — {count} stages in {seconds} s",
            len(outcomes),
        ).format(count=len(outcomes), seconds=f"{seconds:.1f}")
    )
    context.out.done(
        {
            "folder": str(place),
            "seconds": round(seconds, 2),
            "stages": [o.as_json() for o in outcomes],
        }
    )


def _line(event: Event) -> str | None:
    """Return the line of a stage's end; everything in between is for --json."""
    state = event.fields.get("state")
    if event.event != "stage" or state == "running":
        return None
    mark = click.style("✓", fg="green") if state == "done" else click.style("✗", fg="red")
    seconds = click.style(f"{event.fields['seconds']:>6} s", dim=True)
    return f"{mark} {seconds}  {event.fields['title']}: {event.fields['says']}"


def _stop(context: Context, folder: Path) -> None:
    from tui.sandbox_process import stop_sandbox
    from wizards.demo.database import local_cluster
    from wizards.demo.example import is_demo
    from wizards.postgres.sandbox_address import running

    place = folder.resolve()
    if not is_demo(place):
        raise UsageFailure(
            "no-demo", _("{folder} is not a demo").format(folder=folder), next=("tarmac demo",)
        )
    address = running(place / ".tarmac" / "sandbox")
    if address is not None:
        stop_sandbox(address)
    local_cluster(place).stop()
    context.out.say(_("Nothing of the demo runs any more."))
    context.out.done({"folder": str(place)})


def _open(context: Context, folder: Path, prepare: bool) -> None:
    from tui.sandbox_process import ensure_sandbox, stop_sandbox
    from tui.terminal import require_terminal
    from wizards.demo.database import local_cluster
    from wizards.demo.opening import make_ready

    if not prepare:
        require_terminal()
    place = folder.resolve()
    for says in make_ready(place):
        context.out.say(click.style("✓ ", fg="green") + says)
    if prepare:
        words = _("its PostgreSQL runs until “tarmac demo {folder} --stop”").format(folder=folder)
        context.out.say(click.style("● ", fg="blue") + words)
        context.out.done({"folder": str(place)})
    state = place / ".tarmac" / "sandbox"
    address = ensure_sandbox(state, speed=SPEED / 20)
    context.config, context.sandbox, context.state = place / "tarmac.toml", True, state
    try:
        from tui.app import run

        code = run(context)
    finally:
        stop_sandbox(address)
        local_cluster(place).stop()
    context.out.say(
        _("The demo is in {folder}; “tarmac demo {folder}” opens it again.").format(folder=folder)
    )
    raise SystemExit(code)
