"""What a revision file's ``downgrade()`` is, by reading it: ops, empty, raises, missing."""

from __future__ import annotations

import ast
from pathlib import Path


def kind_of_downgrade(path: Path) -> str:
    """Return "ops", "empty", "raises" or "missing"; "unknown" where the file cannot be read."""
    try:
        tree = ast.parse(path.read_text(encoding="utf-8"))
    except (OSError, SyntaxError, ValueError):
        return "unknown"
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and node.name == "downgrade":
            work = [line for line in node.body if not _idle(line)]
            if not work:
                return "empty"
            return "raises" if isinstance(work[0], ast.Raise) else "ops"
    return "missing"


def _idle(line: ast.stmt) -> bool:
    return isinstance(line, ast.Pass) or (
        isinstance(line, ast.Expr) and isinstance(line.value, ast.Constant)
    )
