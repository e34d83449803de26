"""A field's value in a person's words, the same wherever it is shown."""

from __future__ import annotations

import json

from generators.language import _


def plain(value: object) -> str:
    """Return yes or no, "nothing" for a field that is not there or empty, else the value."""
    if value is None or value == "":
        return _("nothing")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
