"""Whose credentials are used."""

from __future__ import annotations

from generators.language import _
from wizards.cloud.port import Cloud
from wizards.plan import Check


def login_check(cloud: Cloud) -> Check:
    """Say whose credentials are used; raises the login card when there are none."""
    title = _("you")
    return Check(id="login", title=title, level="ok", says=cloud.whoami() or _("logged in"))
