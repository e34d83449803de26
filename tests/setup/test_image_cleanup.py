"""Old images go by themselves, the newest stay, and other people's policies are untouched."""

from __future__ import annotations

import json
import urllib.request
from dataclasses import replace
from pathlib import Path

from tests.setup.sandboxed import applied, blueprint, planned
from tests.setup.written import from_file
from wizards.cloud.google_cloud import GoogleCloud
from wizards.cloud.things import ImageCleanup, Repository
from wizards.plan import Action
from wizards.postgres.sandbox_address import SandboxAddress

REGION = "asia-northeast3"
THEIRS = {"id": "keep-releases", "action": "KEEP", "condition": {"tagPrefixes": ["v"]}}


def raw(sandbox: SandboxAddress, project: str, body: object = None) -> dict[str, object]:
    """Read the repository as the API shows it, or write its policies behind Tarmac's back."""
    url = (
        f"{sandbox.url}/_/artifactregistry/v1/projects/{project}/locations/{REGION}/"
        "repositories/notes"
    )
    asked = urllib.request.Request(
        url if body is None else f"{url}?updateMask=cleanupPolicies",
        method="GET" if body is None else "PATCH",
        data=None if body is None else json.dumps({"cleanupPolicies": body}).encode(),
        headers={"Content-Type": "application/json"},
    )
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(asked) as answer:
        return dict(json.load(answer))


def test_the_newest_images_stay_and_other_policies_survive_a_change(
    cloud: GoogleCloud, sandbox: SandboxAddress, tmp_path: Path
) -> None:
    wanted = blueprint(database=False)
    assert applied(tmp_path, wanted, cloud).failures == ()
    project = wanted.project.id
    made = cloud.repository(project, REGION, "notes")
    assert made is not None
    assert made.cleanup == ImageCleanup(keep_newest=10, untagged_days=30)
    policies = raw(sandbox, project)["cleanupPolicies"]
    assert isinstance(policies, dict)
    raw(sandbox, project, {**policies, "keep-releases": THEIRS})
    assert planned(wanted, cloud).todo == ()
    fewer = replace(wanted, pipeline=replace(wanted.pipeline, keep_images=3))
    (change,) = planned(fewer, cloud).todo
    assert [(part.field, part.before, part.after) for part in change.diff] == [
        ("cleanup.keep_newest", 10, 3)
    ]
    assert applied(tmp_path, fewer, cloud).failures == ()
    after = raw(sandbox, project)["cleanupPolicies"]
    assert isinstance(after, dict)
    assert set(after) == {"tarmac-keep-newest", "tarmac-delete-untagged", "keep-releases"}
    assert after["tarmac-keep-newest"]["mostRecentVersions"] == {"keepCount": 3}
    assert after["tarmac-delete-untagged"]["condition"]["olderThan"] == "2592000s"


def test_a_repository_made_by_hand_loses_no_image_unless_the_file_says_so(
    cloud: GoogleCloud, tmp_path: Path
) -> None:
    base = blueprint(database=False)
    assert applied(tmp_path, base, cloud).failures == ()
    project = base.project.id
    cloud.wait(cloud.start_repository(project, Repository(id="own", region=REGION)))
    own = from_file(project, '[pipeline]\nrepository = "own"').pipeline
    silent = replace(base, pipeline=own, named=frozenset({"pipeline.repository"}))
    changes = {part.id: part for part in planned(silent, cloud).changes}
    assert changes["repository:own"].action is Action.ADOPT
    assert applied(tmp_path, silent, cloud).failures == ()
    found = cloud.repository(project, REGION, "own")
    assert found is not None
    assert found.cleanup == ImageCleanup()
    loud = replace(silent, named=frozenset({"pipeline.repository", "pipeline.keep_images"}))
    (change,) = planned(loud, cloud).todo
    assert "older than 30 days are deleted" in change.breaks
