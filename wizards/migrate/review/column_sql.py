"""SQLAlchemy's columns, types, defaults and constraints, read as data, written as SQL."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from wizards.migrate.review.names import Name, literal, quoted, shown_name
from wizards.migrate.review.static_values import UNKNOWN, Made


class CannotRead(Exception):
    """Part of an operation depends on running the file."""


_PLAIN = {
    "Integer": "integer",
    "INTEGER": "integer",
    "INT": "integer",
    "SmallInteger": "smallint",
    "SMALLINT": "smallint",
    "BigInteger": "bigint",
    "BIGINT": "bigint",
    "Boolean": "boolean",
    "BOOLEAN": "boolean",
    "Date": "date",
    "DATE": "date",
    "Text": "text",
    "TEXT": "text",
    "UnicodeText": "text",
    "REAL": "real",
    "DOUBLE": "double precision",
    "Double": "double precision",
    "DOUBLE_PRECISION": "double precision",
    "LargeBinary": "bytea",
    "BYTEA": "bytea",
    "PickleType": "bytea",
    "BLOB": "bytea",
    "Interval": "interval",
    "INTERVAL": "interval",
    "Uuid": "uuid",
    "UUID": "uuid",
    "GUID": "uuid",
    "JSON": "json",
    "JSONB": "jsonb",
    "HSTORE": "hstore",
    "TSVECTOR": "tsvector",
    "CITEXT": "citext",
    "INET": "inet",
    "CIDR": "cidr",
    "MACADDR": "macaddr",
    "MONEY": "money",
    "OID": "oid",
    "AutoString": "varchar",
    "Geometry": "geometry",
    "Geography": "geography",
}
_SIZED = {"String", "VARCHAR", "Unicode", "CHAR", "NVARCHAR", "AutoString", "BIT"}
_TIMES = {"DateTime": "timestamp", "TIMESTAMP": "timestamp", "Time": "time", "TIME": "time"}


def type_sql(value: object) -> str:
    """Return a SQLAlchemy type as SQL; a type of the project's own by its class name."""
    if not isinstance(value, Made):
        raise CannotRead
    name, args, options = value.name, value.args, value.options
    if name == "with_variant" or name == "evaluates_none":
        return type_sql(value.on)
    if name in _SIZED:
        size = options.get("length", args[0] if args else None)
        base = {"CHAR": "char", "BIT": "bit"}.get(name, "varchar")
        return f"{base}({size})" if isinstance(size, int) else base
    if name in _TIMES:
        zone = options.get("timezone", args[0] if args else False)
        precision = options.get("precision")
        size = f"({precision})" if isinstance(precision, int) else ""
        return f"{_TIMES[name]}{size}" + (" with time zone" if zone is True else "")
    if name in {"Numeric", "NUMERIC", "DECIMAL"}:
        sizes = [options.get("precision", args[0] if args else None)]
        sizes.append(options.get("scale", args[1] if len(args) > 1 else None))
        given = [str(size) for size in sizes if isinstance(size, int)]
        return f"numeric({', '.join(given)})" if given else "numeric"
    if name in {"Float", "FLOAT"}:
        return "double precision" if not args else f"float({args[0]})"
    if name == "ARRAY":
        return f"{type_sql(options.get('item_type', args[0] if args else None))}[]"
    if name in {"Enum", "ENUM"}:
        enum = options.get("name")
        return quoted(enum) if isinstance(enum, str) else "text"
    return _PLAIN.get(name) or quoted(name.lower())


def default_sql(value: object) -> str:
    """Return a server default as SQL."""
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return literal(value)
        case int() | float():
            return str(value)
        case Made(name="text" | "literal_column", args=(str(sql), *_)):
            return sql
        case Made(name="true" | "false", args=()):
            return value.name
        case Made(name="null"):
            return "NULL"
        case Made(name=name, args=args, on=Made(name="func")):
            return f"{name}({', '.join(default_sql(arg) for arg in args)})"
        case Made(name="next_value", on=Made(name="Sequence", args=(str(sequence), *_))):
            return f"nextval('{sequence}')"
    raise CannotRead


def column_sql(column: object, keys: Sequence[str] | None = None) -> str:
    """Return ``name type constraints`` of an ``sa.Column``.

    ``keys`` are the key columns of the CREATE TABLE it stands in, None in ADD COLUMN.
    """
    if not isinstance(column, Made) or column.name != "Column" or not column.args:
        raise CannotRead
    name, rest, options = column.args[0], list(column.args[1:]), column.options
    if not isinstance(name, str):
        raise CannotRead
    kinds = [part for part in rest if isinstance(part, Made) and part.name in _PARTS]
    types = [part for part in rest if part not in kinds]
    type_ = options.get("type_", types[0] if types else None)
    words = [
        quoted(name),
        _serial(type_sql(type_) if type_ is not None else "integer", column, list(keys or ())),
    ]
    default = options.get("server_default")
    if isinstance(default, Made) and default.name in {"Identity", "Computed", "FetchedValue"}:
        kinds.append(default)
    elif default is not None:
        words.append(f"DEFAULT {default_sql(default)}")
    words += [_PARTS[part.name](part) for part in kinds]
    if options.get("primary_key") is True:
        words.append("PRIMARY KEY" if keys is None else "NOT NULL")
    elif options.get("nullable") is False:
        words.append("NOT NULL")
    if options.get("unique") is True:
        words.append("UNIQUE")
    return " ".join(word for word in words if word)


