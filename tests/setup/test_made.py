"""The journals' account of what Tarmac made: over applies, kills, refusals, undos and worlds."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.setup.sandboxed import blueprint
from wizards.blueprint import Pipeline, Secret
from wizards.events import Json
from wizards.journal import Journal, private_folder
from wizards.plan import Action, FieldDiff
from wizards.setup.desired import resources
from wizards.setup.made import history, made, other_worlds
from wizards.setup.recording import read_resource, record
from wizards.setup.resource import Resource

PROJECT = "t-journal"
WANTED = {part.id: part for part in resources(blueprint(PROJECT))}
SECRET = WANTED["secret:notes-db-password"]
GRANTS = WANTED[f"iam:project:{PROJECT}"]
INSTANCE = WANTED["sql.instance:notes-db"]


class Told:
    """A folder with journals, written event by event."""

    def __init__(self, root: Path, name: str, world: str = "google") -> None:
        self.journal = Journal(private_folder(root) / "journal" / f"{name}.jsonl")
        what = name.partition("-")[0]
        self.journal.append({"event": f"{what}.start", "project": PROJECT, "world": world})

    def make(self, resource: Resource, action: str, *diff: FieldDiff) -> None:
        self.say("step.make", resource, action=action, resource=record(resource), diff=diff)

    def say(self, event: str, of: Resource, /, **fields: Any) -> None:
        parts = [part.as_json() for part in fields.pop("diff", ())]
        self.journal.append({"event": event, "id": of.id, "diff": parts, **fields})


def test_a_kill_between_the_write_and_its_word_still_counts_as_made(tmp_path: Path) -> None:
    Told(tmp_path, "apply-1").make(SECRET, "create", FieldDiff("id", None, "notes-db-password"))
    (found,) = made(tmp_path)
    assert found.made.created
    assert found.opened is Action.CREATE
    assert found.resource == SECRET


def test_a_write_that_was_refused_never_counts(tmp_path: Path) -> None:
    told = Told(tmp_path, "apply-1")
    told.make(SECRET, "create")
    told.say("step.refused", SECRET)
    assert made(tmp_path) == []
    told.make(INSTANCE, "adopt", FieldDiff("labels.managed-by", None, "tarmac"))
    told.say("step.done", INSTANCE, identity="")
    told.make(INSTANCE, "update", FieldDiff("tier", "db-f1-micro", "db-g1-small"))
    told.say("step.refused", INSTANCE)
    (found,) = made(tmp_path)
    assert found.made.diff == (FieldDiff("labels.managed-by", None, "tarmac"),)
    assert found.opened is None


def test_the_first_value_before_and_the_last_after_survive_many_applies(tmp_path: Path) -> None:
    for number, (before, after) in enumerate((("a", "b"), ("b", "c"), ("c", "d"))):
        told = Told(tmp_path, f"apply-{number}")
        told.make(INSTANCE, "update", FieldDiff("tier", before, after))
        told.say("step.done", INSTANCE)
    (found,) = made(tmp_path)
    assert not found.made.created
    assert found.made.diff == (FieldDiff("tier", "a", "d"),)
    Told(tmp_path, "apply-9").make(INSTANCE, "update", FieldDiff("tier", "d", "a"))
    (found,) = made(tmp_path)
    assert found.made.diff == ()


def test_grants_are_kept_one_by_one_and_given_back_one_by_one(tmp_path: Path) -> None:
    told = Told(tmp_path, "apply-1")
    one, two = FieldDiff("roles/x", None, "user:a"), FieldDiff("roles/x", None, "user:b")
    told.make(GRANTS, "create", one, two)
    told.say("step.done", GRANTS)
    (found,) = made(tmp_path)
    assert found.made.diff == (one, two)
    assert not found.made.created
    later = Told(tmp_path, "apply-2")
    later.make(GRANTS, "update", FieldDiff("roles/x", "user:a", None))
    (found,) = made(tmp_path)
    assert found.made.diff == (two,)
    undo = Told(tmp_path, "undo-3")
    undo.say("step.removed", GRANTS, whole=False, diff=(two,))
    assert made(tmp_path) == []


def test_what_an_undo_removed_is_forgotten_and_what_came_after_is_known(tmp_path: Path) -> None:
    told = Told(tmp_path, "apply-1")
    told.make(SECRET, "create")
    told.say("step.done", SECRET, identity="first")
    Told(tmp_path, "undo-2").say("step.removed", SECRET, whole=True)
    assert made(tmp_path) == []
    again = Told(tmp_path, "apply-3")
    again.make(SECRET, "create")
    again.say("step.done", SECRET, identity="second")
    assert [part.made.identity for part in made(tmp_path)] == ["second"]


def test_an_operation_that_nobody_saw_end_is_known_over_later_journals(tmp_path: Path) -> None:
    told = Told(tmp_path, "apply-1")
    told.make(INSTANCE, "create")
    told.say("step.operation", INSTANCE, operation="sqladmin:t-journal:op-1")
    Told(tmp_path, "apply-2").make(SECRET, "create")
    found = {part.id: part for part in made(tmp_path)}
    assert str(found[INSTANCE.id].operation) == "sqladmin:t-journal:op-1"
    Told(tmp_path, "apply-3").say("step.done", INSTANCE)
    found = {part.id: part for part in made(tmp_path)}
    assert found[INSTANCE.id].operation is None


def test_each_world_and_each_project_has_its_own_account(tmp_path: Path) -> None:
    Told(tmp_path, "apply-1", "sandbox:/here").make(SECRET, "create")
    Told(tmp_path, "apply-2").make(INSTANCE, "create")
    assert [part.id for part in made(tmp_path)] == [INSTANCE.id]
    assert [part.id for part in made(tmp_path, "sandbox:/here")] == [SECRET.id]
    assert history(tmp_path).projects == (PROJECT,)


def test_a_record_that_this_version_cannot_read_is_named_not_dropped(tmp_path: Path) -> None:
    told = Told(tmp_path, "apply-1")
    strange: dict[str, Json] = {"kind": "teapot", "type": "TeapotResource", "fields": {}}
    told.journal.append(
        {"event": "step.make", "id": "teapot:1", "action": "create", "resource": strange}
    )
    assert history(tmp_path).unread == ("teapot:1",)
    assert made(tmp_path) == []


def test_a_line_cut_short_by_a_crash_ends_that_journal_only(tmp_path: Path) -> None:
    told = Told(tmp_path, "apply-1")
    told.make(SECRET, "create")
    with told.journal.path.open("a") as file:
        file.write('{"event":"step.make","id":"sql')
    Told(tmp_path, "apply-2").make(INSTANCE, "create")
    assert {part.id for part in made(tmp_path)} == {SECRET.id, INSTANCE.id}


def every_kind() -> list[Resource]:
    base = blueprint(PROJECT, secrets_={"API_KEY": Secret(name="notes-api-key", source="ask")})
    assert base.database is not None
    full = replace(
        base,
        database=replace(base.database, iam_login=True, migration_user="owner"),
        pipeline=Pipeline(kind="cloud-build", github="us/notes", github_id="42"),
    )
    federated = replace(full, pipeline=replace(full.pipeline, kind="github"))
    values = {"API_KEY": "s3cret-value"}
    found = {part.id: part for part in resources(full, values)}
    return list(({part.id: part for part in resources(federated, values)} | found).values())


@pytest.mark.parametrize("resource", every_kind(), ids=lambda part: part.id)
def test_every_resource_comes_back_from_its_record_without_any_secret_value(
    resource: Resource,
) -> None:
    text = json.dumps(record(resource))
    assert "s3cret-value" not in text
    again = read_resource(json.loads(text))
    assert again is not None
    assert record(again) == record(resource)
    assert (again.id, again.needs, type(again)) == (resource.id, resource.needs, type(resource))


def test_what_lived_in_something_that_an_undo_deleted_is_known_to_be_gone(tmp_path: Path) -> None:
    told = Told(tmp_path, "apply-1")
    told.make(INSTANCE, "create")
    told.say("step.operation", INSTANCE, operation="sqladmin:t-journal:op-1")
    undo = Told(tmp_path, "undo-2")
    undo.say("step.removed", INSTANCE, whole=True, at="2026-11-20T08:00:00.000Z")
    found = history(tmp_path)
    assert found.removed_in(PROJECT) == {INSTANCE.id}
    assert set(found.backed_up) == {(PROJECT, INSTANCE.id)}
    Told(tmp_path, "apply-3").make(INSTANCE, "create")
    assert history(tmp_path).removed_in(PROJECT) == set()


def test_what_is_left_in_another_world_is_known_until_it_is_undone_there(tmp_path: Path) -> None:
    Told(tmp_path, "apply-1", "sandbox:/a").make(SECRET, "create")
    Told(tmp_path, "apply-2").make(INSTANCE, "create")
    assert other_worlds(tmp_path, "google") == ("sandbox:/a",)
    assert other_worlds(tmp_path, "sandbox:/b") == ("sandbox:/a", "google")
    Told(tmp_path, "undo-3", "sandbox:/a").say("step.removed", SECRET, whole=True)
    assert other_worlds(tmp_path, "google") == ()
