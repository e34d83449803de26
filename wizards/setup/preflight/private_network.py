"""A database with a private address needs a network that is peered with Google's services."""

from __future__ import annotations

from generators.language import _
from wizards.blueprint import Blueprint
from wizards.plan import Check

RANGE = "google-managed-services"


def peering_check(blueprint: Blueprint) -> Check | None:
    """Say what must be there once per network; Tarmac neither makes nor reads it."""
    database = blueprint.database
    if database is None or not database.network:
        return None
    network = database.network.rpartition("/")[2]
    home = database.network.split("/")[1] if "/" in database.network else blueprint.project.id
    return Check(
        id="private-network",
        title=_("the database's network"),
        level="warning",
        says=_(
            "{network} must be peered with Google's services before the instance is made, and "
            "the service must reach it; Tarmac does neither. Once per network:"
        ).format(network=network),
        fix=(
            f"gcloud compute addresses create {RANGE}-{network} --global --purpose=VPC_PEERING "
            f"--prefix-length=20 --network={network} --project={home}\n"
            "gcloud services vpc-peerings connect --service=servicenetworking.googleapis.com "
            f"--ranges={RANGE}-{network} --network={network} --project={home}"
        ),
        keys=("database.network",),
    )
