"""Bodies and queries against their schemas, as strictly as Google's own front end does it."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from typing import Any

from sandbox.discovery.documents import Document, Method, Schema
from sandbox.errors import bad_request

TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)")
DURATION = re.compile(r"-?\d+(\.\d{1,9})?s")
INTEGER_FORMATS = frozenset({"int32", "uint32", "int64", "uint64"})
# The last one was Compute's until 2026; older clients, gcloud among them, still send it.
ALWAYS_ALLOWED = frozenset(
    {
        "$alt",
        "alt",
        "$prettyPrint",
        "$userProject",
        "userProject",
        "$fields",
        "returnPartialSuccess",
    }
)
TRUTH = {"true": True, "True": True, "1": True, "false": False, "False": False, "0": False}


def body(document: Document, method: Method, value: Any) -> dict[str, Any]:
    """Return the body with enum numbers as names, int64 as strings and no output-only fields."""
    if method.request is None:
        if value not in (None, {}):
            raise bad_request("Invalid JSON payload received. This method takes no body.")
        return {}
    read = _Reader(document, strict=True)
    made: dict[str, Any] = read.value({"$ref": method.request}, value or {}, "")
    if read.problems:
        raise bad_request("\n".join(read.problems), violations=read.problems)
    return made


def query(document: Document, method: Method, given: list[tuple[str, str]]) -> dict[str, Any]:
    """Return the query's parameters with their own types; unknown ones are refused."""
    read: dict[str, Any] = {}
    for name, text in given:
        about = method.parameters.get(name) or method.parameters.get(_camel(name))
        if about is None or about["location"] != "query":
            if name in document.common or name in ALWAYS_ALLOWED or name.startswith("$."):
                continue
            problem = (
                f'Invalid JSON payload received. Unknown name "{name}": '
                "Cannot bind query parameter. "
                f"Field '{name}' could not be found in request message."
            )
            raise bad_request(problem, violations=[problem])
        key = name if name in method.parameters else _camel(name)
        converted = _from_text(about, name, text)
        if about.get("repeated"):
            read.setdefault(key, []).append(converted)
        else:
            read[key] = converted
    for name, about in method.parameters.items():
        if about.get("required") and about["location"] == "query" and name not in read:
            raise bad_request(f"Required parameter: {name}")
    return read


def problems(document: Document, schema: str | None, value: Any) -> list[str]:
    """Return what is wrong with a response by its schema (nothing for methods without one)."""
    if schema is None:
        return [] if value in (None, {}) else ["a body where none is described"]
    reader = _Reader(document, strict=False)
    reader.value({"$ref": schema}, value, "")
    return reader.problems


_NULL_CLEARS = "userLabels"
"""The map of Cloud SQL in which a null takes an entry away; elsewhere a null says nothing."""


