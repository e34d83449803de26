"""The commands of the image: start, health check, migrate."""

from __future__ import annotations

from generators.deployment import Deployment
from generators.quoting import shell_word


def start_command(deployment: Deployment) -> list[str]:
    """Return the exec form of the server: it gets SIGTERM itself and listens on ``$PORT``."""
    service = deployment.service
    target = service.entrypoint or ""
    port = f"${{PORT:-{deployment.port}}}"
    if service.interface == "wsgi":
        called = f"{target}()" if service.factory else target
        words = f"gunicorn {shell_word(called)} --bind 0.0.0.0:{port}"
        words += " --workers 1 --threads 8 --timeout 0 --graceful-timeout 8"
    else:
        factory = " --factory" if service.factory else ""
        words = f"uvicorn {shell_word(target)}{factory} --host 0.0.0.0 --port {port}"
        words += " --timeout-graceful-shutdown 8"
    return ["sh", "-c", f"exec {words}"]


def health_command(deployment: Deployment) -> list[str]:
    """Return the exec form of the health check, in Python itself: slim images have no curl."""
    path = deployment.health_path
    script = (
        "import os, urllib.request as request; "
        f"request.urlopen('http://127.0.0.1:' + os.environ.get('PORT', '{deployment.port}')"
        f" + {path!r}, timeout=4)"
    )
    return ["python", "-c", script]


def migrate_command(deployment: Deployment) -> list[str]:
    """Return the exec form that brings the database to the newest revision, [] without a tool."""
    tool = deployment.service.migrations
    if tool is None:
        return []
    words = list(tool.command)
    if tool.directory == deployment.service.path:
        return words
    folder = image_path(deployment, tool.directory)
    line = " ".join(shell_word(word) for word in words)
    return ["sh", "-c", f"cd {shell_word(folder)} && exec {line}"]


def image_path(deployment: Deployment, path: str) -> str:
    """Return where a path of the repository lies in the image: /app is the build context."""
    inner = deployment.within_context(path)
    return "/app" if inner == "." else f"/app/{inner}"
