"""A secret with a value that is written once, even when a run is killed in between.

The intent stands in annotations before a version is added: ``tarmac-digest`` (keyed digest of the
value) and ``tarmac-after`` (newest version at that moment). A version newer than ``tarmac-after``
means that the intent was carried out.
"""

from __future__ import annotations

import secrets as randomness
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import ClassVar

from generators.language import _
from wizards.cloud.port import Cloud
from wizards.cloud.things import Secret, SecretVersion
from wizards.failures import UsageFailure
from wizards.plan import Action, FieldDiff
from wizards.redaction import hide
from wizards.setup.digest import digest
from wizards.setup.prices import secret_month
from wizards.setup.resource import AS_WANTED, LABELS, Resource, Seen, labelled, new
from wizards.setup.work import Work

DIGEST = "tarmac-digest"
AFTER = "tarmac-after"
APPLIED = "tarmac-applied"
"""The version that the database user has as its password."""

_GENERATED_BYTES = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretResource(Resource):
    """One secret; ``value`` is known only when the person gave one, and is never shown."""

    variable: str
    secret: str
    region: str
    source: str
    value: str | None = field(default=None, repr=False)
    is_password: bool = False

    kind: ClassVar[str] = "secret"
    api: ClassVar[str] = "secretmanager.googleapis.com"
    seconds: ClassVar[float] = 2.0

    @property
    def name(self) -> str:
        """The id in Secret Manager."""
        return self.secret

    @property
    def why(self) -> str:
        """What it is for and what breaks without it."""
        return _("the service reads {variable} from it; the value stands nowhere else").format(
            variable=self.variable
        )

    def cost(self) -> float:
        """Return what one active version costs in USD a month."""
        return secret_month()

    def look(self, cloud: Cloud) -> Seen:
        """Read the secret and its versions; the value only when nothing else can tell."""
        found = cloud.secret(self.project, self.secret)
        if found is None:
            return self.absent()
        versions = cloud.secret_versions(self.project, self.secret)
        if self._needs_version(cloud, found, versions):
            now = _("version {number}").format(number=versions[0].number) if versions else None
            return Seen(
                action=Action.UPDATE,
                diff=(FieldDiff("value", now, _("a new version")),),
                cost_delta=self.cost(),
            )
        if labelled(found.labels):
            return AS_WANTED
        diff = FieldDiff("labels.managed-by", found.labels.get("managed-by"), "tarmac")
        return Seen(action=Action.ADOPT, diff=(diff,))

    def absent(self) -> Seen:
        """Return what a look would find where nothing can exist yet."""
        fields = {"id": self.secret, "region": self.region, "value": self.source}
        return new(fields, self.cost())

    def _needs_version(self, cloud: Cloud, found: Secret, versions: list[SecretVersion]) -> bool:
        enabled = [version for version in versions if version.state == "ENABLED"]
        if not enabled:
            return True
        if self.value is None:
            return False
        intent = found.annotations.get(DIGEST)
        if intent == digest(self.value):
            return enabled[0].number <= int(found.annotations.get(AFTER, "0"))
        return cloud.secret_value(self.project, self.secret) != self.value

    def make(self, work: Work, seen: Seen) -> None:
        """Write the intent, then the version; or only the label of an adopted secret."""
        if seen.action is Action.ADOPT:
            found = work.cloud.secret(self.project, self.secret)
            if found is not None:
                work.cloud.mark_secret(self.project, _labelled(found))
            return
        value = self._value(work)
        hide(value)
        if seen.action is Action.CREATE:
            work.cloud.create_secret(
                self.project,
                Secret(
                    id=self.secret,
                    regions=(self.region,),
                    labels=LABELS,
                    annotations=self._intent(value, 0),
                ),
            )
        else:
            self._mark(work, value)
        work.cloud.add_secret_version(self.project, self.secret, value)
        work.values[self.variable] = value

    def _mark(self, work: Work, value: str) -> None:
        found = work.cloud.secret(self.project, self.secret)
        versions = work.cloud.secret_versions(self.project, self.secret)
        if found is None:
            return
        newest = versions[0].number if versions else 0
        annotations = {**found.annotations, **self._intent(value, newest)}
        work.cloud.mark_secret(self.project, replace(_labelled(found), annotations=annotations))

    def _intent(self, value: str, newest: int) -> Mapping[str, str]:
        intent = {DIGEST: digest(value), AFTER: str(newest)}
        return intent | {APPLIED: "0"} if self.is_password else intent

    def _value(self, work: Work) -> str:
        if self.source == "generate":
            return randomness.token_urlsafe(_GENERATED_BYTES)
        value = work.values.get(self.variable, self.value)
        if not value:
            raise UsageFailure(
                "secret-value-missing",
                _("no value is known for {variable}").format(variable=self.variable),
                next=(f"tarmac apply --secret {self.variable}=env:…",),
            )
        return value

    def command(self, seen: Seen) -> str:
        """Return what a person would type for the same, the value by reference."""
        project = f"--project={self.project}"
        if seen.action is Action.ADOPT:
            label = "--update-labels=managed-by=tarmac"
            return f"gcloud secrets update {self.secret} {label} {project}"
        source = {
            "generate": "openssl rand -base64 24 | tr -d '\\n' | ",
            "env": f'printf %s "${self.source.partition(":")[2]}" | ',
            "file": "",
        }.get(self.source.partition(":")[0], "")
        data = self.source.partition(":")[2] if self.source.startswith("file:") else "-"
        if seen.action is Action.UPDATE:
            return f"{source}gcloud secrets versions add {self.secret} --data-file={data} {project}"
        return (
            f"{source}gcloud secrets create {self.secret} --replication-policy=user-managed "
            f"--locations={self.region} --labels=managed-by=tarmac --data-file={data} {project}"
        )

    def permissions(self, seen: Seen) -> tuple[str, ...]:
        """Return the permissions on the project that making it takes."""
        if seen.action is Action.ADOPT:
            return ("secretmanager.secrets.update",)
        return ("secretmanager.secrets.create", "secretmanager.versions.add")


def _labelled(found: Secret) -> Secret:
    return replace(found, labels={**found.labels, **LABELS})
