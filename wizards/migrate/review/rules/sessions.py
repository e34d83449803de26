"""BEGIN, COMMIT, SET: the transaction and the session's timeouts."""

from __future__ import annotations

from generators.language import _
from wizards.migrate.model import Severity
from wizards.migrate.review.case import Case
from wizards.migrate.review.libpg import pb
from wizards.migrate.review.locks import Lock

_OPEN = {pb.TRANS_STMT_BEGIN, pb.TRANS_STMT_START}
_CLOSE = {pb.TRANS_STMT_COMMIT, pb.TRANS_STMT_ROLLBACK, pb.TRANS_STMT_PREPARE}
TIMEOUTS = {
    "lock_timeout": "missing-lock-timeout",
    "statement_timeout": "missing-statement-timeout",
    "idle_in_transaction_session_timeout": "idle-timeout",
}


def transaction(case: Case, node: pb.TransactionStmt) -> None:
    """Follow BEGIN and COMMIT; notice where they do not fit together."""
    context = case.context
    if node.kind in _OPEN:
        if context.transaction:
            case.find(
                "transaction-nesting",
                _("a transaction is open already: this BEGIN does nothing"),
                severity=Severity.CAUTION,
            )
        else:
            context.begin(case.index)
    elif node.kind in _CLOSE:
        if not context.transaction:
            case.find(
                "transaction-nesting",
                _("no transaction is open here"),
                severity=Severity.CAUTION,
            )
        elif context.opened is None:
            case.find(
                "transaction-nesting",
                _("ends the transaction that the migration runs in: what follows is outside it"),
                severity=Severity.CAUTION,
            )
        context.end()
        if node.chain:
            context.begin(case.index)


def set_variable(case: Case, node: pb.VariableSetStmt) -> None:
    """Remember which timeouts are set; SET … = 0 and RESET take them away."""
    if node.name not in TIMEOUTS:
        return
    values = [item.a_const for item in node.args]
    off = not values or (values[0].sval.sval in {"", "0"} and values[0].ival.ival == 0)
    if off:
        case.context.timeouts.discard(node.name)
    else:
        case.context.timeouts.add(node.name)


def missing_timeouts(case: Case) -> None:
    """A lock that others queue behind needs a limit on how long it is waited for."""
    context = case.context
    strong = any(
        lock >= Lock.SHARE and table not in context.new for table, lock in case.locks.items()
    )
    if not strong and not any(found.lock for found in case.findings):
        return
    told = context.told
    if "lock_timeout" not in context.timeouts and "missing-lock-timeout" not in told:
        case.find(
            "missing-lock-timeout",
            _("waits for its lock as long as it takes, and everybody queues behind it"),
            fix=f"SET lock_timeout = '3s';\n{case.parsed.sql.rstrip('; ')};",
        )
        told.add("missing-lock-timeout")
    if "statement_timeout" not in context.timeouts and "missing-statement-timeout" not in told:
        case.find(
            "missing-statement-timeout",
            _("nothing ends the statement if it takes hours"),
            fix=f"SET statement_timeout = '15min';\n{case.parsed.sql.rstrip('; ')};",
        )
        told.add("missing-statement-timeout")
    name = "idle_in_transaction_session_timeout"
    if context.transaction and name not in context.timeouts and "idle-timeout" not in told:
        case.find(
            "idle-timeout",
            _("if the migration's client hangs, its locks stay"),
            fix=f"SET {name} = '60s';",
        )
        told.add("idle-timeout")
