"""Previews with their findings: the review's verdicts with facts of the live database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from generators.language import _
from wizards.migrate.facts import gather
from wizards.migrate.model import Finding, Rehearsal, RevisionPreview, Severity, Statement
from wizards.migrate.review.judge import judge_plan
from wizards.migrate.will_fail import check_plan
from wizards.postgres.address import Address
from wizards.postgres.connection import facts_connection, server_major


def judged(
    previews: Sequence[RevisionPreview],
    address: Address,
    *,
    transaction_mode: str,
    rules: Mapping[str, str],
) -> tuple[RevisionPreview, ...]:
    """Return the previews, each statement with what was found about it."""
    with facts_connection(address) as connection:
        facts = gather(connection, [one.sql for each in previews for one in each.statements])
        found = judge_plan(
            [_for_judge(preview) for preview in previews],
            facts=facts,
            postgres=server_major(connection),
            levels={name: _level(level) for name, level in rules.items()},
            one_transaction=transaction_mode == "whole_run",
        )
        found = check_plan(found, connection, facts)
    return tuple(
        _with_reason(replace(preview, statements=seen.statements))
        for preview, seen in zip(previews, found, strict=True)
    )


def filled(
    previews: Sequence[RevisionPreview], rehearsed: tuple[object, Rehearsal] | None
) -> list[RevisionPreview]:
    """Take the SQL of revisions that cannot be written offline from the last rehearsal."""
    found = rehearsed[1] if rehearsed is not None else None
    ran = {one.id: one for one in found.revisions} if found is not None and found.ok else {}
    return [
        replace(ran[one.id], reason=one.reason) if one.reason and one.id in ran else one
        for one in previews
    ]


def _for_judge(preview: RevisionPreview) -> RevisionPreview:
    """Return what the judge needs: commits by autocommit blocks only, not the natural one."""
    alone = {index for index, one in enumerate(preview.statements) if one.autocommit}
    commits = alone | {index - 1 for index in alone if index > 0}
    return replace(preview, transactional=True, commits=tuple(sorted(commits)))


def _level(level: str) -> Severity | None:
    return None if level == "off" else Severity(level)


def _with_reason(preview: RevisionPreview) -> RevisionPreview:
    """Add what cannot be judged as a finding: Python that the offline way cannot follow."""
    if not preview.reason or preview.source != "offline":
        return preview
    index = len(preview.statements)
    finding = Finding(
        rule="not-understood",
        severity=Severity.DANGER,
        statement=index,
        message=_("not understood: this revision runs Python that needs a database; {why}").format(
            why=preview.reason
        ),
        fix=None,
    )
    unknown = Statement(
        sql="-- " + _("only a rehearsal shows the SQL of this revision"), findings=(finding,)
    )
    return replace(preview, statements=(*preview.statements, unknown))
