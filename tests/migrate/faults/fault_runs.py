"""One run: a migration that is disturbed once, the next start, and what must hold afterwards."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

import psycopg

from tests.migrate.faults.subjects import FAILING, Subject
from tests.migrate.faults.workshop import Picture, Place, Workshop
from wizards.failures import Failure
from wizards.migrate import records

UP = ("migrate", "up", "--no-rehearsal", "--accept", "*@*=a test")
DIED = -9
_STRAY = """
select datname from pg_database
where starts_with(datname, 'tarmac_scratch_') or datname ~ '_tarmac_new_'
"""
BY_ITSELF, APPLIED, RECOVERED, FINISHED, ASKED = (
    "at the start by itself",
    "applied",
    "taken back at the next start",
    "verified at the next start",
    "asked first",
)
WRONG, MISSED = "wrong", "missed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Usual:
    """What an undisturbed run of a subject passes, and the database before and after."""

    subject: Subject
    moments: list[str]
    before: Picture
    after: Picture


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How a disturbed run ended."""

    subject: str
    kind: str
    at: str
    verdict: str
    cards: tuple[str, ...] = ()
    wrong: tuple[str, ...] = ()


@dataclass
class _Looking:
    """Collects what does not hold."""

    wrong: list[str] = field(default_factory=list)
    cards: list[str] = field(default_factory=list)

    def want(self, holds: object, says: str) -> None:
        if not holds:
            self.wrong.append(says)

    def heard(self, answer: dict[str, Any]) -> None:
        self.cards += [str(one.get("code")) for one in answer.get("errors") or ()]


def undisturbed(shop: Workshop, subject: Subject) -> Usual:
    """Migrate without any harm and note every moment."""
    with shop.place(subject) as place:
        before = place.picture()
        code = place.tarmac(*UP, kind="none", at="nowhere")
        wanted = 1 if subject.name == FAILING else 0
        assert code == wanted, place.said.read_text()[-3000:]
        return Usual(
            subject=subject,
            moments=place.passed(),
            before=before,
            after=place.picture(),
        )


def disturbed(shop: Workshop, usual: Usual, kind: str, at: str) -> Ended:
    """Migrate, do harm at one moment, start again, and look at everything."""
    looking = _Looking()
    with shop.place(usual.subject, relayed=kind == "reset") as place:
        if kind == "fill-disk":
            place.mount_small_disk()
        code = place.tarmac(*UP, kind=kind, at=at)
        if at not in place.passed():
            return Ended(subject=usual.subject.name, kind=kind, at=at, verdict=MISSED)
        said = place.answer()
        looking.heard(said)
        looking.want(code in (0, 1) or (code, kind) == (DIED, "kill-tarmac"), f"ended with {code}")
        looking.want("Traceback" not in place.said.read_text(), "a traceback was shown")
        looking.want(code == DIED or said, "no answer was given")
        if kind == "kill-postgres":
            shop.cluster.start(shop.port)
        place.make_room()
        verdict = _next_start(place, usual, said, looking)
        _tidy(place, looking)
        if looking.wrong:
            looking.wrong.append(place.said.read_text(errors="replace")[-700:])
    return Ended(
        subject=usual.subject.name,
        kind=kind,
        at=at,
        verdict=WRONG if looking.wrong else verdict,
        cards=tuple(looking.cards),
        wrong=tuple(looking.wrong),
    )


