"""The `tarmac` command: answers --version before anything else is imported."""

from __future__ import annotations

import sys

from tui import __version__


def main() -> None:
    """Run the command line of this process and exit with its code."""
    if sys.argv[1:] in (["--version"], ["-V"]):
        print(f"tarmac {__version__}")
        return
    from tui.cli import run

    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
