"""The table of `docs/failures.md`, made from the same rows and words as the cards.

``python -m wizards.cloud.failure_table`` prints it; `make failures` writes it.
"""

from __future__ import annotations

from dataclasses import dataclass

from wizards.cloud.failing import Refusal, Retry
from wizards.cloud.known.table import TABLE, THEMES
from wizards.cloud.signatures import Signature, Write

_HEAD = """\
# Failures and what to do

Made by `make failures` from the table that recognises them (`wizards/cloud/known/`); do not edit.

Every failure has a stable code (`errors[].code` with `--json`). Upper-case words stand for names
that the real card fills in: your project, your account, the instance. *Waits* says what Tarmac does
before it shows the card at all. The original error is kept on every card: `-v` on the command line,
`e` in the app, `errors[].raw` in JSON.
"""

_WAITS = {
    Retry.NEVER: "no",
    Retry.REFUSED: "tries again, up to 2 min",
    Retry.UNKNOWN: "looks whether it was done, tries again, up to 2 min",
    Retry.PROPAGATION: "until it is known everywhere, up to 7 min",
    Retry.CONFLICT: "reads again and repeats, up to 2 min",
    Retry.BUSY: "until the other operation has ended, up to 30 min",
}

_TITLES = {
    "network": "The way to Google",
    "federation": "Logins without keys",
    "login": "The login",
    "projects": "Projects, billing, APIs",
    "policies": "What the organisation forbids",
    "access": "Permissions",
    "instances": "Cloud SQL",
    "secrets": "Secrets",
    "services": "Cloud Run",
    "builds": "Builds",
    "machines": "Machines and quotas",
    "databases": "Connections to the database",
    "general": "Everything else",
}

_SAYS = "…"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One failure of the document."""

    code: str
    happened: str
    why: str
    fixes: tuple[str, ...]
    waits: str


def lines_of(rows: tuple[Signature, ...], words: dict[str, Write]) -> list[Line]:
    """Return the failures of a theme in the order of its rows."""
    codes = [*dict.fromkeys(row.code for row in rows), *words]
    return [_line(code, words[code]) for code in dict.fromkeys(codes) if code in words]


def _line(code: str, write: Write) -> Line:
    message, why, fixes = write(Refusal(status=0, message=_SAYS))
    waits = dict.fromkeys(_WAITS[row.retry] for row in TABLE if row.code == code)
    return Line(
        code=code,
        happened=message,
        why="" if why == _SAYS else why.splitlines()[0],
        fixes=fixes,
        waits=", or: ".join(waits) or "no",
    )


def document() -> str:
    """Return the whole document as Markdown, in the language in use."""
    parts = [_HEAD]
    for theme in THEMES:
        name = theme.__name__.rsplit(".", 1)[-1]
        parts.append(f"\n## {_TITLES[name]}\n")
        parts += [_told(line) for line in lines_of(theme.ROWS, theme.WORDS)]
    return "\n".join(parts)


def _told(line: Line) -> str:
    first = f"### `{line.code}`\n\n**{_sentence(line.happened)}** {_sentence(line.why)}".rstrip()
    fixes = "\n".join(f"- `{fix}`" for fix in line.fixes)
    return f"{first}\n\n{fixes}\n\n*Waits:* {line.waits}.\n"


def _sentence(words: str) -> str:
    """Return words as a sentence of running text."""
    if not words:
        return ""
    end = "" if words.endswith((".", "?", "!", "…")) else "."
    return f"{words[0].upper()}{words[1:]}{end}"


if __name__ == "__main__":
    print(document(), end="")
