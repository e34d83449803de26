"""What a service or job has against what it should have."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from wizards.cloud.failing import CloudFailure
from wizards.cloud.port import Cloud
from wizards.cloud.run_fields import HIDDEN, PLAIN
from wizards.cloud.run_things import Fields, FieldValue
from wizards.plan import FieldDiff
from wizards.redaction import redacted
from wizards.setup.secret import SecretResource

STATE = "state"
"""The field of a diff that stands for a revision which did not come up."""

_GIVEN = ("environment.", "secrets.", "cloud_sql.")
_UNREADABLE = {"absent", "api-disabled", "billing-missing"}


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretInUse:
    """An environment variable whose value is a version of a secret."""

    variable: str
    secret: SecretResource


def pinned(secrets: Sequence[SecretInUse], cloud: Cloud | None) -> dict[str, FieldValue]:
    """Return the field of each secret: pinned to the version that it will have after the apply.

    Without a cloud there is none yet, and the first version will be number 1.
    """
    return {
        f"secrets.{each.variable}": f"{each.secret.secret}:{_version(each.secret, cloud)}"
        for each in secrets
    }


def _version(secret: SecretResource, cloud: Cloud | None) -> int:
    if cloud is None:
        return 1
    try:
        return secret.coming_version(cloud)
    except CloudFailure as failure:
        if failure.code in _UNREADABLE:
            return 1
        raise


def against(found: Fields, wanted: Fields) -> tuple[FieldDiff, ...]:
    """Return the wanted fields that are otherwise.

    A reference that follows the newest version of the same secret is as good as a pinned one:
    whoever deploys may have wanted that.
    """
    return tuple(
        FieldDiff(name, _told(name, found.get(name)), value)
        for name, value in wanted.items()
        if found.get(name) != value and not _follows(name, found.get(name), value)
    )


def _told(name: str, before: FieldValue | None) -> FieldValue | None:
    """Return a value that was there before, unless it looks like a secret."""
    group, _dot, variable = name.partition(".")
    if group != "environment" or before is None:
        return before
    shown = f"{variable}={before}"
    return before if redacted(shown) == shown else PLAIN


def _follows(name: str, before: FieldValue | None, after: FieldValue) -> bool:
    if not name.startswith("secrets."):
        return False
    secret = str(after).partition(":")[0]
    return before == f"{secret}:latest"


def unpinned(found: Fields, wanted: Fields) -> tuple[FieldDiff, ...]:
    """Return the references that follow the newest version, each with the one to pin it to."""
    return tuple(
        FieldDiff(name, found.get(name), value)
        for name, value in wanted.items()
        if _follows(name, found.get(name), value)
    )


def standing_parts(found: Fields, parts: Sequence[FieldDiff]) -> tuple[FieldDiff, ...]:
    """Return the parts of a diff whose fields still have the value that they were given."""
    return tuple(
        part for part in parts if part.field != STATE and found.get(part.field) == part.after
    )


def unnamed(found: Fields, wanted: Fields, written: Sequence[FieldDiff]) -> tuple[FieldDiff, ...]:
    """Return the variables and mounts that Tarmac gave once and nothing names any more.

    Each goes back to what was there before, as far as that is known. What somebody changed since,
    and a variable that has a value of the other kind now, stay; another version of the same secret
    is no such change.
    """
    named = {_variable(name) for name in wanted}
    return tuple(
        FieldDiff(part.field, now, None if part.before in (PLAIN, HIDDEN) else part.before)
        for part in written
        if part.field.startswith(_GIVEN) and _variable(part.field) not in named
        if (now := found.get(part.field)) is not None and _same(part.field, now, part.after)
    )


def _same(name: str, now: FieldValue, after: object) -> bool:
    if not name.startswith("secrets."):
        return now == after
    return str(now).partition(":")[0] == str(after).partition(":")[0]


def _variable(name: str) -> str:
    """Return what a field names: a variable is one, be its value plain or a secret."""
    group, _dot, rest = name.partition(".")
    return f"variable {rest}" if group in ("environment", "secrets") else name


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageChoice:
    """Which image is to run: the one named until somebody deploys another; then theirs.

    ``named`` is what the blueprint says ("" for nothing), ``placeholder`` stands in for it.
    """

    named: str
    placeholder: str

    @property
    def first(self) -> str:
        """The image of something new."""
        return self.named or self.placeholder

    def change(self, current: str, placed: str) -> str:
        """Return the image to put in place of the current one, or "" to leave it.

        ``placed`` is what Tarmac put there last. A deployed image is replaced only when the
        blueprint has come to name another one since.
        """
        if not self.named or same_image(current, self.named):
            return ""
        replaceable = not self.own(current) or placed not in ("", self.named)
        return self.named if replaceable else ""

    def ours(self, current: str, placed: str) -> bool:
        """Say whether an image is one that Tarmac put there, and nobody's deployment."""
        return not self.own(current) or (placed != "" and current == placed)

    def own(self, image: str) -> bool:
        """Say whether an image is a program of one's own, and not the placeholder."""
        return _bare(image) != _bare(self.placeholder)


def same_image(one: str, other: str) -> bool:
    """Say whether two names mean one image; "latest" may be left out."""
    return _full(one) == _full(other)


def _full(image: str) -> str:
    return f"{image}:latest" if _bare(image) == image else image


def _bare(image: str) -> str:
    """Return an image's name without tag and digest; gcloud pins the one it finds by digest."""
    return re.sub(r"(:[^/@]+)?(@[^/]+)?$", "", image)
