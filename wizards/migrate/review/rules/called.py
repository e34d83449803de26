"""What a plan runs by name: its own functions, procedures and prepared statements, or others'."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from generators.language import _
from wizards.migrate.model import Severity
from wizards.migrate.review import plpgsql
from wizards.migrate.review.case import Case
from wizards.migrate.review.libpg import pb
from wizards.migrate.review.names import Name, of_words, words
from wizards.migrate.review.rules.indexes import option_is_on
from wizards.migrate.review.rules.opaque import judge_body, judged_text
from wizards.migrate.review.volatility import is_builtin

_ON_ROWS = frozenset({"insert_stmt", "update_stmt", "delete_stmt", "merge_stmt", "select_stmt"})


def call(case: Case, node: pb.CallStmt) -> None:
    """Judge CALL: a procedure of the plan by its body."""
    name = of_words(words(node.funccall.funcname))
    if not _own(case, name):
        _not_written_here(case)


def prepare(case: Case, node: pb.PrepareStmt) -> None:
    """Remember what EXECUTE will run."""
    case.context.prepared[node.name] = node.query


def execute(case: Case, node: pb.ExecuteStmt) -> None:
    """Judge EXECUTE by what the plan prepared under that name."""
    query = case.context.prepared.get(node.name)
    if query is None:
        _not_written_here(case)
    else:
        nested(case, query)


def explain(case: Case, node: pb.ExplainStmt) -> None:
    """EXPLAIN ANALYZE runs its statement."""
    if option_is_on(node.options, "analyze"):
        nested(case, node.query)


def nested(case: Case, query: pb.Node) -> None:
    """Judge a statement inside another one."""
    from wizards.migrate.review.rules.dispatch import JUDGES

    kind = query.WhichOneof("node") or ""
    rule = JUDGES.get(kind)
    if rule is not None:
        rule(case, getattr(query, kind))


def with_queries(case: Case, node: Any) -> frozenset[str]:
    """Judge the statements of WITH, which run also where nobody reads them; return their names."""
    if not node.HasField("with_clause"):
        return frozenset()
    queries = [item.common_table_expr for item in node.with_clause.ctes]
    for one in queries:
        if one.ctequery.WhichOneof("node") in _ON_ROWS:
            nested(case, one.ctequery)
    return frozenset(one.ctename for one in queries)


def functions(case: Case, calls: Iterable[pb.FuncCall], *, alone: bool) -> None:
    """Judge the functions of a SELECT; what is neither here nor PostgreSQL's own is not known.

    ``alone``: the query reads no table, so it is there for what its functions do.
    """
    for one in calls:
        name = of_words(words(one.funcname))
        if _own(case, name) or not alone or is_builtin(name):
            continue
        case.find(
            "opaque-do-block",
            _("not understood: what {function}() does is not written here; rehearse it").format(
                function=name.shown
            ),
            severity=Severity.CAUTION,
        )


def _own(case: Case, name: Name) -> bool:
    """Judge the body of a function that the plan made; False where it made none."""
    context = case.context
    made = context.bodies.get(name)
    if made is None:
        return False
    if name in context.running:
        return True
    context.running.append(name)
    _body(case, made)
    context.running.pop()
    return True


def _body(case: Case, made: pb.CreateFunctionStmt) -> None:
    options = {item.def_elem.defname: item.def_elem.arg for item in made.options}
    language = options["language"].string.sval if "language" in options else "sql"
    if made.HasField("sql_body"):
        _atomic(case, made.sql_body)
        return
    parts = [item.string.sval for item in options["as"].list.items] if "as" in options else []
    source = parts[0] if len(parts) == 1 else ""
    if language == "sql" and judged_text(case, source):
        return
    judge_body(case, plpgsql.read_function(source) if language == "plpgsql" else None)


def _atomic(case: Case, body: pb.Node) -> None:
    """BEGIN ATOMIC … END holds lists of statements, RETURN an expression."""
    if body.WhichOneof("node") == "list":
        for item in body.list.items:
            _atomic(case, item)
    else:
        nested(case, body)


def _not_written_here(case: Case) -> None:
    case.find(
        "opaque-do-block",
        _("not understood: what it runs is not written here; rehearse it"),
    )
