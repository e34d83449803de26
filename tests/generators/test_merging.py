"""Regenerating never loses a person's line: git's merge and the one that stands in for it."""

from __future__ import annotations

import random
import shutil

import pytest

from generators import blocks, three_way
from generators.artefact import Artefact
from generators.merge import State, decide
from generators.three_way import Merged, merge, merge_lines

BASE = "".join(f"line {number}\n" for number in range(30))
HEADER = "# Made by Tarmac from blueprint {hash}. Edit freely: your edits survive.\n"


def artefact(text: str, *, block: bool = False) -> Artefact:
    return Artefact(name="x", path="x", text=text, block=block)


def edited(text: str, chance: random.Random, word: str) -> str:
    """Return a text with a few lines inserted, replaced or removed at random places."""
    lines = text.splitlines(keepends=True)
    for number in range(chance.randint(1, 4)):
        place = chance.randrange(len(lines))
        match chance.choice(["insert", "replace", "remove"]):
            case "insert":
                lines.insert(place, f"{word} {number} {chance.random()}\n")
            case "replace":
                lines[place] = f"{word} {number} {chance.random()}\n"
            case "remove":
                del lines[place]
    return "".join(lines)


@pytest.mark.parametrize("way", ["python", pytest.param("git", marks=pytest.mark.slow)])
def test_a_thousand_random_pairs_of_edits_lose_no_line_of_a_person(way: str) -> None:
    if way == "git" and shutil.which("git") is None:
        pytest.skip("git is not installed")
    join = merge_lines if way == "python" else merge
    clean = 0
    for seed in range(1000):
        chance = random.Random(seed)
        theirs, new = edited(BASE, chance, "mine"), edited(BASE, chance, "tarmac")
        merged = join(BASE, theirs, new)
        kept = merged.text.splitlines()
        assert all(line in kept for line in theirs.splitlines() if line.startswith("mine"))
        if not merged.conflict:
            clean += 1
            gone = set(BASE.splitlines()) - set(theirs.splitlines())
            assert not gone & set(kept)
            assert all(line in kept for line in new.splitlines() if line.startswith("tarmac"))
    assert clean > 200


@pytest.mark.parametrize("seed", range(60))
def test_both_ways_agree_wherever_both_merge_cleanly(seed: int) -> None:
    chance = random.Random(seed)
    theirs, new = edited(BASE, chance, "mine"), edited(BASE, chance, "tarmac")
    by_python, by_git = merge_lines(BASE, theirs, new), merge(BASE, theirs, new)
    if not by_python.conflict and not by_git.conflict:
        assert by_python.text == by_git.text


def test_the_same_change_on_both_sides_is_no_conflict() -> None:
    changed = BASE.replace("line 3", "line three")
    assert merge_lines(BASE, changed, changed) == Merged(changed, False)


