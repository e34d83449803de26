"""A role under a condition: only where it is meant, beside those that others gave, and back."""

from __future__ import annotations

from pathlib import Path

from tests.setup.sandboxed import actions, applied, blueprint, planned
from tests.setup.taken_back import by_hand, undone
from wizards.cloud.google_cloud import GoogleCloud
from wizards.cloud.things import TITLE, Binding, Condition, Policy, PolicyOf, under
from wizards.plan import Action
from wizards.setup.bindings import BindingsResource
from wizards.setup.desired import resources

VIEWER = "roles/storage.objectViewer"


def bucket_of(project: str) -> str:
    return f'resource.name.startsWith("projects/_/buckets/{project}_cloudbuild")'


def test_a_role_is_held_only_under_the_very_condition() -> None:
    here, there = under(VIEWER, 'resource.name == "a"'), under(VIEWER, 'resource.name == "b"')
    policy = Policy().with_members(here, ("user:a",)).with_members(VIEWER, ("user:b",))
    assert policy.members(here) == {"user:a"}
    assert policy.members(VIEWER) == {"user:b"}
    assert policy.members(there) == frozenset()
    assert policy.without_member(VIEWER, "user:a") == policy
    assert policy.without_member(here, "user:a") == Policy().with_members(VIEWER, ("user:b",))
    theirs = Condition(title="mine", expression='resource.name == "a"')
    known = Policy(bindings=(Binding(role=VIEWER, members=("user:c",), condition=theirs),))
    assert known.members(here) == {"user:c"}


def test_builds_read_the_bucket_that_gcloud_sends_sources_to_and_no_other(
    cloud: GoogleCloud, tmp_path: Path
) -> None:
    plan = blueprint(database=False)
    project = plan.project.id
    of = PolicyOf("project", f"projects/{project}")
    by_hand(cloud, project)
    assert applied(tmp_path, plan, cloud).failures == ()
    (bound,) = (each for each in cloud.policy(of).bindings if each.role == VIEWER)
    assert bound.condition == Condition(title=TITLE, expression=bucket_of(project))
    assert [member.partition("@")[0] for member in bound.members] == ["serviceAccount:notes-build"]
    assert set(actions(planned(plan, cloud)).values()) == {Action.NONE}

    policy = cloud.policy(of).with_members(under(VIEWER, "true"), ("user:someone@example.com",))
    cloud.set_policy(of, policy.with_members(bound.held_as, ("user:someone@example.com",)))
    assert undone(tmp_path, cloud).failures == ()
    left = {each.held_as: each.members for each in cloud.policy(of).bindings}
    assert left[bound.held_as] == ("user:someone@example.com",)
    assert left[under(VIEWER, "true")] == ("user:someone@example.com",)


def test_a_person_reads_and_may_type_the_condition() -> None:
    plan = blueprint(database=False)
    part = next(each for each in resources(plan) if each.id.startswith("iam:project:"))
    assert isinstance(part, BindingsResource)
    seen = part.absent()
    assert under(VIEWER, bucket_of(plan.project.id)) in {each.field for each in seen.diff}
    line = next(each for each in part.command(seen).splitlines() if "objectViewer" in each)
    assert line.endswith(
        f"--role={VIEWER} '--condition=expression={bucket_of(plan.project.id)},title={TITLE}'"
    )
