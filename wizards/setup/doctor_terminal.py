"""Whether the full-screen app can be drawn: judged from facts that the caller measured."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from generators.language import _
from wizards.plan import Check

SMALLEST = (80, 24)


@dataclass(frozen=True, slots=True, kw_only=True)
class Terminal:
    """What was found: columns and rows (0: not a terminal), encoding, colours.

    ``wide`` is how many cells 한 took on the screen, 0 when it could not be measured.
    """

    name: str
    columns: int = 0
    rows: int = 0
    encoding: str = ""
    colours: int = 0
    wide: int = 0


def checks(terminal: Terminal) -> Iterator[Check]:
    """Yield the verdicts; without a terminal only the encoding matters."""
    yield _encoding(terminal)
    if terminal.columns:
        yield _size(terminal)
        yield _colours(terminal)
        yield from _width(terminal)


def _encoding(terminal: Terminal) -> Check:
    title = _("encoding")
    if terminal.encoding.lower().replace("-", "").replace("_", "") == "utf8":
        return Check(id="encoding", title=title, level="ok", says="UTF-8")
    says = _("{encoding}: Korean and the marks cannot be shown").format(
        encoding=terminal.encoding or "?"
    )
    return Check(
        id="encoding", title=title, level="warning", says=says, fix="export LC_ALL=C.UTF-8"
    )


def _size(terminal: Terminal) -> Check:
    title = _("size")
    size = f"{terminal.columns}×{terminal.rows}"
    if terminal.columns >= SMALLEST[0] and terminal.rows >= SMALLEST[1]:
        return Check(id="size", title=title, level="ok", says=size)
    says = _("{size}; the app wants {least} or more").format(
        size=size, least=f"{SMALLEST[0]}×{SMALLEST[1]}"
    )
    return Check(
        id="size", title=title, level="warning", says=says, fix=_("make the window larger")
    )


def _colours(terminal: Terminal) -> Check:
    title = _("colours")
    if terminal.name == "dumb":
        says = _("TERM is “dumb”: the app cannot draw, the commands work")
        fix = "export TERM=xterm-256color"
        return Check(id="colours", title=title, level="warning", says=says, fix=fix)
    words = {0: _("none; marks and words say everything"), 1 << 24: _("true colour")}
    says = words.get(terminal.colours, str(terminal.colours))
    return Check(id="colours", title=title, level="ok", says=f"{says} · {terminal.name}")


def _width(terminal: Terminal) -> Iterator[Check]:
    title = _("Korean")
    if terminal.wide == 2:
        yield Check(id="width", title=title, level="ok", says=_("two cells wide, as it should be"))
    elif terminal.wide:
        yield Check(
            id="width",
            title=title,
            level="warning",
            says=_("one cell wide here: tables would shift"),
            fix=_("choose a font with Korean in the terminal's settings, and a UTF-8 locale"),
        )
