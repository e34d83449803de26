"""Clean-up policies of an Artifact Registry repository: two of ours beside anybody else's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wizards.cloud.things import ImageCleanup

if TYPE_CHECKING:
    from google.cloud import artifactregistry_v1

NEWEST, UNTAGGED = "tarmac-keep-newest", "tarmac-delete-untagged"
_DAY = 86400


def cleanup_of(found: artifactregistry_v1.Repository) -> ImageCleanup:
    """Return what our two policies say, 0 for one that is not there."""
    newest, untagged = found.cleanup_policies.get(NEWEST), found.cleanup_policies.get(UNTAGGED)
    age = untagged.condition.older_than if untagged else None
    return ImageCleanup(
        keep_newest=newest.most_recent_versions.keep_count if newest else 0,
        untagged_days=int(age.total_seconds()) // _DAY if age else 0,
    )


def with_cleanup(
    found: artifactregistry_v1.Repository, wanted: ImageCleanup
) -> artifactregistry_v1.Repository:
    """Return a repository whose own policies stay and in which ours say what is wanted."""
    from google.cloud import artifactregistry_v1 as registry

    made = registry.Repository(name=found.name)
    for key, policy in found.cleanup_policies.items():
        if key not in (NEWEST, UNTAGGED):
            made.cleanup_policies[key] = policy
    if wanted.keep_newest:
        made.cleanup_policies[NEWEST] = registry.CleanupPolicy(
            id=NEWEST,
            action=registry.CleanupPolicy.Action.KEEP,
            most_recent_versions=registry.CleanupPolicyMostRecentVersions(
                keep_count=wanted.keep_newest
            ),
        )
    if wanted.untagged_days:
        made.cleanup_policies[UNTAGGED] = registry.CleanupPolicy(
            id=UNTAGGED,
            action=registry.CleanupPolicy.Action.DELETE,
            condition=registry.CleanupPolicyCondition(
                tag_state=registry.CleanupPolicyCondition.TagState.UNTAGGED,
                older_than={"seconds": wanted.untagged_days * _DAY},
            ),
        )
    return made
