"""What a person does in one run: an apply with either pipeline, or an undo of the first one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from tests.reliability.whole import PIPELINES, TYPED, whole
from tests.setup.sandboxed import BILLING
from wizards.blueprint import Blueprint
from wizards.cancel import Cancel
from wizards.cloud.port import Cloud
from wizards.events import discard
from wizards.failures import Failure
from wizards.setup.applying import AppliedPlan, apply
from wizards.setup.planning import make_plan
from wizards.setup.undoing import plan_undo, undo

UNDO = "undo"
JOURNEYS = (*PIPELINES, UNDO)
ATTEMPTS = 3


def wanted_by(journey: str) -> Blueprint:
    """Return what the journey sets up, in a project of its own."""
    return whole(PIPELINES[0] if journey == UNDO else journey)


def found_project(cloud: Cloud, wanted: Blueprint) -> None:
    """Make the project as somebody else would: an undo leaves it, and removes what is in it."""
    project = wanted.project.id
    cloud.wait(cloud.start_project(project, name="theirs", parent="", labels={}))
    cloud.link_billing(project, BILLING)


def applied(cloud: Cloud, wanted: Blueprint, root: Path) -> list[str]:
    """Plan and apply until it ends well, as a person would; return the cards seen till then."""

    def attempt() -> AppliedPlan:
        values, cancel = dict(TYPED), Cancel()
        plan = make_plan(wanted, cloud, discard, cancel, secret_values=values, root=root)
        return apply(root, wanted, cloud, plan, values, discard, cancel)

    return _until_well(attempt)


def undone(cloud: Cloud, root: Path) -> list[str]:
    """Take everything back, every name typed; return the cards seen till it ended well.

    What could not be seen stays, and is said: whoever reads that gives the command again.
    """

    def attempt() -> AppliedPlan:
        found = plan_undo(root, cloud, discard, Cancel())
        names = found.names_to_type
        return undo(root, cloud, found, discard, Cancel(), confirmed=names)

    cards = _until_well(attempt)
    try:
        left = plan_undo(root, cloud, discard, Cancel())
    except Failure as failure:
        return [*cards, f"plan: {failure.code}", *_until_well(attempt)]
    if any(not one.gone and not one.stays for one in left.removals):
        cards += ["left: said", *_until_well(attempt)]
    return cards


def _until_well(attempt: Callable[[], AppliedPlan]) -> list[str]:
    cards: list[str] = []
    for _number in range(ATTEMPTS):
        try:
            done = attempt()
        except Failure as failure:
            cards.append(f"plan: {failure.code}")
            continue
        if done.ok:
            return cards
        cards += [f"{step}: {failure.code}" for step, failure in done.failures]
    return [*cards, "never ended well"]


def words_of(journey: str, cloud: Cloud, root: Path) -> Mapping[bool, tuple[str, ...]]:
    """Return the command line of a journey, and (True) the one that goes on after a kill."""
    if journey != UNDO:
        return {False: ("apply", "--yes"), True: ("apply", "--resume", "--yes")}
    found = plan_undo(root, cloud, discard, Cancel())
    names = [word for name in found.names_to_type for word in ("--confirm", name)]
    return {False: ("undo", "--yes", *names), True: ("undo", "--resume", "--yes", *names)}
