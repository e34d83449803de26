"""Sizes and build times of the generated images beside those of the guides, as a table.

    python -m tests.imagelab.measure --write docs/images.md            # every sample project
    python -m tests.imagelab.measure --write docs/images.md flask nest # only these rows

Needs the lab (``TARMAC_IMAGELAB``). Cold is a build after every layer and package cache has been
forgotten; warm is a second build after one line of the program's source has changed.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.imagelab import lab
from tests.imagelab.index import adapt
from tests.imagelab.projects import ALL, PLAIN, App, copied, generated, images, named

PORT = 9191
BEGIN, END = "<!-- measured -->", "<!-- /measured -->"
COLUMNS = (
    *("project", "MB", "MB, guide", "cold s", "cold s, guide", "warm s", "warm s, guide"),
    *("ready s", "memory", "SIGTERM s", "exit"),
)
HEAD = (f"| {' | '.join(COLUMNS)} |", "|---|" + "--:|" * (len(COLUMNS) - 1))


@dataclass(frozen=True)
class Sizes:
    """What building took: megabytes, seconds cold and seconds after a change of the source."""

    megabytes: int
    cold: float
    warm: float

    def __add__(self, other: Sizes) -> Sizes:
        return Sizes(
            self.megabytes + other.megabytes, self.cold + other.cold, self.warm + other.warm
        )


def ours(app: App, root: Path) -> Sizes:
    """Build the generated images of a project; the first one is left as ``NAME:lab``."""
    total = Sizes(0, 0, 0)
    for number, (context, dockerfile) in enumerate(images(root)):
        tag = f"{app.name}{number or ''}:lab"
        total += _built(root / context, str(root / context / dockerfile), tag, root / app.source)
    return total


def the_guides(app: App, root: Path) -> Sizes | None:
    """Build the plain images of a project; None when one of them does not build."""
    total = Sizes(0, 0, 0)
    for name, folder in app.plain:
        dockerfile = root / f"{name}.Dockerfile"
        dockerfile.write_bytes((PLAIN / dockerfile.name).read_bytes())
        adapt(dockerfile)
        try:
            total += _built(root / folder, str(dockerfile), f"plain-{name}:lab", root / app.source)
        except lab.LabFailed as failed:
            print(f"{dockerfile.name}: {str(failed)[-800:]}", file=sys.stderr)
            return None
    return total


def row(app: App, folder: Path) -> str:
    """Return the line of a project."""
    mine = ours(app, generated(app, folder / "ours"))
    plain = the_guides(app, copied(app, folder / "plain"))
    cells = [
        app.title,
        str(mine.megabytes),
        f"{plain.megabytes}" if plain else "fails",
        f"{mine.cold:.0f}",
        f"{plain.cold:.0f}" if plain else "–",
        f"{mine.warm:.1f}",
        f"{plain.warm:.1f}" if plain else "–",
        *_life(app),
    ]
    return f"| {' | '.join(cells)} |"


def _life(app: App) -> list[str]:
    """Return the cells of running the image, dashes where the lab cannot follow."""
    if app.stops_at:
        return ["–"] * 4
    ran = lab.run(
        f"{app.name}:lab",
        port=PORT,
        probe=app.probe,
        expect=app.expect,
        environment=[app.unreachable],
    )
    memory = ran.memory.replace("MiB", " MiB")
    return [f"{ran.ready_seconds:.1f}", memory, f"{ran.stop_seconds:.1f}", str(ran.exit_code)]


def renewed(text: str, rows: Sequence[str]) -> str:
    """Return a page with these rows in its table, in the order of the projects."""
    before, _begin, rest = text.partition(BEGIN)
    old, _end, after = rest.partition(END)
    known = {_first(line): line for line in (*old.splitlines(), *rows) if "|" in line}
    lines = [known[app.title] for app in ALL if app.title in known]
    return before + "\n".join([BEGIN, *HEAD, *lines, END]) + after


def main(words: Sequence[str] | None = None) -> int:
    """Measure and print, or write the rows into a page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--write", type=Path)
    given = parser.parse_args(words)
    reason = lab.why_not()
    if reason:
        print(reason, file=sys.stderr)
        return 2
    for line in _rows([named(name) for name in given.names] or list(ALL)):
        print(line, flush=True)
        if given.write is not None:
            page = given.write.read_text(encoding="utf-8")
            given.write.write_text(renewed(page, [line]), encoding="utf-8")
    lab.down()
    return 0


def _rows(apps: Sequence[App]) -> Iterator[str]:
    for app in apps:
        with tempfile.TemporaryDirectory(prefix="tarmac-images-") as folder:
            yield row(app, Path(folder))


def _built(context: Path, dockerfile: str, tag: str, source: Path) -> Sizes:
    cold = lab.build(context, tag, dockerfile=dockerfile, cold=True)
    before = source.read_bytes()
    source.write_bytes(before + b"\n")
    warm = lab.build(context, tag, dockerfile=dockerfile)
    source.write_bytes(before)
    return Sizes(cold.megabytes, cold.seconds, warm.seconds)


def _first(line: str) -> str:
    return line.split("|")[1].strip()


if __name__ == "__main__":
    raise SystemExit(main())
