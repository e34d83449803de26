"""The programs that Tarmac and its generated files work with, and their versions."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from generators.language import N_, _
from wizards.plan import Check
from wizards.setup.doctor_fixes import as_root, install

SECONDS = 2.0
"""What a program is given to say its version."""

_VERSION = re.compile(r"\d+\.\d+(?:\.\d+)*")
_QUIET = {"CHECKPOINT_DISABLE": "1", "DOCKER_CLI_HINTS": "false"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """A program by its id, how to ask its version, how bad its absence is, and why it matters."""

    id: str
    title: str
    words: tuple[str, ...]
    why: str
    level: str = "warning"


_PROGRAMS = (
    Program(
        id="git",
        title="git",
        words=("git", "--version"),
        why=N_("reviews and generated files rely on it"),
        level="red",
    ),
    Program(
        id="terraform",
        title="Terraform",
        words=("terraform", "version"),
        why=N_("optional: only for what tarmac export terraform writes"),
        level="ok",
    ),
    Program(
        id="cloud-sql-proxy",
        title="Cloud SQL proxy",
        words=("cloud-sql-proxy", "--version"),
        why=N_("optional: without it Tarmac makes the tunnel itself"),
        level="ok",
    ),
)


def probes(root: Path) -> list[Callable[[], Iterable[Check]]]:
    """Return what looks at the programs; Node only where the project has a package.json."""
    named = {program.id: partial(_program, program) for program in _PROGRAMS}
    return [
        lambda: [_python()],
        named["git"],
        lambda: [_gcloud()],
        _docker,
        named["terraform"],
        named["cloud-sql-proxy"],
        lambda: _node(root),
    ]


@dataclass(frozen=True, slots=True)
class Said:
    """What a program printed; ``ran`` is False when it is missing or did not answer in time."""

    ran: bool
    ok: bool
    text: str


def ask(*words: str, seconds: float = SECONDS) -> Said:
    """Run a program and return what it says; it is ended when it takes too long."""
    try:
        done = subprocess.run(
            words,
            env={**os.environ, **_QUIET},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return Said(ran=False, ok=False, text=_("no answer in {seconds} s").format(seconds=seconds))
    except OSError as wrong:
        return Said(ran=False, ok=False, text=wrong.strerror or str(wrong))
    text = done.stdout.strip() or done.stderr.strip()
    return Said(ran=True, ok=done.returncode == 0, text=text)


def version_in(text: str) -> str:
    """Return the first version number of a text, "" when there is none."""
    found = _VERSION.search(text)
    return found[0] if found else ""


def _python() -> Check:
    version = ".".join(str(part) for part in sys.version_info[:3])
    return Check(id="python", title="Python", level="ok", says=f"{version} · {sys.executable}")


def _program(program: Program) -> Iterator[Check]:
    place = shutil.which(program.words[0])
    if place is None:
        yield missing(program.id, program.title, program.level, _(program.why))
        return
    said = ask(place, *program.words[1:])
    if said.ok:
        says = f"{version_in(said.text)} · {place}".removeprefix(" · ")
        yield Check(id=program.id, title=program.title, level="ok", says=says)
        return
    yield Check(
        id=program.id,
        title=program.title,
        level="red" if program.level == "red" else "warning",
        says=_("it is at {place} but does not work: {says}").format(
            place=place, says=_first_line(said.text)
        ),
        fix=install(program.id),
    )


def missing(key: str, title: str, level: str, why: str) -> Check:
    """Return the verdict on a program that is not here; what is optional needs no fix."""
    says = _("not found; {why}").format(why=why)
    return Check(id=key, title=title, level=level, says=says, fix=install(key))


def _gcloud() -> Check:
    """gcloud takes a second to start, so its version is read from its folder."""
    place = shutil.which("gcloud")
    if place is None:
        why = _("optional: Tarmac talks to Google itself, logging in is easier with it")
        return missing("gcloud", "gcloud", "warning", why)
    try:
        version = (Path(place).resolve().parents[1] / "VERSION").read_text(encoding="utf-8").strip()
    except OSError:
        version = ""
    says = f"{version} · {place}".removeprefix(" · ")
    return Check(id="gcloud", title="gcloud", level="ok", says=says)


def _docker() -> Iterator[Check]:
    place = shutil.which("docker")
    if place is None:
        why = _("optional: only to try the generated Dockerfile here")
        yield missing("docker", "Docker", "warning", why)
        return
    said = ask(place, "version", "--format", "{{.Client.Version}} {{.Server.Version}}")
    client = version_in(ask(place, "--version").text)
    if said.ok:
        yield Check(id="docker", title="Docker", level="ok", says=f"{client} · {place}")
    else:
        yield Check(
            id="docker",
            title="Docker",
            level="warning",
            says=_("{version}, but its engine does not answer").format(version=client),
            fix=_engine(said.text),
        )
    for plugin in ("buildx", "compose"):
        yield _plugin(place, plugin)


def _engine(text: str) -> str:
    """Return how the engine is started here, or how one may talk to it."""
    if "permission denied" in text.lower():
        return as_root('usermod -aG docker "$USER"')
    if sys.platform == "darwin":
        return "open -a Docker"
    return as_root("systemctl start docker") if shutil.which("systemctl") else "dockerd"


def _plugin(place: str, name: str) -> Check:
    title = f"Docker {name}"
    said = ask(place, name, "version")
    if said.ok:
        return Check(id=f"docker-{name}", title=title, level="ok", says=version_in(said.text))
    why = {
        "buildx": _("optional: builds the image as the pipeline does"),
        "compose": _("optional: starts the generated docker-compose.yml"),
    }[name]
    return Check(
        id=f"docker-{name}",
        title=title,
        level="ok",
        says=_("not found; {why}").format(why=why),
        fix=install(name),
    )


def _node(root: Path) -> Iterator[Check]:
    folders = [file.parent for file in (*root.glob("package.json"), *root.glob("*/package.json"))]
    if not folders:
        return
    wanted = next((found for folder in folders if (found := _wanted_node(folder))), "")
    place = shutil.which("node")
    if place is None:
        why = _("the project has a package.json")
        yield missing("node", "Node.js", "warning", why)
        return
    version = version_in(ask(place, "--version").text)
    if wanted and version.partition(".")[0] != wanted:
        yield Check(
            id="node",
            title="Node.js",
            level="warning",
            says=_("{version}; the project asks for {wanted}").format(
                version=version, wanted=wanted
            ),
            fix=f"nvm install {wanted}" if (Path.home() / ".nvm").is_dir() else install("node"),
        )
        return
    yield Check(id="node", title="Node.js", level="ok", says=f"{version} · {place}")


def _wanted_node(folder: Path) -> str:
    """Return the major version that a folder names, "" for none or a range."""
    for name in (".nvmrc", ".node-version"):
        try:
            text = (folder / name).read_text(encoding="utf-8").strip().removeprefix("v")
        except (OSError, UnicodeDecodeError):
            continue
        if text.partition(".")[0].isdigit():
            return text.partition(".")[0]
    try:
        engines = json.loads((folder / "package.json").read_text(encoding="utf-8")).get("engines")
    except (OSError, ValueError, AttributeError):
        return ""
    asked = str(engines.get("node", "")) if isinstance(engines, dict) else ""
    exact = re.fullmatch(r"[~^]?v?(\d+)(?:\.[\dx*]+)*", asked.strip())
    return exact[1] if exact else ""


def _first_line(text: str) -> str:
    return text.splitlines()[0] if text else ""