def test_without_git_the_merge_still_works(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(three_way.shutil, "which", lambda _name: None)
    theirs, new = BASE.replace("line 3\n", "mine\n"), BASE.replace("line 20\n", "new\n")
    decision = decide(artefact(new), theirs, BASE)
    assert decision.state is State.MERGE
    assert "mine\n" in decision.text
    assert "new\n" in decision.text


def test_an_untouched_file_is_replaced_and_an_edited_one_is_kept() -> None:
    new = BASE + "more\n"
    assert decide(artefact(new), BASE, BASE).text == new
    assert decide(artefact(new), BASE, BASE).state is State.CHANGED
    mine = "mine\n" + BASE
    assert decide(artefact(BASE), mine, BASE).state is State.EDITED
    assert decide(artefact(BASE), mine, BASE).text == mine


def test_a_file_from_before_tarmac_is_adopted_not_overwritten() -> None:
    decision = decide(artefact(BASE), "FROM scratch\n", None)
    assert (decision.state, decision.text, decision.adopted) == (
        State.EDITED,
        "FROM scratch\n",
        True,
    )
    later = decide(artefact(BASE + "more\n"), "FROM scratch\n" + BASE, decision.base)
    assert later.state is State.MERGE
    assert later.text == "FROM scratch\n" + BASE + "more\n"


def test_a_conflict_leaves_the_live_file_without_markers() -> None:
    mine, new = BASE.replace("line 3\n", "mine\n"), BASE.replace("line 3\n", "theirs\n")
    decision = decide(artefact(new), mine, BASE)
    assert (decision.state, decision.text) == (State.CONFLICT, mine)
    settled = decide(artefact(new), mine, BASE, resolved=True)
    assert (settled.state, settled.base) == (State.EDITED, new)


def test_a_new_hash_alone_changes_nothing() -> None:
    old, new = (HEADER.format(hash=digits) + BASE for digits in ("0" * 12, "1" * 12))
    assert decide(artefact(new), old, old).state is State.UNCHANGED


def test_an_edit_right_below_the_header_does_not_conflict_with_a_new_hash() -> None:
    old = HEADER.format(hash="0" * 12) + BASE
    new = HEADER.format(hash="1" * 12) + BASE + "more\n"
    decision = decide(artefact(new), old.replace("line 0\n", "mine\n"), old)
    assert decision.state is State.MERGE
    assert decision.text.startswith(HEADER.format(hash="1" * 12) + "mine\n")


def test_a_header_that_a_person_removed_stays_away() -> None:
    old = HEADER.format(hash="0" * 12) + BASE
    new = HEADER.format(hash="1" * 12) + BASE + "more\n"
    decision = decide(artefact(new), BASE, old)
    assert decision.state is State.MERGE
    assert decision.text == BASE + "more\n"


def test_windows_line_ends_stay_and_cause_no_conflict() -> None:
    windows = BASE.replace("\n", "\r\n")
    assert decide(artefact(BASE), windows, BASE).state is State.UNCHANGED
    changed = decide(artefact(BASE + "more\n"), windows.replace("line 3\r", "mine\r"), BASE)
    assert changed.state is State.MERGE
    assert changed.text.count("\r\n") == changed.text.count("\n") == 31


def test_bytes_that_are_no_utf_8_survive_a_merge() -> None:
    mine = BASE.replace("line 3", b"caf\xe9".decode("utf-8", "surrogateescape"))
    decision = decide(artefact(BASE + "more\n"), mine, BASE)
    assert decision.state is State.MERGE
    assert b"caf\xe9" in decision.text.encode("utf-8", "surrogateescape")


def test_a_block_is_put_into_a_persons_file_and_renewed_in_place() -> None:
    first = decide(artefact("one\n", block=True), "# mine\nnode_modules\n", None)
    assert first.state is State.MERGE
    assert first.text == "# mine\nnode_modules\n\n" + blocks.wrapped("one\n")
    around = first.text + "# also mine\n"
    again = decide(artefact("one\n", block=True), around, "one\n")
    assert again.state is State.UNCHANGED
    renewed = decide(artefact("one\ntwo\n", block=True), around, "one\n")
    assert renewed.state is State.CHANGED
    assert renewed.text == around.replace("one\n", "one\ntwo\n")


def test_edits_inside_a_block_are_merged_too() -> None:
    base, new = "".join(f"{n}\n" for n in range(9)), "".join(f"{n}\n" for n in range(10))
    current = blocks.wrapped(base.replace("0\n", "0\nmine\n", 1))
    decision = decide(artefact(new, block=True), current, base)
    assert decision.state is State.MERGE
    assert decision.text == blocks.wrapped(new.replace("0\n", "0\nmine\n", 1))


def test_a_block_says_on_its_first_line_what_made_it() -> None:
    block = HEADER.format(hash="0" * 12) + "one\n"
    text = blocks.wrapped(block)
    assert text.startswith("# >>> tarmac >>> Made by Tarmac from blueprint 000000000000.")
    assert blocks.found("mine\n" + text + "also mine\n") == ("mine\n", block, "also mine\n")
