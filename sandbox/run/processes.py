"""Processes of mapped images: started under a keeper, so that none outlives the sandbox."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sandbox.run.launch import Launch

Body = dict[str, Any]

KEEPER = Path(__file__).with_name("keeper.py")
END_WITHIN = 5.0
LEAST_PATIENCE = 10.0
DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class ProbeFailed(Exception):
    """A process ended or did not answer in time."""


@dataclass(slots=True)
class Running:
    """One process under its keeper; ``port`` is 0 for tasks."""

    keeper: subprocess.Popen[bytes]
    port: int

    @property
    def alive(self) -> bool:
        """Whether the process has not ended."""
        return self.keeper.poll() is None

    def end(self) -> None:
        """Ask the process to end, then make it."""
        if self.keeper.stdin is not None:
            self.keeper.stdin.close()
        try:
            self.keeper.wait(END_WITHIN)
        except subprocess.TimeoutExpired:
            os.killpg(self.keeper.pid, signal.SIGKILL)
            self.keeper.wait()


class Processes:
    """What runs at the moment, by a key (a revision's or a task's name). Used from threads."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._running: dict[str, Running] = {}
        self._guard = threading.Lock()
        self.closing = False

    def log(self, key: str) -> Path:
        """Return the file with the output of everything that ran under a key."""
        return self._folder / "logs" / (key.replace("/", "_") + ".jsonl")

    def first_time(self, key: str) -> bool:
        """Whether nothing was ever begun under a key; from now on something was."""
        path = self._folder / "begun" / key.replace("/", "_")
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            path.touch(mode=0o600, exist_ok=False)
        except FileExistsError:
            return False
        return True

    def get(self, key: str) -> Running | None:
        """Return what runs under a key."""
        running = self._running.get(key)
        return running if running is not None and running.alive else None

    def start(self, key: str, launch: Launch, port: int = 0) -> Running:
        """Start a process; whatever ran under its key is ended first."""
        self.end(key)
        path = self.log(key)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600), "ab") as log:
            for note in launch.notes:
                line = {"at": time.time(), "stream": "sandbox", "text": note}
                log.write(json.dumps(line).encode() + b"\n")
            log.flush()
            keeper = subprocess.Popen(
                [sys.executable, "-I", "-S", KEEPER, *launch.argv],
                cwd=launch.folder,
                env=launch.environment,
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        running = Running(keeper, port)
        with self._guard:
            self._running[key] = running
            closing = self.closing
        if closing:
            self.end(key)
        return running

    def end(self, key: str) -> None:
        """End what runs under a key."""
        with self._guard:
            running = self._running.pop(key, None)
        if running is not None:
            running.end()

    def end_below(self, prefix: str) -> None:
        """End everything whose key begins so."""
        for key in [key for key in self._running if key.startswith(prefix)]:
            self.end(key)

    def close(self) -> None:
        """End everything and start nothing more."""
        self.closing = True
        self.end_below("")

    def tasks_run(self) -> bool:
        """Whether a task of a job runs."""
        return any(not each.port and each.alive for each in list(self._running.values()))


def free_port() -> int:
    """Return a port of 127.0.0.1 on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until_ready(running: Running, probe: Body, speed: float) -> None:
    """Return when the startup probe succeeds; ProbeFailed when the process ends or time is up.

    The probe's own patience is simulated time, but a real process gets ten real seconds.
    """
    tries = probe.get("failureThreshold", 3) or 3
    patience = probe.get("initialDelaySeconds", 0) + tries * (probe.get("periodSeconds", 10) or 10)
    deadline = time.monotonic() + max(LEAST_PATIENCE, patience / speed)
    while time.monotonic() < deadline:
        if not running.alive:
            raise ProbeFailed(f"The process ended with exit code {running.keeper.returncode}.")
        if _answers(running.port, probe):
            return
        time.sleep(0.02)
    raise ProbeFailed("The process does not answer.")


def _answers(port: int, probe: Body) -> bool:
    if "httpGet" in probe:
        path = probe["httpGet"].get("path") or "/"
        try:
            with DIRECT.open(f"http://127.0.0.1:{port}{path}", timeout=5) as answer:
                return 200 <= int(answer.status) < 400
        except (OSError, urllib.error.URLError, ValueError):
            return False
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1):
            return True
    except OSError:
        return False
