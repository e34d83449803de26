"""A person edits every generated file at random, the blueprint changes at random: both are there.

What a person wrote is counted line by line: nothing of it may ever be missing from the live file,
whatever the merge decides. A pair is one person's edits and one change of the blueprint.
"""

from __future__ import annotations

import os
import random
import shutil
import stat
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from generators import blocks
from generators.detect import detect
from generators.header import split
from generators.project import Detection
from tests.files.project import blueprint, project
from wizards.blueprint import Blueprint
from wizards.files import SIDE, FileState, artefacts, undo, write

FAST, ALL_PAIRS = 40, 1000
MODES = (0o644, 0o640, 0o600, 0o755)


@dataclass(frozen=True)
class Edit:
    """What a person made of a file: lines of their own, lines taken away, those that were one."""

    text: str
    written: Counter[str]
    removed: frozenset[str]
    removed_whole: frozenset[str]


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Detection]:
    root = project(tmp_path_factory.mktemp("edited"))
    found = detect(root)
    write(root, artefacts(root, blueprint(root), detection=found))
    return root, found


@pytest.fixture(autouse=True)
def _no_waiting_for_the_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """What survives a power cut is another test's question."""
    monkeypatch.setattr(os, "fsync", lambda _descriptor: None)


def test_random_pairs_of_edits_keep_every_line(
    generated: tuple[Path, Detection], tmp_path: Path
) -> None:
    seen = Counter[str]()
    for seed in range(FAST):
        seen += pair(*generated, tmp_path / "copy", seed)
    assert all(seen[state] for state in ("changed", "edited", "merge", "conflict")), seen


@pytest.mark.slow
@pytest.mark.parametrize("way", ["git", "python"])
def test_a_thousand_random_pairs_of_edits_keep_every_line(
    generated: tuple[Path, Detection], tmp_path: Path, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if way == "python":
        monkeypatch.setattr("generators.three_way.shutil.which", lambda _name: None)
    elif shutil.which("git") is None:
        pytest.skip("git is not installed")
    seen = Counter[str]()
    for seed in range(ALL_PAIRS):
        seen += pair(*generated, tmp_path / "copy", seed)
    assert seen["merge"] > ALL_PAIRS
    assert seen["conflict"] > ALL_PAIRS // 10


def pair(made: Path, found: Detection, root: Path, seed: int) -> Counter[str]:
    """Edit a copy by hand, change the blueprint, regenerate and compare; count the states."""
    chance = random.Random(seed)
    shutil.rmtree(root, ignore_errors=True)
    shutil.copytree(made, root)
    old = blueprint(root)
    edits = {}
    for state in artefacts(root, old, detection=found):
        edits[state.artefact.path] = edited_by_hand(root / state.artefact.path, chance, seed)
    modes = {path: stat.S_IMODE((root / path).stat().st_mode) for path in edits}
    before = contents(root)

    new = changed(old, chance)
    states = artefacts(root, new, detection=found)
    written = {str(path.relative_to(root)) for path in write(root, states)}
    for state in states:
        edit = edits.get(state.artefact.path)
        if edit is not None:
            assert_kept(root, state, edit)
            mode = stat.S_IMODE((root / state.artefact.path).stat().st_mode)
            assert mode == modes[state.artefact.path]
    untouched = {path for path in before if path not in written}
    after = contents(root)
    assert {path: after[path] for path in untouched} == {p: before[p] for p in untouched}

    again = artefacts(root, new, detection=found)
    assert {one.state for one in again} <= {"unchanged", "edited", "conflict"}
    assert write(root, again) == []
    assert contents(root) == after
    if written:
        undo(root)
        assert contents(root) == before
    return Counter(state.state for state in states)


def assert_kept(root: Path, state: FileState, edit: Edit) -> None:
    """The person's lines are in the live file; what Tarmac changed is there or lies beside."""
    path = root / state.artefact.path
    live, side = text_of(path), path.with_name(path.name + SIDE)
    lines = Counter(live.splitlines())
    missing = edit.written - lines
    assert not missing, f"{path.name}: {missing}"
    assert "<<<<<<<" not in live
    if state.state == "conflict":
        assert live == edit.text
        assert text_of(side) == state.artefact.text
        return
    assert not side.exists()
    back = edit.removed_whole & set(lines) - set(renewed(state))
    assert not back, f"{path.name}: {back}"
    absent = set(renewed(state)) - set(lines) - edit.removed
    assert not absent, f"{path.name}: {absent}"


def renewed(state: FileState) -> list[str]:
    """Return the lines that the new text has, without the first (the blueprint's hash)."""
    return split(state.artefact.text)[1].splitlines()


def edited_by_hand(path: Path, chance: random.Random, seed: int) -> Edit:
    """Change a file as an editor would, or leave it; return what it holds now."""
    text = text_of(path)
    lines = text.splitlines()
    own = Counter[str]()
    removed = set[str]()
    once = Counter(lines)
    for number in range(chance.choice([0, 1, 1, 2, 4])):
        at = chance.randrange(len(lines) + 1)
        what = chance.choice(["insert", "insert", "replace", "remove", "end", "start"])
        mine = f"# mine {seed} {number} {chance.choice(['', '한글', '<<<<<<< ', '$x'])}".rstrip()
        mine = mine.replace("<<<<<<<", "<<<")
        if what in {"replace", "remove"} and at < len(lines):
            gone = lines[at]
            protected = gone.startswith((blocks.BEGIN, blocks.END)) or "Tarmac" in gone
            if protected or own[gone]:
                continue
            del lines[at]
            removed.add(gone)
        if what != "remove":
            lines.insert({"end": len(lines), "start": 0}.get(what, at), mine)
            own[mine] += 1
    end = chance.choice(["\n", "\n", "\n", ""]) if own else "\n"
    shape = "\r\n" if own and chance.random() < 0.1 else "\n"
    result = shape.join(lines) + (end and shape)
    path.write_bytes(result.encode())
    path.chmod(chance.choice(MODES))
    whole = frozenset(line for line in removed if once[line] == 1)
    return Edit(result, own, frozenset(removed), whole)


def changed(old: Blueprint, chance: random.Random) -> Blueprint:
    """Return a blueprint with some other wishes."""
    wishes = {
        "port": chance.randint(1024, 60000),
        "health_path": f"/alive-{chance.randint(1, 99)}",
        "memory": chance.choice(["1Gi", "2Gi", "4Gi"]),
        "cpu": chance.choice(["2", "4"]),
        "max_instances": chance.randint(11, 50),
        "concurrency": chance.randint(1, 79),
        "public": False,
        "environment": {"LEVEL": chance.choice(["debug", "info", "a b", "$HOME"])},
    }
    taken = chance.sample(sorted(wishes), chance.randint(1, 4))
    service = replace(old.service, **{name: wishes[name] for name in taken})
    database = old.database
    if database is not None and chance.random() < 0.3:
        database = replace(database, version="POSTGRES_17", pool_size=chance.randint(6, 20))
    return replace(old, service=service, database=database)


def contents(root: Path) -> dict[str, bytes]:
    """Return every file outside Tarmac's own folder."""
    return {path: (root / path).read_bytes() for path in _paths(root)}


def _paths(root: Path) -> Iterator[str]:
    for path in root.rglob("*"):
        inner = path.relative_to(root)
        if path.is_file() and inner.parts[0] != ".tarmac":
            yield str(inner)


def text_of(path: Path) -> str:
    """Return a file's text with its own line ends."""
    return path.read_bytes().decode()
