"""Make every committed screenshot: ``python screenshots/make.py [en] [ko]``.

The real app runs headless on the real demo (its own PostgreSQL, a sandbox for Google Cloud); the
pictures are SVG, in ``screenshots/LANGUAGE/WIDTHxHEIGHT/``.
"""

from __future__ import annotations

import asyncio
import shutil
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
SPEED = 45.0  # slow enough that an apply can be seen while it runs, also on a busy machine


def main(languages: list[str]) -> int:
    """Take the tour once per language and return the exit code."""
    from generators.language import use

    for language in languages:
        use(language)
        folder = Path(tempfile.gettempdir()) / f"tarmac-{language}"  # pictures show it
        place = folder / "notes"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(mode=0o700)
        try:
            taken = asyncio.run(screens(place, ROOT / "screenshots" / language))
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        print(f"{language}: {taken} screens")
    return 0


async def screens(place: Path, folder: Path) -> int:
    """Make a demo, tour it, end everything that was started; return how many screens there are."""
    from tui.context import Context
    from tui.sandbox_process import ensure_sandbox, stop_sandbox
    from wizards.demo.database import local_cluster
    from wizards.demo.opening import make_ready

    for _says in make_ready(place):
        pass
    state = place / ".tarmac" / "sandbox"
    address = ensure_sandbox(state, speed=SPEED)
    context = Context(config=place / "tarmac.toml", sandbox=True, state=state)
    try:
        return await toured(context, folder)
    finally:
        stop_sandbox(address)
        local_cluster(place).stop()


async def toured(context: object, folder: Path) -> int:
    """Open the app on a context, take the tour, and return how many screens were taken."""
    from typing import Any, cast

    from screenshots.tour import SIZES, Tour, travel
    from tui.app import TarmacApp

    if folder.exists():
        shutil.rmtree(folder)
    app = TarmacApp(cast(Any, context))
    async with app.run_test(size=SIZES[0], notifications=True) as pilot:
        tour = Tour(app, pilot, folder)
        await travel(tour)
    return tour.taken


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    sys.exit(main(sys.argv[1:] or ["en", "ko"]))
