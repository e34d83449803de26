"""Findings as SARIF 2.1.0 (OASIS), the format that code scanning reads."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePath

from wizards.events import Json
from wizards.migrate.model import Finding, Severity
from wizards.migrate.review.lint import JudgedFile
from wizards.migrate.review.severities import RULES

_LEVELS = {
    Severity.DANGER: "error",
    Severity.CAUTION: "warning",
    Severity.NOTICE: "note",
    Severity.SAFE: "none",
}


def sarif(files: Sequence[JudgedFile], version: str) -> dict[str, Json]:
    """Return one SARIF log with one run; ``version`` is Tarmac's."""
    used = sorted({found.rule for file in files for found in file.findings})
    driver: dict[str, Json] = {
        "name": "tarmac",
        "version": version,
        "rules": [
            {"id": rule, "defaultConfiguration": {"level": _LEVELS[RULES[rule]]}} for rule in used
        ],
    }
    results: list[Json] = [_result(file.path, found) for file in files for found in file.findings]
    return {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{"tool": {"driver": driver}, "results": results}],
    }


def _result(path: str, found: Finding) -> dict[str, Json]:
    text = found.message if not found.fix else f"{found.message}\n\n{found.fix}"
    return {
        "ruleId": found.rule,
        "level": _LEVELS[found.severity],
        "message": {"text": text},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": PurePath(path).as_posix()},
                    "region": {
                        "startLine": found.line,
                        "startColumn": found.column,
                        "endLine": found.end_line,
                    },
                }
            }
        ],
    }
