"""What regenerating does to one file: last rendered, theirs and new become a state and a text."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from generators import blocks
from generators.artefact import Artefact
from generators.header import renewed, split
from generators.three_way import merge


class State(StrEnum):
    """What stands between the file and the newly rendered text."""

    NEW = "new"
    UNCHANGED = "unchanged"
    CHANGED = "changed"
    EDITED = "edited"
    MERGE = "merge"
    CONFLICT = "conflict"


@dataclass(frozen=True, slots=True)
class Decision:
    """The state, the text the file should have, and the base to remember (None: as it was).

    ``adopted`` says that the file was there before Tarmac: it is kept as it is.
    """

    state: State
    text: str
    base: str | None
    adopted: bool = False


def decide(
    artefact: Artefact, current: str | None, base: str | None, *, resolved: bool = False
) -> Decision:
    """Return what happens to a file; ``resolved``: a person has settled this very conflict."""
    new = _keep_header(base, artefact.text)
    if current is None:
        return Decision(State.NEW, blocks.wrapped(new) if artefact.block else new, new)
    plain = current.replace("\r\n", "\n")
    decision = _decide_block(plain, base, new) if artefact.block else _decide(plain, base, new)
    if decision.state is State.CONFLICT and resolved:
        decision = Decision(State.EDITED, plain, new)
    if plain != current:
        text = current if decision.text == plain else decision.text.replace("\n", "\r\n")
        return Decision(decision.state, text, decision.base, decision.adopted)
    return decision


def _decide(current: str, base: str | None, new: str) -> Decision:
    if current == new:
        return Decision(State.UNCHANGED, current, new)
    if base is None:
        return Decision(State.EDITED, current, new, adopted=True)
    if current == base:
        return Decision(State.CHANGED, new, new)
    if new == base:
        return Decision(State.EDITED, current, base)
    return _merged(current, base, new)


def _merged(current: str, base: str, new: str) -> Decision:
    """Merge the bodies; the header line follows Tarmac unless the person has removed it."""
    their_header, new_header = split(current)[0], split(new)[0]
    if their_header and new_header:
        theirs, old, fresh = renewed(current, new_header), renewed(base, new_header), new
    else:
        theirs, old, fresh = split(current)[1], split(base)[1], split(new)[1]
    merged = merge(old, theirs, fresh)
    if merged.conflict:
        return Decision(State.CONFLICT, current, base)
    if merged.text == theirs:
        return Decision(State.EDITED, current, new)
    return Decision(State.MERGE, merged.text, new)


def _decide_block(current: str, base: str | None, new: str) -> Decision:
    parts = blocks.found(current)
    if parts is None:
        return Decision(State.MERGE, blocks.put(current, new), new)
    inner = _decide(_trimmed(parts[1]), None if base is None else _trimmed(base), _trimmed(new))
    if inner.state is State.CONFLICT:
        return Decision(State.CONFLICT, current, base)
    untouched = inner.text == _trimmed(parts[1])
    text = current if untouched else blocks.put(current, inner.text)
    return Decision(inner.state, text, inner.base, inner.adopted)


def _trimmed(block: str) -> str:
    return block.rstrip() + "\n"


def _keep_header(base: str | None, new: str) -> str:
    """A text that differs in nothing but the blueprint's hash is no new text."""
    return base if base is not None and split(base)[1] == split(new)[1] else new
