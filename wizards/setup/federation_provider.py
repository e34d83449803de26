"""GitHub as a provider of identities: whose tokens are believed, and on which condition."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import ClassVar

from generators.language import _
from wizards.cloud.build_things import IdentityProvider
from wizards.cloud.port import Cloud
from wizards.plan import Action, FieldDiff
from wizards.setup.federation_pool import GONE
from wizards.setup.members import NUMBER
from wizards.setup.resource import AS_WANTED, Made, Resource, Seen, differing, new
from wizards.setup.work import Work

ISSUER = "https://token.actions.githubusercontent.com"
_MAPPING = "mapping."


@dataclass(frozen=True, slots=True, kw_only=True)
class FederationProviderResource(Resource):
    """The provider for one repository and branch.

    ``github_id`` is the repository's number, which no renaming changes; without it the name
    "owner/name" decides, and whoever gets that name later would be believed.
    """

    pool: str
    provider: str
    github: str
    github_id: str
    branch: str

    kind: ClassVar[str] = "federation.provider"
    api: ClassVar[str] = "iam.googleapis.com"
    seconds: ClassVar[float] = 6.0

    @property
    def name(self) -> str:
        """Pool and provider."""
        return f"{self.pool}/{self.provider}"

    @property
    def why(self) -> str:
        """What it is for and what breaks without it."""
        return _("only pushes to {branch} of {repository} may log in").format(
            branch=self.branch, repository=self.github
        )

    @property
    def mapping(self) -> Mapping[str, str]:
        """Attributes of the identity from the token's claims."""
        claim = "repository_id" if self.github_id else "repository"
        return {"google.subject": "assertion.sub", f"attribute.{claim}": f"assertion.{claim}"}

    @property
    def condition(self) -> str:
        """What a token must say to be believed."""
        which = (
            f"assertion.repository_id=='{self.github_id}'"
            if self.github_id
            else f"assertion.repository=='{self.github}'"
        )
        return f"{which} && assertion.ref=='refs/heads/{self.branch}'"

    def look(self, cloud: Cloud) -> Seen:
        """Read the provider; mappings of somebody else stay."""
        found = cloud.identity_provider(self.project, self.pool, self.provider)
        if found is None:
            return self.absent()
        if found.issuer.rstrip("/") != ISSUER:
            return Seen(
                action=Action.BLOCKED,
                blocked_by=_("it believes {issuer}; take it away or use another pool").format(
                    issuer=found.issuer or _("another kind of identity")
                ),
            )
        if found.disabled:
            command = f"{_GROUP} update-oidc {self._where()} --no-disabled"
            return Seen(
                action=Action.BLOCKED,
                blocked_by=_("it is disabled: {command}").format(command=command),
            )
        return self._compare(found)

    def _compare(self, found: IdentityProvider) -> Seen:
        diff = differing(_fields(found.mapping, found.condition), self._fields())
        if found.state == GONE:
            return Seen(action=Action.UPDATE, diff=(FieldDiff("state", GONE, "ACTIVE"), *diff))
        if not diff:
            return AS_WANTED
        return Seen(
            action=Action.UPDATE,
            diff=diff,
            breaks=_("logins that only the old condition allows are refused from then on"),
        )

    def _fields(self) -> dict[str, str | int | bool]:
        return _fields(self.mapping, self.condition)

    def absent(self) -> Seen:
        """Return what a look would find where nothing can exist yet."""
        return new({"id": self.provider, "issuer": ISSUER, **self._fields()})

    def make(self, work: Work, seen: Seen) -> None:
        """Create the provider, bring a deleted one back, or write what differs."""
        if seen.action is Action.CREATE:
            wanted = IdentityProvider(
                id=self.provider, issuer=ISSUER, mapping=self.mapping, condition=self.condition
            )
            work.finish(
                work.cloud.start_identity_provider(self.project, self.pool, wanted, "GitHub")
            )
            return
        if any(part.field == "state" for part in seen.diff):
            work.finish(work.cloud.start_provider_undelete(self.project, self.pool, self.provider))
        found = work.cloud.identity_provider(self.project, self.pool, self.provider)
        if found is not None and differing(_fields(found.mapping, found.condition), self._fields()):
            mapping = {**found.mapping, **self.mapping}
            wanted = replace(found, mapping=mapping, condition=self.condition)
            work.finish(work.cloud.start_provider_change(self.project, self.pool, wanted))

    @property
    def inside(self) -> str:
        """The pool, which takes its providers along when it is deleted."""
        return f"federation.pool:{self.pool}"

    def command(self, seen: Seen) -> str:
        """Return what a person would type for the same."""
        pairs = ",".join(f"{key}={value}" for key, value in self.mapping.items())
        said = f"--attribute-mapping={pairs} --attribute-condition={json.dumps(self.condition)}"
        if seen.action is Action.CREATE:
            return f"{_GROUP} create-oidc {self._where()} --issuer-uri={ISSUER} {said}"
        changes = f"{_GROUP} update-oidc {self._where()} {said}"
        if any(part.field == "state" for part in seen.diff):
            back = f"{_GROUP} undelete {self._where()}"
            return back if len(seen.diff) == 1 else f"{back}\n{changes}"
        return changes

    def _where(self) -> str:
        return (
            f"{self.provider} --workload-identity-pool={self.pool} --location=global "
            f"--project={self.project}"
        )

    def remove(self, work: Work, made: Made) -> None:
        """Delete the provider that was made here, or put back what was written."""
        found = work.cloud.identity_provider(self.project, self.pool, self.provider)
        if found is None or found.state == GONE:
            return
        if made.created or any(part.field == "state" for part in made.diff):
            work.finish(work.cloud.start_provider_removal(self.project, self.pool, self.provider))
            return
        before = _before(found, made)
        if before != found:
            work.finish(work.cloud.start_provider_change(self.project, self.pool, before))

    def standing(self, cloud: Cloud, made: Made) -> tuple[FieldDiff, ...]:
        """Return the fields that still have the value that was written."""
        found = cloud.identity_provider(self.project, self.pool, self.provider)
        if found is None or found.state == GONE:
            return ()
        now = {"state": "ACTIVE", **_fields(found.mapping, found.condition)}
        return tuple(part for part in made.diff if now.get(part.field) == part.after)

    def undo_command(self, made: Made) -> str:
        """Return what a person would type to take it back."""
        if made.created or any(part.field == "state" for part in made.diff):
            return f"{_GROUP} delete {self._where()} --quiet"
        condition = next((part.before for part in made.diff if part.field == "condition"), "")
        return (
            f"{_GROUP} update-oidc {self._where()} "
            f"--attribute-condition={json.dumps(str(condition or ''))}"
        )

    def permissions(self, seen: Seen) -> tuple[str, ...]:
        """Return the permissions on the project that making it takes."""
        verb = "create" if seen.action is Action.CREATE else "update"
        return (f"iam.workloadIdentityPoolProviders.{verb}",)


_GROUP = "gcloud iam workload-identity-pools providers"


def principals(pool: str, github: str, github_id: str) -> str:
    """Return the member that stands for every believed login from a repository."""
    place = f"//iam.googleapis.com/projects/{NUMBER}/locations/global/workloadIdentityPools/{pool}"
    which = f"repository_id/{github_id}" if github_id else f"repository/{github}"
    return f"principalSet:{place}/attribute.{which}"


def _fields(mapping: Mapping[str, str], condition: str) -> dict[str, str | int | bool]:
    return {"condition": condition, **{_MAPPING + key: value for key, value in mapping.items()}}


def _before(found: IdentityProvider, made: Made) -> IdentityProvider:
    """Return a provider with every field that still has our value as it was before."""
    mapping, condition = dict(found.mapping), found.condition
    for part in made.diff:
        key = part.field.removeprefix(_MAPPING)
        if part.field == "condition" and condition == part.after:
            condition = str(part.before or "")
        elif part.field != key and mapping.get(key) == part.after:
            if part.before is None:
                del mapping[key]
            else:
                mapping[key] = str(part.before)
    return replace(found, mapping=mapping, condition=condition)
