"""ALTER TABLE … ADD, VALIDATE and DROP CONSTRAINT."""

from __future__ import annotations

from dataclasses import replace

from generators.language import _
from wizards.migrate.model import Severity
from wizards.migrate.review import fixes
from wizards.migrate.review.case import Case
from wizards.migrate.review.libpg import pb
from wizards.migrate.review.locks import AX, Lock
from wizards.migrate.review.made_indexes import MadeIndex
from wizards.migrate.review.names import Name, of_range, quoted, words
from wizards.migrate.review.proofs import not_null_columns
from wizards.migrate.review.rules import stepwise
from wizards.migrate.review.rules.indexes import is_partitioned, missing_index

SRX = Lock.SHARE_ROW_EXCLUSIVE


def add_constraint(
    case: Case, relation: pb.RangeVar, table: Name, command: pb.AlterTableCmd
) -> None:
    """Judge ADD CONSTRAINT of any kind."""
    constraint: pb.Constraint = getattr(command, "def").constraint
    kind = constraint.contype
    if kind == pb.CONSTR_FOREIGN:
        _foreign_key(case, relation, table, command, constraint)
    elif kind == pb.CONSTR_CHECK:
        _check(case, relation, table, command, constraint)
    elif kind == pb.CONSTR_NOTNULL:
        _not_null(case, table, constraint)
    elif kind == pb.CONSTR_UNIQUE:
        _unique(case, table, constraint)
    elif kind == pb.CONSTR_PRIMARY:
        _primary_key(case, table, constraint)
    elif kind == pb.CONSTR_EXCLUSION:
        _exclusion(case, table)
    else:
        case.touch(table, AX)


def _foreign_key(
    case: Case,
    relation: pb.RangeVar,
    table: Name,
    command: pb.AlterTableCmd,
    constraint: pb.Constraint,
) -> None:
    parent = of_range(constraint.pktable)
    columns = words(constraint.fk_attrs)
    name = constraint.conname or fixes.shortened(f"{table.name}_{'_'.join(columns)}_fkey")
    case.context.foreign_keys[(table, name)] = parent
    case.touch(parent, SRX)
    missing_index(case, table, columns)
    if constraint.skip_validation:
        case.touch(table, SRX)
        case.context.unvalidated[(table, name)] = case.index
        if is_partitioned(case, table) and case.context.postgres < 18:
            case.find(
                "fk-not-valid-partitioned",
                _("fails: {table} is partitioned; NOT VALID needs PostgreSQL 18").format(
                    table=table.shown
                ),
                on=(table,),
                lock=SRX,
                even_new=True,
            )
        return
    if table in case.context.new and table not in case.context.filled:
        case.touch(table, SRX, scans=True)
        return
    case.find(
        "fk-not-valid",
        _("blocks writes to {table} and {parent} while every row is checked").format(
            table=table.shown, parent=parent.shown
        ),
        on=(table, parent) if parent != table else (table,),
        lock=SRX,
        scans=True,
        fix=None
        if is_partitioned(case, table) and case.context.postgres < 18
        else fixes.not_valid(
            relation, command, name, stepwise.alone(case), stepwise.needed(case, constraint)
        ),
    )


def _check(
    case: Case,
    relation: pb.RangeVar,
    table: Name,
    command: pb.AlterTableCmd,
    constraint: pb.Constraint,
) -> None:
    name = constraint.conname or stepwise.free_name(
        case, table, fixes.shortened(f"{table.name}_check")
    )
    proves = not_null_columns(constraint.raw_expr)
    case.context.proofs[(table, name)] = proves
    if not constraint.skip_validation:
        case.context.checked.add(table)
    else:
        case.touch(table, AX)
        case.context.unvalidated[(table, name)] = case.index
        return
    case.context.proved.update((table, column) for column in proves)
    case.find(
        "check-not-valid",
        _("blocks reads and writes of {table} while every row is checked").format(
            table=table.shown
        ),
        on=(table,),
        lock=AX,
        scans=True,
        fix=fixes.not_valid(
            relation, command, name, stepwise.alone(case), stepwise.needed(case, constraint)
        ),
    )


def _not_null(case: Case, table: Name, constraint: pb.Constraint) -> None:
    """PostgreSQL 18: ADD CONSTRAINT … NOT NULL column [NOT VALID]."""
    from wizards.migrate.review.rules.not_null import scan_for_nulls

    columns = words(constraint.keys)
    if constraint.skip_validation:
        case.touch(table, AX)
        name = constraint.conname or fixes.shortened(f"{table.name}_{'_'.join(columns)}_not_null")
        case.context.unvalidated[(table, name)] = case.index
        case.context.proofs[(table, name)] = tuple(columns)
        return
    for column in columns:
        scan_for_nulls(case, table, column)


