"""Dependencies in setup.cfg and setup.py, read without running either."""

from __future__ import annotations

import ast
import configparser

from generators.detection.reading import line_of
from generators.detection.requirements import Dependencies, read_line
from generators.detection.tree import Tree, join


def read_setup(tree: Tree, root: str, dependencies: Dependencies) -> bool:
    """Add ``install_requires`` of both; return whether a setup.py builds the project."""
    path = join(root, "setup.cfg")
    parser = configparser.ConfigParser(interpolation=None, strict=False)
    if tree.has(path):
        try:
            parser.read_string(tree.text(path))
        except configparser.Error:
            parser.clear()
        for line in parser.get("options", "install_requires", fallback="").splitlines():
            read_line(line, dependencies, path, line_of(tree.text(path), line.strip()))
    path = join(root, "setup.py")
    if not tree.has(path):
        return False
    try:
        nodes = list(ast.walk(ast.parse(tree.text(path))))
    except (SyntaxError, ValueError, RecursionError):
        return True
    for node in nodes:
        if isinstance(node, ast.keyword) and node.arg == "install_requires":
            for text in ast.walk(node.value):
                if isinstance(text, ast.Constant) and isinstance(text.value, str):
                    read_line(text.value, dependencies, path, text.lineno)
    return True
