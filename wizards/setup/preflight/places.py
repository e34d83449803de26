"""Which regions the value groups of the policy on resource locations hold."""

from __future__ import annotations

import re

from wizards.cloud.things import OrgPolicy
from wizards.setup.regions import REGIONS

# Groups by the beginning of their regions' names; a group of one region is named after it.
_GROUPS: dict[str, tuple[str, ...]] = {
    "africa": ("africa-",),
    "asia": ("asia-",),
    "australia": ("australia-",),
    "canada": ("northamerica-northeast",),
    "europe": ("europe-",),
    "hongkong": ("asia-east2",),
    "india": ("asia-south",),
    "japan": ("asia-northeast1", "asia-northeast2"),
    "me": ("me-",),
    "middleeast": ("me-",),
    "northamerica": ("northamerica-", "us-"),
    "southamerica": ("southamerica-",),
    "us": ("us-",),
}
_OUTSIDE_EU = ("europe-west2", "europe-west6")


def covers(policy: OrgPolicy, region: str) -> bool | None:
    """Say whether a policy allows a region; None when a group is not known here."""
    if policy.denies_all:
        return False
    denied = [_holds(value, region) for value in policy.denied]
    if any(denied):
        return False
    if policy.allows_all or not policy.allowed:
        return None if None in denied else True
    allowed = [_holds(value, region) for value in policy.allowed]
    if any(allowed):
        return None if None in denied else True
    return None if None in allowed else False


def allowed_regions(policy: OrgPolicy) -> list[str]:
    """Return the regions that are surely allowed, in the usual order of choice."""
    return [region for region, _place in REGIONS if covers(policy, region)]


def _holds(value: str, region: str) -> bool | None:
    """Say whether "in:asia-locations", "asia-northeast3" or a zone of it holds a region."""
    kind, colon, rest = value.partition(":")
    name = rest if colon else kind
    if not name.endswith("-locations"):
        return name == region
    group = name.removesuffix("-locations")
    if group == region:
        return True
    if group == "eu":
        return region.startswith("europe-") and region not in _OUTSIDE_EU
    if group in _GROUPS:
        return region.startswith(_GROUPS[group])
    return False if re.fullmatch(r"[a-z]+-[a-z]+\d+(-[a-z])?", group) else None
