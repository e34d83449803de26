"""BEGIN, COMMIT, SET: the transaction and the session's timeouts."""

from __future__ import annotations

from collections.abc import Callable

from generators.language import _
from wizards.migrate.model import Severity
from wizards.migrate.review import fixes
from wizards.migrate.review.case import Case
from wizards.migrate.review.libpg import pb
from wizards.migrate.review.locks import Lock
from wizards.migrate.review.rules.indexes import not_in_transaction

_OPEN = {pb.TRANS_STMT_BEGIN, pb.TRANS_STMT_START}
_CLOSE = {pb.TRANS_STMT_COMMIT, pb.TRANS_STMT_ROLLBACK, pb.TRANS_STMT_PREPARE}
_NO_DDL = frozenset(
    {"select_stmt", "insert_stmt", "update_stmt", "delete_stmt", "merge_stmt", "copy_stmt"}
    | {"variable_set_stmt", "variable_show_stmt", "transaction_stmt", "explain_stmt", "do_stmt"}
    | {"call_stmt", "execute_stmt", "discard_stmt", ""}
)
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


def outside(what: str) -> Callable[[Case, object], None]:
    """Return the judge of a statement that PostgreSQL refuses inside a transaction block."""

    def refuse(case: Case, _node: object) -> None:
        not_in_transaction(case, what)

    return refuse


def alter_database(case: Case, node: pb.AlterDatabaseStmt) -> None:
    """ALTER DATABASE … SET TABLESPACE copies the database while nobody is connected to it."""
    if any(item.def_elem.defname == "tablespace" for item in node.options):
        not_in_transaction(case, "ALTER DATABASE … SET TABLESPACE")


def set_variable(case: Case, node: pb.VariableSetStmt) -> None:
    """Remember which timeouts are set; SET … = 0 and RESET take them away."""
    if node.name not in TIMEOUTS:
        return
    values = [item.a_const for item in node.args]
    off = not values or (values[0].sval.sval in {"", "0"} and values[0].ival.ival == 0)
    if node.is_local:
        case.context.local_timeouts.add(node.name)
    if off:
        case.context.timeouts.discard(node.name)
    else:
        case.context.timeouts.add(node.name)


def missing_timeouts(case: Case) -> None:
    """A lock that others queue behind needs a limit on how long it is waited for."""
    if case.parsed.kind in _NO_DDL:
        return
    new = case.context.new
    strong = any(lock >= Lock.SHARE and table not in new for table, lock in case.locks.items())
    unknown = not case.locks and any(found.lock for found in case.findings)
    severity = Severity.CAUTION if strong or unknown else Severity.NOTICE
    sql = fixes.ended(case.parsed.sql)
    _missing(
        case,
        "lock_timeout",
        severity,
        _("waits for its lock as long as it takes, and everybody queues behind it"),
        f"SET lock_timeout = '3s';\n{sql}",
    )
    _missing(
        case,
        "statement_timeout",
        severity,
        _("nothing ends the statement if it takes hours"),
        f"SET statement_timeout = '15min';\n{sql}",
    )
    _missing(
        case,
        "idle_in_transaction_session_timeout",
        severity if case.context.transaction else Severity.NOTICE,
        _("if the migration's client hangs inside a transaction, its locks stay"),
        "SET idle_in_transaction_session_timeout = '60s';",
    )


def _missing(case: Case, setting: str, severity: Severity, message: str, fix: str) -> None:
    """Report a timeout that is not set, once as a notice and once as more than that."""
    rule = TIMEOUTS[setting]
    told = f"{rule} {severity}"
    if setting in case.context.timeouts or told in case.context.told:
        return
    case.context.told.add(told)
    case.find(rule, message, fix=fix, severity=severity)
