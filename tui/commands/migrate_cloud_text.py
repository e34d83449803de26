"""What Cloud SQL does for a migration, as lines a person reads."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from generators.language import _, ngettext
from wizards.events import Event, Json

if TYPE_CHECKING:
    from wizards.migrate.cloudsql.left import Clone
    from wizards.migrate.cloudsql.listed import Listed
    from wizards.migrate.model import OtherWay

EVENTS = ("migrate.cloud_backup", "migrate.clone")
_EVERY = 30.0  # seconds between two lines about the same wait
_LOOK = 3.0  # seconds between two looks


def event(one: Event) -> str | None:
    """Return the line of an event of Cloud SQL, None where nothing is worth one."""
    fields = one.fields
    state, seconds = str(fields.get("state", "")), float(str(fields.get("seconds") or 0))
    name = str(fields.get("instance", "")).rpartition(":")[2]
    if state in ("running", "making", "deleting"):
        if seconds < _EVERY or seconds % _EVERY >= _LOOK:
            return None
        return "  " + _("{instance}: {seconds:.0f} s so far").format(instance=name, seconds=seconds)
    if one.event == "migrate.clone":
        return _clone(state, name, fields.get("usd_hour"), fields)
    return _backup(state, name, fields)


def _backup(state: str, name: str, fields: object) -> str | None:
    said = fields if isinstance(fields, dict) else {}
    if state == "refused":
        lines = [
            click.style(
                "▲ "
                + _("no Cloud SQL backup of {instance}: {why}").format(
                    instance=name, why=said.get("why")
                ),
                fg="yellow",
            ),
            "  " + _("the dump stands alone; what would give it the backup too:"),
            *(f"    {step}" for step in _steps(said.get("next"))),
        ]
        return "\n".join(lines)
    return {
        "start": "· " + _("Cloud SQL backs {instance} up").format(instance=name),
        "waiting": "  " + _("waiting: {why}").format(why=said.get("why")),
        "done": "  "
        + _("✓ Cloud SQL backup {number} of {instance}").format(
            number=said.get("backup"), instance=name
        ),
        "expired": "  "
        + _("the old Cloud SQL backup {number} is being deleted").format(number=said.get("backup")),
        "not-expired": "  " + _("old Cloud SQL backups stay: {why}").format(why=said.get("why")),
    }.get(state)


def _clone(state: str, name: str, usd_hour: Json, fields: object) -> str | None:
    said = fields if isinstance(fields, dict) else {}
    cost = f"{float(str(usd_hour or 0)):.2f}"
    if state == "left":
        lines = [
            click.style(
                "▲ "
                + _("the clone {name} is still there (about ${cost} an hour): {why}").format(
                    name=name, cost=cost, why=said.get("why")
                ),
                fg="yellow",
            ),
            *(f"    {step}" for step in _steps(said.get("next"))),
        ]
        return "\n".join(lines)
    return {
        "start": "· "
        + _(
            "Making the clone {name}: minutes, about ${cost} an hour until it is deleted again; "
            "Google warns that this may restart the instance"
        ).format(name=name, cost=cost),
        "waiting": "  " + _("waiting: {why}").format(why=said.get("why")),
        "deleted": "  " + _("✓ the clone {name} is deleted").format(name=name),
    }.get(state)


def _steps(found: Json) -> list[str]:
    return [str(one) for one in found] if isinstance(found, list) else []


def left(found: list[Clone]) -> Iterator[str]:
    """Say which clones an interrupted rehearsal left behind, what they cost and how they go."""
    for one in found:
        words = _("the clone {name} of {source} was left behind: about ${cost} an hour since {day}")
        yield click.style(
            "▲ "
            + words.format(
                name=one.instance.name,
                source=one.source,
                cost=f"{one.usd_hour:.2f}",
                day=f"{one.since.astimezone():%Y-%m-%d %H:%M}",
            ),
            fg="yellow",
        )
    if found:
        yield "  " + _("next: {command}").format(command="tarmac migrate clones --delete")


def backups(found: Listed) -> Iterator[str]:
    """Show the Cloud SQL backups that sessions of Tarmac made."""
    name = found.instance.name
    if found.failure is not None:
        why = _("▲ the Cloud SQL backups of {instance} cannot be listed: {why}")
        yield click.style(why.format(instance=name, why=found.failure.message), fg="yellow")
        yield from (f"    {step}" for step in found.failure.next)
        return
    for one in found.ours:
        mark = "✓" if one.state == "SUCCESSFUL" else "○"
        at = one.ended or one.started
        day = f"{at.astimezone():%Y-%m-%d %H:%M}" if at else "?"
        yield _("{mark} Cloud SQL backup {number} of {instance} · {day} · {made}").format(
            mark=mark, number=one.id, instance=name, day=day, made=one.description
        )
    if found.others:
        yield "  " + ngettext(
            "and {count} backup of {instance} that Tarmac did not make",
            "and {count} backups of {instance} that Tarmac did not make",
            found.others,
        ).format(count=found.others, instance=name)


def other_ways(found: tuple[OtherWay, ...]) -> Iterator[str]:
    """Show the ways that Cloud SQL offers beside the decision, with loss and commands."""
    if found:
        count = len(found)
        yield ngettext("Cloud SQL offers another way:", "Cloud SQL offers other ways:", count)
    for one in found:
        yield click.style(f"  {one.title}", bold=True)
        yield f"    {one.says}"
        yield from (f"      {line}" for line in one.commands)
