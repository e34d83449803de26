"""The whole script: how it works, then one step per resource in the order of their needs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from generators.quoting import comment
from wizards.setup.export.exported import Export, ExportedFile
from wizards.setup.export.gcloud import (
    database,
    identities,
    images,
    pipeline,
    project,
    run,
    secrets,
)
from wizards.setup.export.gcloud.steps import Lines, NotCovered, command, shell_steps
from wizards.setup.resource import Resource
from wizards.setup.titles import title

NAME = "setup.sh"
AREAS = (project, identities, images, secrets, database, pipeline, run)
"""The modules that register shell lines; importing them is what makes a kind covered."""

_FUNCTIONS = {
    "functions.sh": "",
    "secret_functions.sh": "secret sql.user run.service run.job",
    "user_functions.sh": "sql.user",
    "database_functions.sh": "sql.instance",
    "run_functions.sh": "run.service run.job",
    "pipeline_functions.sh": "build.connection build.repository",
    "federation_functions.sh": "federation.provider",
}
"""The files of shell functions and the kinds that call them; "" is always part of the script."""

_HEAD = """\
#!/usr/bin/env bash
{made_by}
#
# It may run any number of times: what is there and as wanted stays untouched. bash 3.2 or newer.
# No secret stands in here: values come from variables, files (relative to the current folder) or
# your typing, or are generated, and go through pipes only.
# shellcheck disable=SC2016 # what stands in single quotes is meant to stay as it is
set -euo pipefail
"""
_END = """
printf '\\n%s changes\\n' "$changes\""""


def gcloud_script(resources: Sequence[Resource], made_by: str) -> Export:
    """Return a script for bash 3.2 or newer; ``made_by`` is its first comment."""
    lines: Lines = []
    uncovered: list[str] = []
    for resource in resources:
        try:
            steps = shell_steps(resource)
        except NotCovered:
            uncovered.append(resource.id)
            steps = _left_out(resource)
        lines += ["", f"# {comment(resource.why)}", command("step", title(resource)), *steps]
    parts = (_HEAD.format(made_by=made_by), *_functions(resources), "\n".join(lines), _END)
    file = ExportedFile(name=NAME, text="\n".join(parts) + "\n", mode=0o755)
    return Export(form="gcloud", files=(file,), uncovered=tuple(uncovered))


def _left_out(resource: Resource) -> Lines:
    return [
        f"# NOT COVERED: this script does not make {comment(resource.id)}; tarmac apply does.",
        "says '!' 'not covered by this script: tarmac apply makes it' >&2",
    ]


def _functions(resources: Sequence[Resource]) -> Lines:
    kinds = {resource.kind for resource in resources}
    return [
        (Path(__file__).parent / name).read_text(encoding="utf-8").rstrip()
        for name, callers in _FUNCTIONS.items()
        if not callers or kinds & set(callers.split())
    ]
