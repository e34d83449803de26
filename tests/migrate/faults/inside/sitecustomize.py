"""Found first on the path of every process of a fault run; only agents are watched."""

import os
import sys

if os.environ.get("FAULT_POINTS") and any(
    word.endswith(("agent.py", "sql_files.serving")) for word in sys.orig_argv
):
    import striking  # type: ignore[import-not-found]

    striking.watch_driver()
