"""What gcloud is set to, read from its files; gcloud itself is not started."""

from __future__ import annotations

import configparser
import os
from pathlib import Path


def folder() -> Path:
    """Return gcloud's configuration folder."""
    named = os.environ.get("CLOUDSDK_CONFIG")
    return Path(named) if named else Path.home() / ".config" / "gcloud"


def value(section: str, key: str) -> str:
    """Return a value of the active configuration ("core", "project"), "" when there is none."""
    from_environment = os.environ.get(f"CLOUDSDK_{section}_{key}".upper())
    if from_environment:
        return from_environment
    parser = configparser.ConfigParser(interpolation=None)
    try:
        parser.read(folder() / "configurations" / f"config_{_active()}", encoding="utf-8")
        return parser.get(section, key, fallback="")
    except (configparser.Error, OSError, UnicodeDecodeError):
        return ""


def _active() -> str:
    named = os.environ.get("CLOUDSDK_ACTIVE_CONFIG_NAME")
    if named:
        return named
    try:
        return (folder() / "active_config").read_text(encoding="utf-8").strip() or "default"
    except OSError:
        return "default"
