"""A thin scroll bar: half a cell wide, so that text beside it stays apart from it."""

from __future__ import annotations

from rich.color import Color
from rich.segment import Segment, Segments
from rich.style import Style
from textual.scrollbar import ScrollBarRender

THUMB = "▐"  # one cell in every terminal, unlike most of its neighbours


class ThinScrollBar(ScrollBarRender):
    """Draws vertical bars from half blocks; horizontal ones as they are."""

    @classmethod
    def render_bar(
        cls,
        size: int = 25,
        virtual_size: float = 50,
        window_size: float = 20,
        position: float = 0,
        thickness: int = 1,
        vertical: bool = True,
        back_color: Color = Color.parse("#555555"),  # noqa: B008
        bar_color: Color = Color.parse("bright_magenta"),  # noqa: B008
    ) -> Segments:
        """Return one segment per cell of the bar; a press above or below the thumb pages."""
        if not vertical:
            return super().render_bar(
                size,
                virtual_size,
                window_size,
                position,
                thickness,
                vertical,
                back_color,
                bar_color,
            )
        start, end = thumb(size, virtual_size, window_size, position)
        back = Style(bgcolor=back_color)
        above = Segment(" " * thickness, back + Style(meta={"@mouse.down": "scroll_up"}))
        below = Segment(" " * thickness, back + Style(meta={"@mouse.down": "scroll_down"}))
        held = Style(color=bar_color, bgcolor=back_color, meta={"@mouse.down": "grab"})
        bar = Segment(THUMB.rjust(thickness), held)
        cells = [above] * start + [bar] * (end - start) + [below] * (size - end)
        return Segments(cells, new_lines=True)


def thumb(size: int, virtual_size: float, window_size: float, position: float) -> tuple[int, int]:
    """Return the first cell of the thumb and the one behind its last.

    The thumb touches an end of the bar only where the text is at its end.
    """
    hidden = virtual_size - window_size
    if size <= 0 or window_size <= 0 or hidden <= 0:
        return 0, 0
    length = min(max(1, round(size * window_size / virtual_size)), max(size - 1, 1))
    room = size - length
    start = round(room * min(max(position / hidden, 0.0), 1.0))
    if 0 < position < hidden and room > 1:
        start = min(max(start, 1), room - 1)
    return start, start + length
