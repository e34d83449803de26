"""`tarmac detect` and `tarmac generate`: what the project is made of, and the files it needs."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import click

from generators.language import _, current, ngettext
from tui.context import Context
from wizards.failures import Exit, Failure

if TYPE_CHECKING:
    from generators.check import Checked
    from wizards.events import Json
    from wizards.files import FileState, Offer

_WIDEST = 100
_MARKS = {
    "new": ("+", "green"),
    "unchanged": ("✓", "bright_black"),
    "changed": ("~", "cyan"),
    "edited": ("●", "blue"),
    "merge": ("▲", "yellow"),
    "conflict": ("✗", "red"),
}


@click.command()
@click.argument("folder", required=False, type=click.Path(path_type=Path, file_okay=False))
@click.pass_obj
def detect(context: Context, folder: Path | None) -> None:
    """Say what a project is made of, with the evidence for each claim. Nothing of it is run."""
    from generators.detect import detect as look
    from tui.commands.detection_text import lines_of

    root = folder or context.root
    if not root.is_dir():
        raise Failure(
            "no-folder",
            _("There is no folder {folder}").format(folder=root),
            exit_code=Exit.USAGE,
        )
    found = look(root)
    for line in lines_of(found):
        context.out.say(line)
    context.out.done(found.as_json())


@click.command()
@click.argument("names", nargs=-1, metavar="[NAME]…")
@click.option("--family", "families", multiple=True, help="All of a family: aws, vm, scripts …")
@click.option("--list", "only_list", is_flag=True, help="List what can be made, why and when.")
@click.option("--diff", "show_diff", is_flag=True, help="Show what would change, line by line.")
@click.option("--check", "only_check", is_flag=True, help="Exit 3 when a file is not up to date.")
@click.option("--write", "do_write", is_flag=True, help="Write; your edits are merged, never lost.")
@click.option("--verify", is_flag=True, help="Run the validators that are on this machine.")
@click.option("--undo", "take_back", is_flag=True, help="Take the last write back.")
@click.pass_obj
def generate(
    context: Context,
    names: tuple[str, ...],
    families: tuple[str, ...],
    only_list: bool,
    show_diff: bool,
    only_check: bool,
    do_write: bool,
    verify: bool,
    take_back: bool,
) -> None:
    """Render Dockerfile, compose file, pipeline and friends; a person's edits survive.

    NAME is dockerfile, compose, github, start … or a path; without one: all that the blueprint's
    runtime and pipeline need. --list shows the others.
    """
    from generators.detect import detect as look
    from wizards import files
    from wizards.deployment import assumed

    root = context.root
    if take_back:
        _taken_back(context, files.undo(root))
    blueprint, found = context.blueprint(), look(root)
    if only_list:
        _listed(context, files.offers(root, blueprint, detection=found))
    language = _asked_language()
    states = files.artefacts(
        root, blueprint, names=(*names, *families), language=language, detection=found
    )
    note = assumed(blueprint, found)
    if note:
        _say_note(context, note)
    checks = _verified(root, states) if verify else []
    for line in _table(states):
        context.out.say(line)
    if show_diff:
        _say_diffs(context, states)
    _say_checks(context, checks)
    written = files.write(root, states) if do_write else []
    _say_end(context, states, written, do_write)
    data = {**_data(root, states, written, checks, show_diff), "notes": [note] if note else []}
    failed = [one for one in checks if one.outcome == "failed"]
    if failed:
        context.out.refused(data, _not_valid(failed))
    conflict = any(state.state == "conflict" for state in states)
    stale = any(state.stale for state in states)
    behind = (only_check and stale and not do_write) or (do_write and conflict)
    context.out.done(data, Exit.DIFFERENCE if behind else Exit.DONE)


def _listed(context: Context, offers: list[Offer]) -> None:
    from rich.cells import cell_len

    width = max(cell_len(offer.name) for offer in offers)
    family = ""
    for offer in offers:
        if offer.family != family:
            family = offer.family
            context.out.say(click.style(family, bold=True))
        mark, colour = ("✓", "green") if offer.unasked else ("+", "cyan")
        if not offer.paths:
            mark, colour = "·", "bright_black"
        gap = " " * (width - cell_len(offer.name))
        when = offer.when if offer.paths else _("makes no sense for this project")
        context.out.say(
            f"  {click.style(mark, fg=colour)} {offer.name}{gap}  {offer.says} · {when}"
        )
    context.out.say()
    context.out.say(_("one: tarmac generate NAME · a whole family: tarmac generate --family aws"))
    found: list[Json] = [
        {
            "name": offer.name,
            "family": offer.family,
            "says": offer.says,
            "when": offer.when,
            "unasked": offer.unasked and bool(offer.paths),
            "paths": list(offer.paths),
        }
        for offer in offers
    ]
    context.out.done({"artefacts": found})


def _asked_language() -> str | None:
    """Return the language of ``--lang``; without it the files keep the one they have."""
    from click.core import ParameterSource

    step: click.Context | None = click.get_current_context()
    while step is not None:
        if step.get_parameter_source("lang") is ParameterSource.COMMANDLINE:
            return current()
        step = step.parent
    return None


def _table(states: list[FileState]) -> list[str]:
    """Return one line per file: mark, path, state, words; columns by cell width."""
    from rich.cells import cell_len

    names = {state.artefact.path: _state_word(state.state) for state in states}
    path_width = max((cell_len(path) for path in names), default=0)
    word_width = max((cell_len(word) for word in names.values()), default=0)
    lines = []
    for state in states:
        path, word = state.artefact.path, names[state.artefact.path]
        mark, colour = _MARKS[state.state]
        label = click.style(word + " " * (word_width - cell_len(word)), fg=colour)
        gap = " " * (path_width - cell_len(path))
        lines.append(f"{click.style(mark, fg=colour)} {path}{gap}  {label}  {state.says}")
    return lines


def _say_note(context: Context, note: str) -> None:
    from tui.commands.wrapping import wrapped

    width = min(shutil.get_terminal_size((80, 24)).columns, _WIDEST)
    for number, line in enumerate(wrapped(note, width - 2)):
        context.out.say((click.style("▲", fg="yellow") if not number else " ") + f" {line}")
    context.out.say()


def _state_word(state: str) -> str:
    return {
        "new": _("new"),
        "unchanged": _("unchanged"),
        "changed": _("changed"),
        "edited": _("edited by you"),
        "merge": _("merge"),
        "conflict": _("conflict"),
    }[state]


def _say_diffs(context: Context, states: list[FileState]) -> None:
    colours = {"+": "green", "-": "red", "@": "cyan"}
    for state in states:
        if state.diff:
            context.out.say()
            for line in state.diff.splitlines():
                colour = None if line.startswith(("+++", "---")) else colours.get(line[:1])
                context.out.say(click.style(line, fg=colour, bold=line.startswith(("+++", "---"))))


def _verified(root: Path, states: list[FileState]) -> list[Checked]:
    from generators.check import check
    from generators.checking.build_context import copied

    made = {one.artefact.path for one in states}
    built = [
        copied(root, one.artefact.path, one.merged, one.artefact.context, made)
        for one in states
        if one.artefact.context
    ]
    return [*built, *check([(one.artefact.name, one.artefact.path, one.merged) for one in states])]


def _say_checks(context: Context, checks: list[Checked]) -> None:
    marks = {"passed": ("✓", "green"), "failed": ("✗", "red"), "absent": ("○", "bright_black")}
    if checks:
        context.out.say()
    for one in checks:
        mark, colour = marks[one.outcome]
        words = {
            "passed": _("passed"),
            "failed": _("complains"),
            "absent": _("not checked: the program is not on this machine"),
        }[one.outcome]
        if one.get:
            words += " · " + _("get it with: {command}").format(command=one.get)
        line = f"{click.style(mark, fg=colour)} {one.validator} · {one.path} · {words}"
        context.out.say(line)
        for complaint in one.complaints:
            place = f"{complaint.path}:{complaint.line}" if complaint.line else complaint.path
            context.out.say(f"    {place}  {complaint.message}")


def _say_end(
    context: Context, states: list[FileState], written: list[Path], do_write: bool
) -> None:
    context.out.say()
    if do_write:
        count = len(written)
        context.out.say(
            ngettext("{count} file written", "{count} files written", count).format(count=count)
            if written
            else _("nothing to write")
        )
        if written:
            context.out.say(_("take it back with: tarmac generate --undo"))
    elif any(state.stale for state in states):
        context.out.say(_("look with --diff, write with --write"))
    else:
        context.out.say(_("everything is up to date"))


def _taken_back(context: Context, paths: list[Path]) -> None:
    for path in paths:
        context.out.say(f"← {path.relative_to(context.root)}")
    if not paths:
        context.out.say(_("there is no write to take back"))
    context.out.done({"undone": [str(path.relative_to(context.root)) for path in paths]})


def _not_valid(failed: list[Checked]) -> Failure:
    says = [f"{one.path}: {line.message}" for one in failed for line in one.complaints]
    return Failure(
        "not-valid",
        _("A validator complains about {files}").format(
            files=", ".join(dict.fromkeys(one.path for one in failed))
        ),
        why="\n".join(says[:5]),
    )


def _data(
    root: Path,
    states: list[FileState],
    written: list[Path],
    checks: list[Checked],
    with_diff: bool,
) -> dict[str, Json]:
    files: list[Json] = []
    for state in states:
        entry: dict[str, Json] = {
            "name": state.artefact.name,
            "path": state.artefact.path,
            "state": state.state,
            "stale": state.stale,
            "says": state.says,
        }
        if with_diff:
            entry["diff"] = state.diff
        files.append(entry)
    return {
        "blueprint": states[0].blueprint if states else "",
        "language": states[0].language if states else "",
        "files": files,
        "written": [str(path.relative_to(root)) for path in written],
        "checks": [one.as_json() for one in checks],
    }
