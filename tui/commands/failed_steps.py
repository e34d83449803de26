"""The cards of the steps that failed: one per cause, however many steps it stopped."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from generators.language import _
from wizards.failures import Exit, Failure
from wizards.runner import Ended, State


def cards(
    failures: Iterable[tuple[str, Failure]], titles: Mapping[str, str]
) -> list[tuple[str, Failure]]:
    """Return each different card with the titles of the steps it stopped; worst exit code first.

    The same lost login stops ten steps: that is one thing to put right, not ten.
    """
    grouped: dict[tuple[object, ...], tuple[list[str], Failure]] = {}
    for step, failure in failures:
        same = (failure.code, failure.message, failure.next)
        stopped, _first = grouped.setdefault(same, ([], failure))
        stopped.append(titles.get(step, step))
    whole = [(_at(stopped), failure) for stopped, failure in grouped.values()]
    return sorted(whole, key=lambda pair: pair[1].exit_code is not Exit.FAILED)


def _at(stopped: list[str]) -> str:
    return _("stopped: {steps}").format(steps=", ".join(stopped))


def tally(steps: Mapping[str, Ended]) -> str:
    """Return how many steps were done, failed and were left out."""
    count = {state: sum(end.state is state for end in steps.values()) for state in State}
    parts = [
        (State.DONE, _("{count} done")),
        (State.FAILED, _("{count} failed")),
        (State.SKIPPED, _("{count} left out, since what they need failed")),
        (State.CANCELLED, _("{count} cancelled")),
    ]
    return ", ".join(words.format(count=count[state]) for state, words in parts if count[state])
