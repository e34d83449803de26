"""`tarmac migrate backup`: dumps and, on Cloud SQL, its own backups."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from generators.language import _
from tui.context import Context

if TYPE_CHECKING:
    from wizards.events import Json


@click.command()
@click.option("--list", "listing", is_flag=True, help="List the backups of this target.")
@click.pass_obj
def backup(context: Context, listing: bool) -> None:
    """Dump the database and prove the dump by restoring it to a scratch."""
    from tui.commands import migrate_cloud_text
    from tui.commands.migrate import console_of
    from wizards.migrate import manifest

    with console_of(context) as (console, cancel):
        found = console.backups() if listing else [console.backup(context.out.event, cancel)]
        for one in found:
            proof = _("restored and compared") if one.verified else _("not verified")
            proof += _(" · copy: {place}").format(place=one.copy) if one.copy else ""
            context.out.say(
                _("✓ {file} · {size:.1f} MB · {rows:,} rows · {proof}").format(
                    file=one.path.name,
                    size=one.bytes / 1e6,
                    rows=sum(one.rows.values()),
                    proof=proof,
                )
            )
        data: dict[str, Json] = {"backups": [manifest.as_json(one) for one in found]}
        if listing:
            copies = console.project.copies
            away = set(copies.names(context.out.event, cancel)) - {one.path.name for one in found}
            data["elsewhere"] = sorted(away, reverse=True)
            for name in sorted(away, reverse=True):
                context.out.say(_("○ {file} · only in {place}").format(file=name, place=copies.to))
            cloud = console.project.cloud_sql(context.out.event)
            shown = cloud.listed() if cloud is not None else None
            data["cloud"] = shown.as_json() if shown is not None else None
            for line in migrate_cloud_text.backups(shown) if shown is not None else ():
                context.out.say(line)
        context.out.done(data)
