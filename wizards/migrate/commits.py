"""The commit map of a revision: after which of its statements something is there to stay."""

from __future__ import annotations

from collections.abc import Sequence


def commit_map(alone: Sequence[bool], mode: str, *, last: bool) -> tuple[bool, tuple[int, ...]]:
    """Return whether one transaction holds the revision, and its commits as statement indexes.

    ``alone`` says for each statement whether it runs in an autocommit block: entering one commits
    what went before. ``mode`` is Alembic's: per_migration commits at each revision's end,
    whole_run at the end of the ``last`` one, none after each statement.
    """
    if mode == "none":
        return False, tuple(range(len(alone)))
    commits = {index for index, outside in enumerate(alone) if outside}
    commits |= {index - 1 for index in commits if index > 0}
    if alone and (mode == "per_migration" or last):
        commits.add(len(alone) - 1)
    return not any(alone), tuple(sorted(commits))
