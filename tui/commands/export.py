"""`tarmac export`: the set-up as Terraform or as a gcloud script."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from generators.language import N_, _
from tui.context import Context

if TYPE_CHECKING:
    from wizards.events import Json
    from wizards.setup.export.exported import Export
    from wizards.setup.export.writing import Target

_MARKS = {"new": "+", "changed": "~", "unchanged": "=", "edited": "▲"}
_DEFAULT = {"terraform": "terraform"}


@click.command()
@click.argument("form", type=click.Choice(["terraform", "gcloud"]))
@click.option(
    "-o",
    "--output",
    metavar="DIR",
    type=click.Path(path_type=Path, file_okay=False),
    help=N_("Where to write (terraform: ./terraform; without it a gcloud script is printed)."),
)
@click.option("--force", is_flag=True, help=N_("Replace files that were edited since."))
@click.pass_obj
def export(context: Context, form: str, output: Path | None, force: bool) -> None:
    """Write the set-up as Terraform with import blocks, or as a gcloud script.

    Secrets stand in neither: the script asks for them, Terraform has variables.
    """
    from wizards.setup.export.exporting import export as exported
    from wizards.setup.export.writing import targets, write

    made = exported(form, context.blueprint())
    folder = output or (Path(_DEFAULT[form]) if form in _DEFAULT else None)
    if folder is None:
        _print(context, made)
    wanted = targets(made, folder)
    written = write(wanted, force=force)
    for target in wanted:
        context.out.say(f"{_MARKS[target.state]} {target.path}{_words(target)}")
    _warn(context, made)
    context.out.say(_("next: {command}").format(command=_next(form, folder)) if written else "")
    files: list[Json] = [
        {"name": part.file.name, "path": str(part.path), "state": part.state} for part in wanted
    ]
    context.out.done({"form": form, "files": files, "uncovered": list(made.uncovered)})


def _print(context: Context, made: Export) -> NoReturn:
    """Print the one file as it is, so that it can be piped; warnings go to stderr."""
    from wizards.setup.export.writing import sealed

    texts = {file.name: sealed(file.text) for file in made.files}
    if not context.json:
        for text in texts.values():
            click.echo(text, nl=False)
    _warn(context, made)
    files: list[Json] = [
        {"name": name, "path": None, "state": "new", "text": text} for name, text in texts.items()
    ]
    context.out.done({"form": made.form, "files": files, "uncovered": list(made.uncovered)})


def _words(target: Target) -> str:
    from wizards.setup.export.writing import KEPT

    if target.state == "edited":
        return " · " + _("replaced; yours is kept as {file}").format(file=target.path.name + KEPT)
    return {
        "new": "",
        "changed": " · " + _("brought up to date"),
        "unchanged": " · " + _("unchanged"),
    }[target.state]


def _warn(context: Context, made: Export) -> None:
    if made.uncovered and not context.json:
        words = _("▲ not covered by this export: {names}").format(names=", ".join(made.uncovered))
        click.echo(words, err=True)


def _next(form: str, folder: Path) -> str:
    import shlex

    place = shlex.quote(str(folder))
    return f"terraform -chdir={place} init" if form == "terraform" else f"bash {place}/setup.sh"
