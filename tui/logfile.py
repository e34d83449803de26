"""The log file in the XDG state folder; what is written there holds no secrets."""

from __future__ import annotations

import traceback
from pathlib import Path

from generators.language import _
from wizards.events import rfc3339
from wizards.failures import Failure
from wizards.redaction import redacted


def log_path() -> Path:
    """Return the log file (0600), its folder made."""
    from platformdirs import user_state_path

    folder = user_state_path("tarmac") / "log"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder / "tarmac.log"


def write(text: str) -> Path:
    """Append text with the time, redacted, and return the file."""
    import os
    from datetime import UTC, datetime

    path = log_path()
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    with os.fdopen(descriptor, "a", encoding="utf-8") as file:
        file.write(f"{rfc3339(datetime.now(UTC))} {redacted(text)}\n")
    return path


def crash(wrong: BaseException) -> Failure:
    """Write an unexpected error to the log and return the card that names the file.

    Where no log can be written, the card itself holds the details.
    """
    details = "".join(traceback.format_exception(wrong))
    message = _("Tarmac met an error that it does not know")
    try:
        path = write(details)
    except OSError as refused:
        return Failure(
            "unexpected",
            message,
            why=_(
                "this is a fault in Tarmac, not in your project; no log could be written: {problem}"
            ).format(problem=refused),
            next=("tarmac doctor",),
            raw=redacted(details),
        )
    return Failure(
        "unexpected",
        message,
        why=_("this is a fault in Tarmac, not in your project; the log has the details"),
        next=(f"less {path}",),
        raw=redacted(f"{type(wrong).__name__}: {wrong}"),
    )
