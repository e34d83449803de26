"""The image lab (``TARMAC_IMAGELAB``) as functions: build, run, compose, and what it measured.

The lab is a program of its own: a private Docker with stand-ins for the official base images. It
says what it saw on stderr; this module reads that and nothing else.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

VARIABLE = "TARMAC_IMAGELAB"
_BUILT = re.compile(r"BUILD OK \S+ in ([\d.]+)s")
_SIZE = re.compile(r"SIZE \S+: (\d+) MB")
_PROBED = re.compile(r"PROBE OK GET \S+ -> 200 in ([\d.]+)s body: (.*)")
_ENDED = re.compile(
    r"uid=(\S+)(?: \(ROOT!\))? mem=(.*?)\s+healthcheck=(.*) "
    r"SIGTERM: stopped in ([\d.]+)s, exit code (\S+)"
)
_COMPOSED = re.compile(r"COMPOSE OK in ([\d.]+)s")
_ANSWERED = re.compile(r"PROBE OK http\S+: (.*)")
_SERVICE = re.compile(
    r"^([\w-]+) {2,}((?:Up|Exited|Restarting|Created|Paused|Dead).*)$", re.MULTILINE
)
_MINUTES = 20 * 60


class LabFailed(AssertionError):
    """The lab refused; the message is what it said."""


@dataclass(frozen=True)
class Built:
    """An image: its tag, seconds of building, megabytes (10^6, uncompressed)."""

    tag: str
    seconds: float
    megabytes: int


@dataclass(frozen=True)
class Ran:
    """A container's life: answer to the probe, identity, memory, health, end."""

    body: str
    ready_seconds: float
    uid: str
    memory: str
    healthcheck: str
    stop_seconds: float
    exit_code: int


@dataclass(frozen=True)
class Composed:
    """A compose project that came up: Docker's own words per service, and an answer."""

    seconds: float
    services: dict[str, str] = field(default_factory=dict)
    body: str = ""


def why_not() -> str:
    """Return why there is no lab here, "" when there is one."""
    program = os.environ.get(VARIABLE, "")
    if not program:
        return f"{VARIABLE} is not set (the path of imagelab.sh)"
    if not Path(program).is_file():
        return f"{VARIABLE}={program}: there is no such file"
    if os.geteuid() != 0:
        return "the image lab needs root: it starts a Docker daemon of its own"
    if not Path("/etc/debian_version").is_file() or shutil.which("apt-get") is None:
        return "the image lab makes its base images from Debian packages"
    return ""


def lab(*words: str) -> str:
    """Run the lab and return what it said; raises :class:`LabFailed` with its last lines."""
    done = subprocess.run(
        ["nice", "-n", "5", os.environ[VARIABLE], *words],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        timeout=_MINUTES,
        check=False,
    )
    said = f"{done.stdout}\n{done.stderr}"
    if done.returncode:
        raise LabFailed(f"imagelab {' '.join(words)}\n{said[-6000:]}")
    return said


def build(folder: Path, tag: str, *, dockerfile: str = "Dockerfile", cold: bool = False) -> Built:
    """Build an image from a folder; ``cold`` first forgets every layer and package cache."""
    if cold:
        lab("cli", "builder", "prune", "--all", "--force")
    built = _found(_BUILT, lab("build", str(folder), "-f", dockerfile, "-t", tag))
    size = _found(_SIZE, lab("size", tag))
    return Built(tag, float(built[1]), int(size[1]))


def run(tag: str, *, port: int, probe: str, expect: str, environment: Sequence[str] = ()) -> Ran:
    """Start a container with ``PORT`` set, probe it, ask its own health check, then stop it."""
    options = [word for pair in environment for word in ("-e", pair)]
    said = lab("run", tag, "-p", str(port), "--probe", probe, "--expect", expect, *options)
    probed, ended = _found(_PROBED, said), _found(_ENDED, said)
    return Ran(
        body=probed[2],
        ready_seconds=float(probed[1]),
        uid=ended[1],
        memory=ended[2],
        healthcheck=ended[3],
        stop_seconds=float(ended[4]),
        exit_code=int(ended[5]),
    )


def compose(folder: Path, probe: str, expect: str) -> Composed:
    """Bring a folder's compose file up until all is healthy, probe it, take it down."""
    said = lab("compose", str(folder), "--probe", probe)
    seconds, body = _found(_COMPOSED, said), _found(_ANSWERED, said)
    if not re.search(expect, body[1]):
        raise LabFailed(f"{probe} answered {body[1]!r}, not {expect!r}")
    return Composed(float(seconds[1]), dict(_SERVICE.findall(said)), body[1])


def down() -> None:
    """End the private daemon, when this lab has one."""
    lab("down")


def _found(pattern: re.Pattern[str], said: str) -> re.Match[str]:
    found = pattern.search(said)
    if found is None:
        raise LabFailed(f"the lab did not say {pattern.pattern!r}:\n{said[-6000:]}")
    return found
