"""What is installed, who is logged in, what is missing; every verdict with its fix."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from generators.language import _
from wizards.failures import Failure
from wizards.plan import Check
from wizards.postgres import binaries
from wizards.postgres.sandbox_address import default_state, running
from wizards.setup import gcloud_config


def examine(state: Path | None = None) -> list[Check]:
    """Return every verdict; looks at this machine only and starts nothing."""
    return [
        _python(),
        _program("git", "red", _("reviews and generated files rely on it"), "apt install git"),
        _postgres(),
        _program(
            "gcloud",
            "warning",
            _("optional: Tarmac talks to Google itself, logging in is easier with it"),
            "https://cloud.google.com/sdk/docs/install",
        ),
        _program(
            "docker",
            "warning",
            _("optional: only to try the generated Dockerfile here"),
            "https://docs.docker.com/engine/install",
        ),
        _clients(),
        _credentials(),
        _quota_project(),
        _sandbox(state),
    ]


def _python() -> Check:
    version = ".".join(str(part) for part in sys.version_info[:3])
    return Check(id="python", title="Python", level="ok", says=f"{version} · {sys.executable}")


def _program(name: str, level: str, why: str, fix: str) -> Check:
    found = shutil.which(name)
    if found:
        return Check(id=name, title=name, level="ok", says=found)
    return Check(
        id=name, title=name, level=level, says=_("not found; {why}").format(why=why), fix=fix
    )


def _postgres() -> Check:
    title = _("PostgreSQL tools")
    tools = binaries.found()
    if not tools:
        return Check(
            id="postgres",
            title=title,
            level="red",
            says=_("not found; backups and rehearsals need them"),
            fix="pip install 'tarmac[sandbox]'",
        )
    says = ", ".join(f"{tool.version[0]}.{tool.version[1]} ({tool.source})" for tool in tools)
    return Check(id="postgres", title=title, level="ok", says=says)


def _clients() -> Check:
    from wizards.cloud.opening import installed

    title = _("Google's client libraries")
    if installed():
        return Check(id="clients", title=title, level="ok", says=_("installed"))
    return Check(
        id="clients",
        title=title,
        level="warning",
        says=_("not installed; plan and apply need them"),
        fix="pip install 'tarmac[gcp]'",
    )


def _credentials() -> Check:
    """Look for credentials where google-auth looks, without importing or asking anything."""
    title = _("Google login")
    named = os.environ.get("GOOGLE_APPLICATION_CREDENTIALS")
    default = gcloud_config.folder() / "application_default_credentials.json"
    place = Path(named) if named else default
    if place.is_file():
        return Check(id="login", title=title, level="ok", says=str(place))
    return Check(
        id="login",
        title=title,
        level="warning",
        says=_("nobody is logged in; --sandbox works without"),
        fix="gcloud auth application-default login",
    )


def _quota_project() -> Check:
    project = gcloud_config.value("core", "project")
    title = _("gcloud's project")
    if project:
        return Check(id="project", title=title, level="ok", says=project)
    return Check(
        id="project",
        title=title,
        level="ok",
        says=_("none; tarmac.toml names the one that is used"),
    )


def _sandbox(state: Path | None) -> Check:
    title = _("sandbox")
    place = state or default_state()
    try:
        found = running(place)
        ready = binaries.embedded()
    except Failure as failure:
        fix = failure.next[0] if failure.next else ""
        return Check(id="sandbox", title=title, level="warning", says=failure.message, fix=fix)
    if found:
        return Check(id="sandbox", title=title, level="ok", says=found.url)
    says = _("not running; starts with --sandbox (PostgreSQL {version})").format(
        version=ready.version[0]
    )
    return Check(id="sandbox", title=title, level="ok", says=says)
