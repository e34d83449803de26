"""What is shown instead of everything where nothing fits: how much room is wanted."""

from __future__ import annotations

from textual.content import Content
from textual.geometry import Size
from textual.widget import Widget

from generators.language import _

LEAST = (60, 16)


def too_small(size: Size) -> bool:
    """Say whether a screen of this size cannot be read."""
    return size.width < LEAST[0] or size.height < LEAST[1]


class TooSmall(Widget):
    """Lies over the whole screen while the terminal is too small; what runs goes on."""

    DEFAULT_CSS = """
    TooSmall { layer: over; display: none; width: 100%; height: 100%;
      content-align: center middle; text-align: center; background: $background; }
    .-tiny TooSmall, .-low TooSmall { display: block; }
    """

    def render(self) -> Content:
        """Say how large it is and how large it should be."""
        width, height = self.app.size
        words = _("{width}×{height} is too small: at least {least}, better 80×24.").format(
            width=width, height=height, least="{}×{}".format(*LEAST)
        )
        parts: list[str | tuple[str, str]] = [(words, "bold"), "\n\n"]
        parts.append((_("Nothing is lost. ^q leaves."), "$text-muted"))
        return Content.assemble(*parts)
