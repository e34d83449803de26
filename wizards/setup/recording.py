"""A resource as JSON and back, so that a journal needs no tarmac.toml to be understood."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from wizards.events import Json
from wizards.setup.resource import Resource


def record(resource: Resource) -> dict[str, Json]:
    """Return ``{"kind", "type", "fields"}``; what a repr hides (secret values) is left out."""
    return {
        "kind": resource.kind,
        "type": type(resource).__name__,
        "fields": _fields(resource),
    }


def read_resource(recorded: Mapping[str, Json]) -> Resource | None:
    """Return the resource that :func:`record` wrote, None when this version knows no such kind.

    Fields that are gone since are passed over; new ones have their defaults.
    """
    known = {kind.__name__: kind for kind in _kinds()}
    shape = known.get(str(recorded.get("type")))
    given = recorded.get("fields")
    if shape is None or shape.kind != recorded.get("kind") or not isinstance(given, Mapping):
        return None
    try:
        made: Resource = _object(shape, given)
    except (TypeError, ValueError, KeyError):
        return None
    return made


def _kinds() -> list[type[Resource]]:
    import wizards.setup.desired  # noqa: F401 - importing it makes every kind known

    found = list(Resource.__subclasses__())
    for kind in found:
        found += kind.__subclasses__()
    return found


def _fields(value: Any) -> dict[str, Json]:
    return {part.name: _json(getattr(value, part.name)) for part in fields(value) if part.repr}


def _json(value: Any) -> Json:
    if is_dataclass(value) and not isinstance(value, type):
        return _fields(value)
    if isinstance(value, Mapping):
        return {str(key): _json(part) for key, part in value.items()}
    if isinstance(value, frozenset):
        return sorted((_json(part) for part in value), key=str)
    if isinstance(value, tuple | list):
        return [_json(part) for part in value]
    if value is None or isinstance(value, str | int | float | bool):
        return value
    raise TypeError(f"a journal has no form for {type(value).__name__}")


def _object(shape: type[Any], given: Mapping[str, Json]) -> Any:
    hints = get_type_hints(shape)
    parts = {
        part.name: _read(hints[part.name], given[part.name])
        for part in fields(shape)
        if part.init and part.name in given
    }
    return shape(**_hidden(shape), **parts)


def _hidden(shape: type[Any]) -> dict[str, None]:
    """Return None for the fields that are never recorded and have no default."""
    return {part.name: None for part in fields(shape) if not part.repr and _needed(part)}


def _needed(part: Field[Any]) -> bool:
    return part.default is MISSING and part.default_factory is MISSING


def _read(hint: Any, given: Any) -> Any:
    origin, inner = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        return _one_of(inner, given)
    if origin in (tuple, frozenset):
        return origin(_read(inner[0], part) for part in given)
    if origin is not None and issubclass(origin, Mapping):
        return {key: _read(inner[1], part) for key, part in given.items()}
    if is_dataclass(hint) and isinstance(hint, type):
        return _object(hint, given)
    if isinstance(hint, type) and not isinstance(given, hint):
        raise ValueError(f"{given!r} is no {hint.__name__}")
    return given


def _one_of(hints: tuple[Any, ...], given: Any) -> Any:
    """Return a value as the first type of a union that takes it."""
    if given is None and NoneType in hints:
        return None
    for hint in hints:
        if hint is not NoneType and _fits(hint, given):
            return _read(hint, given)
    raise ValueError(f"{given!r} is none of {hints}")


def _fits(hint: Any, given: Any) -> bool:
    origin = get_origin(hint) or hint
    if origin in (tuple, frozenset):
        return isinstance(given, list)
    if is_dataclass(origin) or issubclass(origin, Mapping):
        return isinstance(given, Mapping)
    return isinstance(given, origin) and not (origin is int and isinstance(given, bool))
