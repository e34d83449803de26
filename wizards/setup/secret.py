"""A secret with a value that is written once, even when a run is killed in between.

The intent stands in annotations before a version is added: ``tarmac-digest`` (keyed digest of the
value) and ``tarmac-after`` (newest version at that moment). A version newer than ``tarmac-after``
means that the intent was carried out.
"""

from __future__ import annotations

import secrets as randomness
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import ClassVar

from generators.language import _, ngettext
from wizards.cloud.port import Cloud
from wizards.cloud.things import PolicyOf, Secret, SecretVersion
from wizards.failures import UsageFailure
from wizards.plan import Action, FieldDiff
from wizards.redaction import hide
from wizards.setup.digest import digest
from wizards.setup.marks import label_fields, labels_before, still, trace_of
from wizards.setup.prices import secret_month
from wizards.setup.resource import (
    AS_WANTED,
    LABELS,
    Made,
    Ours,
    Resource,
    Seen,
    Trace,
    labelled,
    new,
)
from wizards.setup.work import Work

DIGEST = "tarmac-digest"
AFTER = "tarmac-after"
APPLIED = "tarmac-applied"
"""The version that the database user has as its password."""

_GENERATED_BYTES = 24
_VERSION = "versions."


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
                diff=(FieldDiff("value", now, _("a new version")), *_label_diff(found)),
                cost_delta=self.cost(),
            )
        diff = _label_diff(found)
        return Seen(action=Action.ADOPT, diff=diff) if diff else AS_WANTED

    def absent(self) -> Seen:
        """Return what a look would find where nothing can exist yet."""
        fields = {"id": self.secret, "region": self.region, "value": self.source}
        return new(fields, self.cost())

    def coming_version(self, cloud: Cloud) -> int:
        """Return the number of the version that is in force once the secret is as wanted."""
        versions = cloud.secret_versions(self.project, self.secret)
        newest = versions[0].number if versions else 0
        enabled = [version.number for version in versions if version.state == "ENABLED"]
        if not enabled:
            return newest + 1
        if self.value is not None:
            found = cloud.secret(self.project, self.secret)
            if found is not None and self._needs_version(cloud, found, versions):
                return newest + 1
        return enabled[0]

    def _needs_version(self, cloud: Cloud, found: Secret, versions: list[SecretVersion]) -> bool:
        enabled = [version for version in versions if version.state == "ENABLED"]
        if not enabled:
            return True
        if self.value is None:
            return False
        intent = found.annotations.get(DIGEST)
        if intent == digest(self.value):
            return enabled[0].number <= int(found.annotations.get(AFTER, "0"))
        newest = str(enabled[0].number)
        return cloud.secret_value(self.project, self.secret, newest) != self.value

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
        added = work.cloud.add_secret_version(self.project, self.secret, value)
        work.wrote(_version_diff(added.number))
        work.values[self.variable] = value

    def settle(self, work: Work) -> None:
        """Journal the version that a killed run added: the one that its intent announced."""
        found = work.cloud.secret(self.project, self.secret)
        if found is None or DIGEST not in found.annotations:
            return
        number = int(found.annotations.get(AFTER, "0")) + 1
        versions = work.cloud.secret_versions(self.project, self.secret)
        if any(part.number == number and part.state == "ENABLED" for part in versions):
            value = work.cloud.secret_value(self.project, self.secret, str(number))
            hide(value)
            if digest(value) == found.annotations[DIGEST]:
                work.wrote(_version_diff(number))

    def remove(self, work: Work, made: Made) -> None:
        """Delete the secret; of one that was there before, destroy only the versions we added."""
        found = work.cloud.secret(self.project, self.secret)
        if found is None:
            return
        if made.created:
            work.cloud.delete_secret(self.project, found)
            return
        for part in self.standing(work.cloud, made):
            if _is_version(part):
                number = int(part.field.removeprefix(_VERSION))
                work.cloud.destroy_secret_version(self.project, self.secret, number)
        ours = {DIGEST, AFTER, APPLIED}
        bare = {key: value for key, value in found.annotations.items() if key not in ours}
        labels = labels_before(found.labels, made.diff)
        if (labels, bare) != (dict(found.labels), dict(found.annotations)):
            left = replace(found, labels=labels, annotations=bare)
            work.cloud.mark_secret(self.project, left)

    def undo_command(self, made: Made) -> str:
        """Return what a person would type to take it back."""
        project = f"--project={self.project}"
        if made.created:
            return f"gcloud secrets delete {self.secret} {project}"
        numbers = [part.field.removeprefix(_VERSION) for part in made.diff if _is_version(part)]
        lines = [
            f"gcloud secrets versions destroy {number} --secret={self.secret} {project}"
            for number in numbers
        ]
        if any(part.field.startswith("labels.") for part in made.diff):
            words = "--remove-labels=managed-by"
            lines.append(f"gcloud secrets update {self.secret} {words} {project}")
        return "\n".join(lines)

    def loses(self) -> str:
        """Return what goes with it."""
        return _("every version of its value; no backup of it exists")

    def interrupts(self, diff: Sequence[FieldDiff]) -> str:
        """Return which versions are destroyed."""
        gone = [part.field.removeprefix(_VERSION) for part in diff if _is_version(part)]
        if not gone:
            return ""
        return ngettext(
            "version {numbers} is destroyed: its value cannot be brought back",
            "versions {numbers} are destroyed: their values cannot be brought back",
            len(gone),
        ).format(numbers=", ".join(gone))

    def holds_data(self, cloud: Cloud) -> bool:
        """Say whether a value is left in it."""
        versions = cloud.secret_versions(self.project, self.secret)
        return any(version.state != "DESTROYED" for version in versions)

    def foreign(self, cloud: Cloud, ours: Ours) -> tuple[str, ...]:
        """Return which members others let read it."""
        of = PolicyOf("secret", f"projects/{self.project}/secrets/{self.secret}")
        return tuple(
            _("{member} has {role} on it").format(member=member, role=binding.held_as)
            for binding in cloud.policy(of).bindings
            for member in binding.members
            if (of.name, binding.held_as, member) not in ours.grants
        )

    def standing(self, cloud: Cloud, made: Made) -> tuple[FieldDiff, ...]:
        """Return the label, and the versions that Tarmac added and nobody destroyed yet."""
        found = cloud.secret(self.project, self.secret)
        if found is None:
            return ()
        versions = cloud.secret_versions(self.project, self.secret)
        left = {_version_diff(part.number) for part in versions if part.state != "DESTROYED"}
        kept = still(made.diff, label_fields(found.labels))
        return (*(part for part in made.diff if part in left), *kept)

    def trace(self, cloud: Cloud) -> Trace:
        """Return when it was made."""
        found = cloud.secret(self.project, self.secret)
        return trace_of(found.created, found.labels) if found else Trace()

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


def _label_diff(found: Secret) -> tuple[FieldDiff, ...]:
    if labelled(found.labels):
        return ()
    return (FieldDiff("labels.managed-by", found.labels.get("managed-by"), "tarmac"),)


def _version_diff(number: int) -> FieldDiff:
    return FieldDiff(f"{_VERSION}{number}", None, "added")


def _is_version(part: FieldDiff) -> bool:
    return part.field.startswith(_VERSION)


def _labelled(found: Secret) -> Secret:
    return replace(found, labels={**found.labels, **LABELS})
