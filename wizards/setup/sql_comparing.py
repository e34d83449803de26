"""An existing Cloud SQL instance against the wanted one: what changes, what stays, what cannot."""

from __future__ import annotations

from dataclasses import dataclass, replace

from wizards.cloud.things import SqlSettings
from wizards.plan import FieldDiff
from wizards.setup.resource import differing
from wizards.setup.sql_fields import FLAG, IMMUTABLE, KEYS, Fields, fields_of, impossible


@dataclass(frozen=True, slots=True)
class Comparison:
    """``diff`` is to be changed; ``kept`` differs and stays; ``blocked_by`` says what cannot be.

    What stays is what tarmac.toml does not name: a person's own choice for an instance that was
    there before, or a suggestion that this instance does not follow. A flag of the server that
    Tarmac has no wish about stands there with None as its other value.
    """

    diff: tuple[FieldDiff, ...]
    kept: tuple[FieldDiff, ...] = ()
    blocked_by: str = ""


def compare(
    instance: str, found: SqlSettings, wanted: SqlSettings, decided: frozenset[str]
) -> Comparison:
    """Return how an instance differs from what is wanted; ``decided`` are the fields that count."""
    now, then = fields_of(found), fields_of(wanted)
    if _holds(found, wanted):
        then["storage_gb"] = now["storage_gb"]
    every = differing(now, then)
    diff = tuple(part for part in every if part.field in decided)
    kept = tuple(part for part in every if part.field not in decided) + tuple(
        FieldDiff(field, value, None)
        for field, value in now.items()
        if field.startswith(FLAG) and field not in then
    )
    fixed = next((part for part in diff if _fixed(part, now)), None)
    return Comparison(diff, kept, impossible(fixed, instance) if fixed else "")


def decided_fields(
    settings: SqlSettings, named: frozenset[str] | None, *, iam_login: bool
) -> frozenset[str]:
    """Return the fields that tarmac.toml decides; ``named`` are its keys, None counts all of them.

    Without a network of one's own, whatever addresses the instance has stay; without logins by
    identity, so do its flags.
    """
    keys = {field: key for field, key in KEYS.items() if named is None or key in named}
    if not settings.network:
        keys.pop("network", None)
        keys.pop("public_address", None)
    if not iam_login:
        keys = {field: key for field, key in keys.items() if not field.startswith(FLAG)}
    return frozenset(keys)


def changed(found: SqlSettings, diff: tuple[FieldDiff, ...], *, back: bool = False) -> SqlSettings:
    """Return settings with the fields of a diff as they should become, or as they were before."""
    values = {part.field: part.before if back else part.after for part in diff}
    flags = dict(found.flags)
    for field in [field for field in values if field.startswith(FLAG)]:
        value, name = values.pop(field), field.removeprefix(FLAG)
        if value is None:
            flags.pop(name, None)
        else:
            flags[name] = str(value)
    known = {field: value for field, value in values.items() if field in fields_of(found)}
    return replace(found, flags=flags, **known)  # type: ignore[arg-type]


def _holds(found: SqlSettings, wanted: SqlSettings) -> bool:
    """Say whether the disk is as large as wanted: one that grows by itself may well be larger."""
    return found.storage_gb == wanted.storage_gb or (
        found.grows and found.storage_gb > wanted.storage_gb
    )


def _fixed(part: FieldDiff, now: Fields) -> bool:
    if part.field == "storage_gb":
        return int(now["storage_gb"]) > int(str(part.after))
    return part.field in IMMUTABLE
