"""Service accounts: one identity per job."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from generators.language import _
from wizards.cloud.port import Cloud
from wizards.cloud.things import PolicyOf
from wizards.plan import Action
from wizards.setup.naming import email
from wizards.setup.resource import AS_WANTED, Made, Ours, Resource, Seen, Trace, new
from wizards.setup.work import Work

GOOD_READS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountResource(Resource):
    """One service account; ``purpose`` is "run", "migrate" or "build"."""

    account: str
    title: str
    purpose: str

    kind: ClassVar[str] = "account"
    api: ClassVar[str] = "iam.googleapis.com"
    seconds: ClassVar[float] = 10.0

    @property
    def name(self) -> str:
        """The short id, the part before the @."""
        return self.account

    @property
    def why(self) -> str:
        """What it is for and what breaks without it."""
        if self.purpose == "build":
            return _(
                "builds run as this identity; the default one is too powerful "
                "in old projects and powerless in new ones"
            )
        if self.purpose == "migrate":
            return _(
                "migrations run as this identity: it alone reads the password of the user that "
                "may change tables"
            )
        return _(
            "the service runs as this identity and may do nothing but read its secrets "
            "and reach its database"
        )

    def look(self, cloud: Cloud) -> Seen:
        """Read the account; one that exists is used as it is."""
        found = cloud.service_account(self.project, self.account)
        if found is None:
            return self.absent()
        if found.disabled:
            return Seen(
                action=Action.BLOCKED,
                blocked_by=_("it is disabled: gcloud iam service-accounts enable {email}").format(
                    email=found.email
                ),
            )
        return AS_WANTED

    def absent(self) -> Seen:
        """Return what a look would find where nothing can exist yet."""
        return new({"id": self.account, "title": self.title})

    def make(self, work: Work, seen: Seen) -> None:  # noqa: ARG002
        """Create the account and wait until three reads in a row know it."""
        work.cloud.create_service_account(self.project, self.account, self.title)
        good = 0
        while good < GOOD_READS:
            known = work.cloud.service_account(self.project, self.account) is not None
            good = good + 1 if known else 0
            if not known:
                work.says(_("waiting until the new identity is known"))
            if good < GOOD_READS:
                work.cloud.pause(1)

    def remove(self, work: Work, made: Made) -> None:
        """Disable the account, then delete it; a namesake made since is another identity."""
        found = work.cloud.service_account(self.project, self.account)
        if found is None or not made.created:
            return
        if made.identity and found.unique_id != made.identity:
            return
        if not found.disabled:
            work.cloud.disable_service_account(self.project, self.account)
        work.cloud.delete_service_account(self.project, self.account)

    def undo_command(self, made: Made) -> str:  # noqa: ARG002
        """Return what a person would type to take it back."""
        address = email(self.project, self.account)
        return f"gcloud iam service-accounts delete {address} --project={self.project}"

    def trace(self, cloud: Cloud) -> Trace:
        """Return the number that no other account ever has, even under the same address."""
        found = cloud.service_account(self.project, self.account)
        return Trace(identity=found.unique_id) if found else Trace()

    def foreign(self, cloud: Cloud, ours: Ours) -> tuple[str, ...]:
        """Return what others granted to this account or on it: that means nothing without it."""
        address = email(self.project, self.account)
        whole = f"projects/{self.project}"
        own = PolicyOf("account", f"{whole}/serviceAccounts/{address}")
        on_it = [
            _("{member} has {role} on it").format(member=member, role=role)
            for role, member in _others(cloud, own, ours)
        ]
        it_has = [
            _("it has {role} on the project").format(role=role)
            for role, member in _others(cloud, PolicyOf("project", whole), ours)
            if member == f"serviceAccount:{address}"
        ]
        return (*on_it, *it_has)

    def command(self, seen: Seen) -> str:  # noqa: ARG002
        """Return what a person would type for the same."""
        return (
            f"gcloud iam service-accounts create {self.account} "
            f"--display-name={self.title!r} --project={self.project}"
        )

    def waits_for(self) -> str:
        """Return what is waited for after the write."""
        return _("until three reads in a row know the identity")

    def permissions(self, seen: Seen) -> tuple[str, ...]:  # noqa: ARG002
        """Return the permissions on the project that making it takes."""
        return ("iam.serviceAccounts.create",)


def _others(cloud: Cloud, of: PolicyOf, ours: Ours) -> list[tuple[str, str]]:
    return [
        (binding.held_as, member)
        for binding in cloud.policy(of).bindings
        for member in binding.members
        if (of.name, binding.held_as, member) not in ours.grants
    ]
