"""Values of Python source without running it: constants, f-strings, and calls as data."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final


class _Unknown:
    """What cannot be read without running the file."""

    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN: Final = _Unknown()


@dataclass(frozen=True)
class Made:
    """A call as data: ``sa.Column("id", sa.Integer())`` is Made("Column", ("id", Made(…)))."""

    name: str
    args: tuple[object, ...] = ()
    options: Mapping[str, object] = field(default_factory=dict)
    on: object = None


Names = Mapping[str, object]


def evaluate(node: ast.expr | None, names: Names) -> object:
    """Return the value of an expression, :data:`UNKNOWN` where it depends on running."""
    match node:
        case None:
            return None
        case ast.Constant(value):
            return value
        case ast.Name(name):
            return names.get(name, Made(name))
        case ast.Attribute(value, attribute):
            return _attribute(evaluate(value, names), attribute)
        case ast.JoinedStr(parts):
            return _joined([evaluate(part, names) for part in parts])
        case ast.FormattedValue(value):
            return evaluate(value, names)
        case ast.Tuple(items) | ast.List(items) | ast.Set(items):
            return [evaluate(item, names) for item in items]
        case ast.Dict(keys, values):
            return {
                evaluate(key, names) if key else UNKNOWN: evaluate(value, names)
                for key, value in zip(keys, values, strict=True)
                if key is None or isinstance(key, ast.Constant)
            }
        case ast.BinOp(left, operator, right):
            return _operation(evaluate(left, names), operator, evaluate(right, names))
        case ast.UnaryOp(ast.Not(), operand):
            truth = evaluate(operand, names)
            return not truth if isinstance(truth, bool) else UNKNOWN
        case ast.UnaryOp(ast.USub(), operand):
            number = evaluate(operand, names)
            return -number if isinstance(number, int | float) else UNKNOWN
        case ast.Compare(left, [operator], [right]):
            return _compared(evaluate(left, names), operator, evaluate(right, names))
        case ast.Subscript(value, index):
            return _item(evaluate(value, names), evaluate(index, names))
        case ast.Call():
            return _call(node, names)
        case ast.Starred():
            return UNKNOWN
    return UNKNOWN


def _attribute(base: object, attribute: str) -> object:
    """``sa.Integer`` without a call stands for the type; a dialect is always PostgreSQL here."""
    if isinstance(base, Made):
        if attribute == "name" and base.name == "dialect":
            return "postgresql"
        return Made(attribute, on=base)
    return UNKNOWN


def _joined(parts: list[object]) -> object:
    if all(isinstance(part, str | int) for part in parts):
        return "".join(str(part) for part in parts)
    return UNKNOWN


def _operation(left: object, operator: ast.operator, right: object) -> object:
    if isinstance(operator, ast.Add):
        if isinstance(left, str) and isinstance(right, str):
            return left + right
        if isinstance(left, list) and isinstance(right, list):
            return left + right
    if isinstance(operator, ast.Mod) and isinstance(left, str) and not _has_unknown(right):
        try:
            return left % (tuple(right) if isinstance(right, list) else right)
        except (TypeError, ValueError, KeyError):
            return UNKNOWN
    return UNKNOWN


def _compared(left: object, operator: ast.cmpop, right: object) -> object:
    if _has_unknown(left) or _has_unknown(right):
        return UNKNOWN
    match operator:
        case ast.Eq() | ast.Is():
            return left == right
        case ast.NotEq() | ast.IsNot():
            return left != right
        case ast.In() if isinstance(right, list):
            return left in right
        case ast.NotIn() if isinstance(right, list):
            return left not in right
    return UNKNOWN


def _item(value: object, index: object) -> object:
    if isinstance(value, list) and isinstance(index, int) and -len(value) <= index < len(value):
        return value[index]
    if isinstance(value, dict) and isinstance(index, str):
        return value.get(index, UNKNOWN)
    return UNKNOWN


def _has_unknown(value: object) -> bool:
    if isinstance(value, list):
        return any(_has_unknown(item) for item in value)
    return value is UNKNOWN or isinstance(value, Made)


_TEXT_METHODS = frozenset(
    {"strip", "lstrip", "rstrip", "lower", "upper", "replace", "removesuffix"}
)


def _call(node: ast.Call, names: Names) -> object:
    args = tuple(
        item
        for arg in node.args
        for item in (
            _spread(evaluate(arg.value, names))
            if isinstance(arg, ast.Starred)
            else [evaluate(arg, names)]
        )
    )
    options = {word.arg or "**": evaluate(word.value, names) for word in node.keywords}
    if isinstance(node.func, ast.Attribute):
        base = evaluate(node.func.value, names)
        method = node.func.attr
        if isinstance(base, str):
            return _text_method(base, method, args, options)
        if method in {"f", "dedent"} and len(args) == 1 and isinstance(args[0], str):
            return args[0]
        return Made(method, args, options, on=base)
    if isinstance(node.func, ast.Name):
        if node.func.id in {"dedent", "str"} and len(args) == 1 and isinstance(args[0], str):
            return args[0]
        return Made(node.func.id, args, options)
    return UNKNOWN


def _spread(value: object) -> list[object]:
    return value if isinstance(value, list) else [UNKNOWN]


def _text_method(
    text: str, method: str, args: tuple[object, ...], options: Mapping[str, object]
) -> object:
    if method == "format" and not any(map(_has_unknown, (*args, *options.values()))):
        try:
            return text.format(*args, **options)
        except (IndexError, KeyError, ValueError):
            return UNKNOWN
    if method == "join" and len(args) == 1 and isinstance(args[0], list):
        parts = args[0]
        return text.join(map(str, parts)) if not _has_unknown(parts) else UNKNOWN
    if method in _TEXT_METHODS and all(isinstance(arg, str) for arg in args):
        return getattr(text, method)(*args)
    return UNKNOWN
