"""An Alembic revision file read without running it: its upgrade as SQL with Python lines.

Both branches of a condition that depends on running are read; a loop over constants is unrolled.
Whatever runs queries from Python, or cannot be read, becomes a statement that is not understood.
"""

from __future__ import annotations

import ast
import io
import tokenize
from dataclasses import dataclass, field

from generators.language import _
from wizards.migrate.review.column_sql import CannotRead, condition_sql, create_enum_sql
from wizards.migrate.review.names import Name, named, quoted
from wizards.migrate.review.operations import write
from wizards.migrate.review.sql import Hint, Parsed, parameters_filled, statements
from wizards.migrate.review.static_values import UNKNOWN, Made, evaluate
from wizards.migrate.review.suppressions import Allow, allows_in

_RUNS_SQL = frozenset({"execute", "scalar", "scalars", "exec_driver_sql", "executemany"})
_RUNS_UNREAD = frozenset({"create_all", "drop_all", "query", "bulk_save_objects", "run_async"})
_SILENT = frozenset({"get_bind", "get_context", "f", "inline_literal", "get_tables"})
_MOST_UNROLLED = 200
_DEEPEST = 5


@dataclass
class Revision:
    """The statements of one upgrade in order; a commit happens after each index in ``commits``."""

    statements: list[Parsed] = field(default_factory=list)
    commits: list[int] = field(default_factory=list)


def read(text: str) -> Revision:
    """Return what ``upgrade()`` of a revision file sends, as far as it can be read."""
    revision = Revision()
    try:
        module = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError) as error:
        line = getattr(error, "lineno", None) or 1
        revision.statements.append(_unread("", line, _("not Python: {error}").format(error=error)))
        return revision
    functions = {node.name: node for node in module.body if isinstance(node, ast.FunctionDef)}
    if "upgrade" not in functions:
        reason = _("no upgrade() in this file")
        revision.statements.append(_unread("", 1, reason))
        return revision
    reader = _Reader(text, functions, revision)
    for node in module.body:
        if isinstance(node, ast.Assign | ast.AnnAssign):
            reader.assign(node)
    reader.block(functions["upgrade"].body)
    if "tarmac:" in text:
        revision.statements = _with_allows(text, revision.statements)
    return revision


def _unread(sql: str, line: int, reason: str) -> Parsed:
    return Parsed(sql, line, 1, line, "", None, reason)


