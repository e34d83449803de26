"""Command groups that import a command only when it runs, and options that stand anywhere."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import click

from generators.language import LANGUAGES, _, use
from tui.context import Context
from tui.help_page import HelpContext


class LazyGroup(click.Group):
    """A group whose sub-commands are named as ``{"name": ("module:attribute", "help")}``."""

    def __init__(
        self, *args: Any, lazy: Mapping[str, tuple[str, str]] | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.lazy = dict(lazy or {})

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """Return the names in the order they were given, lazy ones first."""
        return [*self.lazy, *(name for name in self.commands if name not in self.lazy)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return a command, with the global options added to it."""
        if cmd_name in self.lazy and cmd_name not in self.commands:
            module, attribute = self.lazy[cmd_name][0].split(":")
            self.add_command(getattr(importlib.import_module(module), attribute), cmd_name)
        command = super().get_command(ctx, cmd_name)
        return None if command is None else prepared(command)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the sub-commands without importing the lazy ones."""
        rows = []
        for name in self.list_commands(ctx):
            if name in self.lazy:
                rows.append((name, _(self.lazy[name][1])))
            else:
                command = self.commands[name]
                if not command.hidden:
                    rows.append((name, _(command.get_short_help_str(limit=200))))
        if rows:
            with formatter.section(_("Commands")):
                formatter.write_dl(rows)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find a sub-command; an unknown name suggests the nearest one."""
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as wrong:
            import difflib

            close = difflib.get_close_matches(args[0], self.list_commands(ctx), n=1)
            says = _("there is no command “{name}”").format(name=args[0])
            if close:
                says += "; " + _("did you mean “{name}”?").format(name=close[0])
            raise click.UsageError(says, ctx) from wrong


def prepared(command: click.Command) -> click.Command:
    """Translate a command's help pages and add the global options it lacks (once)."""
    if getattr(command, "tarmac_prepared", False):
        return command
    command.tarmac_prepared = True  # type: ignore[attr-defined]
    command.context_class = HelpContext
    if command.help:
        command.help = _(command.help)
    taken = {word for param in command.params for word in param.opts}
    command.params += [option for option in global_options() if not taken.intersection(option.opts)]
    for param in command.params:
        if isinstance(param, click.Option) and param.help:
            param.help = _(param.help)
    if isinstance(command, click.Group) and not isinstance(command, LazyGroup):
        for inner in command.commands.values():
            prepared(inner)
    return command


def global_options() -> list[click.Option]:
    """Return fresh global options; each writes into the context and is given to no function."""
    return [
        _global(["--config"], "config", "The tarmac.toml to use.", type=click.Path(path_type=Path)),
        _global(["--env"], "env", "The environment (a target database) to use.", metavar="NAME"),
        _global(["--json"], "json", "Events and one envelope as JSON on stdout.", is_flag=True),
        _global(["--no-input"], "no_input", "Never ask; name what is missing.", is_flag=True),
        _global(
            ["--lang"],
            None,
            "The language to speak.",
            type=click.Choice(LANGUAGES),
            then=lambda value: use(value),
        ),
        _global(
            ["--sandbox"],
            "sandbox",
            "Use the sandbox instead of Google Cloud; start one when none runs.",
            is_flag=True,
        ),
        _global(
            ["--state"],
            "state",
            "The sandbox's state folder.",
            type=click.Path(path_type=Path),
            metavar="DIR",
        ),
        _global(["-v", "--verbose"], "verbose", "Say more; show raw errors.", count=True),
    ]


def _global(
    words: list[str],
    name: str | None,
    text: str,
    *,
    then: Callable[[Any], object] | None = None,
    **kwargs: Any,
) -> click.Option:
    def keep(ctx: click.Context, _param: click.Parameter, value: Any) -> Any:
        if value not in (None, False, 0):
            if name is not None:
                setattr(ctx.ensure_object(Context), name, value)
            if then is not None:
                then(value)
        return value

    return click.Option(
        words, expose_value=False, is_eager=True, callback=keep, help=text, **kwargs
    )
