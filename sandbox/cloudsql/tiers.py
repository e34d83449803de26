"""Machine types of Cloud SQL, what each edition takes, and how many connections they bear."""

from __future__ import annotations

import re
from typing import Any

from sandbox.call import Api, Call
from sandbox.cloudsql.refusals import invalid
from sandbox.services.places import REGIONS

Body = dict[str, Any]

api = Api("sqladmin", "v1", "v1beta4")
MEBIBYTE = 1024 * 1024
SHARED = {"db-f1-micro": 614, "db-g1-small": 1740}
CUSTOM = re.compile(r"db-custom-(\d+)-(\d+)")
PERFORMANCE = re.compile(r"db-perf-optimized-N-(2|4|8|16|32|48|64|80|96|128)")
PREDEFINED = (
    *SHARED,
    "db-custom-1-3840",
    "db-custom-2-7680",
    "db-custom-4-15360",
    "db-custom-8-30720",
    "db-perf-optimized-N-2",
    "db-perf-optimized-N-4",
    "db-perf-optimized-N-8",
)


@api.method("tiers.list", "cloudsql.instances.list")
def list_(_call: Call) -> Body:
    """Return the tiers that can be chosen."""
    return {
        "kind": "sql#tiersList",
        "items": [
            {
                "kind": "sql#tier",
                "tier": tier,
                "RAM": str(memory(tier) * MEBIBYTE),
                "DiskQuota": str(3_298_534_883_328),
                "region": list(REGIONS),
            }
            for tier in PREDEFINED
        ],
    }


def check(tier: str, edition: str) -> None:
    """Refuse a tier that an edition does not take, in Google's words."""
    learn = "Learn more at https://cloud.google.com/sql/docs/postgres/create-instance#machine-types"
    if not tier:
        raise invalid("Tier is required.")
    custom = CUSTOM.fullmatch(tier)
    if edition == "ENTERPRISE_PLUS" and not PERFORMANCE.fullmatch(tier):
        raise invalid(
            f"Invalid Tier ({tier}) for (ENTERPRISE_PLUS) Edition. Use a predefined Tier like "
            f"db-perf-optimized-N-* instead. {learn}"
        )
    if edition == "ENTERPRISE" and PERFORMANCE.fullmatch(tier):
        raise invalid(
            f"Invalid Tier ({tier}) for (ENTERPRISE) Edition. Use Custom Tier like "
            f"db-custom-* instead. {learn}"
        )
    if not (custom or tier in SHARED or PERFORMANCE.fullmatch(tier)):
        raise invalid(
            "Only custom or shared-core instance Billing Tier type allowed for PostgreSQL database."
        )
    if custom:
        _check_custom(int(custom[1]), int(custom[2]))


def memory(tier: str) -> int:
    """Return the memory of a tier in MiB."""
    custom, performance = CUSTOM.fullmatch(tier), PERFORMANCE.fullmatch(tier)
    if custom:
        return int(custom[2])
    return SHARED.get(tier) or int(performance[1] if performance else 2) * 8192


def connections(tier: str) -> int:
    """Return the default ``max_connections`` of a tier."""
    small = {"db-f1-micro": 25, "db-g1-small": 50}
    if tier in small:
        return small[tier]
    gibibytes = memory(tier) / 1024
    steps = ((6, 100), (7.5, 200), (15, 400), (30, 500), (60, 600), (120, 800))
    return next((count for most, count in steps if gibibytes < most), 1000)


def _check_custom(processors: int, mebibytes: int) -> None:
    odd = processors != 1 and processors % 2
    least, most = processors * 922, processors * 6656
    fits = max(least, 3840) <= mebibytes <= most and mebibytes % 256 == 0
    if odd or not 1 <= processors <= 96 or not fits:
        raise invalid(
            f"Invalid custom tier db-custom-{processors}-{mebibytes}: 1 or an even number of "
            "vCPUs up to 96, memory a multiple of 256 MB between 0.9 and 6.5 GB per vCPU and at "
            "least 3840 MB."
        )
