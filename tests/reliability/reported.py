"""The matrix as a table for people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

HEAD = (
    "| what happens once | runs | ends well by itself | after `apply --resume` | wrong "
    "| not reached |"
)
BEGIN, END = "<!-- matrix -->", "<!-- end of matrix -->"


class Outcome(Protocol):
    """How one run ended."""

    @property
    def verdict(self) -> str:
        """One word."""

    @property
    def cards(self) -> tuple[str, ...]:
        """The cards that a person saw."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """All runs with one kind of trouble."""

    kind: str
    runs: int
    verdicts: Counter[str]
    cards: Counter[str]

    @classmethod
    def of(cls, kind: str, outcomes: Sequence[Outcome]) -> Row:
        """Count."""
        return cls(
            kind=kind,
            runs=len(outcomes),
            verdicts=Counter(outcome.verdict for outcome in outcomes),
            cards=Counter(card for outcome in outcomes for card in outcome.cards),
        )

    def line(self) -> str:
        """Return the row in Markdown."""
        counted = (
            self.verdicts[verdict] for verdict in ("by itself", "resumed", "wrong", "missed")
        )
        return f"| {self.kind} | {self.runs} | {' | '.join(map(str, counted))} |"


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What was run, when, and how it ended."""

    rows: Sequence[Row]
    seconds: float
    every: int
    cores: int

    def text(self) -> str:
        """Return the table in Markdown."""
        total = sum(row.runs for row in self.rows)
        which = "every point" if self.every == 1 else f"each {self.every}th point"
        day = datetime.now(UTC).date().isoformat()
        lines = [
            f"{day}: {total} runs ({which}), {self.seconds / 60:.1f} min on {self.cores} cores.",
            "",
            HEAD,
            "|---|---:|---:|---:|---:|---:|",
            *(row.line() for row in self.rows),
        ]
        cards = sum((row.cards for row in self.rows), Counter[str]())
        if cards:
            lines += ["", "Cards that were seen before the run that ended well:", ""]
            lines += [f"- `{card}`: {times}" for card, times in cards.most_common(20)]
        return "\n".join(lines)


def written(report: Report, path: Path) -> None:
    """Put the table where the last one stands."""
    text = path.read_text(encoding="utf-8")
    before, _begin, rest = text.partition(BEGIN)
    _old, _end, after = rest.partition(END)
    path.write_text(f"{before}{BEGIN}\n{report.text()}\n{END}{after}", encoding="utf-8")
