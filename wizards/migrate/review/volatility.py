"""Is a default the same for every row? A volatile one makes PostgreSQL rewrite the table."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from wizards.migrate.review.context import Context
from wizards.migrate.review.names import Name, of_words, words

if TYPE_CHECKING:
    from google.protobuf.message import Message

    from wizards.migrate.review.libpg import pb

# fmt: off
VOLATILE = frozenset(
    [
    "random", "random_normal", "gen_random_uuid", "uuidv4", "uuidv7", "uuid_generate_v1",
    "uuid_generate_v1mc", "uuid_generate_v4", "gen_random_bytes", "gen_salt", "clock_timestamp",
    "timeofday", "nextval", "setval", "currval", "lastval", "pg_sleep", "set_config",
    "pg_advisory_lock",
]
)
# fmt: on
# fmt: off
_NEVER = frozenset(
    [
    "now", "transaction_timestamp", "statement_timestamp", "current_setting",
    "current_database", "current_schema", "current_schemas", "version", "txid_current",
    "pg_current_xact_id", "session_user", "abs", "ceil", "ceiling", "floor", "round", "trunc",
    "power", "sqrt", "exp", "ln", "log", "mod", "sign", "greatest", "least", "length",
    "char_length", "octet_length", "lower", "upper", "initcap", "trim", "btrim", "ltrim",
    "rtrim", "lpad", "rpad", "left", "right", "substr", "substring", "replace", "concat",
    "concat_ws", "format", "repeat", "reverse", "split_part", "md5", "sha256", "encode",
    "decode", "to_char", "to_date", "to_timestamp", "to_number", "to_json", "to_jsonb",
    "json_build_object", "jsonb_build_object", "json_build_array", "jsonb_build_array",
    "array_append", "array_cat", "array_fill", "string_to_array", "array_to_string",
    "date_trunc", "date_part", "extract", "age", "make_date", "make_time", "make_timestamp",
    "make_timestamptz", "make_interval", "timezone", "coalesce", "nullif", "int4range",
    "int8range", "numrange", "daterange", "tsrange", "tstzrange", "hstore", "to_tsvector",
    "to_tsquery", "plainto_tsquery", "st_makepoint", "st_setsrid", "uuid_nil", "uuid_ns_dns",
    "uuid_ns_url", "uuid_generate_v3", "uuid_generate_v5", "cast", "text", "varchar", "int4",
    "int8", "int2", "bool", "date", "timestamp", "timestamptz", "numeric", "float8", "float4",
    "interval", "jsonb", "json", "justify_days", "justify_hours", "bit_length", "chr", "ascii",
    "position", "overlay", "strpos", "translate", "regexp_replace", "inet_client_addr",
    "inet_server_addr", "pg_backend_pid", "txid_snapshot_xmin",
]
)
# fmt: on
# fmt: off
_READ = frozenset(
    [
        "count", "sum", "avg", "min", "max", "every", "unnest", "generate_series", "string_agg",
        "array_agg", "row_number", "rank", "dense_rank", "lag", "lead", "format_type",
        "obj_description", "col_description", "shobj_description", "generate_subscripts",
        "cardinality", "isfinite", "row_to_json", "ts_rank", "numnode", "setseed", "width_bucket",
        "hashtext", "ntile", "first_value", "last_value", "num_nulls", "num_nonnulls", "crc32",
        "gcd", "lcm", "div", "pi", "degrees", "radians", "cbrt", "factorial", "starts_with",
        "normalize", "sha224", "sha384", "sha512", "to_hex", "to_ascii", "notify", "xmlparse",
    ]
)
# fmt: on
_FAMILIES = (
    "pg_",
    "has_",
    "json_",
    "jsonb_",
    "array_",
    "regexp_",
    "to_reg",
    "current_",
    "txid_",
    "lo_",
    "inet_",
    "quote_",
    "bool_",
    "bit_",
    "xml",
    "range_",
    "uuid_",
    "ts_",
    "make_",
    "lseg",
    "loread",
    "set_",
    "get_",
    "unistr",
    "parse_ident",
)
"""How the names of PostgreSQL's own functions begin."""

MOMENTS = frozenset({"now", "transaction_timestamp", "statement_timestamp"})


def volatile_calls(expression: pb.Node, context: Context) -> tuple[list[str], list[str]]:
    """Return the functions of an expression that are volatile, and those nobody here knows."""
    sure, unknown = [], []
    for call in function_calls(expression):
        name = of_words(words(call.funcname))
        verdict = _verdict(name.name, name.shown, bool(call.args), context)
        if verdict is True:
            sure.append(name.shown)
        elif verdict is None:
            unknown.append(name.shown)
    return sure, unknown


def _verdict(bare: str, shown: str, has_arguments: bool, context: Context) -> bool | None:
    planned = context.functions.get(of_words(shown.split(".")))
    if planned is not None:
        return planned
    if bare in VOLATILE:
        return True
    if bare in _NEVER and not (bare in MOMENTS and has_arguments):
        return False
    return None


def is_builtin(name: Name) -> bool:
    """Whether a function is PostgreSQL's own, as far as its name tells."""
    bare = name.name
    if name.schema:
        return name.schema in {"pg_catalog", "information_schema"}
    return bare in VOLATILE or bare in _NEVER or bare in _READ or bare.startswith(_FAMILIES)


def operators(node: Message) -> Iterator[str]:
    """Yield the name of every operator below a node."""
    for part in descend(node):
        if part.DESCRIPTOR.name == "A_Expr":
            yield from words(part.name)[-1:]


def function_calls(node: Message) -> Iterator[pb.FuncCall]:
    """Yield every function call below a node, itself included."""
    for part in descend(node):
        if part.DESCRIPTOR.name == "FuncCall":
            yield part


def descend(node: Message) -> Iterator[Message]:
    """Yield a message and every message below it, without recursion."""
    todo = [node]
    while todo:
        part = todo.pop()
        yield part
        for field, value in part.ListFields():
            if field.message_type is None:
                continue
            if hasattr(value, "ListFields"):
                todo.append(value)
            else:
                todo.extend(value)
