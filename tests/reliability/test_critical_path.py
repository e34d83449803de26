"""What the bench compares an apply with: no order of work could be quicker."""

from __future__ import annotations

from benchmarks.apply import longest
from sandbox.projects import ENABLE_PROPAGATION
from tests.reliability.whole import TYPED, whole
from wizards.setup.desired import resources


def test_the_longest_chain_counts_propagation_and_turns() -> None:
    parts = resources(whole(), TYPED)
    lengths = {part.id: 0.0 for part in parts}
    lengths |= {"sql.instance:notes-db": 100.0, "sql.database:notes-db/notes": 5.0}
    lengths |= {"sql.user:notes-db/notes": 3.0, "sql.user:notes-db/notes_owner": 3.0}
    lengths["run.service:notes"] = 14.0
    seconds, chain = longest(parts, lengths)
    assert chain[-1] == "run.service:notes"
    assert seconds == ENABLE_PROPAGATION + 100.0 + 5.0 + 3.0 + 3.0 + 14.0
