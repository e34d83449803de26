"""The link between the project and who pays for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from generators.language import _
from wizards.cloud.port import Cloud
from wizards.cloud.things import BillingLink
from wizards.plan import Action, FieldDiff
from wizards.setup.resource import AS_WANTED, Made, Resource, Seen
from wizards.setup.work import Work


@dataclass(frozen=True, slots=True, kw_only=True)
class BillingResource(Resource):
    """A working billing link; "" as account accepts whichever is linked already."""

    account: str = ""

    kind: ClassVar[str] = "billing"
    whole: ClassVar[bool] = False
    seconds: ClassVar[float] = 2.0

    @property
    def name(self) -> str:
        """The project id."""
        return self.project

    @property
    def why(self) -> str:
        """What it is for and what breaks without it."""
        return _("without a billing account no database, build or service can be created")

    def look(self, cloud: Cloud) -> Seen:
        """Read which account pays; what counts is that billing is enabled."""
        found = cloud.billing_link(self.project)
        if found.enabled and self.account in ("", found.account):
            return AS_WANTED
        return self._compare(found)

    def absent(self) -> Seen:
        """Return what a look would find where nothing can exist yet."""
        return self._compare(BillingLink())

    def _compare(self, found: BillingLink) -> Seen:
        if not self.account:
            return Seen(
                action=Action.BLOCKED,
                blocked_by=_("no billing account is chosen: {flag}").format(
                    flag="tarmac init --set project.billing_account=…"
                ),
            )
        action = Action.UPDATE if found.enabled else Action.CREATE
        diff = FieldDiff("account", found.account or None, self.account)
        breaks = _("another account pays from then on") if found.enabled else ""
        return Seen(action=action, diff=(diff,), breaks=breaks)

    def make(self, work: Work, seen: Seen) -> None:  # noqa: ARG002
        """Link the account and wait until billing is enabled."""
        made = work.cloud.link_billing(self.project, self.account)
        while not made.enabled:
            work.says(_("waiting until billing is enabled"))
            work.cloud.pause(2)
            made = work.cloud.billing_link(self.project)

    def remove(self, work: Work, made: Made) -> None:
        """Bring back who paid before, nobody perhaps, unless another account pays by now."""
        for part in self.standing(work.cloud, made):
            work.cloud.link_billing(self.project, str(part.before or ""))

    def undo_command(self, made: Made) -> str:
        """Return what a person would type to take it back."""
        before = next((part.before for part in made.diff), None)
        if before:
            return f"gcloud billing projects link {self.project} --billing-account={before}"
        return f"gcloud billing projects unlink {self.project}"

    def standing(self, cloud: Cloud, made: Made) -> tuple[FieldDiff, ...]:
        """Return the link when the account that Tarmac chose still pays."""
        found = cloud.billing_link(self.project)
        return tuple(part for part in made.diff if found.account and part.after == found.account)

    def command(self, seen: Seen) -> str:  # noqa: ARG002
        """Return what a person would type for the same."""
        account = self.account or "ACCOUNT"
        return f"gcloud billing projects link {self.project} --billing-account={account}"

    def permissions(self, seen: Seen) -> tuple[str, ...]:  # noqa: ARG002
        """Return the permissions on the project that making it takes."""
        return ("resourcemanager.projects.createBillingAssignment",)
