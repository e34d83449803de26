"""What the live database says of the tables a plan touches; gathered by wizards.migrate.facts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from wizards.migrate.review.names import Name
from wizards.migrate.review.opclasses import OpClasses


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column: ``type`` as format_type() prints it, ``base`` what a domain rests on, else "".

    ``not_null`` where that is valid for every row; ``generated`` is "s" (stored), "v" or "".
    """

    type: str
    not_null: bool = False
    generated: str = ""
    default: str = ""
    base: str = ""
    collation: str = ""
    has_default_collation: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Index:
    """An index; ``columns`` are plain key columns ("" for an expression), in order.

    ``computes`` holds the columns that its expressions and its predicate read, ``included`` those
    of INCLUDE; ``chosen`` says of each key whether it has another operator class than the default.
    """

    name: Name
    table: Name
    columns: tuple[str, ...]
    computes: frozenset[str] = frozenset()
    included: tuple[str, ...] = ()
    method: str = "btree"
    chosen: tuple[bool, ...] = ()
    unique: bool = False
    primary: bool = False
    valid: bool = True
    partial: bool = False
    constraint: str = ""
    bytes: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Constraint:
    """A constraint: ``kind`` is PostgreSQL's contype (c f p u x n), ``proves`` not-null columns.

    ``referenced`` are the columns of ``references`` that a foreign key points to.
    """

    name: str
    kind: str
    valid: bool
    definition: str
    columns: tuple[str, ...] = ()
    references: Name | None = None
    referenced: tuple[str, ...] = ()
    proves: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table, partitioned table or materialised view (``kind`` r, p, m); sizes in bytes.

    ``partitions`` are the leaves, ``descendants`` everything that inherits, partitions included.
    ``partition_columns`` are empty for a key with expressions; ``bounds`` are a partition's own, as
    a condition.
    """

    name: Name
    kind: str = "r"
    rows: int = 0
    rows_known: bool = True
    bytes: int = 0
    table_bytes: int = 0
    dead_rows: int = 0
    logged: bool = True
    tablespace: str = ""
    access_method: str = "heap"
    columns: Mapping[str, Column] = field(default_factory=dict)
    indexes: tuple[Index, ...] = ()
    constraints: Mapping[str, Constraint] = field(default_factory=dict)
    parents: tuple[Name, ...] = ()
    children: tuple[Name, ...] = ()
    partitions: tuple[Name, ...] = ()
    descendants: tuple[Name, ...] = ()
    default_partition: Name | None = None
    partition_of: Name | None = None
    partition_columns: tuple[str, ...] = ()
    bounds: str = ""
    views: tuple[Name, ...] = ()
    view_columns: frozenset[str] = frozenset()
    sources: tuple[Name, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Domain:
    """A domain: whether it has a constraint, what it rests on, the tables with such a column.

    ``required`` and ``checks`` (conditions on VALUE) are its own and those of domains below;
    ``columns`` are of this domain or of one over it.
    """

    checked: bool
    base: str
    default: str = ""
    required: bool = False
    checks: tuple[str, ...] = ()
    columns: tuple[tuple[Name, str], ...] = ()
    users: tuple[Name, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Everything gathered; names follow the connection's search path; rates in bytes a second.

    ``volatile`` says of default expressions whether they differ per row; ``proved_bounds`` are
    (parent, child) whose CHECKs prove the bounds of the ATTACH PARTITION that was asked about.
    ``unread`` tables exist, but somebody held a lock that kept their facts from being read.
    """

    postgres: int
    time_zone: str = "UTC"
    tables: Mapping[Name, Table] = field(default_factory=dict)
    indexes: Mapping[Name, Index] = field(default_factory=dict)
    domains: Mapping[Name, Domain] = field(default_factory=dict)
    volatile: Mapping[str, bool] = field(default_factory=dict)
    proved_bounds: frozenset[tuple[Name, Name]] = frozenset()
    casts: frozenset[tuple[str, str]] = frozenset()
    opclasses: OpClasses = field(default_factory=OpClasses)
    unread: frozenset[Name] = frozenset()
    rate: float = 0.0
    rate_measured: bool = False
    replication_slots: int = 0

    @property
    def utc(self) -> bool:
        """Whether the session's time zone is UTC, by any of its names."""
        return self.time_zone.upper() in {"UTC", "ETC/UTC", "GMT", "ETC/GMT", "Z", "ZULU", "UCT"}
