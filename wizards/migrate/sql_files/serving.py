"""The agent of SQL files: ``python -P -m wizards.migrate.sql_files.serving IN OUT``.

The same protocol as Alembic's agent, a fresh process per operation, so that whoever asks cannot
tell the difference: a crash stays in this process, and a cancel is a real kill.
"""

from __future__ import annotations

import os
import platform
import sys

from wizards.migrate.sql_files.channel import Channel
from wizards.migrate.sql_files.operations import perform

PROTOCOL = 1


def main() -> None:
    """Say hello, read the request, do it, and end."""
    channel = Channel(int(sys.argv[1]), int(sys.argv[2]))
    channel.event("hello", protocol=PROTOCOL, python=platform.python_version(), pid=os.getpid())
    perform(channel, channel.receive())
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