def _next_start(place: Place, usual: Usual, said: dict[str, Any], looking: _Looking) -> str:
    """Ask `status` where nobody said how it ended, recover where it says so."""
    told = records.told(place.folder)
    if said and (not told or told[0].end is not None):
        return _ended_by_itself(place, usual, said, looking)
    where = _version(place)
    code = place.tarmac("migrate", "status")
    status = place.answer().get("data") or {}
    told_shut = where is None and bool(status.get("interrupted"))
    looking.want(code == 0 or told_shut, f"status: {code}: {place.said.read_text()[-400:]}")
    left = status.get("interrupted")
    if left is None:
        looking.want(not told or told[0].end is not None, "status does not see the session")
        end = told[0].end if told else None
        written = {"data": {"outcome": end.text("outcome")}} if end is not None else said
        return _ended_by_itself(place, usual, written, looking)
    named = _named(left["says"], where, usual)
    looking.want(named, f"does not say where it is ({where}): {left['says']}")
    code = place.tarmac("migrate", "rollback", "--recover")
    answer = place.answer()
    if code == 0:
        outcome = answer["data"]["outcome"]
        looking.want(outcome != "stopped", "recover stopped")
        applied = outcome == "applied"
        _same(place, usual.after if applied else usual.before, looking, f"recover: {outcome}")
        return FINISHED if applied else RECOVERED
    looking.heard(answer)
    refused = [one["code"] for one in answer.get("errors") or ()]
    looking.want(refused in (["would-lose"], ["no-way-back"]), f"recover: {refused}")
    code = place.tarmac("migrate", "rollback", "--recover", "--keep")
    looking.want(code == 0, f"--keep ended with {code}")
    return _taken_back(place, usual, looking)


def _ended_by_itself(place: Place, usual: Usual, said: dict[str, Any], looking: _Looking) -> str:
    outcome = (said.get("data") or {}).get("outcome")
    if outcome == "applied":
        _same(place, usual.after, looking, "applied")
        return APPLIED
    if outcome == "stopped":
        return _taken_back(place, usual, looking)
    known = (None, "unchanged", "recovered", "cancelled")
    looking.want(outcome in known, f"outcome {outcome}")
    _same(place, usual.before, looking, f"outcome {outcome}")
    return BY_ITSELF


def _taken_back(place: Place, usual: Usual, looking: _Looking) -> str:
    """A person sees what would be lost and agrees."""
    name = records.told(place.folder)[0].target
    code = place.tarmac("migrate", "rollback", "--confirm", name)
    looking.want(code == 0, f"rollback ended with {code}: {place.said.read_text()[-400:]}")
    _same(place, usual.before, looking, "rolled back")
    return ASKED


def _version(place: Place) -> tuple[str, ...] | None:
    """Return the version rows; None where the database lets nobody in."""
    try:
        return place.picture()[2]
    except Failure:
        return None


def _named(says: str, where: tuple[str, ...] | None, usual: Usual) -> bool:
    """Whether the words say where it is: the revision, or that all or nothing of it is there."""
    if where is None:
        return "closed" in says
    if "still runs" in says:
        return True
    if where == usual.after[2] != usual.before[2]:
        return "committed" in says
    return any(head in says for head in where)


def _same(place: Place, wanted: Picture, looking: _Looking, when: str) -> None:
    try:
        now = place.picture()
    except Failure as closed:
        looking.want(False, f"{when}: {closed.message}")
        return
    for what, one, other in zip(("structure", "rows", "version"), now, wanted, strict=True):
        looking.want(one == other, f"{when}: the {what} differ: {one} instead of {other}")


def _tidy(place: Place, looking: _Looking) -> None:
    """Nothing is left behind, and journal and version table agree."""
    with psycopg.connect(place.shop.cluster.url(), autocommit=True) as server:
        deadline = time.monotonic() + 5
        left: list[tuple[Any, ...]] = [()]
        while left and time.monotonic() < deadline:
            left = server.execute(
                "select application_name, query from pg_stat_activity where backend_type ="
                " 'client backend' and pid <> pg_backend_pid()"
            ).fetchall()
            time.sleep(0.02)
        looking.want(not left, f"backends are left: {left}")
        if server.execute(_STRAY).fetchone():
            place.tarmac("migrate", "backup")  # whoever makes the next scratch clears the last
        stray = server.execute(_STRAY).fetchall()
        looking.want(not stray, f"databases are left: {stray}")
    for one in records.told(place.folder)[:1]:
        end = one.end.part("now") if one.end else None
        looking.want(end is not None, "the session has no end")
        if end is not None:
            heads = sorted(end.texts("heads"))
            looking.want(heads == sorted(place.picture()[2]), f"the journal says {heads}")
    for path in (place.folder / ".tarmac").rglob("*"):
        if path.is_file() and not path.name.endswith(".dump"):
            secret = place.url.split("@")[0].rsplit(":", 1)[1]
            looking.want(secret.encode() not in path.read_bytes(), f"a secret in {path.name}")
