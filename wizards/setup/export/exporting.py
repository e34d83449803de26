"""From a blueprint to the set-up in another tool's words; nothing is asked and nothing written."""

from __future__ import annotations

from wizards.blueprint import Blueprint
from wizards.setup.desired import resources
from wizards.setup.export.exported import Export, in_order
from wizards.setup.export.gcloud.script import gcloud_script
from wizards.setup.export.terraform.files import terraform_files

FORMS = ("terraform", "gcloud")


def export(form: str, blueprint: Blueprint) -> Export:
    """Return the export in a form ("terraform" or "gcloud"); raises UsageFailure without names."""
    wanted = in_order(resources(blueprint))
    made_by = f"# Made by tarmac export {form} from blueprint {blueprint.hash}."
    if form == "gcloud":
        return gcloud_script(wanted, made_by)
    return terraform_files(wanted, made_by, blueprint.project.region)
