"""Alembic's ``op.*`` calls, read as data, written as the SQL that Alembic sends."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from wizards.migrate.review.column_sql import (
    CannotRead,
    column_sql,
    condition_sql,
    default_sql,
    enum_types,
    key_columns,
    names_sql,
    table_constraint_sql,
    type_sql,
)
from wizards.migrate.review.fixes import shortened
from wizards.migrate.review.names import Name, literal, named, quoted
from wizards.migrate.review.sql import Hint
from wizards.migrate.review.static_values import UNKNOWN, Made

Written = list[tuple[str, tuple[Hint, ...]]]
_MISSING = object()


class Call:
    """One ``op.name(…)`` with its arguments by position or by keyword."""

    def __init__(self, made: Made, table: Name | None = None) -> None:
        self.name = made.name
        self.args = made.args
        self.options: Mapping[str, object] = made.options
        self.batch = table
        if "**" in made.options:
            raise CannotRead

    def get(self, position: int, name: str, default: object = _MISSING) -> object:
        """Return an argument; positions count without the table inside a batch."""
        if name in self.options:
            value = self.options[name]
        elif 0 <= position < len(self.args):
            value = self.args[position]
        elif default is not _MISSING:
            return default
        else:
            raise CannotRead
        if value is UNKNOWN:
            raise CannotRead
        return value

    def text(self, position: int, name: str) -> str:
        """Return an argument that must be text."""
        value = self.get(position, name)
        if not isinstance(value, str):
            raise CannotRead
        return value

    def table(self, position: int, name: str = "table_name", schema: str = "schema") -> Name:
        """Return the table an operation is about."""
        if self.batch is not None:
            return self.batch
        where = self.options.get(schema)
        return named(where if isinstance(where, str) else "", self.text(position, name))

    def flag(self, name: str) -> bool:
        """Return whether a keyword is given as True."""
        return self.options.get(name) is True

    @property
    def shift(self) -> int:
        """1 where the table is an argument, 0 inside a batch."""
        return 0 if self.batch is not None else 1


def write(made: Made, table: Name | None = None) -> Written | None:
    """Return the SQL of an operation with hints, None for one nobody here knows."""
    writer = _WRITERS.get(made.name)
    if writer is None:
        return None
    return writer(Call(made, table))


def _one(sql: str, *hints: Hint) -> Written:
    return [(sql, hints)]


def _create_table(call: Call) -> Written:
    table = call.table(0)
    given = call.args[1:]
    keys = key_columns(given)
    parts = []
    for part in given:
        if not isinstance(part, Made):
            raise CannotRead
        parts.append(
            column_sql(part, keys) if part.name == "Column" else table_constraint_sql(part)
        )
    named_key = any(isinstance(part, Made) and part.name in _KEY for part in given)
    if keys and not named_key:
        parts.append(f"PRIMARY KEY ({names_sql(keys)})")
    optional = "IF NOT EXISTS " if call.flag("if_not_exists") else ""
    created = f"CREATE TABLE {optional}{table.sql} ({', '.join(parts)})"
    return [
        *((sql, ()) for sql in enum_types(given)),
        (created, ()),
        *(index for part in given for index in _column_index(table, part)),
    ]


_KEY = frozenset({"PrimaryKeyConstraint"})


def _column_index(table: Name, column: object) -> Written:
    """``Column(index=True)`` makes SQLAlchemy's ix_table_column."""
    if not isinstance(column, Made) or column.options.get("index") is not True:
        return []
    name = str(column.args[0])
    index = shortened(f"ix_{table.name}_{name}")
    return _one(f"CREATE INDEX {quoted(index)} ON {table.sql} ({quoted(name)})")


def _add_column(call: Call) -> Written:
    table = call.table(0)
    given = call.get(call.shift, "column")
    optional = "IF NOT EXISTS " if call.flag("if_not_exists") else ""
    written = _one(f"ALTER TABLE {table.sql} ADD COLUMN {optional}{column_sql(given)}")
    return written + _column_index(table, given)


