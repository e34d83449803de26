"""nginx and supervisor, asked whether they would take their configuration."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
from pathlib import Path

from generators.checking import readers
from generators.checking.program import SECONDS, found_program
from generators.checking.verdict import Checked, Complaint, verdict

_SBIN = ("/usr/sbin/nginx", "/usr/local/sbin/nginx")
_SUPERVISOR = (
    "import sys; from supervisor.options import ServerOptions; "
    "options = ServerOptions(); options.realize(['-c', sys.argv[1]])"
)


def nginx(folder: Path, path: str) -> Checked:
    """Run ``nginx -t`` over the file with its port and address put in."""
    program = found_program("nginx") or next((one for one in _SBIN if Path(one).exists()), None)
    if program is None:
        return Checked("nginx", path, "absent", get="apt install nginx-light")
    text = (folder / path).read_text("utf-8", "surrogateescape")
    filled = text.replace("${PORT}", "18080").replace("${API_URL}", "http://127.0.0.1:18081")
    filled = filled.replace("/etc/nginx/mime.types", str(_types(folder)))
    place = (folder / path).with_name("nginx-filled.conf")
    place.write_text(filled, encoding="utf-8", errors="surrogateescape")
    words = [program, "-t", "-c", str(place), "-p", str(folder), "-e", "stderr"]
    done = _run(words, folder)
    if isinstance(done, str):
        return verdict("nginx", path, (Complaint(path, 0, done),))
    if done.returncode == 0:
        return verdict("nginx", path, ())
    said = tuple(readers.said(path, "", done.stderr))
    return verdict("nginx", path, said or (Complaint(path, 0, done.stderr.strip()),))


def supervisor(folder: Path, path: str) -> Checked:
    """Let supervisor read the file, in a process of its own; nothing is started."""
    if importlib.util.find_spec("supervisor") is None:
        return Checked("supervisor", path, "absent", get="pip install supervisor")
    done = _run([sys.executable, "-c", _SUPERVISOR, str(folder / path)], folder)
    if isinstance(done, str):
        return verdict("supervisor", path, (Complaint(path, 0, done),))
    if done.returncode == 0:
        return verdict("supervisor", path, ())
    last = (done.stderr.strip().splitlines() or [""])[-1]
    number = re.search(r"line:?\s*(\d+)", done.stderr)
    return verdict("supervisor", path, (Complaint(path, int(number[1]) if number else 0, last),))


def _types(folder: Path) -> Path:
    place = folder / "mime.types"
    place.write_text("types { text/html html; }\n", encoding="utf-8")
    return place


def _run(words: list[str], folder: Path) -> subprocess.CompletedProcess[str] | str:
    try:
        return subprocess.run(
            words,
            cwd=folder,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
