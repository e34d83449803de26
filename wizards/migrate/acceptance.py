"""Findings that refuse an apply, and the acknowledgements that let it through all the same."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from generators.language import _, ngettext
from wizards.failures import Refused, UsageFailure
from wizards.migrate.model import Finding, RevisionPreview, Severity

_SHOWN, _HINTS = 12, 6


@dataclass(frozen=True, slots=True)
class Acceptance:
    """One acknowledgement: this rule, in this revision ("*" = any), for this reason."""

    rule: str
    revision: str
    reason: str

    @classmethod
    def parse(cls, text: str) -> Acceptance:
        """Read ``RULE@REVISION=REASON``; a missing reason is a usage failure."""
        place, _equals, reason = text.partition("=")
        rule, _at, revision = place.partition("@")
        if not (rule and revision and reason.strip()):
            raise UsageFailure(
                "accept-unreadable",
                _("--accept {text} is not RULE@REVISION=REASON.").format(text=text),
                next=("--accept drop-column@b1b1c2d3e4f5='unused since May'",),
            )
        return cls(rule, revision, reason.strip())

    def covers(self, revision: str, finding: Finding) -> bool:
        """Say whether a finding of a revision is acknowledged (revisions by their beginning)."""
        here = self.revision == "*" or revision.startswith(self.revision)
        return here and self.rule in (finding.rule, "*")

    def __str__(self) -> str:
        return f"{self.rule}@{self.revision}: {self.reason}"


def require(
    previews: Iterable[RevisionPreview],
    accepted: Sequence[Acceptance],
    fail_on: Severity = Severity.DANGER,
) -> None:
    """Raise :class:`Refused` (exit 4) for findings as bad as ``fail_on`` that nobody accepted."""
    open_ones = unaccepted(previews, accepted, fail_on)
    if not open_ones:
        return
    said = Counter(f"{one}: {finding.rule}: {finding.message}" for one, finding in open_ones)
    shown = [line if times == 1 else f"{line} ×{times}" for line, times in said.items()]
    more = len(shown) - _SHOWN
    if more > 0:
        shown[_SHOWN:] = [_("… and {count} more").format(count=more)]
    accepting = dict.fromkeys(
        f"--accept {one.rule}@{revision}=REASON" for revision, one in open_ones
    )
    raise Refused(
        "findings",
        ngettext(
            "{count} finding refuses this migration.",
            "{count} findings refuse this migration.",
            len(open_ones),
        ).format(count=len(open_ones)),
        why="\n".join(shown),
        next=(*list(accepting)[:_HINTS], *(["tarmac migrate preview"] if more > 0 else [])),
    )


def unaccepted(
    previews: Iterable[RevisionPreview],
    accepted: Sequence[Acceptance],
    fail_on: Severity = Severity.DANGER,
) -> list[tuple[str, Finding]]:
    """Return (revision, finding) of what stands against applying."""
    return [
        (preview.id, finding)
        for preview in previews
        for finding in preview.findings
        if finding.severity.rank <= fail_on.rank
        and not any(one.covers(preview.id, finding) for one in accepted)
    ]
