"""Field masks: which part of a resource an update replaces, and which part an answer shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sandbox.errors import bad_request

Body = dict[str, Any]


def updated(old: Body, new: Body, mask: str, *, allowed: Sequence[str]) -> Body:
    """Return ``old`` with the masked fields of ``new``; a field missing there is cleared.

    Without a mask every allowed field that ``new`` holds is replaced. Paths outside ``allowed``
    are refused.
    """
    paths = [path for path in mask.split(",") if path] or [path for path in allowed if path in new]
    if "*" in paths:
        paths = list(allowed)
    made = dict(old)
    for path in paths:
        if path.split(".")[0] not in allowed:
            raise bad_request(f"Update mask path '{path}' is not valid or not mutable.")
        made = _replaced(made, new, path.split("."))
    return made


def _replaced(old: Body, new: Mapping[str, Any], path: list[str]) -> Body:
    made, (head, *rest) = dict(old), path
    if rest:
        inner = new.get(head)
        below = inner if isinstance(inner, Mapping) else {}
        made[head] = _replaced(dict(made.get(head) or {}), below, rest)
    elif head in new:
        made[head] = new[head]
    else:
        made.pop(head, None)
    return made


def shown(value: Any, fields: str) -> Any:
    """Return the part of an answer that a ``fields`` parameter names (``a,b(c,d),e/f``)."""
    return _select(value, _parsed(fields)) if fields and fields != "*" else value


Tree = dict[str, "Tree"]


def _select(value: Any, tree: Tree) -> Any:
    if not tree or "*" in tree:
        return value
    if isinstance(value, list):
        return [_select(each, tree) for each in value]
    if isinstance(value, Mapping):
        return {key: _select(value[key], tree[key]) for key in tree if key in value}
    return value


def _parsed(fields: str) -> Tree:
    root: Tree = {}
    stack, here, word = [root], root, ""
    for letter in fields + ",":
        if letter not in ",/.()":
            word += letter.strip()
            continue
        if word:
            here = here.setdefault(word, {})
            word = ""
        if letter == "(":
            stack.append(here)
        elif letter == ")":
            stack = stack[:-1] or [root]
            here = stack[-1]
        elif letter == ",":
            here = stack[-1]
    return root
