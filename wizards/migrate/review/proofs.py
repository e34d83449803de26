"""Which columns does a CHECK expression prove to be not null?"""

from __future__ import annotations

from wizards.migrate.review.libpg import pb


def not_null_columns(expression: pb.Node) -> tuple[str, ...]:
    """Return the columns of ``col IS NOT NULL``, alone or joined by AND."""
    kind = expression.WhichOneof("node")
    if kind == "null_test" and expression.null_test.nulltesttype == pb.IS_NOT_NULL:
        column = column_name(expression.null_test.arg)
        return (column,) if column else ()
    if kind == "bool_expr" and expression.bool_expr.boolop == pb.AND_EXPR:
        return tuple(name for arg in expression.bool_expr.args for name in not_null_columns(arg))
    return ()


def checked_not_null(node: pb.AlterTableStmt) -> tuple[str, ...]:
    """Return the columns that the CHECKs which an ALTER TABLE adds keep from being NULL."""
    return tuple(
        name
        for item in node.cmds
        for name in not_null_columns(getattr(item.alter_table_cmd, "def").constraint.raw_expr)
    )


def column_name(node: pb.Node) -> str:
    """Return the column of a plain column reference, "" for anything else."""
    if node.WhichOneof("node") != "column_ref":
        return ""
    fields = node.column_ref.fields
    return fields[len(fields) - 1].string.sval if len(fields) else ""
