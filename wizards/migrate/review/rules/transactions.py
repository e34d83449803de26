"""A file that ends with its transaction still open."""

from __future__ import annotations

from generators.language import _
from wizards.migrate.review.case import Case


def still_open(case: Case) -> None:
    """Report BEGIN without COMMIT on the file's last statement."""
    case.find(
        "uncommitted-tx",
        _("BEGIN without COMMIT: nothing since then is kept"),
        fix="COMMIT;",
    )
