"""What earlier statements of the plan will have changed when a later one runs."""

from __future__ import annotations

from dataclasses import dataclass, field

from wizards.migrate.review.catalogue import Facts, Index, Table
from wizards.migrate.review.libpg import pb
from wizards.migrate.review.names import Name, of_object, of_range, of_words, words
from wizards.migrate.review.sql import Parsed

EVERY = "*"
_OPAQUE = frozenset({"", "do_stmt", "call_stmt", "execute_stmt"})
_ROLES = frozenset({"alter_owner_stmt", "grant_role_stmt", "alter_object_schema_stmt"})
_MAKES_TYPES = {
    "create_enum_stmt": "type_name",
    "create_domain_stmt": "domainname",
}
_ON_TABLE = frozenset({pb.OBJECT_TRIGGER, pb.OBJECT_POLICY, pb.OBJECT_RULE})


@dataclass(slots=True)
class State:
    """Moves on statement by statement; ``touched`` maps tables to the columns written so far.

    ``dropped`` holds columns, ``released`` constraints. After something ``opaque`` nothing is
    certain any more; after a new extension there may only be more things than are known.
    """

    facts: Facts
    made: set[Name] = field(default_factory=set)
    filled: set[Name] = field(default_factory=set)
    gone: set[Name] = field(default_factory=set)
    touched: dict[Name, set[str]] = field(default_factory=dict)
    added: set[tuple[Name, str]] = field(default_factory=set)
    dropped: set[tuple[Name, str]] = field(default_factory=set)
    renamed: set[tuple[Name, str]] = field(default_factory=set)
    released: set[tuple[Name, str]] = field(default_factory=set)
    constraints: dict[tuple[Name, str], pb.Constraint] = field(default_factory=dict)
    altered: set[Name] = field(default_factory=set)
    roles_changed: bool = False
    opaque: bool = False
    extended: bool = False

    def table(self, name: Name) -> Table | None:
        """The table as the database has it, None when the plan made or removed it."""
        if name in self.made or name in self.gone:
            return None
        return self.facts.tables.get(name)

    def is_missing(self, name: Name) -> bool:
        """Whether nothing of that name can exist when the statement runs."""
        if self.opaque or name in self.made:
            return False
        known = self.extended or name in self.facts.tables or name in self.facts.unread
        return name in self.gone or not known

    def index(self, name: Name) -> Index | None:
        """The index as the database has it, None when the plan took it or what it stands on."""
        found = self.facts.indexes.get(name)
        if found is None or name in self.gone or self.table(found.table) is None:
            return None
        read = {*found.columns, *found.included, *found.computes}
        lost = any((found.table, column) in self.dropped for column in read)
        released = found.constraint and (found.table, found.constraint) in self.released
        return None if lost or released else found

    def has_column(self, table: Name, name: str) -> bool:
        """Whether a column of that name is in the table when the statement runs."""
        if (table, name) in self.added:
            return True
        live = self.table(table)
        gone = (table, name) in self.dropped or (table, name) in self.renamed
        return live is not None and name in live.columns and not gone

    def has_constraint(self, table: Name, name: str) -> bool:
        """Whether a constraint of that name is on the table when the statement runs."""
        if (table, name) in self.constraints:
            return True
        live = self.table(table)
        found = live.constraints.get(name) if live is not None else None
        if found is None or (table, name) in self.released:
            return False
        return not any((table, column) in self.dropped for column in found.columns)

    def changed(self, table: Name, columns: tuple[str, ...]) -> bool:
        """Whether an earlier statement writes what a check would read."""
        if self.opaque:
            return True
        written = self.touched.get(table, set())
        new = any((table, column) in self.added for column in columns)
        return new or EVERY in written or any(column in written for column in columns)

    def follow(self, parsed: Parsed) -> None:
        """Remember what a statement changes, after it has been checked."""
        node = parsed.node
        if node is None or parsed.kind in _OPAQUE:
            self.opaque = True
        elif parsed.kind == "create_extension_stmt":
            self.extended = True
        elif parsed.kind in _MAKES_TYPES:
            self.made.add(of_words(words(getattr(node, _MAKES_TYPES[parsed.kind]))))
        elif parsed.kind == "composite_type_stmt":
            self.made.add(of_range(node.typevar))
        elif parsed.kind == "alter_enum_stmt":
            self.altered.add(of_words(words(node.type_name)))
        elif parsed.kind == "create_schema_stmt":
            self.made.add(Name("", node.schemaname))
        elif parsed.kind == "create_seq_stmt":
            self.made.add(of_range(node.sequence))
        elif parsed.kind in {"create_trig_stmt", "rule_stmt"}:
            self.altered.add(of_range(node.relation))
        elif parsed.kind in {"create_policy_stmt", "alter_policy_stmt"}:
            self.altered.add(of_range(node.table))
        elif parsed.kind in _ROLES or (
            parsed.kind == "variable_set_stmt" and node.name in {"role", "search_path"}
        ):
            self.roles_changed = True
        elif parsed.kind == "create_stmt":
            self.made.add(of_range(node.relation))
        elif parsed.kind == "create_table_as_stmt":
            self.made.add(of_range(node.into.rel))
            self.filled.add(of_range(node.into.rel))
        elif parsed.kind == "view_stmt":
            self.made.add(of_range(node.view))
        elif parsed.kind == "update_stmt":
            names = {item.res_target.name for item in node.target_list}
            self._write(of_range(node.relation), names)
        elif parsed.kind in {"insert_stmt", "delete_stmt", "merge_stmt", "copy_stmt"}:
            self._write(of_range(node.relation), {EVERY})
        elif parsed.kind == "truncate_stmt":
            for item in node.relations:
                self._write(of_range(item.range_var), {EVERY})
        elif parsed.kind == "index_stmt" and node.idxname:
            self.made.add(of_range(node.relation).beside(node.idxname))
        elif parsed.kind == "drop_stmt":
            self._drop(node)
        elif parsed.kind == "rename_stmt":
            self._rename(node)
        elif parsed.kind == "alter_table_stmt":
            self._alter(node)

    def _write(self, table: Name, columns: set[str]) -> None:
        self.touched.setdefault(table, set()).update(columns)
        if table in self.made:
            self.filled.add(table)

    def _drop(self, node: pb.DropStmt) -> None:
        for item in node.objects:
            name = of_object(item)
            self.made.discard(name)
            self.gone.add(name)
            if node.remove_type in _ON_TABLE:
                self.altered.add(of_words(words(item.list.items)[:-1]))

    def _rename(self, node: pb.RenameStmt) -> None:
        table = of_range(node.relation)
        if node.rename_type == pb.OBJECT_COLUMN:
            self.added.add((table, node.newname))
            self.renamed.discard((table, node.newname))
            self.renamed.add((table, node.subname))
            self.added.discard((table, node.subname))
        elif node.rename_type in {pb.OBJECT_TABLE, pb.OBJECT_INDEX, pb.OBJECT_VIEW}:
            self.gone.add(table)
            self.made.add(table.beside(node.newname))
            self.filled.add(table.beside(node.newname))
        elif node.rename_type in {pb.OBJECT_TYPE, pb.OBJECT_DOMAIN}:
            old = of_object(node.object)
            self.gone.add(old)
            self.made.discard(old)
            self.made.add(old.beside(node.newname))
            self.gone.discard(old.beside(node.newname))
        elif node.rename_type == pb.OBJECT_SCHEMA:
            self.gone.add(Name("", node.subname))
            self.made.add(Name("", node.newname))
        elif node.rename_type == pb.OBJECT_TABCONSTRAINT:
            self.released.add((table, node.subname))
            self.constraints[(table, node.newname)] = pb.Constraint()

    def _alter(self, node: pb.AlterTableStmt) -> None:
        table = of_range(node.relation)
        self.altered.add(table)
        for item in node.cmds:
            command = item.alter_table_cmd
            definition = getattr(command, "def")
            if command.subtype == pb.AT_AddColumn:
                name = definition.column_def.colname
                self.added.add((table, name))
            elif command.subtype == pb.AT_DropColumn:
                self.dropped.add((table, command.name))
                self.added.discard((table, command.name))
            elif command.subtype == pb.AT_DropConstraint:
                self.released.add((table, command.name))
                self.constraints.pop((table, command.name), None)
            elif command.subtype == pb.AT_AlterColumnType:
                self._write(table, {command.name})
            elif command.subtype == pb.AT_AddConstraint:
                constraint = definition.constraint
                if constraint.conname:
                    self.constraints[(table, constraint.conname)] = constraint
