"""`tarmac migrate lint`: judge SQL scripts and Alembic revision files."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from generators.language import _
from tui.context import Context
from wizards.failures import Refused, UsageFailure

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wizards.migrate.model import Severity
    from wizards.migrate.review.lint import JudgedFile

SEVERITIES = ("danger", "caution", "notice")


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE…|-")
@click.option("--postgres", type=click.IntRange(9, 30), help="Judge for this major version.")
@click.option("--database", metavar="URL", help="Live facts and checks of this database.")
@click.option(
    "--in-transaction/--no-transaction",
    default=None,
    help="Whether the runner opens a transaction around a SQL script (default: no).",
)
@click.option("--also", multiple=True, metavar="RULE", help="A rule that is off by default.")
@click.option("--sarif", "as_sarif", is_flag=True, help="Print SARIF 2.1.0.")
@click.option("--github", "as_github", is_flag=True, help="Print GitHub annotations.")
@click.option(
    "--fail-on",
    type=click.Choice(SEVERITIES),
    default="danger",
    show_default=True,
    help="Exit 4 when a finding is this bad or worse.",
)
@click.pass_obj
def lint(
    context: Context,
    files: tuple[str, ...],
    postgres: int | None,
    database: str | None,
    in_transaction: bool | None,
    also: tuple[str, ...],
    as_sarif: bool,
    as_github: bool,
    fail_on: str,
) -> None:
    """Say what each statement of SQL or Alembic revision files locks, breaks or loses.

    Folders stand for the .sql and .py files in them; - is standard input. Suppress one finding
    with a comment: -- tarmac: allow RULE because REASON.
    """
    import gc

    from wizards.migrate.review.lint import lint_texts

    gc.disable()  # the process ends soon; looking for cycles costs a third of a large file's time
    judged = lint_texts(
        [(path, _text(path)) for name in files for path in _paths(name)],
        postgres=postgres,
        database=database,
        in_transaction=in_transaction,
        levels=_levels(context),
        asked_for=_asked_for(also),
    )
    if as_sarif:
        _print_sarif(judged)
    elif as_github:
        _print_annotations(judged)
    elif not context.json:
        _print_text(context, judged)
    _end(context, judged, fail_on)


def _paths(name: str) -> list[str]:
    if name == "-":
        return ["-"]
    path = Path(name)
    if not path.is_dir():
        return [name]
    scripts = (file for file in path.rglob("*.sql") if file.is_file())
    revisions = (file for file in path.rglob("*.py") if _is_revision(file))
    found = sorted(str(file) for file in (*scripts, *revisions))
    if not found:
        raise UsageFailure(
            "nothing-to-lint",
            _("{path} holds no .sql file and no Alembic revision").format(path=name),
        )
    return found


def _is_revision(file: Path) -> bool:
    """Whether a Python file in a folder is a revision; env.py and the like are none."""
    if "__pycache__" in file.parts or not file.is_file():
        return False
    return (
        re.search(rb"^(down_revision\b|def upgrade\()", file.read_bytes(), re.MULTILINE) is not None
    )


def _text(path: str) -> str:
    try:
        data = sys.stdin.buffer.read() if path == "-" else Path(path).read_bytes()
    except OSError as wrong:
        raise UsageFailure(
            "cannot-read",
            _("cannot read {path}").format(path=path),
            why=wrong.strerror or "",
            raw=str(wrong),
        ) from wrong
    return data.decode("utf-8", "replace")


def _levels(context: Context) -> dict[str, Severity | None]:
    """Rule levels of tarmac.toml, where there is one."""
    from wizards.migrate.review.levels import levels_of

    blueprint = context.blueprint_or_none()
    stream = blueprint.migrations.get("") if blueprint else None
    if stream is None or not stream.rules:
        return {}
    try:
        return levels_of(stream.rules)
    except ValueError as wrong:
        raise UsageFailure(
            "rule-levels", str(wrong), why=_("in [migrations] rules of tarmac.toml")
        ) from wrong


def _asked_for(also: tuple[str, ...]) -> frozenset[str]:
    from wizards.migrate.review.severities import ASKED_FOR_RULES, TIMEOUT_RULES

    asked: set[str] = set()
    for rule in also:
        if rule == "timeouts":
            asked |= TIMEOUT_RULES
        elif rule in ASKED_FOR_RULES:
            asked.add(rule)
        else:
            raise UsageFailure(
                "unknown-rule",
                _("--also {rule}: not one of the rules that are off by default").format(rule=rule),
                next=tuple(f"--also {name}" for name in ("timeouts", *sorted(ASKED_FOR_RULES))),
            )
    return frozenset(asked)


def _print_sarif(judged: Sequence[JudgedFile]) -> None:
    import json

    from tui import __version__
    from wizards.migrate.review.sarif import sarif

    click.echo(json.dumps(sarif(judged, __version__), ensure_ascii=False, indent=1))


def _print_annotations(judged: Sequence[JudgedFile]) -> None:
    from wizards.migrate.review.annotations import workflow_commands

    for file in judged:
        for line in workflow_commands(file):
            click.echo(line)


def _print_text(context: Context, judged: Sequence[JudgedFile]) -> None:
    from tui.commands.lint_text import finding_lines, summary

    for file in judged:
        for found in file.findings:
            for line in finding_lines(file, found):
                context.out.say(line)
            context.out.say()
    context.out.say(summary(judged))


def _end(context: Context, judged: Sequence[JudgedFile], fail_on: str) -> NoReturn:
    """Exit 4 when a finding is as bad as ``--fail-on`` says, else 0."""
    from wizards.migrate.model import Severity

    limit = Severity(fail_on).rank
    bad = sum(found.severity.rank <= limit for file in judged for found in file.findings)
    data = {"files": [file.as_json() for file in judged]}
    if not bad:
        context.out.done(data)
    context.out.refused(
        data,
        Refused(
            "findings",
            _("findings that refuse: {count}").format(count=bad),
            why=_("at or above --fail-on {severity}").format(severity=fail_on),
            next=(_("take the safer path shown, or -- tarmac: allow RULE because REASON"),),
        ),
    )
