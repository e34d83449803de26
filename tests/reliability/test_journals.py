"""Journals on bad days: full disks, cut lines, a clock that was set back."""

from __future__ import annotations

import errno
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.reliability.journeys import UNDO, applied, found_project, wanted_by
from tests.reliability.virtual_cloud import virtual_cloud
from tests.reliability.whole import TYPED
from wizards.cancel import Cancel
from wizards.cloud.things import OperationName
from wizards.events import discard
from wizards.failures import Failure
from wizards.journal import Journal
from wizards.setup.applying import apply
from wizards.setup.journals import journals, new_journal
from wizards.setup.made import history
from wizards.setup.planning import make_plan
from wizards.setup.undoing import plan_undo, undo
from wizards.setup.unfinished import unfinished


def test_a_line_that_was_cut_in_a_character_hides_no_other_record(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal.jsonl")
    journal.append({"event": "first"})
    with journal.path.open("ab") as file:
        file.write('{"event":"비밀'.encode()[:-1] + b"\n")
    journal.append({"event": "last"})
    assert [record["event"] for record in journal.read()] == ["first", "last"]


def test_a_full_disk_is_a_card_and_leaves_whole_lines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = Journal(tmp_path / "journal.jsonl")
    journal.append({"event": "first"})
    really = os.write
    with monkeypatch.context() as patch:
        patch.setattr(os, "write", lambda file, data: really(file, data[: len(data) // 2]))
        with pytest.raises(Failure) as caught:
            journal.append({"event": "second"})
    assert caught.value.code == "journal-not-written"
    assert os.strerror(errno.ENOSPC) in caught.value.why
    journal.append({"event": "third"})
    assert [record["event"] for record in journal.read()] == ["first", "third"]


def test_a_journal_that_cannot_be_written_stops_the_apply_and_it_can_be_resumed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    append, left = Journal.append, 30

    def filling(self: Journal, fields: dict[str, object]) -> None:
        nonlocal left
        left -= 1
        if left < 0:
            raise Failure("journal-not-written", "the disk is full")
        append(self, fields)  # type: ignore[arg-type]

    with virtual_cloud(tmp_path / "sandbox") as (inside, _time):
        wanted = wanted_by("cloud-build")
        plan = make_plan(wanted, inside.cloud, discard, Cancel(), secret_values=dict(TYPED))
        with monkeypatch.context() as patch:
            patch.setattr(Journal, "append", filling)
            with pytest.raises(Failure) as caught:
                apply(tmp_path, wanted, inside.cloud, plan, dict(TYPED), discard, Cancel())
        assert caught.value.code == "journal-not-written"
        found = unfinished(tmp_path)
        assert found is not None
        assert found.how == "killed"
        plan = make_plan(wanted, inside.cloud, discard, Cancel(), secret_values=dict(TYPED))
        done = apply(tmp_path, wanted, inside.cloud, plan, dict(TYPED), discard, Cancel())
        assert done.ok, done.failures
        assert unfinished(tmp_path) is None


def test_the_newest_journal_is_the_last_one_even_when_the_clock_was_set_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    new_journal(tmp_path, "undo").append({"event": "undo.start"})
    ahead = (datetime.now(UTC) + timedelta(days=1)).strftime("%Y%m%dT%H%M%S%f")
    Journal(tmp_path / ".tarmac" / "journal" / f"apply-{ahead}.jsonl").append({"event": "x"})
    fresh = new_journal(tmp_path, "apply")
    fresh.append({"event": "apply.start"})
    assert journals(tmp_path)[-1] == fresh.path


@pytest.mark.parametrize(
    "name",
    [
        OperationName(service="sqladmin", project="example.com:notes", name="a-b-c"),
        OperationName(service="sqladmin", project="notes", name="a-b-c"),
        OperationName(service="run", name="projects/example.com:notes/operations/1"),
        OperationName(service="cloudresourcemanager", name="operations/cp.1"),
    ],
)
def test_an_operation_is_found_again_by_what_the_journal_says(name: OperationName) -> None:
    assert OperationName.read(str(name)) == name


@pytest.mark.slow
def test_an_undo_that_was_cut_off_before_its_last_record_finds_that_nothing_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    append = Journal.append

    def deadly(self: Journal, fields: dict[str, object]) -> None:
        if fields["event"] == "step.removed" and str(fields["id"]).startswith("apis:"):
            raise Failure("journal-not-written", "the disk is full")
        append(self, fields)  # type: ignore[arg-type]

    with virtual_cloud(tmp_path / "sandbox") as (inside, _time):
        wanted = wanted_by(UNDO)
        found_project(inside.cloud, wanted)
        assert applied(inside.cloud, wanted, tmp_path) == []
        found = plan_undo(tmp_path, inside.cloud, discard, Cancel())
        names = found.names_to_type
        with monkeypatch.context() as patch:
            patch.setattr(Journal, "append", deadly)
            cut = undo(tmp_path, inside.cloud, found, discard, Cancel(), confirmed=names)
        assert [step for step, _card in cut.failures] == [f"apis:{wanted.project.id}"]
        again = plan_undo(tmp_path, inside.cloud, discard, Cancel())
        assert [(part.resource.kind, part.gone) for part in again.removals] == [
            ("apis", "gone already")
        ]
        assert undo(tmp_path, inside.cloud, again, discard, Cancel()).ok
        assert history(tmp_path, inside.cloud.world).things == {}
