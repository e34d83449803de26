"""The decision table of the way back, and the commit map: pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from wizards.failures import Refused, UsageFailure
from wizards.migrate.acceptance import Acceptance, require
from wizards.migrate.cards import not_taken_back
from wizards.migrate.commits import commit_map
from wizards.migrate.decisions import Facts, decide
from wizards.migrate.model import (
    Backup,
    Decision,
    Finding,
    OtherWay,
    RevisionPreview,
    RollbackPlan,
    Severity,
    Statement,
)
from wizards.migrate.standing import Standing

START = Standing(("a",), "sig", "shape")
LATER = Standing(("b",), "other", "other")
BACKUP = Backup(
    path=Path("x.dump"),
    database="d",
    taken_at=datetime.now(UTC),
    bytes=1,
    sha256="",
    rows={},
    schema="shape",
    current=("a",),
    verified=True,
)
COMMITTED = Facts(start=START, now=LATER, committed=("b",), proved=True, backup=BACKUP)


@pytest.mark.parametrize(
    ("facts", "decision"),
    [
        (Facts(start=START, now=START, backup=BACKUP), Decision.NOTHING),
        (Facts(start=START, now=START), Decision.NOTHING),
        (COMMITTED, Decision.DOWNGRADE),
        (replace(COMMITTED, backup=None), Decision.DOWNGRADE),
        (replace(COMMITTED, proved=None), Decision.RESTORE),
        (replace(COMMITTED, proved=False), Decision.RESTORE),
        (replace(COMMITTED, drops=True), Decision.RESTORE),
        (replace(COMMITTED, irreversible="b"), Decision.RESTORE),
        (replace(COMMITTED, partial=True), Decision.RESTORE),
        (replace(COMMITTED, committed=(), partial=True), Decision.RESTORE),
        (replace(COMMITTED, committed=(), removed=("a",)), Decision.RESTORE),
        (replace(COMMITTED, partial=True, backup=None), Decision.REFUSE),
        (replace(COMMITTED, drops=True, backup=None), Decision.REFUSE),
        (
            replace(COMMITTED, drops=True, backup=replace(BACKUP, verified=False)),
            Decision.REFUSE,
        ),
        (Facts(start=START, now=START, partial=True, backup=BACKUP), Decision.RESTORE),
    ],
)
def test_the_way_back(facts: Facts, decision: Decision) -> None:
    found, why = decide(facts)
    assert found is decision
    assert why


@pytest.mark.parametrize(
    ("alone", "mode", "last", "expected"),
    [
        ([False, False], "per_migration", False, (True, (1,))),
        ([False, False], "whole_run", False, (True, ())),
        ([False, False], "whole_run", True, (True, (1,))),
        ([False, True, False], "per_migration", False, (False, (0, 1, 2))),
        ([True], "whole_run", False, (False, (0,))),
        ([False, False, True], "whole_run", False, (False, (1, 2))),
        ([False, False], "none", False, (False, (0, 1))),
        ([], "per_migration", True, (True, ())),
    ],
)
def test_the_commit_map(
    alone: list[bool], mode: str, last: bool, expected: tuple[bool, tuple[int, ...]]
) -> None:
    assert commit_map(alone, mode, last=last) == expected


def preview_with(severity: Severity) -> RevisionPreview:
    finding = Finding(rule="drop-column", severity=severity, message="loses it", statement=0)
    return RevisionPreview(id="b1b1", statements=(Statement(sql="x", findings=(finding,)),))


def test_a_danger_refuses_until_it_is_accepted_with_a_reason() -> None:
    previews = [preview_with(Severity.DANGER)]
    with pytest.raises(Refused) as caught:
        require(previews, [])
    assert caught.value.next == ("--accept drop-column@b1b1=REASON",)
    require(previews, [Acceptance.parse("drop-column@b1=unused since May")])
    with pytest.raises(Refused):
        require(previews, [Acceptance.parse("drop-column@c2=another revision")])


def test_fail_on_lowers_the_bar() -> None:
    previews = [preview_with(Severity.CAUTION)]
    require(previews, [])
    with pytest.raises(Refused):
        require(previews, [], Severity.CAUTION)


@pytest.mark.parametrize("text", ["drop-column", "drop-column@b1", "drop-column@b1= ", "@b1=why"])
def test_an_acceptance_without_a_reason_is_a_usage_failure(text: str) -> None:
    with pytest.raises(UsageFailure):
        Acceptance.parse(text)


def test_a_refusal_to_go_back_always_names_what_a_person_can_do() -> None:
    refused = RollbackPlan(decision=Decision.REFUSE, why="no downgrade")
    assert any("restore" in step for step in not_taken_back(refused).next)
    way = OtherWay(way="instance", title="", says="", commands=("tarmac migrate restore-instance",))
    assert not_taken_back(replace(refused, others=(way,))).next == way.commands
