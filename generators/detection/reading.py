"""JSON with comments, TOML and the few YAML lists that matter, read without ever failing."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping

from generators.detection.tree import Tree

_COMMENT = re.compile(r'"(?:\\.|[^"\\])*"|//[^\n]*|/\*.*?\*/', re.DOTALL)
_TRAILING = re.compile(r",(\s*[}\]])")


def read_json(tree: Tree, path: str) -> dict[str, object]:
    """Return an object from a JSON file; comments and last commas are allowed; {} otherwise."""
    if not tree.has(path):
        return {}
    text = tree.text(path)
    for attempt in (text, _plain(text)):
        try:
            given = json.loads(attempt)
        except (json.JSONDecodeError, RecursionError):
            continue
        return given if isinstance(given, dict) else {}
    return {}


def read_toml(tree: Tree, path: str) -> dict[str, object]:
    """Return a TOML file's tables, {} when it is not there or broken."""
    if not tree.has(path):
        return {}
    try:
        return tomllib.loads(tree.text(path))
    except (tomllib.TOMLDecodeError, RecursionError):
        return {}


def table(values: Mapping[str, object], *keys: str) -> dict[str, object]:
    """Return the table at a path of keys, {} when there is none."""
    found: object = values
    for key in keys:
        found = found.get(key, {}) if isinstance(found, Mapping) else {}
    return dict(found) if isinstance(found, Mapping) else {}


def texts(given: object) -> dict[str, str]:
    """Return the entries of an object whose values are texts."""
    if not isinstance(given, Mapping):
        return {}
    return {str(key): value for key, value in given.items() if isinstance(value, str)}


def listed(given: object) -> list[str]:
    """Return the texts of a list; a single text is a list of one."""
    if isinstance(given, str):
        return [given]
    return [one for one in given if isinstance(one, str)] if isinstance(given, list) else []


def yaml_list(text: str, key: str) -> list[str]:
    """Return the texts of a top-level YAML list such as ``packages:`` of pnpm-workspace.yaml."""
    found: list[str] = []
    within = False
    for line in text.splitlines():
        if re.match(rf"{re.escape(key)}\s*:", line):
            within = True
            inline = re.search(r"\[(.*)\]", line)
            if inline:
                return [part.strip(" \"'") for part in inline[1].split(",") if part.strip(" \"'")]
        elif within and (item := re.match(r"\s*-\s*['\"]?([^'\"#]+?)['\"]?\s*(?:#.*)?$", line)):
            found.append(item[1])
        elif within and line.strip() and not line.lstrip().startswith("#"):
            break
    return found


def line_of(text: str, words: str) -> int:
    """Return the first line (from 1) that has the words, 1 when none has."""
    at = text.find(words) if words else -1
    return text.count("\n", 0, at) + 1 if at >= 0 else 1


def _plain(text: str) -> str:
    without = _COMMENT.sub(lambda found: found[0] if found[0][0] == '"' else "", text)
    return _TRAILING.sub(r"\1", without)
