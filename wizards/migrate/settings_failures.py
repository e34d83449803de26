"""Settings classes of the project (pydantic) that refuse what they find: which, and why."""

from __future__ import annotations

import re

from generators.language import _, ngettext
from wizards.failures import Failure

_HEAD = re.compile(r"^\d+ validation errors? for (?P<model>\S+)$")
_REASON = re.compile(r"^\s{2}(?P<reason>.+?)(?:\s+[\[(]type=(?P<type>[\w.]+).*)?$")
_INPUT = re.compile(r"\binput_value=.*(?=, input_type=)")
_MISSING = ("missing", "value_error.missing")


def without_inputs(text: str) -> str:
    """Return a text without the values that settings were refused for: they may be secrets."""
    return _INPUT.sub("input_value=•••", text)


def settings_failure(kind: str, error: str, place: str, raw: str) -> Failure | None:
    """Return the card of a pydantic ValidationError, None for any other exception.

    ``error`` is what ``str()`` of the exception says: its model, then each field and its reason.
    """
    lines = error.strip().splitlines()
    head = _HEAD.match(lines[0]) if lines else None
    if kind != "ValidationError" or head is None:
        return None
    missing, refused = _fields(lines[1:])
    if not missing and not refused:
        return None
    if missing:
        says = ngettext(
            "{model} wants the setting {names}, which is not set.",
            "{model} wants the settings {names}, which are not set.",
            len(missing),
        ).format(model=head["model"], names=", ".join(missing))
    else:
        says = _("{model} does not accept: {names}.").format(
            model=head["model"], names=", ".join(name for name, _reason in refused)
        )
    reasons = (f"{name}: {reason}" for name, reason in refused)
    return Failure(
        "settings-refused",
        says,
        why="\n".join(line for line in (place, *reasons) if line),
        next=(
            _("set it in the shell or in .env"),
            _("or in environment = {…} of [migrations], where it is no secret"),
        ),
        raw=raw,
    )


def _fields(lines: list[str]) -> tuple[list[str], list[tuple[str, str]]]:
    """Return the names that are missing, and each other with its reason."""
    missing: list[str] = []
    refused: list[tuple[str, str]] = []
    name = ""
    for line in lines:
        if not line.startswith(" "):
            name = line.strip()
        elif name and (found := _REASON.match(line)):
            if (found["type"] or "") in _MISSING:
                missing.append(name)
            else:
                refused.append((name, found["reason"]))
            name = ""
    return missing, refused
