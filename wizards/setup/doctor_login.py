"""Who is logged in to Google, as the files on this machine say; nobody is asked."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from generators.language import _
from wizards.plan import Check
from wizards.setup import gcloud_config

LOGIN = "gcloud auth application-default login"


def probes() -> list[Callable[[], Iterable[Check]]]:
    """Return what looks at the login without a network."""
    return [lambda: [_clients()], lambda: [_credentials()], lambda: [_project()]]


def credentials_file() -> Path | None:
    """Return the file with credentials that google-auth would use, None when there is none."""
    named = os.environ.get("GOOGLE_APPLICATION_CREDENTIALS")
    default = gcloud_config.folder() / "application_default_credentials.json"
    place = Path(named) if named else default
    return place if place.is_file() else None


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
    title = _("Google login")
    named = os.environ.get("GOOGLE_APPLICATION_CREDENTIALS")
    place = credentials_file()
    if place is None:
        return Check(
            id="login",
            title=title,
            level="warning",
            says=_("GOOGLE_APPLICATION_CREDENTIALS names {file}, which is not there").format(
                file=named
            )
            if named
            else _("nobody is logged in; --sandbox works without"),
            fix="unset GOOGLE_APPLICATION_CREDENTIALS" if named else LOGIN,
        )
    content = _read(place)
    if content is None:
        says = _("{file} is not a credentials file").format(file=place)
        return Check(id="login", title=title, level="warning", says=says, fix=LOGIN)
    kind = str(content.get("type", ""))
    if kind == "service_account":
        says = _("the key of {account}: a key can be copied, a login cannot").format(
            account=content.get("client_email", "?")
        )
        return Check(id="login", title=title, level="warning", says=says, fix=LOGIN)
    return Check(id="login", title=title, level="ok", says=f"{_kind(kind)} · {place}")


def _kind(kind: str) -> str:
    return {
        "authorized_user": _("a person"),
        "external_account": _("a federated identity"),
        "impersonated_service_account": _("an impersonated service account"),
    }.get(kind, kind)


def _read(place: Path) -> Mapping[str, object] | None:
    try:
        content = json.loads(place.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return content if isinstance(content, dict) and "type" in content else None


def _project() -> Check:
    project = gcloud_config.value("core", "project")
    title = _("gcloud's project")
    says = project or _("none; tarmac.toml names the one that is used")
    return Check(id="project", title=title, level="ok", says=says)
