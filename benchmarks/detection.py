"""How long `tarmac detect` takes, by CPU time: on 5,000 made files, and on real repositories.

python benchmarks/detection.py            # 5,000 files; and those of TARMAC_REPOS, when set
"""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from pathlib import Path

from generators.detect import detect

_FILES = 5_000
_BUDGET = 1.0
_MODULE = "import os\nfrom fastapi import APIRouter\n\nrouter = APIRouter()\n\n\n"
_ROUTE = "@router.get('/items/{number}')\ndef read_{number}(item: int) -> dict[str, int]:\n"
_ROUTE += "    return {{'item': item, 'limit': int(os.environ.get('LIMIT', '1'))}}\n\n\n"


def make(root: Path) -> None:
    """Write a repository of 5,000 files: half Python with routes, the rest TypeScript and data."""
    body = _MODULE + "".join(_ROUTE.replace("{number}", str(one)) for one in range(8))
    body = body.replace("{{", "{").replace("}}", "}")
    for number in range(_FILES - 3):
        folder = root / f"api/part{number % 60}/inner{number % 7}"
        folder.mkdir(parents=True, exist_ok=True)
        kind = ("py", "py", "ts", "json")[number % 4]
        (folder / f"m{number}.{kind}").write_text(body if kind == "py" else "{}\n" * 40)
    (root / "requirements.txt").write_text("fastapi\nuvicorn\n")
    (root / "main.py").write_text("from fastapi import FastAPI\napp = FastAPI()\n")
    (root / "Procfile").write_text("web: uvicorn main:app\n")


def seconds(root: Path, times: int = 5) -> tuple[float, int, int]:
    """Return the median CPU time of a detection, how many files there are and were opened."""
    measured = []
    for _time in range(times):
        started = time.process_time()
        found = detect(root)
        measured.append(time.process_time() - started)
    return statistics.median(measured), found.files, found.read


def main() -> int:
    """Print one line for each repository; 1 when the made one is over its budget."""
    with tempfile.TemporaryDirectory() as folder:
        make(Path(folder))
        taken, files, read = seconds(Path(folder))
    print(f"made: {taken:.2f} s CPU, {files} files, {read} opened (budget {_BUDGET:.0f} s)")
    given = os.environ.get("TARMAC_REPOS", "")
    places = sorted(one for one in Path(given).iterdir() if one.is_dir()) if given else []
    rows = [(*seconds(place, 1), place.name) for place in places]
    for real, count, opened, name in sorted(rows, reverse=True)[:5]:
        print(f"{name}: {real:.2f} s CPU, {count} files, {opened} opened")
    return 1 if taken > _BUDGET else 0


if __name__ == "__main__":
    raise SystemExit(main())
