"""One place that speaks: plain text for people, JSON lines and one envelope for programs."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, NoReturn

from wizards.events import Event, Json
from wizards.failures import Exit, Failure

if TYPE_CHECKING:
    from tui.context import Context


class Output:
    """Text goes to stdout unless --json; failures go to stderr as cards or into the envelope."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self.render: Callable[[Event], str | None] | None = None

    def say(self, text: str = "") -> None:
        """Print a line for a person; with --json nothing."""
        if not self._context.json:
            import click

            click.echo(text)

    def event(self, event: Event) -> None:
        """Print an event as a JSON line, or as the line the command's ``render`` makes of it."""
        if self._context.json:
            _line(event.as_json())
        elif self.render is not None:
            text = self.render(event)
            if text is not None:
                self.say(text)

    def done(self, data: Mapping[str, Json], exit_code: Exit = Exit.DONE) -> NoReturn:
        """End the command: with --json print the envelope; exit with the code."""
        if self._context.json:
            ok = exit_code in (Exit.DONE, Exit.DIFFERENCE)
            _line(_envelope(self._context.command, ok, data, []))
        raise SystemExit(int(exit_code))

    def refused(self, data: Mapping[str, Json], *failures: Failure) -> NoReturn:
        """End the command with data *and* failures; the first one's exit code is the command's."""
        if self._context.json:
            errors: list[Json] = [failure.as_json() for failure in failures]
            _line(_envelope(self._context.command, False, data, errors))
        else:
            for failure in failures:
                self.card(failure)
        raise SystemExit(int(failures[0].exit_code))

    def failed(self, failure: Failure) -> int:
        """Show a failure as a card or as the envelope and return its exit code."""
        if self._context.json:
            _line(_envelope(self._context.command, False, {}, [failure.as_json()]))
        else:
            self.card(failure)
        return int(failure.exit_code)

    def card(self, failure: Failure, at: str = "") -> None:
        """Print a failure card on stderr: what happened (and to what), why, what to do next."""
        import click

        from generators.language import _

        click.echo(click.style("✗ ", fg="red", bold=True) + failure.message, err=True)
        if at:
            click.echo(click.style(f"  {at}", dim=True), err=True)
        for line in failure.why.splitlines():
            click.echo("\n".join(f"  {part}" for part in _folded(line)), err=True)
        for number, step in enumerate(failure.next):
            lead = _("next:") if number == 0 else " " * _cells(_("next:"))
            click.echo("  " + click.style(lead, bold=True) + f" {step}", err=True)
        if failure.raw and failure.raw not in (failure.message, failure.why):
            if self._context.verbose:
                click.echo(click.style("  " + _("raw error:"), dim=True), err=True)
                for line in failure.raw.splitlines():
                    click.echo(f"    {line}", err=True)
            else:
                click.echo(click.style("  " + _("the raw error: add -v"), dim=True), err=True)


def _folded(line: str) -> list[str]:
    """Return a line in pieces that fit the terminal; a program gets it whole."""
    import shutil

    if not sys.stderr.isatty():
        return [line]
    from tui.commands.wrapping import wrapped

    return wrapped(line, max(shutil.get_terminal_size().columns - 2, 20))


def _envelope(
    command: str, ok: bool, data: Mapping[str, Json], errors: list[Json]
) -> dict[str, Json]:
    return {"tarmac": 1, "command": command, "ok": ok, "data": data, "errors": errors}


def _line(fields: Mapping[str, Json]) -> None:
    sys.stdout.write(json.dumps(fields, ensure_ascii=False) + "\n")
    sys.stdout.flush()


def _cells(text: str) -> int:
    import unicodedata

    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)