def _drop_column(call: Call) -> Written:
    table = call.table(0)
    optional = "IF EXISTS " if call.flag("if_exists") else ""
    return _one(
        f"ALTER TABLE {table.sql} DROP COLUMN {optional}"
        f"{quoted(call.text(call.shift, 'column_name'))}"
    )


def _alter_column(call: Call) -> Written:
    """Alembic sends one ALTER TABLE per property, in this order."""
    table = call.table(0)
    column = call.text(call.shift, "column_name")
    head = f"ALTER TABLE {table.sql} ALTER COLUMN {quoted(column)}"
    written: Written = []
    type_ = call.get(-1, "type_", None)
    if type_ is not None:
        using = call.get(-1, "postgresql_using", None)
        ending = f" USING {condition_sql(using)}" if using is not None else ""
        written += _one(f"{head} TYPE {type_sql(type_)}{ending}", *_old_type(call, table, column))
    nullable = call.get(-1, "nullable", None)
    if isinstance(nullable, bool):
        written += _one(f"{head} {'DROP' if nullable else 'SET'} NOT NULL")
    default = call.get(-1, "server_default", False)
    if default is None:
        written += _one(f"{head} DROP DEFAULT")
    elif default is not False:
        written += _one(f"{head} SET DEFAULT {default_sql(default)}")
    new = call.get(-1, "new_column_name", None)
    if isinstance(new, str):
        written += _one(
            f"ALTER TABLE {table.sql} RENAME COLUMN {quoted(column)} TO {quoted(new)}",
            *_old_type(call, table, column),
        )
    return written


def _old_type(call: Call, table: Name, column: str) -> tuple[Hint, ...]:
    old = call.options.get("existing_type")
    if not isinstance(old, Made):
        return ()
    return (Hint(table, column=column, old_type=type_sql(old)),)


def _create_index(call: Call) -> Written:
    name = call.get(0, "index_name")
    if name is not None and not isinstance(name, str):
        raise CannotRead
    table = call.table(1)
    columns = names_sql(call.get(1 + call.shift, "columns"))
    words = [
        "CREATE",
        "UNIQUE" if call.flag("unique") or call.get(-1, "unique", False) is True else "",
        "INDEX",
        "CONCURRENTLY" if call.flag("postgresql_concurrently") else "",
        "IF NOT EXISTS" if call.flag("if_not_exists") else "",
        quoted(name) if name else "",
        "ON ONLY" if call.flag("postgresql_only") else "ON",
        table.sql,
        f"USING {using}" if isinstance(using := call.options.get("postgresql_using"), str) else "",
        f"({columns})",
    ]
    where = call.options.get("postgresql_where")
    if where is not None:
        words.append(f"WHERE {condition_sql(where)}")
    return _one(" ".join(word for word in words if word))


def _drop_index(call: Call) -> Written:
    name = call.text(0, "index_name")
    schema = call.options.get("schema")
    index = named(schema if isinstance(schema, str) else "", name)
    words = [
        "DROP INDEX",
        "CONCURRENTLY" if call.flag("postgresql_concurrently") else "",
        "IF EXISTS" if call.flag("if_exists") else "",
        index.sql,
    ]
    table = call.batch or call.get(1, "table_name", None)
    on = table if isinstance(table, Name) else named("", table) if isinstance(table, str) else None
    hints = (Hint(on, constraint=name, kind="index"),) if on else ()
    return _one(" ".join(word for word in words if word), *hints)


def _constraint(call: Call, table: Name, body: str) -> Written:
    name = call.get(0, "constraint_name", None)
    lead = f"CONSTRAINT {quoted(name)} " if isinstance(name, str) else ""
    tail = " DEFERRABLE" if call.flag("deferrable") else ""
    tail += " NOT VALID" if call.flag("postgresql_not_valid") else ""
    return _one(f"ALTER TABLE {table.sql} ADD {lead}{body}{tail}")


