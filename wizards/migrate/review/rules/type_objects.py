"""CREATE and ALTER of enums, domains and composite types."""

from __future__ import annotations

from dataclasses import replace

from generators.language import _
from wizards.migrate.model import Severity
from wizards.migrate.review import fixes, libpg
from wizards.migrate.review.case import Case
from wizards.migrate.review.catalogue import Domain
from wizards.migrate.review.libpg import pb
from wizards.migrate.review.locks import Lock
from wizards.migrate.review.names import Name, literal, of_words, quoted, words
from wizards.migrate.review.types import of_node


def create_enum(case: Case, node: pb.CreateEnumStmt) -> None:
    """Judge CREATE TYPE … AS ENUM."""
    name = of_words(words(node.type_name))
    case.context.new_types.add(name)
    case.find(
        "create-enum",
        _("values of {name} can be added, never removed or put in another order").format(
            name=name.shown
        ),
    )


def alter_enum(case: Case, node: pb.AlterEnumStmt) -> None:
    """Judge ALTER TYPE … ADD VALUE and RENAME VALUE."""
    context = case.context
    name = of_words(words(node.type_name))
    if node.old_val:
        if name in context.new_types:
            return
        case.find(
            "rename-enum-value",
            _("running code still writes {old}, and fails until it writes {new}").format(
                old=literal(node.old_val), new=literal(node.new_val)
            ),
            fix=f"ALTER TYPE {name.sql} ADD VALUE {literal(node.new_val)};",
        )
        return
    if context.transaction and name not in context.new_types:
        context.enum_values.setdefault(name, set()).add(node.new_val)
        old = context.postgres < 12
        case.find(
            "enum-add-in-tx",
            _("fails: before PostgreSQL 12 a value cannot be added inside a transaction")
            if old
            else _("{value} cannot be used before this transaction is committed").format(
                value=literal(node.new_val)
            ),
            severity=Severity.DANGER if old else Severity.NOTICE,
        )
    case.find(
        "enum-add",
        _("{value} can never be removed from {name}").format(
            value=literal(node.new_val), name=name.shown
        ),
        severity=Severity.NOTICE,
    )
    if not node.new_val_neighbor:
        case.find(
            "enum-ordering",
            _("{value} sorts last; BEFORE or AFTER says where it belongs").format(
                value=literal(node.new_val)
            ),
        )


def uses_new_values(case: Case) -> None:
    """A value added in this transaction cannot be used before it is committed."""
    for name, values in case.context.enum_values.items():
        used = [value for value in values if literal(value) in case.parsed.sql]
        if used and case.parsed.kind not in {"alter_enum_stmt", "comment_stmt"}:
            case.find(
                "enum-add-in-tx",
                _("fails: {value} was added to {name} in this transaction").format(
                    value=literal(used[0]), name=name.shown
                ),
                fix=f"COMMIT;\n{fixes.ended(case.parsed.sql)}"
                if case.context.opened is not None
                else None,
            )


def create_domain(case: Case, node: pb.CreateDomainStmt) -> None:
    """Judge CREATE DOMAIN: a constraint in it is checked on every table that will use it."""
    name = of_words(words(node.domainname))
    constrained = any(
        item.constraint.contype in {pb.CONSTR_CHECK, pb.CONSTR_NOTNULL} for item in node.constraints
    )
    base = of_node(node.type_name).shown
    case.context.domains[name] = Domain(checked=constrained, base=base)
    case.context.new_types.add(name)
    if constrained:
        case.find(
            "domain-constraint",
            _("a later change of {name}'s constraint reads every table that uses it").format(
                name=name.shown
            ),
            severity=Severity.NOTICE,
        )


def alter_domain(case: Case, node: pb.AlterDomainStmt) -> None:
    """Judge ALTER DOMAIN … ADD CONSTRAINT, SET NOT NULL, VALIDATE."""
    name = of_words(words(node.type_name))
    kind = node.subtype
    if kind == "C" and not getattr(node, "def").constraint.skip_validation:
        _scan_users(case, node, name)
    elif kind == "O":
        _set_not_null(case, name)
    elif kind == "V":
        _validate(case, name)
    if kind in {"C", "O"} and name in case.context.domains:
        case.context.domains[name] = replace(case.context.domains[name], checked=True)


def _validate(case: Case, name: Name) -> None:
    """VALIDATE also blocks writes; but NOT VALID before it has let this be put off."""
    case.find(
        "domain-constraint",
        _("blocks writes to, and reads, every table with a column of {domain}").format(
            domain=name.shown
        ),
        on=users(case, name),
        lock=Lock.SHARE,
        scans=True,
        severity=Severity.NOTICE,
    )


def users(case: Case, domain: Name) -> tuple[Name, ...]:
    """Tables with a column of the domain, as far as the catalogue and the plan know."""
    facts = case.context.facts
    live = facts.domains[domain].users if facts and domain in facts.domains else ()
    planned = tuple(
        table
        for table, columns in case.context.columns.items()
        if any(type_.name == domain.shown for type_ in columns.values())
    )
    return tuple(dict.fromkeys((*live, *planned)))


def _is_unused(case: Case, domain: Name) -> bool:
    """Whether it is known that no table uses a domain which the plan knows of no user of."""
    facts = case.context.facts
    return domain in case.context.new_types or bool(facts and domain in facts.domains)


def _scan_users(case: Case, node: pb.AlterDomainStmt, domain: Name) -> None:
    tables = users(case, domain)
    if not tables and _is_unused(case, domain):
        return
    copy = pb.AlterDomainStmt()
    copy.CopyFrom(node)
    constraint = getattr(copy, "def").constraint
    constraint.skip_validation = True
    known = case.context.domain(domain)
    number = "1" if known is not None and known.checks else ""
    constraint.conname = constraint.conname or f"{domain.name}_check{number}"
    check_only = constraint.contype == pb.CONSTR_CHECK
    case.find(
        "domain-constraint",
        _("blocks writes to, and reads, every table with a column of {domain}").format(
            domain=domain.shown
        ),
        on=tables,
        lock=Lock.SHARE,
        scans=True,
        fix=fixes.steps(
            libpg.deparse(pb.Node(alter_domain_stmt=copy)) + ";",
            f"ALTER DOMAIN {domain.sql} VALIDATE CONSTRAINT {quoted(constraint.conname)};",
        )
        if check_only
        else None,
    )


def _set_not_null(case: Case, domain: Name) -> None:
    tables = users(case, domain)
    if tables or not _is_unused(case, domain):
        case.find(
            "domain-constraint",
            _("blocks writes to, and reads, every table with a column of {domain}").format(
                domain=domain.shown
            ),
            on=tables,
            lock=Lock.SHARE,
            scans=True,
            severity=None if tables else Severity.NOTICE,
        )