def _unique(case: Case, table: Name, constraint: pb.Constraint) -> None:
    columns = words(constraint.keys)
    if constraint.indexname:
        case.touch(table, AX)
        return
    name = constraint.conname or fixes.shortened(f"{table.name}_{'_'.join(columns)}_key")
    case.context.indexes.add(table.beside(name), MadeIndex(table, tuple(columns), True))
    case.find(
        "add-unique",
        _("blocks reads and writes of {table} while the index is built; duplicates fail").format(
            table=table.shown
        ),
        on=(table,),
        lock=AX,
        scans=True,
        fix=stepwise.key(case, table, name, constraint, "UNIQUE"),
    )


def _primary_key(case: Case, table: Name, constraint: pb.Constraint) -> None:
    columns = words(constraint.keys)
    case.context.keys.add(table)
    _key_exchanged(case, table)
    if constraint.indexname:
        _key_by_index(case, table, constraint.indexname)
        return
    name = constraint.conname or fixes.shortened(f"{table.name}_pkey")
    case.context.indexes.add(table.beside(name), MadeIndex(table, tuple(columns), True))
    case.find(
        "add-pk",
        _("blocks reads and writes of {table} while the index is built").format(table=table.shown),
        on=(table,),
        lock=AX,
        scans=True,
        fix=_key_steps(case, table, name, constraint),
    )


def _key_steps(case: Case, table: Name, name: str, constraint: pb.Constraint) -> str | None:
    steps = stepwise.key(case, table, name, constraint, "PRIMARY KEY")
    columns = words(constraint.keys)
    nullable = [column for column in columns if not column_is_not_null(case, table, column)]
    return steps and fixes.steps(
        *(fixes.set_not_null(table, column, case.context.postgres) for column in nullable), steps
    )


def _key_exchanged(case: Case, table: Name) -> None:
    """The transaction that took the old key away brings the new one: nobody sees it without."""
    findings = case.context.lost_keys.pop(table, [])
    findings[:] = [
        replace(
            one,
            severity=Severity.NOTICE,
            message=_("{table} gets another primary key in the same transaction").format(
                table=table.shown
            ),
        )
        if one.rule == "drop-primary-key"
        else one
        for one in findings
        if one.rule != "replica-identity"
    ]


def _key_by_index(case: Case, table: Name, index: str) -> None:
    case.touch(table, AX)
    context = case.context
    name = table.beside(index)
    live = context.facts.indexes.get(name) if context.facts else None
    made = context.indexes.get(name)
    columns = made.columns if made else live.columns if live else ()
    facts = context.table(table)
    nullable = [column for column in columns if not column_is_not_null(case, table, column)]
    proved = [column for column in nullable if (table, column) in context.proved]
    if columns and (not nullable or proved == nullable):
        return
    if not columns or (facts is None and table not in context.new):
        nullable = nullable or list(columns)
    shown = ", ".join(nullable) or _("its columns")
    case.find(
        "pk-using-index-nullable",
        _("if {columns} can be NULL, all of {table} is read while nobody else can use it").format(
            columns=shown, table=table.shown
        ),
        on=(table,),
        lock=AX,
        scans=True,
        severity=None if facts or made else Severity.NOTICE,
        fix=fixes.steps(
            *(fixes.set_not_null(table, column, context.postgres) for column in nullable)
        )
        or None,
    )


def column_is_not_null(case: Case, table: Name, column: str) -> bool:
    """Whether a column is known to be NOT NULL before the statement."""
    context = case.context
    if (table, column) in context.not_null:
        return True
    if (table, column) in context.nullable:
        return False
    live = context.table(table)
    return bool(live and column in live.columns and live.columns[column].not_null)


def _exclusion(case: Case, table: Name) -> None:
    case.find(
        "add-exclusion",
        _("blocks reads and writes of {table} while the index is built; no online way").format(
            table=table.shown
        ),
        on=(table,),
        lock=AX,
        scans=True,
    )


