"""Environment variables without which a Python program does not start, with their kinds."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from generators.detection.tree import Tree, decoded, deployable, inside

_TAKEN = re.compile(r"""\benviron\[\s*["']([A-Z][A-Z0-9_]*)["']\s*\](?!\s*=[^=])""")
_ASKED = re.compile(
    r"""\b(?:env|config)(?:\.(\w+))?\(\s*["']([A-Z][A-Z0-9_]*)["']\s*(?:,\s*cast\s*=\s*(\w+)(?:\(\))?\s*)?,?\s*\)"""
)
_GUARDED = r"""["']{name}["']\s+(?:not\s+)?in\s+os\.environ|setdefault\(\s*["']{name}["']"""
_SCHEME = r"""\b{name}\s*=\s*\("""
_WORTH = (b"environ[", b"env(", b"env.", b"config(", b"BaseSettings")
_ASIDE = frozenset({"scripts", "script", "tools", "bin", "management", "contrib", "migrations"})
_KINDS = {
    "int": "int",
    "float": "int",
    "bool": "bool",
    "list": "list",
    "tuple": "list",
    "Csv": "list",
}


def required_variables(tree: Tree, root: str) -> dict[str, str]:
    """Return variable → kind for those read without a default.

    Kinds are text, int, bool, list (with commas), json (a JSON array) and object.

    ``os.environ["NAME"]``, django-environ's and decouple's ``env("NAME")``, and the fields of
    pydantic's settings count; what another line gives a default, or asks for first, does not.
    """
    found: dict[str, str] = {}
    for path in tree.ending(".py"):
        if not inside(path, root) or not deployable(path) or set(path.split("/")) & _ASIDE:
            continue
        data = tree.data(path)
        if any(word in data for word in _WORTH):
            for name, kind in _of_file(decoded(data)):
                if found.get(name, "text") == "text":
                    found[name] = kind
    return dict(sorted(found.items()))


def _of_file(text: str) -> Iterator[tuple[str, str]]:
    for name in dict.fromkeys(_TAKEN.findall(text)):
        if not _given(text, name):
            yield name, "text"
    for method, name, cast in _ASKED.findall(text):
        if not _given(text, name):
            yield name, _KINDS.get(method or cast, "text")
    if "BaseSettings" in text:
        yield from _fields(text)


def _given(text: str, name: str) -> bool:
    return bool(re.search(_GUARDED.format(name=name), text) or _scheme(text, name))


def _scheme(text: str, name: str) -> bool:
    return "Env(" in text and bool(re.search(_SCHEME.format(name=name), text))


def _fields(text: str) -> Iterator[tuple[str, str]]:
    try:
        parsed = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError):
        return
    for node in ast.walk(parsed):
        if isinstance(node, ast.ClassDef) and any(_is_settings(base) for base in node.bases):
            prefix = _prefix(node)
            for field in node.body:
                if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name):
                    name, annotation = field.target.id, ast.unparse(field.annotation)
                    if _is_required(field.value) and _is_plain(name, annotation):
                        yield f"{prefix}{name}".upper(), _kind(annotation)


def _is_settings(base: ast.expr) -> bool:
    return ast.unparse(base).rpartition(".")[2] == "BaseSettings"


def _is_plain(name: str, annotation: str) -> bool:
    return not name.startswith("_") and name != "model_config" and "ClassVar" not in annotation


def _is_required(value: ast.expr | None) -> bool:
    """Whether a field has no default: nothing, ``...``, or a ``Field`` that gives none."""
    if value is None or (isinstance(value, ast.Constant) and value.value is Ellipsis):
        return True
    if not isinstance(value, ast.Call) or ast.unparse(value.func).rpartition(".")[2] != "Field":
        return False
    named = {keyword.arg for keyword in value.keywords}
    if named & {"default", "default_factory", "alias", "validation_alias", None}:
        return False
    return not value.args or _is_required(value.args[0])


def _prefix(node: ast.ClassDef) -> str:
    """Return ``env_prefix`` of model_config or of the inner Config, "" without one."""
    found = re.search(r"""env_prefix\s*=\s*["'](\w*)["']""", ast.unparse(node))
    return found[1] if found else ""


def _kind(annotation: str) -> str:
    words = re.findall(r"\w+", annotation)
    if {"list", "List", "set", "tuple", "Sequence"} & set(words):
        return "json"
    if {"dict", "Dict", "Mapping"} & set(words):
        return "object"
    return next((_KINDS[word] for word in words if word in {"int", "float", "bool"}), "text")
