"""Run a command that must not outlive the sandbox: ``python -I -S keeper.py COMMAND…``.

The sandbox holds the other end of our standard input. When that end closes, however the sandbox
ended, the whole process group is ended. Each line of output becomes one JSON line of ours
(``{"at", "stream", "text"}``). Standard library only; the exit code is the command's.
"""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from typing import IO

GRACE = 2.0
LARGEST_LOG = 20_000_000
NOT_FOUND = 127
PARENT_DEATH_SIGNAL = 1


class Writer:
    """Writes lines to standard output until there are too many of them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._left = LARGEST_LOG

    def copy(self, stream: IO[bytes], name: str) -> None:
        """Write every line of a stream."""
        for line in stream:
            self.write(name, line.decode("utf-8", "replace").rstrip("\n"))

    def write(self, name: str, text: str) -> None:
        """Write one line."""
        with self._lock:
            if self._left <= 0:
                return
            self._left -= len(text) + 60
            if self._left <= 0:
                name, text = "sandbox", "The log is full; what follows is not kept."
            print(json.dumps({"at": time.time(), "stream": name, "text": text}), flush=True)


def die_with_keeper() -> None:
    """Let Linux end the command when somebody kills the keeper itself."""
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(PARENT_DEATH_SIGNAL, signal.SIGKILL)


def watch() -> None:
    """End the group when the sandbox is gone."""
    while os.read(0, 1024):
        pass
    os.killpg(0, signal.SIGTERM)
    time.sleep(GRACE)
    os.killpg(0, signal.SIGKILL)


def main() -> int:
    """Run the command and return its exit code."""
    signal.signal(signal.SIGTERM, lambda *_: None)
    signal.signal(signal.SIGINT, lambda *_: None)
    writer = Writer()
    try:
        child = subprocess.Popen(
            sys.argv[1:],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            preexec_fn=die_with_keeper,
        )
    except OSError as wrong:
        writer.write("sandbox", "The command cannot be started: " + str(wrong))
        return NOT_FOUND
    threading.Thread(target=watch, daemon=True).start()
    assert child.stdout is not None
    assert child.stderr is not None
    readers = [
        threading.Thread(target=writer.copy, args=(stream, name), daemon=True)
        for stream, name in ((child.stdout, "stdout"), (child.stderr, "stderr"))
    ]
    for reader in readers:
        reader.start()
    code = child.wait()
    for reader in readers:
        reader.join(GRACE)
    return code if code >= 0 else 128 - code


if __name__ == "__main__":
    os._exit(main())
