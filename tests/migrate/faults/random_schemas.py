"""Schemas and migrations that nobody wrote: made from a number, the same each time."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

TYPES = {
    "bigint": "n",
    "int": "n % 1000",
    "text": "'text ' || n",
    "varchar(60)": "'v' || n",
    "numeric(12,2)": "n * 1.25",
    "boolean": "n % 2 = 0",
    "timestamptz": "timestamptz '2026-01-01 00:00Z' + n * interval '1 hour'",
    "date": "date '2026-01-01' + n",
    "jsonb": "jsonb_build_object('n', n)",
    "uuid": "md5(n::text)::uuid",
    "int[]": "array[n, n + 1]",
    "bytea": "decode(md5(n::text), 'hex')",
    "inet": "inet '10.0.0.1' + n",
}
_PERHAPS = " ON CONFLICT DO NOTHING"
_DEFAULTS = {
    "int": " DEFAULT 5 NOT NULL",
    "text": " DEFAULT 'x'",
    "jsonb": " DEFAULT '{}'",
    "date": " DEFAULT now()",
}
WIDER = {"int": "bigint", "varchar(60)": "text", "numeric(12,2)": "numeric(14,2)"}


@dataclass
class Table:
    """A table as it is by now: its columns with their types."""

    name: str
    columns: dict[str, str]


@dataclass(frozen=True, slots=True)
class Step:
    """One statement and what takes it back (perhaps not quite); ``alone``: in no transaction."""

    up: str
    down: str = "SELECT 1"
    alone: bool = False


@dataclass
class Made:
    """A random schema and the revisions on top of it; each is a list of steps."""

    seed: int
    schema: list[str] = field(default_factory=list)
    revisions: list[list[Step]] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.dice = random.Random(self.seed)
        self._count = 0
        for _number in range(self.dice.randint(1, 4)):
            self._table()
        self._surroundings()
        for _number in range(self.dice.randint(1, 4)):
            steps = [self._step() for _step in range(self.dice.randint(1, 3))]
            self.revisions.append(steps)
        if self.dice.random() < 0.25:
            self.revisions[-1].append(Step("SELECT 1 / 0"))

    def name(self, prefix: str) -> str:
        """Return a name that is not used yet; some want quotes."""
        self._count += 1
        return f'"{prefix} É{self._count}"' if self._count % 5 == 0 else f"{prefix}_{self._count}"

    def _table(self) -> None:
        dice, name = self.dice, self.name("t")
        columns = {self.name("c"): dice.choice(list(TYPES)) for _n in range(dice.randint(1, 5))}
        self.tables.append(Table(name, columns))
        extra = "".join(f", {column} {kind}" for column, kind in columns.items())
        partitioned = dice.random() < 0.15
        self.schema.append(
            f"CREATE TABLE {name} (id bigint PRIMARY KEY{extra})"
            + (" PARTITION BY RANGE (id)" if partitioned else "")
        )
        if partitioned:
            for low, high in ((0, 100), (100, 1000)):
                self.schema.append(
                    f"CREATE TABLE {self.name('p')} PARTITION OF {name}"
                    f" FOR VALUES FROM ({low}) TO ({high})"
                )
        values = "".join(f", {TYPES[kind]}" for kind in columns.values())
        rows = dice.choice([0, 1, 40, 250])
        self.schema.append(f"INSERT INTO {name} SELECT n{values} FROM generate_series(1, {rows}) n")

    def _surroundings(self) -> None:
        dice, first = self.dice, self.tables[0].name
        perhaps = [
            f"CREATE VIEW {self.name('v')} AS SELECT id, count(*) FROM {first} GROUP BY id",
            f"CREATE MATERIALIZED VIEW {self.name('m')} AS SELECT max(id) AS top FROM {first}",
            f"CREATE SEQUENCE {self.name('s')} START 7",
            f"CREATE TYPE {self.name('mood')} AS ENUM ('low', 'high')",
            f"CREATE DOMAIN {self.name('d')} AS text CHECK (VALUE <> '')",
            f"CREATE FUNCTION {self.name('f')}() RETURNS int LANGUAGE sql AS 'SELECT 1'",
            f"COMMENT ON TABLE {first} IS 'it''s here'",
            f"ALTER TABLE {first} ENABLE ROW LEVEL SECURITY",
            f"CREATE INDEX ON {first} ((id % 7)) WHERE id > 3",
            f"CREATE SCHEMA {self.name('area')}",
            "CREATE EXTENSION pg_trgm",
        ]
        self.schema += dice.sample(perhaps, dice.randint(0, 5))
        if len(self.tables) > 1 and "PARTITION BY" not in " ".join(self.schema):
            other = self.tables[1].name
            self.schema.append(f"ALTER TABLE {other} ADD FOREIGN KEY (id) REFERENCES {first}"
                               " ON DELETE CASCADE NOT VALID")  # fmt: skip

    def _step(self) -> Step:
        makers = [
            self._add, self._add, self._drop_column, self._widen, self._index, self._concurrently,
            self._rows, self._rows, self._new_table, self._drop_table, self._rename, self._object,
            self._check, self._into_text,
        ]  # fmt: skip
        return self.dice.choice(makers)(self.dice.choice(self.tables))

    def _add(self, table: Table) -> Step:
        column, kind = self.name("c"), self.dice.choice(list(_DEFAULTS))
        default = self.dice.choice(["", _DEFAULTS[kind]])
        table.columns[column] = kind
        return Step(f"ALTER TABLE {table.name} ADD COLUMN {column} {kind}{default}",
                    f"ALTER TABLE {table.name} DROP COLUMN {column}")  # fmt: skip

    def _drop_column(self, table: Table) -> Step:
        if not table.columns:
            return self._add(table)
        column = self.dice.choice(list(table.columns))
        kind = table.columns.pop(column)
        return Step(f"ALTER TABLE {table.name} DROP COLUMN {column} CASCADE",
                    f"ALTER TABLE {table.name} ADD COLUMN {column} {kind}")  # fmt: skip

    def _widen(self, table: Table) -> Step:
        for column, kind in table.columns.items():
            if kind in WIDER:
                table.columns[column] = WIDER[kind]
                alter = f"ALTER TABLE {table.name} ALTER COLUMN {column} TYPE"
                return Step(f"{alter} {WIDER[kind]}", f"{alter} {kind}")
        return self._into_text(table)

    def _into_text(self, table: Table) -> Step:
        for column, kind in table.columns.items():
            if kind in ("uuid", "date", "boolean"):
                table.columns[column] = "text"
                alter = f"ALTER TABLE {table.name} ALTER COLUMN {column} TYPE"
                return Step(f"{alter} text", f"{alter} {kind} USING {column}::{kind}")
        return self._check(table)

    def _index(self, table: Table) -> Step:
        index = self.name("i")
        return Step(f"CREATE INDEX {index} ON {table.name} (id, (id % 3))", f"DROP INDEX {index}")

    def _concurrently(self, table: Table) -> Step:
        if "PARTITION OF " + table.name + " " in " ".join(self.schema):
            return self._index(table)
        index = self.name("i")
        unique = self.dice.choice(["", "", "UNIQUE "])
        key = "(id % 30)" if unique else "id"  # fails, and leaves an index behind, with many rows
        return Step(f"CREATE {unique}INDEX CONCURRENTLY {index} ON {table.name} (({key}))",
                    f"DROP INDEX {index}", alone=True)  # fmt: skip

    def _rows(self, table: Table) -> Step:
        texts = [column for column, kind in table.columns.items() if kind == "text"]
        change = f"UPDATE {table.name} SET id = id"
        if texts:
            change = f"UPDATE {table.name} SET {texts[0]} = {texts[0]} || '!'"
        statement = self.dice.choice([
            change + " WHERE id % 3 = 0",
            f"DELETE FROM {table.name} WHERE id % 11 = 0",
            f"INSERT INTO {table.name} (id) SELECT 999 - n FROM generate_series(1, 5) n{_PERHAPS}",
            f"TRUNCATE {table.name} CASCADE",
        ])  # fmt: skip
        return Step(statement)

    def _new_table(self, table: Table) -> Step:
        name = self.name("t")
        self.tables.append(Table(name, {}))
        return Step(f"CREATE TABLE {name} AS SELECT id FROM {table.name}", f"DROP TABLE {name}")

    def _drop_table(self, table: Table) -> Step:
        if len(self.tables) == 1:
            return self._new_table(table)
        self.tables.remove(table)
        return Step(f"DROP TABLE {table.name} CASCADE", f"CREATE TABLE {table.name} (id bigint)")

    def _rename(self, table: Table) -> Step:
        old, table.name = table.name, self.name("t")
        return Step(f"ALTER TABLE {old} RENAME TO {table.name}",
                    f"ALTER TABLE {table.name} RENAME TO {old}")  # fmt: skip

    def _check(self, table: Table) -> Step:
        name = self.name("k")
        valid = self.dice.choice(["", " NOT VALID"])
        return Step(f"ALTER TABLE {table.name} ADD CONSTRAINT {name} CHECK (id > 0){valid}",
                    f"ALTER TABLE {table.name} DROP CONSTRAINT {name}")  # fmt: skip

    def _object(self, table: Table) -> Step:
        name = self.name("o")
        return self.dice.choice([
            Step(f"CREATE VIEW {name} AS SELECT id FROM {table.name}", f"DROP VIEW {name}"),
            Step(f"CREATE TYPE {name} AS ENUM ('a')", f"DROP TYPE {name}"),
            Step(f"CREATE SEQUENCE {name}", f"DROP SEQUENCE {name}"),
            Step(f"COMMENT ON TABLE {table.name} IS 'new'", "SELECT 1"),
            Step(f"ALTER TABLE {table.name} SET (fillfactor = 90)",
                 f"ALTER TABLE {table.name} RESET (fillfactor)"),
            Step(f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS"
                 " 'BEGIN RETURN NEW; END'", f"DROP FUNCTION {name}()"),
            Step(f"CREATE STATISTICS {name} ON id, (id % 5) FROM {table.name}",
                 f"DROP STATISTICS {name}"),
        ])  # fmt: skip
