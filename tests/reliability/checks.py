"""What must be true after every run, however it went."""

from __future__ import annotations

import re
from base64 import b64decode
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg

from tests.reliability.journeys import UNDO
from tests.reliability.sandbox_inside import SandboxInside
from tests.reliability.state_of import State, state_of
from tests.reliability.whole import TYPED
from wizards.blueprint import Blueprint
from wizards.cancel import Cancel
from wizards.events import discard
from wizards.setup.desired import resources
from wizards.setup.made import history
from wizards.setup.naming import secrets_of
from wizards.setup.planning import make_plan
from wizards.setup.sql_database import SqlUserResource

_MAKES = re.compile(r"(?i)(create|insert|addVersion)")


def state(inside: SandboxInside, wanted: Blueprint, root: Path) -> State:
    """Return all that the sandbox knows of the project, and what the journals say Tarmac made."""
    generated = [part.name for part in secrets_of(wanted).values() if part.source == "generate"]
    project = wanted.project.id
    known = inside.inside(lambda: state_of(inside.world.store, project, generated))
    return known | {"made by Tarmac": _made(inside, project, root)}


def _made(inside: SandboxInside, project: str, root: Path) -> dict[str, Any]:
    """Return what an undo would take back: things as a whole, or single fields and grants."""
    return {
        part.id.replace(project, "PROJECT"): "whole"
        if part.made.created and part.resource.whole
        else sorted({each.field.replace(project, "PROJECT") for each in part.made.diff})
        for part in history(root, inside.cloud.world).things.values()
    }


def left_wrong(
    inside: SandboxInside,
    wanted: Blueprint,
    root: Path,
    usual: Counter[str],
    since: int,
    journey: str,
) -> list[str]:
    """Say what is wrong whatever an undisturbed run left."""
    wrong = [*doubled(made_calls(inside, since, wanted.project.id), usual)]
    wrong += values_in_files(inside, root)
    if journey != UNDO:
        wrong += [*remaining(inside, wanted), *logins(inside, wanted)]
    return wrong


def remaining(inside: SandboxInside, wanted: Blueprint) -> Iterator[str]:
    """Say what a plan would still change."""
    plan = make_plan(wanted, inside.cloud, discard, Cancel(), secret_values=dict(TYPED))
    for change in plan.todo:
        yield f"left to do: {change.id} {change.action}"


def made_calls(inside: SandboxInside, since: int, project: str) -> Counter[str]:
    """Count the calls that make something and were carried out."""
    return Counter(
        f"{entry.method} {entry.path.partition('?')[0].replace(project, 'PROJECT')}"
        for entry in inside.requests(since)
        if 0 < entry.status < 300
        and entry.http == "POST"
        and _MAKES.search(entry.method.rpartition(".")[2])
    )


def doubled(made: Counter[str], usual: Counter[str]) -> Iterator[str]:
    """Say which calls were carried out more often than usual."""
    for call, times in made.items():
        if times > usual[call]:
            yield f"done {times} times instead of {usual[call]}: {call}"


def logins(inside: SandboxInside, wanted: Blueprint) -> Iterator[str]:
    """Log in to the real server with what Secret Manager holds; say who could not."""
    database = wanted.database
    assert database is not None
    cluster = inside.world.clusters.get(wanted.project.id, database.instance)
    for user in resources(wanted):
        if not isinstance(user, SqlUserResource):
            continue
        target: dict[str, Any] = {"host": "127.0.0.1", "port": cluster.port, "user": user.user}
        password = inside.cloud.secret_value(wanted.project.id, user.secret)
        try:
            psycopg.connect(**target, dbname=database.name, password=password).close()
        except psycopg.OperationalError as refused:
            yield f"{user.user} cannot log in: {str(refused).strip().splitlines()[-1]}"


def values_in_files(inside: SandboxInside, root: Path) -> Iterator[str]:
    """Say in which file of a folder a secret's value stands."""
    versions = inside.inside(lambda: inside.world.store.all("secret-version"))
    kept = {b64decode(each["data"]).decode() for each in versions if each.get("data")}
    values = kept | set(TYPED.values())
    for path in root.rglob("*"):
        if path.is_file():
            text = path.read_text(encoding="utf-8", errors="replace")
            yield from (f"a secret's value stands in {path}" for value in values if value in text)
