"""What folders of SQL files say that a person must know: edited files, other tools, Prisma 8."""

from __future__ import annotations

import json
import re
from pathlib import Path

from generators.language import _
from wizards.failures import Failure

NEWEST_PRISMA = 7


def warning(said: str) -> str:
    """Return a warning of the agent in words."""
    kind, _colon, name = said.partition(":")
    if kind == "edited":
        return _("{name} was edited after it was applied").format(name=name)
    if kind == "behind":
        return _("{name} is older than what is applied, and not applied").format(name=name)
    return said


def refuse_newer_prisma(directory: Path) -> None:
    """Raise a card where the project uses a Prisma whose migrations are another contract."""
    major = _prisma_major(directory)
    if major > NEWEST_PRISMA:
        raise Failure(
            "prisma-too-new",
            _("This project uses Prisma {major}.").format(major=major),
            why=_(
                "Tarmac knows how Prisma up to {newest} records migrations; writing another "
                "version's records could break it."
            ).format(newest=NEWEST_PRISMA),
            next=("npx prisma migrate deploy", "tarmac migrate lint prisma/migrations/*/*.sql"),
        )


def _prisma_major(directory: Path) -> int:
    """Return the major version of Prisma that is installed or wanted, 0 where none is."""
    installed = directory / "node_modules" / "prisma" / "package.json"
    for path, keys in (
        (installed, ("version",)),
        (directory / "package.json", ("dependencies", "devDependencies")),
    ):
        try:
            said = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            continue
        if not isinstance(said, dict):
            continue
        if path == installed:
            wanted = [str(said.get("version", ""))]
        else:
            tables = [said.get(key) for key in keys]
            wanted = [str(one.get("prisma", "")) for one in tables if isinstance(one, dict)]
        for text in wanted:
            if found := re.search(r"\d+", text):
                return int(found[0])
    return 0


def complaint(kind: str, text: str) -> Failure | None:
    """Return the card for what the agent of SQL files complains about, None for other kinds."""
    match kind:
        case "failed-before":
            return Failure(
                "migration-failed-before",
                _("{name} failed in an earlier run, and nobody said what became of it.").format(
                    name=text
                ),
                why=_("Nothing further is applied until that is settled (Prisma calls it P3009)."),
                next=(
                    f"tarmac migrate resolve {text} --rolled-back",
                    f"tarmac migrate resolve {text} --applied",
                ),
            )
        case "not-failed":
            return Failure(
                "not-failed",
                _("{name} is not in a failed state.").format(name=text),
                next=("tarmac migrate status",),
            )
        case "no-failed-state":
            return Failure(
                "no-failed-state",
                _("Only Prisma's migrations can be left in a failed state that is resolved."),
                next=("tarmac migrate status",),
            )
        case "foreign-tool":
            return Failure(
                "provider-not-available",
                _("These migrations belong to {tool}.").format(tool=text),
                why=_("Tarmac does not write that tool's records; nothing was changed."),
                next=("tarmac migrate lint FILE…",),
            )
        case "no-down":
            return Failure(
                "no-way-down",
                _("{name} has no written way down.").format(name=text),
                why=_("It can only be taken back by restoring a backup."),
                next=("tarmac migrate rollback --dry-run",),
            )
        case "tool-runs":
            return Failure(
                "session-busy",
                _("Another run of {tool} holds its lock on this database.").format(tool=text),
                next=(_("wait until it has ended, then try again"),),
            )
        case "unknown-step":
            return Failure(
                "revision-unknown",
                _("There is no migration {name} to go to.").format(name=text),
                next=("tarmac migrate status",),
            )
        case _:
            return _about_files(kind, text)


def _about_files(kind: str, text: str) -> Failure | None:
    says = {
        "psql-command": _("{place} is a command for psql, which a server does not understand."),
        "copy-stdin": _("{place} copies from standard input, and there is nobody to type it."),
        "left-open": _("{place} begins a transaction and never ends it."),
        "no-up": _("{place} has no “-- migrate:up”."),
        "duplicate": _("Two files have the same version: {place}."),
        "not-text": _("{place} is not UTF-8."),
    }
    if kind not in says:
        return None
    return Failure(
        "revision-broken",
        says[kind].format(place=text),
        next=(_("repair the file, then try again"),),
    )
