"""The port and the health path of a Node server, read from its sources by their shape."""

from __future__ import annotations

import re

from generators.detection.images import exposed
from generators.detection.node_entry import sources_of
from generators.detection.node_packages import Package
from generators.detection.tree import Tree, join
from generators.project import Evidence

_FROM_VARIABLE = re.compile(
    r"""(?:process\.env(?:\.\w*PORT|\[['"]\w*PORT['"]\])|env\.PORT|get(?:OrThrow)?(?:<\w+>)?\(\s*['"][\w.]*port['"]\s*\))"""
    r"""(?:\s*as\s+\w+)?[\s),]*(?:\|\||\?\?|,)\s*['"]?(\d{2,5})\b""",
    re.IGNORECASE,
)
_LITERAL = re.compile(r"""\.listen\(\s*(?:\{\s*port\s*:\s*)?['"]?(\d{2,5})\b""")
_CONSTANT = re.compile(r"""\bport\s*[:=]\s*['"]?(\d{4,5})\b""", re.IGNORECASE)
_ENV_FILE = re.compile(r"^(?:APP_|SERVER_|HTTP_)?PORT\s*=\s*[\"']?(\d{2,5})", re.MULTILINE)
_HEALTH = "health|healthz|health-check|healthcheck|livez|liveness|readyz|ping|status"
_ROUTE = re.compile(
    rf"""\.(?:get|all|use|route)\(\s*(?:\{{[^}}]*?(?:url|path)\s*:\s*)?['"`](/(?:[\w-]+/)*(?:{_HEALTH}))/?['"`]"""
)
_CONTROLLER = re.compile(
    rf"""@Controller\(\s*(?:\{{[^}}]*?path\s*:\s*)?['"`]/?((?:[\w-]+/)*(?:{_HEALTH}))/?['"`]"""
)
_PREFIX = re.compile(
    r"""setGlobalPrefix\(\s*['"`]/?([^'"`]+)['"`]\s*(,[^;]*?exclude)?""", re.DOTALL
)
_PREFIXED = re.compile(r"setGlobalPrefix\(|enableVersioning\(")


def node_port(tree: Tree, package: Package, entry: str) -> tuple[int, Evidence] | None:
    """Return the port that the server listens on when nothing tells it otherwise."""
    path = join(package.folder, entry) if entry else ""
    text = tree.text(path) if path else ""
    for pattern in (_FROM_VARIABLE, _LITERAL):
        if found := pattern.search(text):
            return _said(path, text, found)
    if said := exposed(tree, package.folder):
        return int(said.value), Evidence("port", said.path, said.line, said.says)
    for name in (".env.example", ".env.sample", "env-example", ".env.template", ".env.dist"):
        path = join(package.folder, name)
        if tree.has(path) and (found := _ENV_FILE.search(tree.text(path))):
            return _said(path, tree.text(path), found)
    for path in sources_of(tree, package.folder):
        name = path.rpartition("/")[2].lower()
        if any(word in name for word in ("config", "env", "settings", "server", "constants")):
            text = tree.text(path)
            if found := _FROM_VARIABLE.search(text) or _CONSTANT.search(text):
                return _said(path, text, found)
    return None


def node_health(tree: Tree, package: Package, entry: str) -> tuple[str, Evidence] | None:
    """Return the path that answers when the server is well; None when a prefix is not known."""
    main = tree.text(join(package.folder, entry)) if entry else ""
    for path in sources_of(tree, package.folder):
        data = tree.data(path)
        if b"health" not in data and b"ping" not in data and b"livez" not in data:
            continue
        text = tree.text(path)
        if found := _CONTROLLER.search(text):
            whole = _whole(main, f"/{found[1]}")
            line = text.count("\n", 0, found.start()) + 1
            if whole:
                return whole, Evidence("health_path", path, line, f"GET {whole}")
        elif (found := _ROUTE.search(text)) and "Router(" not in text:
            line = text.count("\n", 0, found.start()) + 1
            return found[1], Evidence("health_path", path, line, f"GET {found[1]}")
    return None


def _whole(main: str, path: str) -> str | None:
    if not _PREFIXED.search(main):
        return path
    found = _PREFIX.search(main)
    if found is None or found[2] or "enableVersioning(" in main:
        return None
    return f"/{found[1].strip('/')}{path}"


def _said(path: str, text: str, found: re.Match[str]) -> tuple[int, Evidence]:
    line = text.count("\n", 0, found.start(1)) + 1
    return int(found[1]), Evidence("port", path, line, text.splitlines()[line - 1].strip()[:100])
