"""Leaving an interview and going on with it: what is kept, who may read it, what wins."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from wizards.answers import Layer
from wizards.interview import Interview
from wizards.question import Kind, Question
from wizards.setup.interviewing import interview
from wizards.setup.kept_answers import NAME, forget, keep, take_up


@pytest.fixture(autouse=True)
def no_gcloud(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CLOUDSDK_CONFIG", str(tmp_path / "gcloud"))


def test_what_was_typed_goes_on_where_it_was_left_and_proposals_are_not_kept(
    tmp_path: Path,
) -> None:
    talk = interview(tmp_path, None, None)
    talk.answers.give("service.name", "shop", Layer.TYPED)
    talk.answers.give("setup.secrets", ("STRIPE_KEY",), Layer.TYPED)
    talk.answers.give("secrets.STRIPE_KEY.source", "env:STRIPE", Layer.TYPED)
    talk.answers.give("project.region", "us-central1", Layer.FILE)
    keep(tmp_path, talk, "database.tier")
    again = interview(tmp_path, None, None)
    assert take_up(tmp_path, again, tmp_path / "tarmac.toml") == "database.tier"
    assert again.values()["service.name"] == "shop"
    assert again.values()["secrets.STRIPE_KEY.source"] == "env:STRIPE"
    assert again.values()["project.region"] == "asia-northeast3"
    answer = again.answers.answer("service.name")
    assert answer is not None
    assert answer.provenance == "from last time"


def test_only_the_owner_may_read_it_and_no_secret_value_is_in_it(tmp_path: Path) -> None:
    hidden = Question(key="value", ask="Value", kind=Kind.SECRET)
    talk = Interview([hidden, Question(key="name", ask="Name")])
    talk.put(hidden, "hunter2")
    talk.answers.give("name", "이름", Layer.TYPED)
    keep(tmp_path, talk)
    path = tmp_path / ".tarmac" / NAME
    assert path.stat().st_mode & 0o777 == 0o600
    assert "hunter2" not in path.read_text(encoding="utf-8")
    assert json.loads(path.read_text(encoding="utf-8"))["answers"] == {"name": "이름"}


def test_a_blueprint_that_was_changed_since_wins_over_what_was_kept(tmp_path: Path) -> None:
    path = tmp_path / "tarmac.toml"
    talk = interview(tmp_path, None, None)
    talk.answers.give("service.name", "older", Layer.TYPED)
    keep(tmp_path, talk, "database.tier")
    path.write_text('[service]\nname = "newer"\n')
    kept = (tmp_path / ".tarmac" / NAME).stat().st_mtime
    os.utime(path, (kept + 5, kept + 5))
    again = interview(tmp_path, None, None)
    again.answers.give("service.name", "newer", Layer.BLUEPRINT)
    assert take_up(tmp_path, again, path) == ""
    assert again.values()["service.name"] == "newer"


@pytest.mark.parametrize("text", ["", "[1, 2]", "{", '{"answers": [1]}', "null"])
def test_a_file_that_was_cut_short_means_to_begin_anew(tmp_path: Path, text: str) -> None:
    talk = interview(tmp_path, None, None)
    keep(tmp_path, talk)
    (tmp_path / ".tarmac" / NAME).write_text(text)
    assert take_up(tmp_path, interview(tmp_path, None, None), tmp_path / "tarmac.toml") == ""
    forget(tmp_path)
    assert not (tmp_path / ".tarmac" / NAME).exists()


def test_a_kept_answer_that_does_not_pass_any_more_is_left_out(tmp_path: Path) -> None:
    talk = interview(tmp_path, None, None)
    keep(tmp_path, talk)
    (tmp_path / ".tarmac" / NAME).write_text('{"answers": {"service.port": 99999999}, "at": ""}')
    again = interview(tmp_path, None, None)
    take_up(tmp_path, again, tmp_path / "tarmac.toml")
    assert again.values()["service.port"] == 8080
