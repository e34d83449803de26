"""Every fault at every point of a migration; ``--write FILE`` puts the table into a document."""

from __future__ import annotations

import argparse
import os
import queue
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from tests.migrate.conftest import python_with_alembic
from tests.migrate.faults.fault_runs import (
    APPLIED,
    ASKED,
    BY_ITSELF,
    FINISHED,
    MISSED,
    RECOVERED,
    WRONG,
    Ended,
    Usual,
    disturbed,
    undisturbed,
)
from tests.migrate.faults.subjects import FAILING, SUBJECTS
from tests.migrate.faults.workshop import Workshop

HARD = ("kill-tarmac", "kill-agent", "kill-postgres", "terminate", "reset")
CRASHES = ("raise", "sys.exit", "os._exit", "segfault")
TITLES = {
    "kill-tarmac": "kill -9 of Tarmac",
    "kill-agent": "kill -9 of the agent",
    "kill-postgres": "kill -9 of PostgreSQL",
    "terminate": "connection terminated by the server",
    "reset": "connection reset by the network",
    "raise": "env.py raises",
    "sys.exit": "env.py calls sys.exit",
    "os._exit": "env.py calls os._exit",
    "segfault": "segmentation fault in env.py",
    "lock": "lock never granted",
    "statement-timeout": "statement timeout",
    "fill-disk": "disk full",
}
COLUMNS = (BY_ITSELF, RECOVERED, ASKED, APPLIED, FINISHED, WRONG, MISSED)
BEGIN, END = "<!-- migration faults -->", "<!-- end of migration faults -->"


@dataclass(frozen=True, slots=True)
class Order:
    """One run to do."""

    subject: str
    kind: str
    at: str


def orders(usual: Usual) -> list[Order]:
    """Return the runs of a subject; "after one" is left out where it is "before the next"."""
    name = usual.subject.name
    if name == FAILING:
        return _on_the_way_back(usual)
    found: list[Order] = []
    inside = [one for one in usual.moments if _of_agent(one)]
    moments = [one for one in inside if not one.startswith("after") or one == inside[-1]]
    for number, moment in enumerate(moments):
        kinds = HARD if name == _WHOLE else (HARD[0], HARD[1 + number % 4])
        found += [Order(name, kind, moment) for kind in kinds]
    edges = [one for one in inside if not one.startswith("during")]
    if name != "prisma":
        found += [Order(name, CRASHES[n % 4], moment) for n, moment in enumerate(edges)]
    during = [one for one in inside if one.startswith("during")]
    found += [Order(name, "statement-timeout", one) for one in during if "#1 items" not in one[9:]
              or "s3" not in one]  # fmt: skip
    found += [Order(name, "lock", one) for one in _lockable(inside)]
    if name == _WHOLE:
        found += _around_the_backup(usual) + _around_the_journal(usual)
    return found


_WHOLE = "alembic, one per revision"


def _of_agent(moment: str) -> bool:
    return not moment.split()[1].startswith(("pg_", "journal"))


def _lockable(moments: Sequence[str]) -> list[str]:
    """Return where a table's lock can be in other hands: our transaction has not touched it."""
    touched: set[str] = set()
    found = []
    for moment in moments:
        when, point, *table = moment.split()
        if when != "before":
            continue
        if point.startswith("commit"):
            touched.clear()
        elif table and table[0] not in touched and point != "s4#1":
            touched.add(table[0])
            found.append(moment)
    return found


def _around_the_backup(usual: Usual) -> list[Order]:
    moments = [one for one in usual.moments if one.split()[1].startswith("pg_")]
    kinds = ("kill-tarmac", "kill-postgres", "terminate", "reset", "fill-disk")
    return [Order(usual.subject.name, kind, one) for one in moments for kind in kinds]


def _around_the_journal(usual: Usual) -> list[Order]:
    name = usual.subject.name
    moments = [one for one in usual.moments if one.split()[1] == "journal"]
    found = [Order(name, "fill-disk", one) for one in moments if one.startswith("before")]
    found += [Order(name, "kill-tarmac", one.replace("before", "during", 1))
              for one in moments if one.startswith("before")]  # fmt: skip
    return found + [Order(name, "kill-tarmac", one) for one in moments if one.startswith("after")]


