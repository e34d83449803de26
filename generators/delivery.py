"""How a deployment gets to where it runs: the pipeline, who is believed, and the machine."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """What `tarmac.toml` says about pipeline and machine, under the names that set-up gives.

    ``runtime`` is cloud-run or vm, ``pipeline`` cloud-build, github or none. ``github`` is
    "owner/repository". ``pool`` and ``provider`` are ids of Workload Identity Federation, ""
    unless GitHub Actions deploy; ``linked`` is the id under which Cloud Build knows the
    repository, "" when it is not connected. ``machine`` and ``zone`` are "" without [machine];
    ``disk_gb`` in GB.
    """

    runtime: str = "cloud-run"
    pipeline: str = "cloud-build"
    github: str = ""
    branch: str = "main"
    build_region: str = ""
    connection: str = "github"
    linked: str = ""
    trigger: str = ""
    pool: str = ""
    provider: str = ""
    machine: str = ""
    zone: str = ""
    machine_type: str = "e2-micro"
    disk_gb: int = 20
