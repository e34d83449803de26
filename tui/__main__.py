"""The `tarmac` command: what needs no parser (--version, the app) is reached before it."""

from __future__ import annotations

import sys

from tui import __version__


def main() -> None:
    """Run the command line of this process and exit with its code."""
    if sys.argv[1:] in (["--version"], ["-V"]):
        print(f"tarmac {__version__}")
        return
    from tui.full_screen import open_app, wanted

    if wanted(sys.argv[1:]):
        sys.exit(open_app())
    from tui.cli import run

    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
