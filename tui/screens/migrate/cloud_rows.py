"""What Cloud SQL keeps for the target, as the console shows it: backups, ways back, clones."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from textual.content import Content

from generators.language import _
from tui.screens.confirm import Confirm
from tui.widgets.rows import Row
from tui.widgets.words import fit, joined, wrapped

if TYPE_CHECKING:
    from wizards.cloud.things import SqlBackup
    from wizards.migrate.cloudsql.listed import Listed
    from wizards.migrate.cloudsql.side import CloudSide
    from wizards.migrate.model import OtherWay

_PREFIX = "cloud "


def cloud_rows(listed: Listed) -> tuple[list[Row], dict[str, str]]:
    """Return the rows of the backups of Cloud SQL and the command that each stands for."""
    name = listed.instance.name
    if listed.failure is not None:
        words = _("the Cloud SQL backups of {instance} cannot be listed: {why}").format(
            instance=name, why=listed.failure.message
        )
        return [Row(_PREFIX, partial(_refused, words), words, lines=0)], {}
    rows = [
        Row(f"{_PREFIX}{one.id}", partial(_backup, name, one), f"{one.id} {name}", lines=2)
        for one in listed.ours
    ]
    command = "tarmac migrate restore-instance {number} --confirm {name}"
    copies = {f"{_PREFIX}{one.id}": command.format(number=one.id, name=name) for one in listed.ours}
    return rows, copies


def is_cloud(row: str) -> bool:
    """Say whether a row of the list of backups is one of Cloud SQL."""
    return row.startswith(_PREFIX)


def by_command(row: str) -> str:
    """Return why a backup of Cloud SQL is not restored from here."""
    return _(
        "Cloud SQL backup {number} would overwrite the whole instance: c copies the command that "
        "asks for its name"
    ).format(number=row.removeprefix(_PREFIX))


def _refused(words: str, width: int) -> list[Content]:
    return wrapped(Content.assemble(("▲ ", "$text-warning"), words), width)


def _backup(instance: str, one: SqlBackup, width: int) -> list[Content]:
    whole = one.state == "SUCCESSFUL"
    at = one.ended or one.started
    first = Content.assemble(
        ("✓ ", "$text-success") if whole else ("○ ", "$text-muted"),
        (f"{at.astimezone():%Y-%m-%d %H:%M}  " if at else "", "bold"),
        joined([_("Cloud SQL, all of {instance}").format(instance=instance), one.state.lower()]),
    )
    second = joined([_("number {number}").format(number=one.id), one.description])
    words = Content.assemble("  ", Content.styled(second.plain, "$text-muted"))
    return [fit(first, width), fit(words, width)]


def other_ways(found: Sequence[OtherWay]) -> list[str | tuple[str, str]]:
    """Return what Cloud SQL offers beside a roll-back, for its question."""
    parts: list[str | tuple[str, str]] = []
    for one in found:
        parts += [("\n\n" + _("or: {title}").format(title=one.title), "bold"), f"\n{one.says}"]
        parts += [(f"\n> {line}", "$text-primary") for line in one.commands]
    return parts


def ask_clone(side: CloudSide) -> Confirm:
    """Return the question before a clone is made: how long, what it costs, what becomes of it."""
    name = side.listed.instance.name
    cost = _("about ${cost} an hour").format(cost=f"{side.usd_hour:.2f}")
    words = _(
        "A clone of {instance} is made, which takes minutes and costs {cost} while it is there. "
        "The pending revisions run on it and all the way back; then it is deleted, also after a "
        "stop. Nothing in the target is changed, but Google warns that making a clone may restart "
        "its instance."
    )
    return Confirm(
        _("Rehearse on a clone of {instance}?").format(instance=name),
        words.format(instance=name, cost=cost if side.usd_hour else _("as much as the instance")),
        yes=_("make the clone"),
        dangerous=False,
    )


def left_lines(side: CloudSide | None) -> list[Content]:
    """Return a line for every clone that was left behind: what it costs, how it goes."""
    words = _("the clone {name} was left behind, about ${cost} an hour: {command}")
    return [
        Content.styled(
            "▲ "
            + words.format(
                name=one.instance.name,
                cost=f"{one.usd_hour:.2f}",
                command="tarmac migrate clones --delete",
            ),
            "$text-warning",
        )
        for one in (side.clones if side is not None else ())
    ]
