"""What things cost a month, from one dated table."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from wizards.cloud.things import SqlSettings

HOURS = 730
SHARED_CORE = ("db-f1-micro", "db-g1-small")


@cache
def _table() -> Mapping[str, Mapping[str, float]]:
    path = Path(__file__).parent / "prices.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))


def dated() -> str:
    """Return the month of the table ("2026-08")."""
    return str(_table()["date"])


def knows(region: str) -> bool:
    """Say whether the table has a region's own prices."""
    return region in _table()


def elsewhere() -> str:
    """Return the region whose prices stand in for those that are not known."""
    return str(_table()["elsewhere"])


def _of(region: str) -> Mapping[str, float]:
    table = _table()
    return table[region] if region in table else table[str(table["elsewhere"])]


def tier_month(tier: str, region: str) -> float:
    """Return the compute price of a tier without high availability."""
    prices = _of(region)
    if tier in SHARED_CORE:
        return prices[tier]
    cpus, gigabytes = size_of(tier)
    return HOURS * (cpus * prices["sql_vcpu_hour"] + gigabytes * prices["sql_gb_hour"])


def storage_month(settings: SqlSettings) -> float:
    """Return the price of an instance's SSD (twice under high availability) and its backups."""
    prices = _of(settings.region)
    disk = settings.storage_gb * prices["sql_ssd_gb"]
    kept = settings.storage_gb * _table()["anywhere"]["backups_per_disk_gb"]
    return disk * (2 if settings.high_availability else 1) + kept * prices["sql_backup_gb"]


def sql_month(settings: SqlSettings) -> float:
    """Return the price of an instance: compute (twice under high availability) and storage."""
    compute = tier_month(settings.tier, settings.region)
    return compute * (2 if settings.high_availability else 1) + storage_month(settings)


def run_month(cpu: str, memory: str, instances: int, region: str) -> float:
    """Return the price of instances that are kept ready the whole month; requests are not in it.

    ``cpu`` is a number of CPUs ("2"), ``memory`` as Cloud Run writes it ("512Mi", "2Gi").
    """
    prices = _of(region)
    second = float(cpu) * prices["run_vcpu_second"] + gibibytes(memory) * prices["run_gib_second"]
    return instances * second * HOURS * 3600


def registry_month(images: int) -> float:
    """Return the price of keeping this many images, beyond the free half gigabyte."""
    prices = _table()["anywhere"]
    stored = images * prices["image_gb"] - prices["registry_free_gb"]
    return max(stored, 0.0) * prices["registry_gb"]


def gibibytes(memory: str) -> float:
    """Return an amount of memory as Cloud Run writes it in GiB; 0 when it is not one."""
    found = re.fullmatch(r"(\d+)(Mi|Gi)", memory)
    if found is None:
        return 0.0
    return int(found[1]) / (1024 if found[2] == "Mi" else 1)


def secret_month() -> float:
    """Return the price of one active secret version."""
    return _table()["anywhere"]["secret_version"]


def size_of(tier: str) -> tuple[int, float]:
    """Return CPUs and GB of memory of a tier; shared-core tiers count as one CPU."""
    if tier == "db-f1-micro":
        return 1, 0.6
    if tier == "db-g1-small":
        return 1, 1.7
    if custom := re.fullmatch(r"db-custom-(\d+)-(\d+)", tier):
        return int(custom[1]), int(custom[2]) / 1024
    if optimized := re.fullmatch(r"db-perf-optimized-N-(\d+)", tier):
        return int(optimized[1]), int(optimized[1]) * 8.0
    return 0, 0.0
