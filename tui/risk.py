"""The colour of each severity; mark and word say the same without it."""

from __future__ import annotations

from wizards.migrate.model import Severity

RISK = {
    Severity.DANGER: "bold $text-error",
    Severity.CAUTION: "$text-warning",
    Severity.NOTICE: "$text-primary",
    Severity.SAFE: "$text-success",
}
