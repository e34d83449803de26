"""Fields of Cloud Run as the flags of gcloud that set or clear them."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping

from generators.quoting import gcloud_list, gcloud_pairs, shell_word
from wizards.cloud.run_fields import HIDDEN, PLAIN
from wizards.cloud.run_things import FieldValue
from wizards.cloud.run_values import TIMINGS
from wizards.events import Json
from wizards.plan import FieldDiff

Values = Mapping[str, FieldValue | None]

_PLAIN = {
    "image": "image",
    "account": "service-account",
    "port": "port",
    "cpu": "cpu",
    "memory": "memory",
    "min_instances": "min-instances",
    "max_instances": "max-instances",
    "concurrency": "concurrency",
    "max_retries": "max-retries",
    "timeout": "task-timeout",
}
_SWITCHES = {
    "cpu_idle": ("--cpu-throttling", "--no-cpu-throttling"),
    "public": ("--no-invoker-iam-check", "--invoker-iam-check"),
}
_PROBES = {"startup_probe": "startup-probe", "liveness_probe": "liveness-probe"}
_PAIRS = {"environment": "env-vars", "secrets": "secrets"}


def flags(values: Values, *, labels: str = "update-labels", sql: str = "add") -> list[str]:
    """Return the words for these fields, quoted for a shell; None clears.

    ``labels`` and ``sql`` are how the command in question calls adding those: not every one of
    them can add, but what does not exist yet can be set instead.
    """
    words = [word for name, value in values.items() for word in _single(name, value)]
    for group, flag in _PAIRS.items():
        words += _pairs(_group(values, group), f"update-{flag}", f"remove-{flag}")
    words += _pairs(_group(values, "labels"), labels, "remove-labels")
    connections = _group(values, "cloud_sql")
    added = [name for name, value in connections.items() if value is not None]
    gone = [name for name, value in connections.items() if value is None]
    words += [f"--{sql}-cloudsql-instances={gcloud_list(added)}"] if added else []
    words += [f"--remove-cloudsql-instances={gcloud_list(gone)}"] if gone else []
    return [shell_word(word) for word in words]


def values_of(diff: Iterable[FieldDiff], *, back: bool = False) -> dict[str, FieldValue | None]:
    """Return what a diff sets, or what it sets back; what is no field of Cloud Run is left out.

    A variable that was of the other kind before, plain or secret, cannot be set back: what it held
    is not told to anybody.
    """
    return {
        part.field: _value(part.before if back else part.after)
        for part in diff
        if part.field != "state" and not (back and part.before in (PLAIN, HIDDEN))
    }


def _value(value: Json) -> FieldValue | None:
    return value if isinstance(value, str | int | bool) else None


def _single(name: str, value: FieldValue | None) -> list[str]:
    if name in _PLAIN:
        return [f"--{_PLAIN[name]}={value}"]
    if name in _SWITCHES:
        return [_SWITCHES[name][0 if value else 1]]
    if name in _PROBES:
        return [f"--{_PROBES[name]}={_probe(name, value)}"]
    if name == "command":
        words = shlex.split(str(value or ""))
        rest = [f"--args={gcloud_list(words[1:])}"] if words[1:] else []
        return [f"--command={gcloud_list(words[:1])}", *rest]
    return []


def _probe(name: str, value: FieldValue | None) -> str:
    """Return a probe as gcloud writes it; an empty one takes it off."""
    if value is None or not str(value).startswith("/"):
        return ""
    pairs = {"httpGet.path": str(value), **{key: str(n) for key, n in TIMINGS[name].items()}}
    return gcloud_pairs(pairs)


def _group(values: Values, group: str) -> dict[str, FieldValue | None]:
    start = f"{group}."
    return {
        name.removeprefix(start): value for name, value in values.items() if name.startswith(start)
    }


def _pairs(values: Values, update: str, remove: str) -> list[str]:
    given = {name: str(value) for name, value in values.items() if value is not None}
    gone = [name for name, value in values.items() if value is None]
    words = [f"--{update}={gcloud_pairs(given)}"] if given else []
    return words + ([f"--{remove}={gcloud_list(gone)}"] if gone else [])
