"""`tarmac` without arguments: straight to the app, before the command line's parser is imported."""

from __future__ import annotations

import sys

from generators.language import _, use
from tui.context import Context
from wizards.failures import Exit, Failure


def wanted(arguments: list[str]) -> bool:
    """Say whether this command line means the app, on terminals that can show it."""
    return not arguments and sys.stdin.isatty() and sys.stderr.isatty()


def open_app() -> int:
    """Run the app and return its exit code; nothing escapes as a traceback."""
    use()
    context = Context()
    try:
        from tui.app import run

        return run(context)
    except Failure as failure:
        return context.out.failed(failure)
    except KeyboardInterrupt:
        return context.out.failed(Failure("cancelled", _("cancelled"), exit_code=Exit.CANCELLED))
    except Exception as wrong:  # noqa: BLE001 - the last net: a card and a log file, no traceback
        from tui.logfile import crash

        return context.out.failed(crash(wrong))