class _Reader:
    """One walk through a value; ``strict`` reads requests, otherwise responses."""

    def __init__(self, document: Document, *, strict: bool) -> None:
        self._schemas = document.schemas
        self._strict = strict
        self.problems: list[str] = []

    def value(self, schema: Schema, value: Any, at: str) -> Any:
        if "$ref" in schema:
            return self._object(self._schemas[schema["$ref"]], value, at)
        kind = schema.get("type", "any")
        match kind:
            case "object":
                return self._object(schema, value, at)
            case "array":
                return self._array(schema, value, at)
            case "string":
                return self._string(schema, value, at)
            case "integer" | "number":
                return self._number(schema, value, at)
            case "boolean":
                return value if isinstance(value, bool) else self._wrong(at, value, "TYPE_BOOL")
        return value

    def _object(self, schema: Schema, value: Any, at: str) -> Any:
        if schema.get("type", "object") == "any":
            return value
        if not isinstance(value, Mapping):
            return self._wrong(at, value, "an object")
        properties = schema.get("properties", {})
        rest = schema.get("additionalProperties")
        made: dict[str, Any] = {}
        for name, part in value.items():
            key = name if name in properties else _camel(name)
            about = properties.get(key)
            if about is None and rest is None:
                where = f" at '{at}'" if at else ""
                self.problems.append(
                    f'Invalid JSON payload received. Unknown name "{name}"{where}: '
                    "Cannot find field."
                )
            elif part is None and at.endswith(_NULL_CLEARS):
                made[name] = None
            elif part is None or (self._strict and about and about.get("readOnly")):
                continue
            else:
                inner = f"{at}.{key}" if at else key
                made[key if about else name] = self.value(about or rest or {}, part, inner)
        return made

    def _array(self, schema: Schema, value: Any, at: str) -> Any:
        if not isinstance(value, list):
            return self._wrong(at, value, "an array")
        items = schema.get("items", {})
        return [self.value(items, part, f"{at}[{index}]") for index, part in enumerate(value)]

    def _string(self, schema: Schema, value: Any, at: str) -> Any:
        form = schema.get("format", "")
        if "enum" in schema and not isinstance(value, bool):
            return self._enum(schema, value, at)
        if form in INTEGER_FORMATS and isinstance(value, int) and not isinstance(value, bool):
            return str(value)
        if not isinstance(value, str):
            return self._wrong(at, value, "TYPE_STRING")
        if form in INTEGER_FORMATS and not re.fullmatch(r"-?\d+", value):
            return self._wrong(at, value, f"TYPE_{form.upper()}")
        if form == "google-datetime" and not TIMESTAMP.fullmatch(value):
            return self._wrong(at, value, "type.googleapis.com/google.protobuf.Timestamp")
        if form == "google-duration" and not DURATION.fullmatch(value):
            return self._wrong(at, value, "type.googleapis.com/google.protobuf.Duration")
        if form == "byte" and not _is_base64(value):
            return self._wrong(at, value, "TYPE_BYTES")
        return value

    def _enum(self, schema: Schema, value: Any, at: str) -> Any:
        names: list[str] = schema["enum"]
        if isinstance(value, int):
            numbers = schema.get("enumNumbers") or list(range(len(names)))
            if value in numbers:
                return names[numbers.index(value)]
            return self._wrong(at, value, "an enum value")
        if value in names:
            return value
        return self._wrong(at, value, f"one of {', '.join(names)}")

    def _number(self, schema: Schema, value: Any, at: str) -> Any:
        if isinstance(value, bool) or not isinstance(value, (int, float, str)):
            return self._wrong(at, value, f"TYPE_{str(schema.get('format', 'number')).upper()}")
        try:
            number = float(value)
        except ValueError:
            return self._wrong(at, value, f"TYPE_{str(schema.get('format', 'number')).upper()}")
        if schema["type"] == "integer":
            if number != int(number):
                return self._wrong(at, value, "TYPE_INT32")
            return int(value) if not isinstance(value, float) else int(number)
        return number if isinstance(value, str) else value

    def _wrong(self, at: str, value: Any, wanted: str) -> Any:
        shown = repr(value) if isinstance(value, (int, float, bool)) else f'"{value}"'
        if isinstance(value, (dict, list)):
            shown = "Starting an object or array"
        self.problems.append(f"Invalid value at '{at}' ({wanted}), {shown[:120]}")
        return value


def _from_text(about: Schema, name: str, text: str) -> Any:
    kind, form = about.get("type"), about.get("format")
    if kind == "boolean":
        if text in TRUTH:
            return TRUTH[text]
        raise bad_request(f"Invalid value at '{name}' (TYPE_BOOL), \"{text}\"")
    if kind == "integer" or form in INTEGER_FORMATS:
        if not re.fullmatch(r"-?\d+", text):
            raise bad_request(f"Invalid value at '{name}' (TYPE_INT32), \"{text}\"")
        return int(text) if kind == "integer" else text
    if "enum" in about:
        named = _enum_name(about, text)
        if named is None:
            raise bad_request(f"Invalid value at '{name}', \"{text}\"")
        return named
    if form == "google-fieldmask":
        return ",".join(_camel_path(part) for part in text.strip('"').split(",") if part)
    return text


def _enum_name(about: Schema, text: str) -> str | None:
    names: list[str] = about["enum"]
    if text in names:
        return text
    numbers = about.get("enumNumbers") or list(range(len(names)))
    if text.isdigit() and int(text) in numbers:
        return names[numbers.index(int(text))]
    return None


def _camel(name: str) -> str:
    head, *rest = name.split("_")
    return head + "".join(part[:1].upper() + part[1:] for part in rest)


def _camel_path(path: str) -> str:
    return ".".join(_camel(part) for part in path.strip().split("."))


def _is_base64(text: str) -> bool:
    try:
        base64.b64decode(text.replace("-", "+").replace("_", "/") + "==", validate=False)
    except (binascii.Error, ValueError):
        return False
    return True