def validate(case: Case, table: Name, name: str) -> None:
    """Judge VALIDATE CONSTRAINT, alone and after NOT VALID in the same transaction."""
    context = case.context
    live = context.table(table)
    known = live.constraints.get(name) if live else None
    parent = context.foreign_keys.get((table, name)) or (known.references if known else None)
    if known is not None and known.valid and (table, name) not in context.unvalidated:
        case.touch(table, Lock.SHARE_UPDATE_EXCLUSIVE)
        return
    case.touch(table, Lock.SHARE_UPDATE_EXCLUSIVE, scans=True)
    if parent:
        case.touch(parent, Lock.ROW_SHARE, scans=True)
    proves = context.proofs.get((table, name), known.proves if known else None)
    context.checked.add(table)
    if proves is None:
        context.validated.setdefault(table, set()).add(name)
    else:
        context.proved.update((table, column) for column in proves)
    if context.transaction and (table, name) in context.unvalidated:
        case.find(
            "validate-same-tx",
            _("the lock of ADD CONSTRAINT on {table} is held through the whole check").format(
                table=table.shown
            ),
            on=(table,),
            lock=SRX if parent else AX,
            scans=True,
            fix=f"COMMIT;\nALTER TABLE {table.sql} VALIDATE CONSTRAINT {quoted(name)};",
        )


def drop_constraint(case: Case, table: Name, command: pb.AlterTableCmd) -> None:
    """Judge DROP CONSTRAINT: of a foreign key it locks the parent, of a primary key it hurts."""
    context = case.context
    name = command.name
    live = context.table(table)
    known = live.constraints.get(name) if live else None
    parent = context.foreign_keys.pop((table, name), None) or (known.references if known else None)
    case.touch(table, AX)
    context.dropped_constraints.add((table, name))
    context.indexes.drop(table.beside(name))
    if command.behavior == pb.DROP_CASCADE and known is not None and known.kind in {"p", "u"}:
        for child in referencing(case, table, *known.columns):
            case.touch(child, AX)
    for column in context.proofs.pop((table, name), known.proves if known else ()):
        context.proved.discard((table, column))
    kind = known.kind if known else context.constraint_kinds.get((table, name))
    if kind is None and live is None:
        kind = _kind_by_name(name)
    if parent or kind == "f":
        on = (table, parent) if parent else (table,)
        case.find(
            "drop-constraint-fk",
            _("locks {tables} against reads and writes, briefly once it gets the lock").format(
                tables=" + ".join(one.shown for one in on)
            ),
            on=on,
            lock=AX,
        )
    elif kind == "p":
        case.find(
            "drop-primary-key",
            _("{table} loses its primary key: upserts and logical replication break").format(
                table=table.shown
            ),
            on=(table,),
            lock=AX,
        )
        _replicated(case, table)
        if context.transaction:
            context.lost_keys[table] = case.findings


def alter_constraint(case: Case, table: Name, command: pb.AlterTableCmd) -> None:
    """ALTER CONSTRAINT of a foreign key; ENFORCED (18+) makes or drops triggers of the parent."""
    change = getattr(command, "def").atalter_constraint
    live = case.context.table(table)
    known = live.constraints.get(change.conname) if live else None
    case.touch(table, AX)
    if known is not None and known.references and change.alter_enforceability:
        case.touch(known.references, AX, scans=change.is_enforced)
        case.touch(table, AX, scans=change.is_enforced)


def referencing(case: Case, table: Name, *columns: str) -> list[Name]:
    """The tables whose foreign keys point to one of these columns."""
    live = case.context.table(table)
    known = [case.context.table(name) for name in (live.children if live else ())]
    return [
        child.name
        for child in known
        if child is not None
        and any(
            one.references == table and set(columns) & set(one.referenced)
            for one in child.constraints.values()
        )
    ]


def _replicated(case: Case, table: Name) -> None:
    """The key was what replicated updates and deletes find their row by."""
    facts = case.context.facts
    case.find(
        "replica-identity",
        _(
            "without another replica identity, replicated updates and deletes of {table} fail"
        ).format(table=table.shown),
        on=(table,),
        lock=AX,
        severity=Severity.DANGER if facts and facts.replication_slots else Severity.NOTICE,
        fix=f"ALTER TABLE {table.sql} REPLICA IDENTITY FULL;",
    )


def _kind_by_name(name: str) -> str:
    """Without a catalogue only the usual names speak: users_pkey, fk_orders_users."""
    lowered = name.lower()
    if lowered.endswith(("_pkey", "_pk")) or lowered.startswith("pk_"):
        return "p"
    return "f" if "fk" in lowered or "foreign" in lowered else ""
