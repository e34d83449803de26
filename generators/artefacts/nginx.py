"""nginx in front of built files: one page for every path, the API behind it."""

from __future__ import annotations

import re

from generators.artefact import Artefact
from generators.artefacts.starting import BEHIND, server_words
from generators.deployment import Deployment
from generators.detection.tree import join
from generators.header import header
from generators.quoting import shell_word
from generators.stack import Stack
from generators.templating import rendered

NGINX = "1.28"
TEMPLATE = "/etc/nginx/nginx.conf.template"
ROOT = "/srv"
_HASHED = {
    "vite": r"^/assets/.+-[A-Za-z0-9_-]{8}\.\w+$",
    "react-scripts": r"^/static/.+\.[0-9a-f]{8}\.",
    "vue-cli": r"^/(?:js|css|img|fonts)/.+\.[0-9a-f]{8}\.",
    "next": r"^/_next/static/",
    "sveltekit": r"^/_app/immutable/",
    "nuxt": r"^/_nuxt/",
    "astro": r"^/_astro/",
    "react-router": r"^/assets/.+-[A-Za-z0-9_-]{8}\.\w+$",
    "gatsby": r"^/static/",
    "angular": r"[.-][A-Z0-9]{8}\.(?:js|css)$",
}
"""The files whose names change with their contents, by what names them."""


def render(stack: Stack, language: str) -> list[Artefact]:
    """Return nginx.conf of every front end it serves, and supervisord.conf beside a back end."""
    served = [one for one in stack.deployments if one.static or one.together]
    files = [_settings(one, language) for one in served]
    return [*files, *(_processes(one, language) for one in served if one.together)]


def nginx_start() -> list[str]:
    """Return the exec form: the port and the API's address are put in, then nginx takes over."""
    names = "'${PORT} ${API_URL}'"
    fill = f"envsubst {names} < {TEMPLATE} > /tmp/nginx.conf"
    return ["sh", "-c", f"{fill} && exec nginx -c /tmp/nginx.conf -g 'daemon off;'"]


def _settings(deployment: Deployment, language: str) -> Artefact:
    front = deployment.service.frontend
    assert front is not None
    text = rendered(
        "nginx.conf.j2",
        language,
        header=header(language, deployment.blueprint_hash),
        root=ROOT,
        hashed=_HASHED.get(front.bundler, ""),
        proxied=_proxied(deployment),
        address=f"http://127.0.0.1:{BEHIND}" if deployment.together else "${API_URL}",
        exact=_exact(deployment),
    )
    return Artefact(name="nginx", path=join(deployment.service.path, "nginx.conf"), text=text)


def _proxied(deployment: Deployment) -> list[str]:
    """Return the prefixes that the back end answers."""
    if deployment.static and not deployment.backend:
        return []
    django = deployment.together and deployment.service.framework == "Django"
    return ["/api/", *(("/admin/", "/static/", "/media/") if django else ())]


def _exact(deployment: Deployment) -> str:
    """Return the health path of a back end in the same container, as a word of nginx."""
    if not deployment.together or not deployment.health_path:
        return ""
    path = deployment.health_path.partition("?")[0]
    kept = "".join(char for char in path if char.isprintable())
    escaped = kept.replace("\\", "\\\\").replace('"', '\\"')
    return "" if "$" in escaped or escaped.startswith("/api/") else f'"{escaped}"'


def _processes(deployment: Deployment, language: str) -> Artefact:
    """Return supervisord.conf: the back end and nginx, each in the foreground."""
    text = rendered(
        "supervisord.conf.j2",
        language,
        header=header(language, deployment.blueprint_hash),
        programs={
            "api": _command(["sh", "-c", f"exec {server_words(deployment)}"]),
            "nginx": _command(nginx_start()),
        },
    )
    path = join(deployment.service.path, "supervisord.conf")
    return Artefact(name="supervisor", path=path, text=text)


def _command(words: list[str]) -> str:
    """Return words as supervisord reads them: shell quoting, with its own % doubled."""
    line = " ".join(shell_word(word) for word in words)
    return re.sub(r"[\r\n]+", " ", line).replace("%", "%%").replace(" ;", " \\;")
