"""What cannot be judged by reading: DO blocks, CALL, dynamic SQL, and what did not parse."""

from __future__ import annotations

from generators.language import _
from wizards.migrate.review.case import Case
from wizards.migrate.review.libpg import pb


def do_block(case: Case, _node: pb.DoStmt) -> None:
    """Judge DO: what it runs is decided when it runs."""
    case.find(
        "opaque-do-block",
        _("not understood: what a DO block runs is decided when it runs; rehearse it"),
    )


def call(case: Case, _node: pb.CallStmt | pb.ExecuteStmt) -> None:
    """Judge CALL and EXECUTE."""
    case.find(
        "opaque-do-block",
        _("not understood: what it runs is not written here; rehearse it"),
    )


def refused(case: Case) -> None:
    """Report a statement that PostgreSQL's parser refused."""
    case.find(
        "not-understood",
        _("not understood: {why}").format(why=case.parsed.refused or _("unknown statement")),
    )
