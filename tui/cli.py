"""The composition root of the command line: every command by name, imported when it runs."""

from __future__ import annotations

import signal
import sys
from types import FrameType

import click

from generators.language import N_, _, use
from tui.context import Context
from tui.lazy_group import LazyGroup, global_options, prepared
from tui.usage_words import usage_words
from wizards.cancel import Cancelled
from wizards.failures import Exit, Failure, UsageFailure

COMMANDS = {
    "demo": (
        "tui.commands.demo:demo",
        N_("Try everything on an example project, no account needed"),
    ),
    "init": ("tui.commands.init:init", N_("Answer the questions that make tarmac.toml")),
    "doctor": (
        "tui.commands.doctor:doctor",
        N_("What is installed, who is logged in, what is missing"),
    ),
    "plan": ("tui.commands.setup:plan", N_("Show what set-up would change, and what it costs")),
    "apply": ("tui.commands.setup:apply", N_("Carry the plan out; --resume after an interruption")),
    "undo": ("tui.commands.undo:undo", N_("Remove what Tarmac made, and only that")),
    "drift": ("tui.commands.drift:drift", N_("Compare the world with tarmac.toml")),
    "export": (
        "tui.commands.export:export",
        N_("Write the set-up as Terraform or a gcloud script"),
    ),
    "detect": ("tui.commands.files:detect", N_("What the project is made of, with the evidence")),
    "generate": (
        "tui.commands.files:generate",
        N_("Render Dockerfile, compose, pipeline; keeps your edits"),
    ),
    "migrate": ("tui.commands.migrate:migrate", N_("The migration console without the screen")),
    "deploy": ("tui.commands.deploy:deploy", N_("Build, migrate as a job, roll out, watch")),
    "releases": (
        "tui.commands.deploy:releases",
        N_("Revisions of the service; shift traffic back"),
    ),
    "status": ("tui.commands.status:status", N_("What is deployed: the panels as text")),
    "sandbox": (
        "tui.commands.sandbox:sandbox",
        N_("A Google Cloud on this machine to try things on"),
    ),
    "serve": ("tui.commands.serve:serve", N_("The app in a browser, on this machine only")),
}


@click.group(
    cls=LazyGroup,
    lazy=COMMANDS,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    params=global_options(),
)
@click.version_option(package_name="tarmac", prog_name="tarmac")
@click.pass_context
def tarmac(ctx: click.Context) -> None:
    """From a repository to a running, safely migrated service on Google Cloud.

    Without a command the full-screen app opens.
    """
    if ctx.invoked_subcommand is None:
        context = ctx.ensure_object(Context)
        if context.json or not (sys.stdin.isatty() and sys.stderr.isatty()):
            click.echo(ctx.get_help(), err=True)
            click.echo(
                "\n" + _("The app needs a terminal; here only the commands above work."), err=True
            )
            ctx.exit(int(Exit.USAGE))
        from tui.app import run as run_app

        ctx.exit(run_app(context))


def run(arguments: list[str]) -> int:
    """Run one command line and return its exit code; nothing escapes as a traceback."""
    use(_language(arguments))
    prepared(tarmac)
    context = Context(json="--json" in arguments, command=_command(arguments))
    signal.signal(signal.SIGTERM, _terminate)
    try:
        code = tarmac.main(args=arguments, prog_name="tarmac", standalone_mode=False, obj=context)
        return int(code) if isinstance(code, int) else int(Exit.DONE)
    except Failure as failure:
        return context.out.failed(failure)
    except click.UsageError as wrong:
        return context.out.failed(_usage(wrong))
    except (Cancelled, click.Abort, KeyboardInterrupt):
        return context.out.failed(Failure("cancelled", _("cancelled"), exit_code=Exit.CANCELLED))
    except click.exceptions.Exit as ended:
        return ended.exit_code
    except BrokenPipeError:
        return _broken_pipe()
    except Exception as wrong:  # noqa: BLE001 - the last net: a card and a log file, no traceback
        from tui.logfile import crash

        return context.out.failed(crash(wrong))


def _terminate(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _language(arguments: list[str]) -> str | None:
    for number, word in enumerate(arguments):
        if word == "--lang" and number + 1 < len(arguments):
            return arguments[number + 1]
        if word.startswith("--lang="):
            return word.removeprefix("--lang=")
    return None


def _command(arguments: list[str]) -> str:
    """Return the words that name the command, for the envelope: "migrate status"."""
    words = [word for word in arguments if not word.startswith("-")]
    values = {"--config", "--env", "--lang", "--state"}
    skipped = {
        arguments[number + 1] for number, word in enumerate(arguments[:-1]) if word in values
    }
    words = [word for word in words if word not in skipped]
    if not words or words[0] not in COMMANDS:
        return ""
    groups = {"migrate", "sandbox", "releases", "export"}
    return " ".join(words[: 2 if words[0] in groups else 1])


def _usage(wrong: click.UsageError) -> Failure:
    path = wrong.ctx.command_path if wrong.ctx else "tarmac"
    return UsageFailure("usage", usage_words(wrong), next=(f"{path} --help",))


def _broken_pipe() -> int:
    """Let `tarmac … | head` end quietly."""
    import os

    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return int(Exit.DONE)
