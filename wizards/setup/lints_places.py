"""Regions that Google had in 2026-08: a name beyond them is new, or a slip of the finger."""

from __future__ import annotations

import difflib

from generators.language import _
from wizards.blueprint import Blueprint
from wizards.plan import Check
from wizards.setup.prices import dated

REGIONS = frozenset(
    [
        "africa-south1",
        "asia-east1",
        "asia-east2",
        "asia-northeast1",
        "asia-northeast2",
        "asia-northeast3",
        "asia-south1",
        "asia-south2",
        "asia-southeast1",
        "asia-southeast2",
        "asia-southeast3",
        "australia-southeast1",
        "australia-southeast2",
        "europe-central2",
        "europe-north1",
        "europe-north2",
        "europe-southwest1",
        "europe-west1",
        "europe-west2",
        "europe-west3",
        "europe-west4",
        "europe-west6",
        "europe-west8",
        "europe-west9",
        "europe-west10",
        "europe-west12",
        "me-central1",
        "me-central2",
        "me-west1",
        "northamerica-northeast1",
        "northamerica-northeast2",
        "northamerica-south1",
        "southamerica-east1",
        "southamerica-west1",
        "us-central1",
        "us-east1",
        "us-east4",
        "us-east5",
        "us-south1",
        "us-west1",
        "us-west2",
        "us-west3",
        "us-west4",
    ]
)


def known(blueprint: Blueprint) -> Check | None:
    """A region that nobody has heard of."""
    places = {
        "project.region": blueprint.project.region,
        "pipeline.region": blueprint.pipeline.region,
    }
    strange = {key: place for key, place in places.items() if place and place not in REGIONS}
    if not strange:
        return None
    key, place = next(iter(strange.items()))
    close = difflib.get_close_matches(place, sorted(REGIONS), n=1)
    return Check(
        id="region",
        title=_("region"),
        level="warning",
        says=_("Google had no region {region} in {date}; what is made there may fail").format(
            region=place, date=dated()
        ),
        fix=f"tarmac init --set {key}={close[0]}" if close else "",
        keys=tuple(strange),
    )


LINTS = (known,)
