"""Check what is detected in public repositories against what people found by reading them.

``TARMAC_REPOS`` names a folder of checkouts called "owner+name"; nothing of them is kept here.
``python -m tests.generators.detection.check_detection [GROUP]`` prints what differs;
``--markdown`` prints the table of docs/detection.md.
"""

from __future__ import annotations

import os
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from generators.detect import detect
from generators.project import Confidence, Detection, Service

EXPECTED = Path(__file__).with_name("expected.toml")
FIELDS = ("entry", "manager", "version", "migrations", "root", "frontend", "workers", "role")
CLAIMS = ("entry", "manager", "version", "migrations")
_NONE = {"entry": "", "migrations": "", "frontend": "", "role": "web"}


@dataclass
class Compared:
    """One repository: right and wrong claims, and those wrong that were said to be sure."""

    name: str
    group: str
    right: int = 0
    asked: int = 0
    wrong: list[str] = field(default_factory=list)
    sure_and_wrong: list[str] = field(default_factory=list)


def expectations() -> list[dict[str, object]]:
    """Return the repositories of expected.toml."""
    given = tomllib.loads(EXPECTED.read_text(encoding="utf-8"))["repository"]
    assert isinstance(given, list)
    return given


def place_of(name: str) -> Path | None:
    """Return the checkout of a repository, None when there is none."""
    folder = os.environ.get("TARMAC_REPOS", "")
    path = Path(folder) / name.replace("/", "+")
    return path if folder and path.is_dir() else None


def compare(wanted: dict[str, object], found: Detection) -> Compared:
    """Compare the four claims, and whatever else is expected, service by service."""
    name, group = str(wanted["name"]), str(wanted["group"])
    result = Compared(name, group)
    services = wanted["services"]
    assert isinstance(services, list)
    left = list(found.services)
    for expected in services:
        service = _match(expected, left)
        if service is None:
            result.asked += len(CLAIMS)
            result.wrong.append(f"{expected['path']}: not found ({expected['entry']})")
            continue
        left.remove(service)
        for claim in FIELDS:
            if claim in CLAIMS or claim in expected:
                _compare_one(result, claim, str(expected.get(claim, "")), service)
    for service in left:
        result.asked += 1
        result.wrong.append(f"{service.path}: not expected ({service.entrypoint})")
        if service.confidence is Confidence.HIGH:
            result.sure_and_wrong.append(f"{service.path} {service.entrypoint}")
    if not services:
        result.asked += 1
        result.right += not left
        if found.verdict.kind != wanted["verdict"]:
            result.wrong.append(f"verdict {found.verdict.kind}, expected {wanted['verdict']}")
    return result


def _match(expected: dict[str, str], services: list[Service]) -> Service | None:
    here = [one for one in services if one.path == expected["path"]]
    exact = [one for one in here if (one.entrypoint or "") == expected["entry"]]
    return next(iter(exact or here), None)


def _compare_one(result: Compared, claim: str, wanted: str, service: Service) -> None:
    found = value_of(service, claim)
    result.asked += 1
    if found == wanted or (claim == "workers" and wanted in found.split()):
        result.right += 1
        return
    result.wrong.append(f"{service.path}: {claim} {found or '–'}, expected {wanted or '–'}")
    sure = service.confidence is Confidence.HIGH
    if claim == "entry" and sure:
        result.sure_and_wrong.append(f"{service.path} {found}")


def value_of(service: Service, claim: str) -> str:
    """Return what was found for a claim, as expected.toml writes it."""
    tool, front = service.migrations, service.frontend
    return {
        "entry": service.entrypoint or "",
        "manager": service.package_manager,
        "version": service.python_version or service.node_version or "",
        "migrations": f"{tool.provider}@{tool.directory}" if tool else "",
        "root": service.import_root,
        "frontend": front.path if front else "",
        "workers": " ".join(worker.kind for worker in service.workers),
        "role": service.role,
    }[claim]


def compared(group: str = "") -> Iterator[Compared]:
    """Yield the comparison of every repository that is there."""
    for wanted in expectations():
        path = place_of(str(wanted["name"]))
        if path is not None and group in {"", wanted["group"]}:
            yield compare(wanted, detect(path))


def table() -> Iterator[str]:
    """Yield the rows of docs/detection.md: one for each service that is expected."""
    group = ""
    for wanted in expectations():
        place = place_of(str(wanted["name"]))
        if place is None:
            continue
        if wanted["group"] != group:
            group = str(wanted["group"])
            yield f"\n### {group}\n"
            yield "| repository | commit | service | entry point | manager | version | schema | |"
            yield "|---|---|---|---|---|---|---|---|"
        found = detect(place)
        result = compare(wanted, found)
        mark = "✓" if not result.wrong else "✗ " + "; ".join(result.wrong)
        start = f"| {wanted['name']} | `{str(wanted['commit'])[:9]}` "
        services = wanted["services"]
        assert isinstance(services, list)
        if not services:
            yield f"{start}| none: {found.verdict.kind} | | | | | {mark} |"
        for expected in services:
            yield start + _cells(expected) + f" {mark} |"
            start, mark = "| | ", ""


def _cells(expected: dict[str, str]) -> str:
    kind = expected.get("role", "")
    more = [f"{key} {expected[key]}" for key in ("frontend", "workers") if key in expected]
    service = ", ".join([expected["path"] + (f" ({kind})" if kind else ""), *more])
    entry = f"`{expected['entry']}`" if expected["entry"] else "–"
    cells = (service, entry, expected["manager"], expected["version"], expected["migrations"])
    return "| " + " | ".join(cell or "–" for cell in cells) + " |"


def main() -> int:
    """Print one line for each repository and the sums; 1 when something sure is wrong."""
    if "--markdown" in sys.argv:
        print("\n".join(table()))
        return 0
    found = list(compared(" ".join(sys.argv[1:])))
    for one in found:
        print(f"{one.right}/{one.asked} {one.name}")
        for wrong in one.wrong:
            print(f"      {wrong}")
    for group in dict.fromkeys(one.group for one in found):
        part = [one for one in found if one.group == group]
        right, asked = sum(one.right for one in part), sum(one.asked for one in part)
        sure = [wrong for one in part for wrong in one.sure_and_wrong]
        share = 100 * right / max(asked, 1)
        print(
            f"{group}: {len(part)} repositories, {right}/{asked} = {share:.1f} %, "
            f"sure but wrong: {sure}"
        )
    return 1 if any(one.sure_and_wrong for one in found) else 0


if __name__ == "__main__":
    raise SystemExit(main())