def _foreign_key(call: Call) -> Written:
    shift = call.shift
    table = call.table(1, "source_table", "source_schema")
    schema = call.options.get("referent_schema")
    parent = named(
        schema if isinstance(schema, str) else "", call.text(1 + shift, "referent_table")
    )
    local = names_sql(call.get(2 + shift, "local_cols"))
    remote = names_sql(call.get(3 + shift, "remote_cols"))
    actions = "".join(
        f" ON {verb.upper()} {call.options[f'on{verb}']}"
        for verb in ("delete", "update")
        if isinstance(call.options.get(f"on{verb}"), str)
    )
    body = f"FOREIGN KEY ({local}) REFERENCES {parent.sql} ({remote}){actions}"
    return _constraint(call, table, body)


def _check(call: Call) -> Written:
    condition = condition_sql(call.get(1 + call.shift, "condition"))
    return _constraint(call, call.table(1), f"CHECK ({condition})")


def _unique(call: Call) -> Written:
    columns = names_sql(call.get(1 + call.shift, "columns"))
    return _constraint(call, call.table(1), f"UNIQUE ({columns})")


def _primary_key(call: Call) -> Written:
    columns = names_sql(call.get(1 + call.shift, "columns"))
    return _constraint(call, call.table(1), f"PRIMARY KEY ({columns})")


def _exclude(call: Call) -> Written:
    pairs = [part for part in call.args[1 + call.shift :] if isinstance(part, list)]
    body = ", ".join(
        f"{quoted(pair[0]) if isinstance(pair[0], str) else default_sql(pair[0])} WITH {pair[1]}"
        for pair in pairs
    )
    using = call.options.get("using", "gist")
    return _constraint(call, call.table(1), f"EXCLUDE USING {using} ({body})")


_KINDS = {"foreignkey": "f", "primary": "p", "unique": "u", "check": "c"}


def _drop_constraint(call: Call) -> Written:
    name = call.text(0, "constraint_name")
    table = call.table(1)
    kind = call.get(1 + call.shift, "type_", None)
    optional = "IF EXISTS " if call.flag("if_exists") else ""
    return _one(
        f"ALTER TABLE {table.sql} DROP CONSTRAINT {optional}{quoted(name)}",
        Hint(table, constraint=name, kind=_KINDS.get(str(kind), "")),
    )


def _rename_table(call: Call) -> Written:
    schema = call.options.get("schema")
    table = named(schema if isinstance(schema, str) else "", call.text(0, "old_table_name"))
    return _one(f"ALTER TABLE {table.sql} RENAME TO {quoted(call.text(1, 'new_table_name'))}")


def _drop_table(call: Call) -> Written:
    optional = "IF EXISTS " if call.flag("if_exists") else ""
    return _one(f"DROP TABLE {optional}{call.table(0).sql}")


def _table_comment(call: Call) -> Written:
    text = call.get(call.shift, "comment", None)
    value = literal(text) if isinstance(text, str) else "NULL"
    return _one(f"COMMENT ON TABLE {call.table(0).sql} IS {value}")


def _bulk_insert(call: Call) -> Written:
    table = call.get(0, "table")
    if not isinstance(table, Made) or not table.args or not isinstance(table.args[0], str):
        raise CannotRead
    return _one(f"INSERT INTO {named('', table.args[0]).sql} DEFAULT VALUES")


def _execute(call: Call) -> Written:
    return _one(condition_sql(call.get(0, "sqltext")))


_WRITERS: dict[str, Callable[[Call], Written]] = {
    "create_table": _create_table,
    "add_column": _add_column,
    "drop_column": _drop_column,
    "alter_column": _alter_column,
    "create_index": _create_index,
    "drop_index": _drop_index,
    "create_foreign_key": _foreign_key,
    "create_check_constraint": _check,
    "create_unique_constraint": _unique,
    "create_primary_key": _primary_key,
    "create_exclude_constraint": _exclude,
    "drop_constraint": _drop_constraint,
    "rename_table": _rename_table,
    "drop_table": _drop_table,
    "create_table_comment": _table_comment,
    "drop_table_comment": _table_comment,
    "bulk_insert": _bulk_insert,
    "execute": _execute,
}
