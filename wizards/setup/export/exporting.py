"""From a blueprint to the set-up in another tool's words; nothing is asked and nothing written."""

from __future__ import annotations

from generators.language import _
from wizards.blueprint import Blueprint
from wizards.failures import UsageFailure
from wizards.setup.desired import resources
from wizards.setup.export.exported import Export, in_order
from wizards.setup.export.gcloud.script import gcloud_script

FORMS = ("terraform", "gcloud")


def export(form: str, blueprint: Blueprint) -> Export:
    """Return the export in a form ("terraform" or "gcloud"); raises UsageFailure without names."""
    wanted = in_order(resources(blueprint))
    if form != "gcloud":
        raise UsageFailure(
            "not-available-yet",
            _("“{command}” is not available yet").format(command=f"tarmac export {form}"),
            why=_("it is planned; nothing was done"),
            next=("tarmac export gcloud",),
        )
    made_by = f"# Made by tarmac export {form} from blueprint {blueprint.hash}."
    return gcloud_script(wanted, made_by)
