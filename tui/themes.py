"""Two calm themes; a risk is always mark + word, its colour comes on top."""

from __future__ import annotations

from pathlib import Path

from textual.theme import Theme

DARK = Theme(
    name="tarmac-dark",
    primary="#7aa2c8",
    secondary="#8fa7b8",
    accent="#d7b56d",
    success="#8dbf8b",
    warning="#e0b25c",
    error="#e5786d",
    foreground="#d6dbe0",
    background="#15191e",
    surface="#1b2127",
    panel="#232a31",
    dark=True,
    variables={"text-muted": "#8b96a1", "text-disabled": "#5d6873"},
)
LIGHT = Theme(
    name="tarmac-light",
    primary="#2f5f8a",
    secondary="#4d6475",
    accent="#8a5a00",
    success="#2c6e2f",
    warning="#8a5a00",
    error="#b3261e",
    foreground="#22282e",
    background="#f7f6f3",
    surface="#efeeea",
    panel="#e3e2dd",
    dark=False,
    variables={"text-muted": "#66707a", "text-disabled": "#a2a8ad"},
)


def kept_theme() -> str:
    """Return the theme that was chosen last, the dark one where nothing is kept."""
    try:
        name = _kept().read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return DARK.name
    return name if name in (DARK.name, LIGHT.name) else DARK.name


def keep_theme(name: str) -> None:
    """Keep the theme for the next time; where nothing can be written it lasts until the end."""
    path = _kept()
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.write_text(name + "\n", encoding="utf-8")
    except OSError:
        return


def _kept() -> Path:
    from platformdirs import user_state_path

    return user_state_path("tarmac") / "theme"


STATES = {
    "ok": ("✓", "$text-success"),
    "done": ("✓", "$text-success"),
    "warning": ("▲", "$text-warning"),
    "red": ("✗", "bold $text-error"),
    "failed": ("✗", "bold $text-error"),
    "running": ("»", "bold $text-accent"),
    "retrying": ("↻", "$text-warning"),
    "waiting": ("○", "$text-muted"),
    "skipped": ("-", "$text-muted"),
    "cancelled": ("■", "$text-warning"),
    "unknown": ("?", "$text-muted"),
}