def _on_the_way_back(usual: Usual) -> list[Order]:
    """Return the harm that meets a session which is already being taken back."""
    begun = next(n for n, one in enumerate(usual.moments) if "session.way_back" in one)
    moments = usual.moments[begun:]
    kinds = ("kill-tarmac", "kill-postgres", "terminate", "fill-disk")
    return [Order(usual.subject.name, kind, one) for one in moments for kind in kinds]


def run(every: int = 1, offset: int = 0, workers: int = 2, only: str = "") -> list[Ended]:
    """Do each ``every``-th run of all subjects, on servers side by side."""
    todo: queue.Queue[Order] = queue.Queue()
    usuals: dict[str, Usual] = {}
    ended: list[Ended] = []
    troubles: list[BaseException] = []
    with tempfile.TemporaryDirectory(prefix="tarmac-faults-") as folder:
        shops = [Workshop(Path(folder) / str(n), python_with_alembic()) for n in range(workers)]
        try:
            for name, subject in SUBJECTS.items():
                usuals[name] = undisturbed(shops[0], subject)
            chosen = [one for usual in usuals.values() for one in orders(usual)]
            named = [one for one in chosen if only in f"{one.subject}: {one.kind} {one.at}"]
            for one in named[offset::every]:
                if one.kind != "fill-disk" or os.geteuid() == 0:
                    todo.put(one)

            def work(shop: Workshop) -> None:
                while True:
                    try:
                        order = todo.get_nowait()
                    except queue.Empty:
                        return
                    try:
                        one = disturbed(shop, usuals[order.subject], order.kind, order.at)
                    except BaseException as trouble:
                        troubles.append(trouble)
                        raise
                    ended.append(one)
                    if one.wrong or one.verdict == MISSED:
                        print(f"{one.verdict}: {one.subject}: {one.kind} {one.at}", file=sys.stderr)

            threads = [threading.Thread(target=work, args=(shop,)) for shop in shops]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        finally:
            for shop in shops:
                shop.close()
    if troubles:
        raise troubles[0]
    return ended


def table(ended: Sequence[Ended], seconds: float, every: int) -> str:
    """Return the result in Markdown."""
    day = datetime.now(UTC).date().isoformat()
    which = "every point" if every == 1 else f"each {every}th run"
    moments = len({(one.subject, one.at) for one in ended})
    spent = f"{seconds / 60:.1f} min on {os.cpu_count()} cores"
    lines = [
        f"{day}: {len(ended)} runs at {moments} moments ({which}), {spent}.",
        "",
        f"| what happens | runs | {' | '.join(COLUMNS)} |",
        f"|---|{'---:|' * (len(COLUMNS) + 1)}",
    ]
    for kind, title in TITLES.items():
        mine = Counter(one.verdict for one in ended if one.kind == kind)
        if mine:
            counted = " | ".join(str(mine[column]) for column in COLUMNS)
            lines.append(f"| {title} | {mine.total()} | {counted} |")
    total = Counter(one.verdict for one in ended)
    lines.append(f"| all | {total.total()} | {' | '.join(str(total[c]) for c in COLUMNS)} |")
    return "\n".join(lines)


def write(text: str, path: Path) -> None:
    """Put the table where the last one stands."""
    before, _begin, rest = path.read_text(encoding="utf-8").partition(BEGIN)
    after = rest.partition(END)[2]
    path.write_text(f"{before}{BEGIN}\n{text}\n{END}{after}", encoding="utf-8")


def main() -> None:
    """Run and report."""
    reading = argparse.ArgumentParser(description=__doc__)
    reading.add_argument("--write", type=Path, help="the file whose table is renewed")
    reading.add_argument("--every", type=int, default=1, help="do each Nth run only")
    reading.add_argument("--offset", type=int, default=0)
    reading.add_argument("--only", default="", help='a part of "subject: kind moment"')
    asked = reading.parse_args()
    begun = time.monotonic()
    ended = run(asked.every, asked.offset, only=asked.only)
    text = table(ended, time.monotonic() - begun, asked.every)
    print(text)
    for one in ended:
        if one.wrong:
            print(f"\n{one.subject}: {one.kind} {one.at}\n  " + "\n  ".join(one.wrong))
    if asked.write:
        write(text, asked.write)
    sys.exit(1 if any(one.wrong for one in ended) else 0)


if __name__ == "__main__":
    main()
