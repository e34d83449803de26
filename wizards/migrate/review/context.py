"""What earlier statements of the same plan made true: new objects, locks held, proofs."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from wizards.migrate.model import Finding
from wizards.migrate.review.catalogue import Domain, Facts, Table
from wizards.migrate.review.locks import Lock
from wizards.migrate.review.made_indexes import MadeIndexes
from wizards.migrate.review.names import Name
from wizards.migrate.review.sql import Hint
from wizards.migrate.review.types import Type, of_sql, of_text

if TYPE_CHECKING:
    from wizards.migrate.review.libpg import pb


class Held(NamedTuple):
    """A lock taken in the open transaction and the statement (from 0) that took it."""

    lock: Lock
    statement: int


@dataclass(slots=True)
class Context:
    """The state between statements; rules read it, ``judge`` moves it on."""

    postgres: int = 16
    facts: Facts | None = None
    by_hand: bool = True
    transaction: bool = False
    opened: int | None = None
    new: set[Name] = field(default_factory=set)
    made_schemas: set[Name] = field(default_factory=set)
    filled: set[Name] = field(default_factory=set)
    columns: dict[Name, dict[str, Type]] = field(default_factory=dict)
    not_null: set[tuple[Name, str]] = field(default_factory=set)
    nullable: set[tuple[Name, str]] = field(default_factory=set)
    proofs: dict[tuple[Name, str], tuple[str, ...]] = field(default_factory=dict)
    proved: set[tuple[Name, str]] = field(default_factory=set)
    dropped_constraints: set[tuple[Name, str]] = field(default_factory=set)
    checked: set[Name] = field(default_factory=set)
    validated: dict[Name, set[str]] = field(default_factory=dict)
    indexes: MadeIndexes = field(default_factory=MadeIndexes)
    dropped_indexes: set[Name] = field(default_factory=set)
    index_tables: dict[Name, Name] = field(default_factory=dict)
    constraint_kinds: dict[tuple[Name, str], str] = field(default_factory=dict)
    keys: set[Name] = field(default_factory=set)
    lost_keys: dict[Name, list[Finding]] = field(default_factory=dict)
    foreign_keys: dict[tuple[Name, str], Name] = field(default_factory=dict)
    partitioned: set[Name] = field(default_factory=set)
    domains: dict[Name, Domain] = field(default_factory=dict)
    functions: dict[Name, bool] = field(default_factory=dict)
    bodies: dict[Name, pb.CreateFunctionStmt] = field(default_factory=dict)
    prepared: dict[str, pb.Node] = field(default_factory=dict)
    running: list[Name] = field(default_factory=list)
    new_types: set[Name] = field(default_factory=set)
    timeouts: set[str] = field(default_factory=set)
    local_timeouts: set[str] = field(default_factory=set)
    views: set[Name] = field(default_factory=set)
    told: set[str] = field(default_factory=set)
    held: dict[Name, Held] = field(default_factory=dict)
    blocked: dict[Name, Held] = field(default_factory=dict)
    unvalidated: dict[tuple[Name, str], int] = field(default_factory=dict)
    enum_values: dict[Name, set[str]] = field(default_factory=dict)
    altered: tuple[Name, int] | None = None
    wide_reported: bool = False

    def is_new(self, table: Name) -> bool:
        """Whether the plan itself made the table, so nobody else uses it yet."""
        return table in self.new

    def table(self, name: Name) -> Table | None:
        """The live facts of a table, when there is a connection and the table exists."""
        return self.facts.tables.get(name) if self.facts else None

    def type_of(self, table: Name, column: str) -> tuple[Type | None, str]:
        """The type of a column before the statement, and where it is known from."""
        planned = self.columns.get(table, {}).get(column)
        if planned is not None:
            return planned, "text"
        live = self.table(table)
        if live is not None and column in live.columns:
            return of_text(live.columns[column].type), "catalogue"
        return None, "text"

    def domain(self, name: Name) -> Domain | None:
        """A domain as the plan or the catalogue knows it."""
        live = self.facts.domains.get(name) if self.facts else None
        return self.domains.get(name, live)

    def know(self, table: Name, column: str, type_: Type) -> None:
        """Remember the type that a column of the plan has from now on."""
        self.columns.setdefault(table, {})[column] = type_

    def take(self, hint: Hint) -> None:
        """Remember what a revision file says beside its SQL, where no catalogue knows better."""
        if hint.old_type and self.facts is None:
            self.know(hint.table, hint.column, of_sql(hint.old_type))
        elif hint.kind == "index":
            self.index_tables[hint.table.beside(hint.constraint)] = hint.table
        elif hint.kind:
            self.constraint_kinds[(hint.table, hint.constraint)] = hint.kind

    def begin(self, statement: int | None = None) -> None:
        """Open a transaction; ``statement`` is the BEGIN, None when the runner opens it."""
        self.end()
        self.transaction = True
        self.opened = statement

    def end(self) -> None:
        """Forget what only lives as long as a transaction."""
        self.transaction = False
        self.opened = None
        self.held.clear()
        self.blocked.clear()
        self.unvalidated.clear()
        self.enum_values.clear()
        self.lost_keys.clear()
        self.timeouts -= self.local_timeouts
        self.local_timeouts.clear()
        self.altered = None
        self.wide_reported = False
