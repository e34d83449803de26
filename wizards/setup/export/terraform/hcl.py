"""HCL as `terraform fmt` writes it: values quoted so that nothing in them is ever evaluated."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from generators.quoting import comment

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


@dataclass(frozen=True, slots=True)
class Expression:
    """Something Terraform evaluates, as it stands: ``var.region``."""

    text: str


@dataclass(frozen=True, slots=True)
class Call:
    """A function of Terraform applied to one value: ``toset([...])``."""

    function: str
    value: Value


Value = str | int | bool | Expression | Call | Sequence["Value"] | Mapping[str, "Value"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A block: type, labels, attributes, then nested blocks; ``why`` becomes a comment above it."""

    type: str
    labels: tuple[str, ...] = ()
    attributes: Mapping[str, Value] = field(default_factory=dict)
    blocks: tuple[Block, ...] = ()
    why: str = ""


def written(blocks: Sequence[Block]) -> str:
    """Return blocks as text, an empty line between them."""
    return "\n\n".join("\n".join(_block(block, 0)) for block in blocks) + "\n"


def quoted(text: str) -> str:
    """Return a string literal that Terraform reads back as this very text."""
    made = "".join(_escaped(char) for char in text)
    return '"' + made.replace("${", "$${").replace("%{", "%%{") + '"'


def template(text: str, **parts: str) -> Expression:
    """Return a string with ``<name>`` replaced by what an expression evaluates to."""
    pieces = re.split(r"<(\w+)>", text)
    made = [
        "${" + parts[piece] + "}" if number % 2 else quoted(piece)[1:-1]
        for number, piece in enumerate(pieces)
    ]
    return Expression('"' + "".join(made) + '"')


def _escaped(char: str) -> str:
    if char in _ESCAPES:
        return _ESCAPES[char]
    if char.isprintable():
        return char
    code = ord(char)
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


def _block(block: Block, depth: int) -> Iterator[str]:
    indent = "  " * depth
    if block.why:
        yield f"{indent}# {comment(block.why)}"
    head = " ".join((block.type, *(quoted(label) for label in block.labels)))
    if not block.attributes and not block.blocks:
        yield f"{indent}{head} {{}}"
        return
    yield f"{indent}{head} {{"
    yield from _attributes(block.attributes, depth + 1)
    for number, inner in enumerate(block.blocks):
        if number or block.attributes:
            yield ""
        yield from _block(inner, depth + 1)
    yield f"{indent}}}"


def _attributes(attributes: Mapping[str, Value], depth: int) -> Iterator[str]:
    """Yield assignments; the signs of neighbours on one line each stand below each other."""
    indent = "  " * depth
    waiting: list[tuple[str, str]] = []
    for name, value in attributes.items():
        first, *rest = _value(value, depth)
        if not rest:
            waiting.append((_key(name), first))
            continue
        yield from _aligned(waiting, indent)
        waiting = []
        yield f"{indent}{_key(name)} = {first}"
        yield from rest
    yield from _aligned(waiting, indent)


def _aligned(pairs: Sequence[tuple[str, str]], indent: str) -> Iterator[str]:
    from unicodedata import combining

    def columns(text: str) -> int:
        return sum(not combining(char) for char in text)

    width = max((columns(name) for name, _text in pairs), default=0)
    for name, text in pairs:
        yield f"{indent}{name}{' ' * (width - columns(name))} = {text}"


def _key(name: str) -> str:
    return name if _NAME.fullmatch(name) else quoted(name)


def _value(value: Value, depth: int) -> list[str]:
    """Return the lines of a value; lists and maps with something in them take several."""
    indent = "  " * depth
    match value:
        case Expression(text):
            return [text]
        case Call(function, inner):
            first, *rest = _value(inner, depth)
            lines = [f"{function}({first}", *rest]
            return [*lines[:-1], f"{lines[-1]})"]
        case bool():
            return ["true" if value else "false"]
        case int():
            return [str(value)]
        case str():
            return [quoted(value)]
        case Mapping():
            if not value:
                return ["{}"]
            return ["{", *_attributes(value, depth + 1), f"{indent}}}"]
        case _:
            return _list(value, depth)


def _list(items: Sequence[Value], depth: int) -> list[str]:
    if len(items) <= 1:
        inner = [_value(item, depth) for item in items]
        if all(len(lines) == 1 for lines in inner):
            return ["[" + ", ".join(lines[0] for lines in inner) + "]"]
    made = ["["]
    for item in items:
        first, *rest = _value(item, depth + 1)
        lines = ["  " * (depth + 1) + first, *rest]
        lines[-1] += ","
        made += lines
    return [*made, "  " * depth + "]"]
