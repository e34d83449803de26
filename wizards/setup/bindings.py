"""Who may do what on one resource: one policy, one read-modify-write."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import ClassVar

from generators.language import _
from wizards.cloud.port import Cloud
from wizards.cloud.things import Condition, Policy, PolicyOf, role_and_condition
from wizards.events import Json
from wizards.plan import Action, FieldDiff
from wizards.setup.members import settled, typed
from wizards.setup.resource import AS_WANTED, Made, Resource, Seen
from wizards.setup.work import Work

_APIS = {
    "project": "cloudresourcemanager.googleapis.com",
    "secret": "secretmanager.googleapis.com",
    "repository": "artifactregistry.googleapis.com",
    "account": "iam.googleapis.com",
    "service": "run.googleapis.com",
    "job": "run.googleapis.com",
}
# A policy that has conditional bindings makes gcloud ask, unless it is told that there is none.
_CONDITION = {"project": " --condition=None"}
_PERMISSIONS = {
    "project": "resourcemanager.projects.setIamPolicy",
    "secret": "secretmanager.secrets.setIamPolicy",
    "repository": "artifactregistry.repositories.setIamPolicy",
    "account": "iam.serviceAccounts.setIamPolicy",
    "service": "run.services.setIamPolicy",
    "job": "run.jobs.setIamPolicy",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """One role for one member, and why; ``spent`` says when nobody needs it any more.

    A role under a condition is written as :func:`wizards.cloud.things.under` does.
    """

    role: str
    member: str
    why: str
    spent: Callable[[Cloud], bool] | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class BindingsResource(Resource):
    """The grants on one resource; everybody else's bindings stay untouched."""

    of: PolicyOf
    short: str
    grants: tuple[Grant, ...]
    shell: str
    """The gcloud words before ``add-iam-policy-binding`` and after it, with ``{}`` between."""

    unwanted: tuple[Grant, ...] = ()
    """Grants that Tarmac made once and that nothing wants any more."""

    kind: ClassVar[str] = "iam"
    seconds: ClassVar[float] = 6.0
    whole: ClassVar[bool] = False
    several: ClassVar[bool] = True

    @property
    def name(self) -> str:
        """The kind and the short name of the resource."""
        return f"{self.of.kind}:{self.short}"

    @property
    def reads_through(self) -> str:
        """The API that must be enabled before the policy can be read."""
        return _APIS[self.of.kind]

    @property
    def why(self) -> str:
        """What each grant is for."""
        return "; ".join(f"{grant.role}: {grant.why}" for grant in self.grants)

    def look(self, cloud: Cloud) -> Seen:
        """Read the policy and find what is missing."""
        return self._compare(cloud.policy(self.of), cloud)

    def absent(self) -> Seen:
        """Return what a look would find where nothing can exist yet."""
        return self._compare(Policy())

    def _wanted(self, cloud: Cloud | None) -> tuple[Grant, ...]:
        """Return the grants with the project's number put in, where the project is there."""
        if cloud is None:
            return self.grants
        return tuple(
            replace(grant, member=settled(grant.member, cloud, self.project))
            for grant in self.grants
        )

    def _missing(self, policy: Policy, cloud: Cloud | None) -> list[Grant]:
        missing = [
            grant for grant in self._wanted(cloud) if grant.member not in policy.members(grant.role)
        ]
        if cloud is None:
            return missing
        return [grant for grant in missing if grant.spent is None or not grant.spent(cloud)]

    def _compare(self, policy: Policy, cloud: Cloud | None = None) -> Seen:
        missing = self._missing(policy, cloud)
        diff = tuple(FieldDiff(grant.role, None, grant.member, grant.why) for grant in missing)
        diff += tuple(
            FieldDiff(grant.role, grant.member, None, grant.why) for grant in self._left(policy)
        )
        if not diff:
            return AS_WANTED
        whole = len(diff) == len(missing) == len(self.grants)
        return Seen(action=Action.CREATE if whole else Action.UPDATE, diff=diff)

    def _left(self, policy: Policy) -> list[Grant]:
        return [grant for grant in self.unwanted if grant.member in policy.members(grant.role)]

    def make(self, work: Work, seen: Seen) -> None:  # noqa: ARG002
        """Add what is missing in one write, with the etag the policy was read with."""
        policy = before = work.cloud.policy(self.of)
        for grant in self._missing(policy, work.cloud):
            policy = policy.with_members(grant.role, (grant.member,))
        for grant in self._left(policy):
            policy = policy.without_member(grant.role, grant.member)
        if policy != before:
            work.cloud.set_policy(self.of, policy)

    def remove(self, work: Work, made: Made) -> None:
        """Take the journalled grants away in one write; everybody else's stay."""
        policy = before = work.cloud.policy(self.of)
        for part in made.diff:
            policy = policy.without_member(part.field, str(part.after))
        if policy != before:
            work.cloud.set_policy(self.of, policy)

    def undo_command(self, made: Made) -> str:
        """Return what a person would type to take it back."""
        return self._by_hand("remove", [(part.field, part.after) for part in made.diff])

    def standing(self, cloud: Cloud, made: Made) -> tuple[FieldDiff, ...]:
        """Return the journalled grants that are still in the policy."""
        policy = cloud.policy(self.of)
        return tuple(part for part in made.diff if part.after in policy.members(part.field))

    @property
    def inside(self) -> str:
        """The resource whose policy this is; a project's policy is never skipped."""
        return "" if self.of.kind == "project" else self.name

    def command(self, seen: Seen) -> str:
        """Return what a person would type for the same."""
        added = [(part.field, part.after) for part in seen.diff if part.after is not None]
        taken = [(part.field, part.before) for part in seen.diff if part.after is None]
        pairs = added or [(grant.role, grant.member) for grant in self.grants if not taken]
        lines = (self._by_hand("add", pairs), self._by_hand("remove", taken))
        return "\n".join(line for line in lines if line)

    def _by_hand(self, verb: str, pairs: Sequence[tuple[str, Json]]) -> str:
        before, after = self.shell.split("{}")
        return "\n".join(
            f"{before}{verb}-iam-policy-binding{after} "
            f"--member={typed(str(member), self.project)} {_role(role, self.of.kind)}"
            for role, member in pairs
        )

    def waits_for(self) -> str:
        """Return what is waited for after the write."""
        return _("grants reach every service within some minutes; nothing here waits for that")

    def permissions(self, seen: Seen) -> tuple[str, ...]:  # noqa: ARG002
        """Return the permissions on the project that making it takes."""
        return (_PERMISSIONS[self.of.kind],)


def _role(held_as: str, kind: str) -> str:
    role, condition = role_and_condition(held_as)
    return f"--role={role}" + (
        f" {shlex.quote(condition_flag(condition))}" if condition else _CONDITION.get(kind, "")
    )


def condition_flag(condition: Condition) -> str:
    """Return the flag of gcloud that names a condition."""
    return f"--condition=expression={condition.expression},title={condition.title}"
