"""A backup and its proof beside pg_dump and pg_restore on a pgbench database of about 500 MB.

``python benchmarks/backup.py [--scale N] [--runs N]``: both in turn on the same server, whole
wall-clock times, medians of their ratios. The dump (until the file is whole) is compared with
pg_dump under the same options; the proof (catalogue and rows of the source where they were not read
beside the dump, hash, manifest, scratch made, dump hashed again and restored, counts and structure
compared) with ``createdb`` and ``pg_restore -j 2``. What it takes to drop each of the two databases
afterwards is printed, and is in neither.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from wizards.cancel import Cancel
from wizards.events import Emit, Event, discard
from wizards.migrate import archive, backup
from wizards.migrate.dump_form import Form
from wizards.migrate.model import Backup
from wizards.migrate.restore import restore_to_scratch
from wizards.migrate.scratch import scratch
from wizards.postgres.address import Address
from wizards.postgres.binaries import embedded
from wizards.postgres.cluster import Cluster

SLOWEST_DUMP, SLOWEST_PROOF = 0.95, 1.15


def timed(work: Callable[[], object]) -> float:
    """Wall-clock seconds of one call."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def run(address: Address, *command: str) -> None:
    """Run a program of PostgreSQL against an address."""
    program = str(embedded().program(command[0]))
    environment = {**os.environ, **address.environment()}
    subprocess.run([program, *command[1:]], env=environment, check=True, capture_output=True)


def main() -> int:
    """Measure, print a line each, and return 1 when a budget is missed."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--scale", type=int, default=34, help="15 MB each")
    asked.add_argument("--runs", type=int, default=5)
    wanted = asked.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        cluster = Cluster(Path(folder) / "cluster")
        cluster.create(disposable=True)
        cluster.start()
        try:
            return compare(Address.from_url(cluster.url()), Path(folder), wanted)
        finally:
            cluster.destroy()


def compare(server: Address, folder: Path, wanted: argparse.Namespace) -> int:
    """Fill a database, then take turns; who is first changes, for what is written is still warm."""
    run(server, "createdb", "bench")
    address = server.of("bench")
    run(address, "pgbench", "-i", "-q", "-s", str(wanted.scale), "bench")
    subject = backup.Subject(address=address, target="bench", version_table="alembic_version")
    options = archive.options(embedded(), Form())
    plain = folder / "plain.dump"
    dumps: list[float] = []
    proofs: list[float] = []
    told: list[Event] = []
    once(subject, folder, discard)[0].path.unlink()  # what is loaded once is no part of a dump

    def dump() -> None:
        run(address, "pg_dump", *options, f"--file={plain}")

    for number in range(wanted.runs):
        theirs = timed(dump) if number % 2 else 0.0
        taken, ours, counting = once(subject, folder, discard if number else told.append)
        theirs = theirs or timed(dump)
        dumps.append(theirs / ours)
        restored = timed(lambda: restore(server, plain)) if number % 2 else 0.0
        proof, dropped = proved(taken, address, folder, discard if number else told.append)
        proof += counting
        restored = restored or timed(lambda: restore(server, plain))
        dropping = timed(lambda: run(server, "dropdb", "plain"))
        proofs.append(proof / restored)
        print(f"  dump {ours:.2f} s, pg_dump {theirs:.2f} s · "
              f"proof {proof:.2f} s (counting {counting:.2f}), pg_restore -j 2 {restored:.2f} s · "
              f"drop {dropped:.2f} s, dropdb {dropping:.2f} s")  # fmt: skip
        taken.path.unlink()
    return verdict(dumps, proofs, told)


def once(subject: backup.Subject, folder: Path, emit: Emit) -> tuple[Backup, float, float]:
    """Return a backup, the seconds until it was dumped, and those of counting after that."""
    dumped: list[float] = []

    def heard(event: Event) -> None:
        if event.fields.get("state") == "dumped":
            dumped.append(time.perf_counter())
        emit(event)

    begun = time.perf_counter()
    taken = backup.take(subject, folder / "b", heard, Cancel())
    return taken, dumped[0] - begun, time.perf_counter() - dumped[0]


def proved(taken: Backup, address: Address, folder: Path, emit: Emit) -> tuple[float, float]:
    """Restore a backup to a scratch and compare; seconds until the verdict, and of the drop."""
    begun = time.perf_counter()
    with scratch(address, folder) as place:
        restore_to_scratch(taken, place, "alembic_version", emit, Cancel())
        known = time.perf_counter()
    return known - begun, time.perf_counter() - known


def restore(server: Address, plain: Path) -> None:
    """What a person would type instead."""
    run(server, "createdb", "plain")
    run(server.of("plain"), "pg_restore", "--exit-on-error", "-j", "2", "-d", "plain", str(plain))


def verdict(dumps: list[float], proofs: list[float], told: list[Event]) -> int:
    """Print the medians beside their budgets."""
    dump, proof = statistics.median(dumps), statistics.median(proofs)
    dumping, restoring = (
        sum(1 for event in told if event.fields.get("state") == state)
        for state in ("running", "restoring")
    )
    print(f"speed of the dump against pg_dump: {dump:.2f} × (budget ≥ {SLOWEST_DUMP}), "
          f"{dumping} reports of progress")  # fmt: skip
    print(f"time of the proof against pg_restore -j 2: {proof:.2f} × (budget ≤ {SLOWEST_PROOF}), "
          f"{restoring} reports of progress")  # fmt: skip
    return int(dump < SLOWEST_DUMP or proof > SLOWEST_PROOF)


if __name__ == "__main__":
    sys.exit(main())
