"""The trigger of Cloud Build as data that `gcloud builds triggers import` reads."""

from __future__ import annotations

import re

from generators.artefact import Artefact
from generators.header import header
from generators.stack import Stack
from generators.templating import rendered

PATH = "deploy/cloudbuild-trigger.yaml"


def render(stack: Stack, language: str) -> list[Artefact]:
    """Return the trigger for a push to the blueprint's branch; () without Cloud Build."""
    main = stack.main
    delivery = main.delivery
    if delivery.pipeline != "cloud-build" or main.pipeline != "cloud-build":
        return []
    text = rendered(
        "cloudbuild-trigger.yaml.j2",
        language,
        header=header(language, main.blueprint_hash),
        main=main,
        delivery=delivery,
        region=delivery.build_region or main.region,
        trigger=delivery.trigger or main.name,
        repository=_repository(stack),
        pattern=f"^{re.escape(delivery.branch)}$",
        account=_account(stack),
    )
    return [Artefact(name="trigger", path=PATH, text=text)]


def _repository(stack: Stack) -> str:
    main, delivery = stack.main, stack.main.delivery
    region = delivery.build_region or main.region
    place = f"projects/{main.project_id}/locations/{region}/connections/{delivery.connection}"
    return f"{place}/repositories/{delivery.linked or main.name}"


def _account(stack: Stack) -> str:
    main = stack.main
    email = f"{main.build_account}@{main.project_id}.iam.gserviceaccount.com"
    return f"projects/{main.project_id}/serviceAccounts/{email}"
