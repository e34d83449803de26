"""A process that has imported everything and forks a real `tarmac` for every line it reads.

A line is ``{"words", "folder", "environment", "said"}``; the answer is ``{"code"}``, negative for a
signal. The variables ``FAULT_*`` of the environment say what harm is done where.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import traceback
from importlib import import_module
from pathlib import Path
from typing import Any

from tests.migrate.faults.inside.striking import Striker, connection

_NEEDED = (
    "tui.cli",
    "tui.commands.migrate",
    "tui.commands.migrate_status",
    "tui.commands.migrate_text",
    "psycopg",
    "wizards.migrate.console",
    "wizards.migrate.shapes",
    "wizards.migrate.cards",
    "wizards.migrate.will_fail",
    "wizards.migrate.sql_files.operations",
)


def main() -> None:
    """Fork as told until the input ends."""
    for module in _NEEDED:
        import_module(module)
    print(json.dumps({"ready": True}), flush=True)
    for line in sys.stdin:
        order = json.loads(line)
        child = os.fork()
        if child == 0:
            _be_tarmac(order)
        _pid, status = os.waitpid(child, 0)
        print(json.dumps({"code": os.waitstatus_to_exitcode(status)}), flush=True)


def _be_tarmac(order: dict[str, Any]) -> None:
    """Become the command; never returns."""
    code = 99
    try:
        os.chdir(order["folder"])
        os.environ.clear()
        os.environ.update(order["environment"])
        nothing = os.open(os.devnull, os.O_RDONLY)
        said = os.open(order["said"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        for old, new in ((0, nothing), (1, said), (2, said)):
            os.dup2(new, old)
        sys.stdin = open(0, closefd=False)  # noqa: SIM115
        sys.argv = ["tarmac", *order["words"]]
        if os.environ.get("FAULT_POINTS"):
            _watch(Striker())
        from tui.__main__ import main as tarmac

        tarmac()
        code = 0
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else 1
    except BaseException:  # noqa: BLE001 - the child's end is the only way to tell
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _watch(striker: Striker) -> None:
    """Meet the dump, the restore that verifies it, and every record of the journal."""
    from wizards.journal import Journal
    from wizards.migrate import archive

    started, dump, restore, append = archive._started, archive.dump, archive.restore, Journal.append

    def reach(moment: str, name: str) -> None:
        if striker.here(moment, name):
            striker.strike(tarmac=os.getpid())

    def starting(command: list[str], *rest: Any, **more: Any) -> Any:
        what = Path(command[0]).name
        if what != "pg_dump":
            process = started(command, *rest, **more)
            reach("during", f"{what}#{striker.passed[what]}")
            return process
        gate = connection(autocommit=False)
        gate.execute("lock table items in access exclusive mode")
        process = started(command, *rest, **more)
        waits = "select 1 from pg_stat_activity where wait_event_type = 'Lock' and query ~* '^lock'"
        with connection() as looking:
            while process.poll() is None and looking.execute(waits).fetchone() is None:
                pass
        reach("during", f"{what}#{striker.passed[what]}")
        if not gate.broken and striker.kind != "kill-postgres":
            gate.close()
        return process

    def around(plain: Any, what: str) -> Any:
        def run(*arguments: Any, **more: Any) -> Any:
            name = striker.pass_by(what)
            reach("before", name)
            result = plain(*arguments, **more)
            reach("after", name)
            return result

        return run

    def appending(self: Journal, fields: dict[str, Any]) -> None:
        parts = [str(fields[key]) for key in ("event", "phase", "step", "state") if key in fields]
        name = striker.pass_by("journal " + " ".join(parts))
        reach("before", name)
        if striker.kind == "kill-tarmac" and striker.here("during", name):
            line = json.dumps(fields)
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with self.path.open("a", encoding="utf-8") as file:
                file.write(line[: len(line) // 2])
            os.kill(os.getpid(), signal.SIGKILL)
        append(self, fields)
        reach("after", name)

    archive._started = starting
    archive.dump = around(dump, "pg_dump")
    archive.restore = around(restore, "pg_restore")
    Journal.append = appending  # type: ignore[method-assign]


if __name__ == "__main__":
    main()
