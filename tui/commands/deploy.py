"""`tarmac deploy` and `tarmac releases`: not built yet."""

from __future__ import annotations

import click

from tui.commands.not_yet import not_available_yet


@click.command()
def deploy() -> None:
    """Build, migrate as a job, roll out and watch. Not available yet."""
    not_available_yet("deploy", ("gcloud builds submit --config cloudbuild.yaml",))


@click.group(invoke_without_command=True)
@click.pass_context
def releases(ctx: click.Context) -> None:
    """List the service's revisions and shift traffic back. Not available yet."""
    if ctx.invoked_subcommand is None:
        not_available_yet("releases", ("gcloud run revisions list",))


@releases.command()
def rollback() -> None:
    """Shift traffic back to the previous revision. Not available yet."""
    not_available_yet(
        "releases rollback", ("gcloud run services update-traffic SERVICE --to-revisions REV=100",)
    )
