"""What cannot be judged by reading: DO blocks, CALL, dynamic SQL, and what did not parse."""

from __future__ import annotations

from generators.language import _
from wizards.migrate.model import Severity
from wizards.migrate.review import plpgsql
from wizards.migrate.review.case import Case
from wizards.migrate.review.libpg import pb
from wizards.migrate.review.sql import statements

_MOST_SHOWN = 60


def do_block(case: Case, node: pb.DoStmt) -> None:
    """Judge DO by the SQL inside it; what it puts together while running cannot be judged."""
    judge_body(case, plpgsql.body(node))


def judge_body(case: Case, inside: plpgsql.Body | None) -> None:
    """Judge a block's SQL at the place of the statement that runs it."""
    if inside is None:
        case.find(
            "opaque-do-block",
            _("not understood: what the block runs is not PL/pgSQL; rehearse it"),
        )
        return
    unread = [*inside.dynamic, *(text for text in inside.statements if not judged_text(case, text))]
    if unread:
        case.find(
            "opaque-do-block",
            _("not understood: {sql} is put together while the block runs; rehearse it").format(
                sql=_short(unread[0])
            ),
        )
    elif inside.statements:
        case.find(
            "opaque-do-block",
            _("runs SQL only when its conditions hold: what is inside is judged as if they did"),
            severity=Severity.NOTICE,
        )


def judged_text(case: Case, text: str) -> bool:
    """Judge one statement inside the block at the block's place; False when it does not parse."""
    from wizards.migrate.review.rules.dispatch import JUDGES

    outer = case.parsed
    read = statements(text)
    if any(inner.node is None for inner in read):
        return False
    for inner in read:
        rule = JUDGES.get(inner.kind)
        if rule is not None:
            case.parsed = inner._replace(
                line=outer.line, column=outer.column, end_line=outer.end_line
            )
            rule(case, inner.node)
            case.parsed = outer
    return True


def _short(sql: str) -> str:
    return sql if len(sql) <= _MOST_SHOWN else sql[: _MOST_SHOWN - 1] + "…"


def refused(case: Case) -> None:
    """Report a statement that PostgreSQL's parser refused."""
    case.find(
        "not-understood",
        _("not understood: {why}").format(why=case.parsed.refused or _("unknown statement")),
    )
