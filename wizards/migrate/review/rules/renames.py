"""RENAME, SET SCHEMA and OWNER TO of anything."""

from __future__ import annotations

from generators.language import _
from wizards.migrate.review import fixes
from wizards.migrate.review.case import Case
from wizards.migrate.review.libpg import pb
from wizards.migrate.review.locks import AX, Lock
from wizards.migrate.review.names import Name, of_object, of_range, quoted
from wizards.migrate.review.rules.composite_types import rename_attribute

_RELATIONS = frozenset(
    {pb.OBJECT_TABLE, pb.OBJECT_VIEW, pb.OBJECT_MATVIEW, pb.OBJECT_FOREIGN_TABLE}
)
_HOLD_ROWS = frozenset({pb.OBJECT_TABLE, pb.OBJECT_FOREIGN_TABLE})
_OF_A_TABLE = frozenset(
    {pb.OBJECT_TABCONSTRAINT, pb.OBJECT_TRIGGER, pb.OBJECT_POLICY, pb.OBJECT_RULE}
)


def rename(case: Case, node: pb.RenameStmt) -> None:
    """Judge RENAME by what is renamed."""
    kind = node.rename_type
    if kind in _RELATIONS:
        _relation(case, node)
    elif kind in {pb.OBJECT_COLUMN, pb.OBJECT_ATTRIBUTE}:
        _column(case, node)
    elif kind == pb.OBJECT_SCHEMA:
        case.find(
            "rename-schema",
            _("running code still says {old}, and fails until it says {new}").format(
                old=node.subname, new=node.newname
            ),
        )
    elif kind in _OF_A_TABLE:
        case.touch(of_range(node.relation), AX)
    elif kind == pb.OBJECT_INDEX:
        index = of_range(node.relation)
        made = case.context.indexes.drop(index)
        if made is not None:
            case.context.indexes.add(index.beside(node.newname), made)


def _relation(case: Case, node: pb.RenameStmt) -> None:
    table = of_range(node.relation)
    new = table.beside(node.newname)
    case.pending_views += ((table, len(case.findings)),)
    case.find(
        "rename-table",
        _("running code still says {old}, and fails until it says {new}").format(
            old=table.shown, new=new.name
        ),
        on=(table,),
        lock=AX,
        fix=fixes.steps(
            "BEGIN;",
            f"ALTER TABLE {table.sql} RENAME TO {quoted(node.newname)};",
            f"CREATE VIEW {table.sql} AS SELECT * FROM {new.sql};",
            "COMMIT;",
            _("-- drop the view when no release uses the old name"),
        ),
    )
    _carry(case, table, new)


def _carry(case: Case, old: Name, new: Name) -> None:
    """What the plan knows of a table follows its new name."""
    context = case.context
    if old in context.new:
        context.new.discard(old)
        context.new.add(new)
    context.columns[new] = context.columns.pop(old, {})
    context.indexes.move(old, new)
    case.locks[new] = AX


def _column(case: Case, node: pb.RenameStmt) -> None:
    if node.rename_type == pb.OBJECT_ATTRIBUTE:
        rename_attribute(case, node)
        return
    table = of_range(node.relation)
    old, new = quoted(node.subname), quoted(node.newname)
    known = case.context.columns.get(table, {}).pop(node.subname, None)
    if known is not None:
        case.context.know(table, node.newname, known)
    type_ = known.shown if known else _type(case, node)
    case.find(
        "rename-column",
        _("running code still says {old}, and fails until it says {new}").format(
            old=f"{table.shown}.{node.subname}", new=node.newname
        ),
        on=(table,),
        lock=AX,
        fix=fixes.steps(
            f"ALTER TABLE {table.sql} ADD COLUMN {new} {type_};",
            _("-- write both columns from the application, then fill in batches until 0 rows:"),
            fixes.backfill(table, node.newname, old).replace(
                "IS NULL LIMIT", f"IS NULL AND {old} IS NOT NULL LIMIT"
            ),
            _("-- read the new column, and drop the old one in a later release"),
        )
        if node.relation_type in _HOLD_ROWS
        else None,
    )


def _type(case: Case, node: pb.RenameStmt) -> str:
    live = case.context.table(of_range(node.relation))
    column = live.columns.get(node.subname) if live else None
    return column.type if column else _("/* type of {column} */ text").format(column=node.subname)


def set_schema(case: Case, node: pb.AlterObjectSchemaStmt) -> None:
    """Judge ALTER … SET SCHEMA."""
    if node.object_type not in _RELATIONS:
        return
    table = of_range(node.relation)
    case.find(
        "set-schema",
        _("{table} moves to schema {schema}: code that names it must find it there").format(
            table=table.shown, schema=node.newschema
        ),
        on=(table,),
        lock=AX,
    )
    _carry(case, table, Name("" if node.newschema == "public" else node.newschema, table.name))


def change_owner(case: Case, node: pb.AlterOwnerStmt) -> None:
    """Judge ALTER … OWNER TO of what is not a table (those are ALTER TABLE commands)."""
    name = of_object(node.object)
    if node.object_type == pb.OBJECT_SCHEMA and name in case.context.made_schemas:
        return
    if node.object_type in {pb.OBJECT_SCHEMA, pb.OBJECT_DATABASE}:
        case.find(
            "change-owner",
            _("the former owner of {name} loses its rights").format(name=name.shown),
        )


def reassign(case: Case, node: pb.ReassignOwnedStmt) -> None:
    """Judge REASSIGN OWNED BY."""
    roles = [item.role_spec.rolename or _("another role") for item in node.roles]
    case.find(
        "change-owner",
        _("{roles} loses its rights to everything it owns in this database").format(
            roles=", ".join(roles)
        ),
        lock=AX,
    )


def comment(case: Case, node: pb.CommentStmt) -> None:
    """COMMENT ON TABLE or COLUMN takes a weak lock."""
    if node.objtype in _RELATIONS:
        case.touch(of_object(node.object), Lock.SHARE_UPDATE_EXCLUSIVE)
    elif node.objtype == pb.OBJECT_COLUMN:
        parts = [item.string.sval for item in node.object.list.items]
        table = parts[:-1]
        name = Name(table[-2] if len(table) > 1 else "", table[-1] if table else "")
        case.touch(name, Lock.SHARE_UPDATE_EXCLUSIVE)
