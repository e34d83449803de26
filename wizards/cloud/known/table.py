"""Every failure that Tarmac knows: the themes put together, in the order they are tried."""

from __future__ import annotations

from wizards.cloud.known import (
    access,
    builds,
    databases,
    federation,
    general,
    instances,
    login,
    machines,
    network,
    policies,
    projects,
    secrets,
    services,
)
from wizards.cloud.signatures import Signature, Write

THEMES = (
    network,
    federation,
    login,
    projects,
    policies,
    access,
    instances,
    secrets,
    services,
    builds,
    machines,
    databases,
    general,
)

TABLE: tuple[Signature, ...] = tuple(row for theme in THEMES for row in theme.ROWS)

WORDS: dict[str, Write] = {code: write for theme in THEMES for code, write in theme.WORDS.items()}
