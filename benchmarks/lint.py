"""`migrate lint --json` beside `squawk --reporter json` on the same generated file.

``python benchmarks/lint.py [--runs N] [--squawk PATH]``: whole processes in turn, medians of CPU
time (user + system, so that other work on the machine counts little), and one revision of 50
statements judged inside this process. squawk comes from PyPI: ``pip install squawk-cli``, in an
environment of its own.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

TARMAC = str(Path(sys.executable).parent / "tarmac")
BUDGETS = {5_000: 5.0, 50_000: 2.0}
MOST_MEGABYTES = 200
MOST_MILLISECONDS = 10
TEMPLATE = """\
CREATE TABLE t{n} (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL,
  owner_id bigint REFERENCES users (id));
CREATE INDEX CONCURRENTLY ix{n} ON t{n} (owner_id);
ALTER TABLE users ADD COLUMN c{n} integer NOT NULL DEFAULT 0;
ALTER TABLE users ALTER COLUMN d{n} SET NOT NULL;
CREATE INDEX iy{n} ON orders (c{n}, d);
ALTER TABLE orders ADD CONSTRAINT fk{n} FOREIGN KEY (user_id) REFERENCES users (id);
UPDATE orders SET x = {n} WHERE id = {n};
ALTER TABLE users DROP COLUMN e{n};
INSERT INTO t{n} (name) VALUES ('a'), ('b');
COMMENT ON TABLE t{n} IS 'table {n}';
"""


def script(statements: int) -> str:
    """A migration of so many statements, ten kinds in turn."""
    return "".join(TEMPLATE.format(n=n) for n in range(statements // 10))


def cpu_seconds(command: list[str]) -> tuple[float, float]:
    """CPU seconds and peak memory (MB) of a process, whatever it exits with."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _pid, _status, usage = os.wait4(process.pid, 0)
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def compare(squawk: str, runs: int) -> bool:
    """Print one line per size; True when every budget holds."""
    good = True
    with tempfile.TemporaryDirectory() as folder:
        for count, budget in BUDGETS.items():
            path = Path(folder) / f"{count}.sql"
            path.write_text(script(count), encoding="utf-8")
            ours, theirs, memory = [], [], 0.0
            for _run in range(runs):
                seconds, peak = cpu_seconds([TARMAC, "migrate", "lint", "--json", str(path)])
                ours.append(seconds)
                memory = max(memory, peak)
                theirs.append(cpu_seconds([squawk, "--reporter", "json", str(path)])[0])
            mine, peer = statistics.median(ours), statistics.median(theirs)
            within = mine <= budget * peer and memory <= MOST_MEGABYTES
            good &= within
            print(
                f"{count:,} statements: {mine:.2f} s against squawk's {peer:.2f} s = "
                f"{mine / peer:.2f}x (budget {budget}x), {memory:.0f} MB of {MOST_MEGABYTES}: "
                f"{'within' if within else 'OVER'}"
            )
    return good


def one_revision() -> bool:
    """Print how long 50 statements take in a running process."""
    from wizards.migrate.model import Statement
    from wizards.migrate.review.judge import judge

    statements = [Statement(sql=line) for line in script(100).split(";\n") if line][:50]
    times = []
    for _run in range(20):
        start = time.process_time()
        judge(statements, transactional=True)
        times.append((time.process_time() - start) * 1000)
    best = statistics.median(times)
    within = best <= MOST_MILLISECONDS
    verdict = "within" if within else "OVER"
    print(
        f"one revision of 50 statements: {best:.1f} ms (budget {MOST_MILLISECONDS} ms): {verdict}"
    )
    return within


def main() -> int:
    """Measure and say whether every budget holds."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--squawk", default=shutil.which("squawk"))
    asked = parser.parse_args()
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    good = one_revision()
    if asked.squawk is None:
        print("squawk is not installed: only our own time is measured")
    else:
        good &= compare(asked.squawk, asked.runs)
    return 0 if good else 1


if __name__ == "__main__":
    raise SystemExit(main())
