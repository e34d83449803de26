"""A process that has imported everything and forks a real `tarmac` for every line it reads.

A line is ``{"words", "folder", "environment", "said", "point", "points"}``: the arguments, where to
run, where its output goes, at which point to be killed ("" for never) and the file that gets every
point it passes. The answer is ``{"code"}``, negative for a signal. A point is a moment around a
journal record ("before", "half", "after") or after the answer to a write ("answered").
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import traceback
from collections import Counter
from pathlib import Path
from typing import Any

from tests.reliability.points import of_record, of_request, writes

_NEEDED = (
    "tui.cli",
    "tui.commands.setup",
    "tui.plan_text",
    "wizards.setup.applying",
    "wizards.setup.planning",
)
_ONE_AT_A_TIME = threading.Lock()


def main() -> None:
    """Fork as told until the input ends."""
    _warm()
    print(json.dumps({"ready": True}), flush=True)
    for line in sys.stdin:
        order = json.loads(line)
        child = os.fork()
        if child == 0:
            _be_tarmac(order)
        _pid, status = os.waitpid(child, 0)
        print(json.dumps({"code": os.waitstatus_to_exitcode(status)}), flush=True)


def _warm() -> None:
    """Import what an apply imports, and build the clients once."""
    from importlib import import_module

    from wizards.cloud.google_cloud import GoogleCloud
    from wizards.postgres.sandbox_address import SandboxAddress

    for module in _NEEDED:
        import_module(module)
    cloud = GoogleCloud.of(SandboxAddress(url="http://127.0.0.1:9", state=Path("/nowhere")))
    for name in ("_usage", "_projects", "_billing", "_registry", "_secrets"):
        getattr(cloud, name)()
    cloud._clients.iam()
    cloud._clients.sql("SqlInstancesService")
    cloud.close()


def _be_tarmac(order: dict[str, Any]) -> None:
    """Become the command; never returns."""
    code = 99
    try:
        os.chdir(order["folder"])
        os.environ.clear()
        os.environ.update(order["environment"])
        nothing = os.open(os.devnull, os.O_RDONLY)
        said = os.open(order["said"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        for old, new in ((0, nothing), (1, said), (2, said)):
            os.dup2(new, old)
        sys.stdin = open(0, closefd=False)  # noqa: SIM115
        sys.argv = ["tarmac", *order["words"]]
        _watch(order["point"], Path(order["points"]))
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


def _watch(deadly: str, points: Path) -> None:
    """Note every point that is passed, and end at the deadly one as by ``kill -9``."""
    from requests.adapters import HTTPAdapter

    from wizards.journal import Journal

    append, send = Journal.append, HTTPAdapter.send
    passed: Counter[str] = Counter()

    def reach(moment: str, what: str) -> str:
        with _ONE_AT_A_TIME:
            key = f"{moment} {what}"
            passed[key] += 1
            point = f"{key} #{passed[key]}"
            with points.open("a", encoding="utf-8") as file:
                file.write(point + "\n")
            if point == deadly:
                os.kill(os.getpid(), signal.SIGKILL)
            return point

    def killing_append(self: Journal, fields: dict[str, Any]) -> None:
        what = of_record(fields)
        reach("before", what)
        if f"half {what} #{passed[f'half {what}'] + 1}" == deadly:
            line = json.dumps(fields)
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with self.path.open("a", encoding="utf-8") as file:
                file.write(line[: len(line) // 2])
        reach("half", what)
        append(self, fields)
        reach("after", what)

    def killing_send(self: HTTPAdapter, request: Any, *rest: Any, **more: Any) -> Any:
        answer = send(self, request, *rest, **more)
        if writes(request.method, request.url) and answer.status_code < 300:
            reach("answered", of_request(request.method, request.url))
        return answer

    Journal.append = killing_append  # type: ignore[method-assign]
    HTTPAdapter.send = killing_send  # type: ignore[method-assign]


if __name__ == "__main__":
    main()
