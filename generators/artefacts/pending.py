"""How each migration tool tells that nothing is pending: lines of a POSIX shell."""

from __future__ import annotations

from collections.abc import Sequence

from generators.project import MigrationTool
from generators.quoting import shell_word

_REVISIONS = "awk 'NF { print $1 }' | sort"


def pending_lines(tool: MigrationTool) -> list[str]:
    """Return lines whose last one answers 0 when nothing is pending, in the tool's folder.

    A tool that cannot tell always answers 1, so that a backup is taken and it is run.
    """
    words = tool.command
    if "upgrade" in words:
        before = words[: words.index("upgrade")]
        return [
            f'heads="$({_line([*before, "heads"])})" || exit 1',
            f'current="$({_line([*before, "current"])})" || exit 1',
            f"[ {_sorted('heads')} = {_sorted('current')} ]",
        ]
    if tool.provider == "django":
        return [f"{_line([*words, '--check'])} > /dev/null"]
    if tool.provider == "prisma" and "deploy" in words:
        asked = ["status" if word == "deploy" else word for word in words]
        return [f"{_line(asked)} > /dev/null"]
    return ["exit 1"]


def _sorted(variable: str) -> str:
    return f'"$(printf \'%s\\n\' "${variable}" | {_REVISIONS})"'


def _line(words: Sequence[str]) -> str:
    return " ".join(shell_word(word) for word in words)
