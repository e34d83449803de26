"""Click's help pages in the language in use, measured in terminal cells.

Click translates through the process-wide gettext domain, which only the environment can switch
(and every child process would inherit that); its formatter is the seam it offers instead.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

import click

from generators.language import N_, _

# What click itself writes into a help page; the formatter below translates it.
CLICKS_OWN = (
    N_("Options"),
    N_("Show this message and exit."),
    N_("Show the version and exit."),
)

# Click wraps by len(); a Korean letter takes two cells, so it is followed by this filler until
# the page is done. The letter is from Unicode's private use area: no text contains it.
_FILLER = "\ue000"


class HelpPage(click.HelpFormatter):
    """The formatter of every command's help."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        """Write the usage line."""
        super().write_usage(prog, args, prefix or _("Usage:") + " ")

    def write_heading(self, heading: str) -> None:
        """Write the heading of a section; ``heading`` is click's English or already ours."""
        super().write_heading(_(heading))

    def write_text(self, text: str) -> None:
        """Write paragraphs, wrapped by cells."""
        super().write_text(_filled(text))

    def write_dl(
        self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2
    ) -> None:
        """Write terms with what they mean, wrapped by cells."""
        said = [(_filled(first), _filled(_meaning(second))) for first, second in rows]
        super().write_dl(said, col_max, col_spacing)

    def getvalue(self) -> str:
        """Return the page."""
        return super().getvalue().replace(_FILLER, "")


class HelpContext(click.Context):
    """A click context whose help pages are :class:`HelpPage`."""

    formatter_class = HelpPage


def _meaning(text: str) -> str:
    """Translate what stands beside a term; click appends ``[default: …]`` and ``[required]``."""
    says = _(text) if text else ""
    says = says.replace("[default: ", "[" + _("default") + ": ")
    return says.replace("[required]", "[" + _("required") + "]")


def _filled(text: str) -> str:
    return "".join(
        letter + _FILLER if unicodedata.east_asian_width(letter) in "WF" else letter
        for letter in text
    )