def _serial(type_: str, column: Made, keys: list[str]) -> str:
    """The only key column of CREATE TABLE becomes a serial, unless something else fills it."""
    plain = not any(isinstance(part, Made) and part.name in _PARTS for part in column.args)
    options = column.options
    filled = options.get("server_default") is not None or options.get("autoincrement") is False
    if keys == [column.args[0]] and plain and not filled:
        serials = {"integer": "serial", "bigint": "bigserial", "smallint": "smallserial"}
        return serials.get(type_, type_)
    return type_


def key_columns(parts: Sequence[object]) -> list[str]:
    """The columns of the primary key of a ``create_table``, however it is written."""
    made = [part for part in parts if isinstance(part, Made)]
    flagged = [part.args[0] for part in made if part.options.get("primary_key") is True]
    for part in made:
        if part.name == "PrimaryKeyConstraint":
            flagged = list(part.args)
    return [name for name in flagged if isinstance(name, str)]


def enum_types(parts: Sequence[object]) -> list[str]:
    """``CREATE TYPE`` for the enums of a ``create_table``, as SQLAlchemy sends it before."""
    found = {}
    for part in parts:
        for value in (*part.args, *part.options.values()) if isinstance(part, Made) else ():
            if isinstance(value, Made) and value.name in {"Enum", "ENUM"}:
                name = value.options.get("name")
                if isinstance(name, str) and value.options.get("create_type") is not False:
                    found[name] = create_enum_sql(name, value.args)
    return list(found.values())


def create_enum_sql(name: str, values: Sequence[object]) -> str:
    """Return ``CREATE TYPE … AS ENUM``."""
    listed = ", ".join(literal(value) for value in values if isinstance(value, str))
    return f"CREATE TYPE {quoted(name)} AS ENUM ({listed})"


def _identity(part: Made) -> str:
    return (
        f"GENERATED {'ALWAYS' if part.options.get('always') is True else 'BY DEFAULT'} AS IDENTITY"
    )


def _computed(part: Made) -> str:
    sql = part.args[0] if part.args else None
    text = sql.args[0] if isinstance(sql, Made) and sql.args else sql
    if not isinstance(text, str):
        raise CannotRead
    return f"GENERATED ALWAYS AS ({text})" + (
        " VIRTUAL" if part.options.get("persisted") is False else " STORED"
    )


def _reference(part: Made) -> str:
    target = part.args[0] if part.args else None
    if not isinstance(target, str):
        raise CannotRead
    table, _dot, column = target.rpartition(".")
    return f"REFERENCES {shown_name(table).sql} ({quoted(column)}){_actions(part)}"


def _actions(part: Made) -> str:
    words = [
        f" ON {verb.upper()} {part.options[f'on{verb}']}"
        for verb in ("delete", "update")
        if isinstance(part.options.get(f"on{verb}"), str)
    ]
    if part.options.get("deferrable") is True:
        words.append(" DEFERRABLE")
    return "".join(words)


def _inline_check(part: Made) -> str:
    return f"CHECK ({condition_sql(part.args[0] if part.args else None)})"


_PARTS: dict[str, Callable[[Made], str]] = {
    "Identity": _identity,
    "Computed": _computed,
    "ForeignKey": _reference,
    "CheckConstraint": _inline_check,
    "Sequence": lambda _part: "",
    "FetchedValue": lambda _part: "",
}


def condition_sql(value: object) -> str:
    """Return a condition given as text or ``sa.text``."""
    if isinstance(value, Made) and value.name in {"text", "literal_column"} and value.args:
        value = value.args[0]
    if isinstance(value, str):
        return value
    raise CannotRead


def table_constraint_sql(part: Made) -> str:
    """Return a table constraint of CREATE TABLE."""
    name = part.options.get("name")
    lead = f"CONSTRAINT {quoted(name)} " if isinstance(name, str) else ""
    match part.name:
        case "PrimaryKeyConstraint":
            return f"{lead}PRIMARY KEY ({names_sql(part.args)})"
        case "UniqueConstraint":
            return f"{lead}UNIQUE ({names_sql(part.args)})"
        case "CheckConstraint":
            return f"{lead}CHECK ({condition_sql(part.args[0] if part.args else None)})"
        case "ForeignKeyConstraint" if len(part.args) >= 2:
            local, remote = part.args[:2]
            table, columns = references(remote)
            return (
                f"{lead}FOREIGN KEY ({names_sql(local)}) REFERENCES {table.sql} "
                f"({', '.join(map(quoted, columns))}){_actions(part)}"
            )
    raise CannotRead


def references(remote: object) -> tuple[Name, list[str]]:
    """Return the table and columns of ``["schema.table.column", …]``."""
    if (
        not isinstance(remote, list)
        or not all(isinstance(one, str) for one in remote)
        or not remote
    ):
        raise CannotRead
    table = remote[0].rpartition(".")[0]
    return shown_name(table), [one.rpartition(".")[2] for one in remote]


def names_sql(values: object) -> str:
    """Return a list of column names, or expressions given as ``sa.text``, as SQL."""
    if not isinstance(values, Sequence) or isinstance(values, str) or UNKNOWN in values:
        raise CannotRead
    return ", ".join(
        quoted(value) if isinstance(value, str) else _expression(value) for value in values
    )


def _expression(value: object) -> str:
    if isinstance(value, Made) and value.name in {"desc", "asc"}:
        return f"{names_sql([value.on])} {value.name.upper()}"
    return default_sql(value)
