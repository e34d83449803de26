"""What Cloud Build refuses or silently leaves empty, and no schema knows."""

from __future__ import annotations

import re
from collections.abc import Iterator

from generators.language import _

_USED = re.compile(r"(?<!\$)(?:\$\$)*\$(?:\{(\w+)\}|(\w+))")
_DEFINED = re.compile(r"^\s+[\"']?([A-Za-z]\w*|_\w+)[\"']?\s*:")
_STEP_ID = re.compile(r"^\s*(?:-\s+)?id:\s*[\"']?([^\"'#\n]+?)[\"']?\s*$")
_WAIT = re.compile(r"waitFor:\s*\[([^\]]*)\]")
_BUILT_IN = frozenset(
    {
        "PROJECT_ID",
        "PROJECT_NUMBER",
        "BUILD_ID",
        "LOCATION",
        "TRIGGER_NAME",
        "TRIGGER_BUILD_CONFIG_PATH",
        "SERVICE_ACCOUNT",
        "SERVICE_ACCOUNT_EMAIL",
        "COMMIT_SHA",
        "SHORT_SHA",
        "REVISION_ID",
        "REPO_NAME",
        "REPO_FULL_NAME",
        "BRANCH_NAME",
        "TAG_NAME",
        "REF_NAME",
    }
)


def lint(text: str) -> Iterator[tuple[int, str]]:
    """Yield (line, what is wrong): undefined or badly named substitutions, ids, waitFor."""
    lines = text.splitlines()
    defined = dict(_definitions(lines))
    for name, place in defined.items():
        if not re.fullmatch(r"_[A-Z0-9_]+", name):
            yield place, _("the substitution {name} must look like _NAME").format(name=name)
    used = set()
    for number, line in enumerate(lines, 1):
        if line.lstrip().startswith("#"):
            continue
        for found in _USED.finditer(line):
            name = found[1] or found[2]
            used.add(name)
            if name not in _BUILT_IN and name not in defined:
                yield number, _("${name} is not defined under substitutions").format(name=name)
    for name, place in defined.items():
        if name not in used:
            says = _("the substitution {name} is not used; Cloud Build refuses the build")
            yield place, says.format(name=name)
    yield from _ids(lines)


def _definitions(lines: list[str]) -> Iterator[tuple[str, int]]:
    inside = False
    for number, line in enumerate(lines, 1):
        if re.match(r"^\S", line):
            inside = line.startswith("substitutions:")
        elif inside and (found := _DEFINED.match(line)):
            yield found[1], number


def _ids(lines: list[str]) -> Iterator[tuple[int, str]]:
    seen: set[str] = set()
    for number, line in enumerate(lines, 1):
        if found := _STEP_ID.match(line):
            if found[1] in seen:
                yield number, _("the step id {name} is there twice").format(name=found[1])
            seen.add(found[1])
        elif found := _WAIT.search(line):
            for word in found[1].split(","):
                name = word.strip().strip("\"'")
                if name and name != "-" and name not in seen:
                    yield (
                        number,
                        _("waitFor names {name}, which is no earlier step").format(name=name),
                    )