class _Reader:
    """Walks statements of the upgrade with the values known so far."""

    def __init__(
        self, text: str, functions: dict[str, ast.FunctionDef], revision: Revision
    ) -> None:
        self._text = text
        self._functions = functions
        self._revision = revision
        self._names: dict[str, object] = {"op": Made("op")}
        self._batches: dict[str, Name] = {}
        self._depth = 0

    def block(self, body: list[ast.stmt]) -> None:
        for node in body:
            self._statement(node)

    def assign(self, node: ast.Assign | ast.AnnAssign | ast.AugAssign) -> None:
        value = evaluate(node.value, self._names)
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        for target in targets:
            if isinstance(target, ast.Name):
                unknown = isinstance(node, ast.AugAssign)
                self._names[target.id] = UNKNOWN if unknown else value

    def _statement(self, node: ast.stmt) -> None:
        match node:
            case ast.Expr(value):
                self._expression(value)
            case ast.Assign() | ast.AnnAssign() | ast.AugAssign():
                if node.value is not None:
                    self._expression(node.value)
                self.assign(node)
            case ast.If(test, body, other):
                self._expression(test)
                known = evaluate(test, self._names)
                if known is not False:
                    self.block(body)
                if known is not True:
                    self.block(other)
            case ast.For():
                self._loop(node)
            case ast.While(_test, body, other):
                self.block([*body, *other])
            case ast.With():
                self._with(node)
            case ast.Try(body, handlers, other, final):
                self.block([*body, *other, *final])
                for handler in handlers:
                    self.block(handler.body)
            case ast.Return(value) if value is not None:
                self._expression(value)
            case _:
                pass

    def _loop(self, node: ast.For) -> None:
        values = evaluate(node.iter, self._names)
        self._expression(node.iter)
        if not isinstance(values, list) or len(values) > _MOST_UNROLLED:
            values = [UNKNOWN]
        for value in values:
            self._bind(node.target, value)
            self.block(node.body)
        self.block(node.orelse)

    def _bind(self, target: ast.expr, value: object) -> None:
        if isinstance(target, ast.Name):
            self._names[target.id] = value
        elif isinstance(target, ast.Tuple | ast.List):
            parts = value if isinstance(value, list) else []
            for position, part in enumerate(target.elts):
                self._bind(part, parts[position] if position < len(parts) else UNKNOWN)

    def _with(self, node: ast.With) -> None:
        autocommit = False
        for item in node.items:
            made = evaluate(item.context_expr, self._names)
            if not isinstance(made, Made):
                continue
            if made.name == "autocommit_block":
                autocommit = True
            elif made.name == "batch_alter_table" and isinstance(item.optional_vars, ast.Name):
                schema = made.options.get("schema")
                table = made.options.get("table_name", made.args[0] if made.args else None)
                if isinstance(table, str):
                    where = schema if isinstance(schema, str) else ""
                    self._batches[item.optional_vars.id] = named(where, table)
                self._names[item.optional_vars.id] = Made("op")
        before = len(self._revision.statements)
        if autocommit and before:
            self._revision.commits.append(before - 1)
        self.block(node.body)
        if autocommit:
            self._revision.commits.extend(range(before, len(self._revision.statements)))

    def _expression(self, node: ast.expr) -> None:
        """Find every call that sends SQL, innermost first (``op.get_bind().execute(…)``)."""
        calls = [part for part in ast.walk(node) if isinstance(part, ast.Call)]
        for call in reversed(calls):
            self._call(call)

    def _call(self, node: ast.Call) -> None:
        if isinstance(node.func, ast.Name):
            self._own_function(node.func.id)
            return
        made = evaluate(node, self._names)
        if not isinstance(made, Made) or not isinstance(node.func, ast.Attribute):
            return
        base = node.func.value
        holder = base.id if isinstance(base, ast.Name) else ""
        if isinstance(made.on, Made) and made.on.name == "op" and made.on.on is None and holder:
            self._operation(node, made, self._batches.get(holder))
        elif made.name in _RUNS_SQL:
            self._runs_sql(node, made)
        elif made.name in {"create", "drop"} and isinstance(made.on, Made):
            self._enum(node, made.on, made.name)
        elif made.name in _RUNS_UNREAD:
            self._not_read(node, _("Python runs queries here"))

    def _own_function(self, name: str) -> None:
        function = self._functions.get(name)
        if function is None or name in {"upgrade", "downgrade"} or self._depth >= _DEEPEST:
            return
        self._depth += 1
        for argument in function.args.args:
            self._names[argument.arg] = UNKNOWN
        self.block(function.body)
        self._depth -= 1

    def _operation(self, node: ast.Call, made: Made, table: Name | None) -> None:
        if made.name in _SILENT or made.name == "batch_alter_table":
            return
        try:
            written = write(made, table)
        except CannotRead:
            self._not_read(node, _("op.{name} depends on running the file").format(name=made.name))
            return
        if written is None:
            reason = _("op.{name} is not one of Alembic's operations").format(name=made.name)
            self._not_read(node, reason)
            return
        for sql, hints in written:
            self._add(node, sql, hints)

    def _runs_sql(self, node: ast.Call, made: Made) -> None:
        try:
            sql = condition_sql(made.args[0] if made.args else None)
        except CannotRead:
            self._not_read(node, _("Python runs a query that is not written as text"))
            return
        self._add(node, sql, ())

    def _enum(self, node: ast.Call, enum: Made, verb: str) -> None:
        name = enum.options.get("name")
        if enum.name not in {"Enum", "ENUM"} or not isinstance(name, str):
            return
        create = create_enum_sql(name, enum.args)
        self._add(node, create if verb == "create" else f"DROP TYPE {quoted(name)}", ())

    def _add(self, node: ast.Call, sql: str, hints: tuple[Hint, ...]) -> None:
        found = statements(sql)
        if any(not one.kind for one in found):
            found = statements(parameters_filled(sql))
        line, end = node.lineno, node.end_lineno or node.lineno
        column = node.col_offset + 1
        self._revision.statements.extend(
            one._replace(line=line, column=column, end_line=end, hints=hints) for one in found
        )

    def _not_read(self, node: ast.Call, reason: str) -> None:
        source = ast.get_source_segment(self._text, node) or ""
        parsed = _unread(source, node.lineno, reason)
        end = node.end_lineno or node.lineno
        column = node.col_offset + 1
        self._revision.statements.append(parsed._replace(column=column, end_line=end))


def _with_allows(text: str, found: list[Parsed]) -> list[Parsed]:
    """Give ``# tarmac: allow …`` to the operation on its line, else to the next one."""
    given: dict[int, list[Allow]] = {}
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type != tokenize.COMMENT:
            continue
        line = token.start[0]
        allows = allows_in(token.string, line)
        if not allows:
            continue
        inside = [at for at, one in enumerate(found) if one.line <= line <= one.end_line]
        after = [at for at, one in enumerate(found) if one.line > line]
        same = [at for at in after if found[at].line == found[after[0]].line]
        for owner in inside or same:
            given.setdefault(owner, []).extend(allows)
    return [
        one._replace(allows=(*one.allows, *given[at])) if at in given else one
        for at, one in enumerate(found)
    ]
