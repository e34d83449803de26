"""After a migration: is the version right, the structure whole, does the service answer?"""

from __future__ import annotations

import urllib.error
import urllib.request
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from generators.language import _
from wizards.blueprint import HealthCheck
from wizards.migrate import kept
from wizards.migrate.graph import told
from wizards.migrate.standing import standing_of
from wizards.migrate.target import Target
from wizards.plan import Check
from wizards.postgres.connection import connect

if TYPE_CHECKING:
    from wizards.postgres.connection import Connection

_SECONDS = 10.0
_INVALID = """
select c.oid::regclass::text from pg_index i join pg_class c on c.oid = i.indexrelid
where not i.indisvalid order by 1
"""
_UNVALIDATED = """
select conrelid::regclass || '.' || conname from pg_constraint where not convalidated order by 1
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What should be true: version rows, and the structure's signature where it is known."""

    heads: Collection[str]
    shape: str = ""


def verify(target: Target, version_table: str, expected: Expected) -> list[Check]:
    """Return one verdict each on version, structure, leftovers and the service's answers."""
    with connect(target.address, "tarmac verify") as connection:
        now = standing_of(connection, version_table)
        found = [_version(now.heads, expected.heads)]
        if expected.shape:
            found.append(_structure(now.shape == expected.shape))
        found += _leftovers(connection)
        put_aside = kept.check(connection)
        found += [put_aside] if put_aside is not None else []
    return found + [_answers(request) for request in _requests(target)]


def _version(heads: Sequence[str], expected: Collection[str]) -> Check:
    right = set(heads) == set(expected)
    return Check(
        id="version",
        title=_("Version"),
        level="ok" if right else "red",
        says=_("{heads} in the version table").format(heads=told(heads) or _("nothing"))
        if right
        else _("{heads} instead of {expected}").format(
            heads=told(heads) or _("nothing"), expected=told(expected)
        ),
    )


def _structure(same: bool) -> Check:
    return Check(
        id="structure",
        title=_("Structure"),
        level="ok" if same else "warning",
        says=_("exactly what the rehearsal gave")
        if same
        else _("differs from what the rehearsal gave"),
    )


def _leftovers(connection: Connection) -> list[Check]:
    invalid = [str(row[0]) for row in connection.execute(_INVALID)]
    open_ones = [str(row[0]) for row in connection.execute(_UNVALIDATED)]
    return [
        Check(
            id="invalid-indexes",
            title=_("Indexes"),
            level="warning" if invalid else "ok",
            says=_("INVALID: {names}").format(names=", ".join(invalid))
            if invalid
            else _("all valid"),
            fix=f"DROP INDEX CONCURRENTLY {invalid[0]};" if invalid else "",
        ),
        Check(
            id="constraints",
            title=_("Constraints"),
            level="warning" if open_ones else "ok",
            says=_("not validated: {names}").format(names=", ".join(open_ones))
            if open_ones
            else _("all validated"),
        ),
    ]


def _requests(target: Target) -> list[tuple[str, str, int]]:
    """Return (method, URL, status) of the health address and the configured checks."""
    if not target.health_url:
        return []
    parts = urlsplit(target.health_url)
    site = f"{parts.scheme}://{parts.netloc}"

    def full(check: HealthCheck) -> tuple[str, str, int]:
        return check.method, urljoin(site, check.path), check.status

    return [("GET", target.health_url, 200), *(full(check) for check in target.checks)]


def _answers(request: tuple[str, str, int]) -> Check:
    method, url, expected = request
    asked = urllib.request.Request(url, method=method, headers={"User-Agent": "tarmac"})
    try:
        with urllib.request.urlopen(asked, timeout=_SECONDS) as answer:
            status, trouble = int(answer.status), ""
    except urllib.error.HTTPError as error:
        status, trouble = error.code, ""
    except (OSError, ValueError) as error:
        status, trouble = 0, str(error)
    says = trouble or _("{status} (expected {expected})").format(status=status, expected=expected)
    return Check(
        id=f"{method} {url}",
        title=f"{method} {url}",
        level="ok" if status == expected else "red",
        says=says,
    )
