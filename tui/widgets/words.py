"""Text into cells: columns, clipping and durations, measured in terminal cells, never by len()."""

from __future__ import annotations

from collections.abc import Iterable

from rich.cells import cell_len
from textual.content import Content

from generators.language import _


def fit(text: str | Content, width: int) -> Content:
    """Return the text as exactly ``width`` cells: padded, or cut with an ellipsis."""
    content = text if isinstance(text, Content) else Content(text)
    return content.truncate(max(width, 0), ellipsis=True, pad=True)


def sides(left: Content, right: Content, width: int) -> Content:
    """Return one line with the left part cut as needed so that the right part stays whole."""
    room = width - right.cell_length
    if room < 4:
        return fit(left, width)
    return Content.assemble(fit(left, room), right)


def wrapped(content: str | Content, width: int, indent: str = "") -> list[Content]:
    """Return the text as lines of at most ``width`` cells, each behind the indent."""
    body = content if isinstance(content, Content) else Content(content)
    lines = body.wrap(max(width - cell_len(indent), 8))
    return [Content.assemble(indent, line.rstrip()) for line in lines] if indent else lines


def flowed(parts: Iterable[str | Content], width: int, between: str = " · ") -> list[Content]:
    """Return the parts that are not empty as lines, broken between them wherever that is possible.

    Only a part that is wider than a line is broken inside.
    """
    lines: list[Content] = []
    for part in parts:
        content = part if isinstance(part, Content) else Content(part)
        longer = Content.assemble(lines[-1], between, content) if lines else content
        if not content:
            continue
        if lines and longer.cell_length <= width:
            lines[-1] = longer
        else:
            lines.append(content)
    return [piece for line in lines for piece in wrapped(line, width)]


def seconds(value: float) -> str:
    """Return a duration as people read it: 0.4 s, 12 s, 1:05, 1:02:03."""
    if value < 10:
        return _("{seconds} s").format(seconds=f"{value:.1f}")
    if value < 60:
        return _("{seconds} s").format(seconds=int(value))
    minutes, rest = divmod(int(value), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def milliseconds(value: float) -> str:
    """Return a duration given in milliseconds: 12 ms, 3.1 s."""
    return f"{value:.0f} ms" if value < 1000 else seconds(value / 1000)


def size(count: float) -> str:
    """Return bytes as people read them: 48 MB."""
    for unit in ("B", "kB", "MB", "GB"):
        if count < 1000 or unit == "GB":
            return f"{count:.0f} {unit}" if count >= 10 or unit == "B" else f"{count:.1f} {unit}"
        count /= 1000
    return ""


def hints(*keys: tuple[str, str]) -> Content:
    """Return keys with what they do, for the border of a card."""
    return Content("  ".join(f"{key} {words}" for key, words in keys))


def joined(parts: Iterable[str | Content], between: str = " · ") -> Content:
    """Join the parts that are not empty."""
    return Content(between).join([part for part in parts if part])
