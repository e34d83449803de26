"""The language people read: English source strings, gettext catalogues beside this file.

Every layer takes ``_`` from here; the composition root calls :func:`use` once. It lives in the
lowest layer because generated files carry comments for people too.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import gettext

LOCALES = Path(__file__).parent / "locale"
LANGUAGES = ("en", "ko")
DOMAIN = "tarmac"

_catalogue: gettext.NullTranslations | None = None  # None is English; gettext is not imported then
_current = "en"


def preferred() -> str:
    """Return the language the environment asks for (``TARMAC_LANG``, then POSIX order), or en."""
    for name in ("TARMAC_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        code = os.environ.get(name, "")[:2].lower()
        if code:
            return code if code in LANGUAGES else "en"
    return "en"


def use(language: str | None = None) -> str:
    """Switch to a language code of ``LANGUAGES`` (None = the environment's) and return it."""
    global _catalogue, _current
    _current = language if language in LANGUAGES else preferred()
    if _current == "en":
        _catalogue = None
    else:
        import gettext

        _catalogue = gettext.translation(DOMAIN, LOCALES, languages=[_current], fallback=True)
    return _current


def current() -> str:
    """Return the code of the language in use."""
    return _current


def _(message: str) -> str:
    """Return the translation of an English source string; fill it with ``.format`` afterwards."""
    return message if _catalogue is None else _catalogue.gettext(message)


def ngettext(one: str, many: str, count: int) -> str:
    """Return the translated singular or plural form for a count."""
    if _catalogue is None:
        return one if count == 1 else many
    return _catalogue.ngettext(one, many, count)


def N_(message: str) -> str:
    """Mark a source string for the catalogue without translating it yet; ``_`` does it later."""
    return message
