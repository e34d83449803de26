"""The commands of an image: start, health check, migrate, work."""

from __future__ import annotations

import json
from collections.abc import Sequence
from urllib.parse import quote

from generators.deployment import Deployment, Stream
from generators.project import Worker
from generators.quoting import shell_word, variable_name

BEHIND = 8081
"""The port of a back end that nginx stands in front of, in one container."""
_IN_PATHS = "/?&=:@%+,;~!()*-._"
"""What the path of a request may hold as it is; clients refuse some of the rest."""


def start_command(deployment: Deployment) -> list[str]:
    """Return the exec form of the server: it gets SIGTERM itself and listens on ``$PORT``."""
    service = deployment.service
    if service.role == "worker" and service.workers:
        first = service.workers[0]
        return worker_command(deployment, first)
    if service.language == "javascript":
        return _node(deployment)
    return ["sh", "-c", f"exec {server_words(deployment)}"]


def server_words(deployment: Deployment) -> str:
    """Return the shell words of a Python server; behind nginx it listens to nobody else."""
    service = deployment.service
    target = service.entrypoint or ""
    host, port, grace = "0.0.0.0", f"${{PORT:-{deployment.port}}}", 8
    if deployment.together:
        host, port, grace = "127.0.0.1", str(BEHIND), 6
    if service.interface == "streamlit":
        words = f"streamlit run {shell_word(target)} --server.port {port}"
        words += f" --server.address {host} --server.headless true"
        return f"{words} --browser.gatherUsageStats false"
    if service.interface == "wsgi":
        called = f"{target}()" if service.factory else target
        words = f"gunicorn {shell_word(called)} --bind {host}:{port}"
        return f"{words} --workers 1 --threads 8 --timeout 0 --graceful-timeout {grace}"
    factory = " --factory" if service.factory else ""
    words = f"uvicorn {shell_word(target)}{factory} --host {host} --port {port}"
    words += " --proxy-headers" if deployment.together else ""
    return f"{words} --timeout-graceful-shutdown {grace}"


def _node(deployment: Deployment) -> list[str]:
    service = deployment.service
    if service.framework == "Next.js" and service.start[:2] == ("next", "start"):
        if service.output.endswith("standalone") and not deployment.migrating:
            return ["node", "server.js"]
        return ["next", "start", "--hostname", "0.0.0.0"]
    return list(service.start)


def health_command(deployment: Deployment) -> list[str]:
    """Return the exec form of the health check, in the language itself: slim images have no curl.

    Without a known path any answer counts, and with Django all but its own faults: a check from
    inside is no host that it allows.
    """
    path, port = quote(deployment.health_path, safe=_IN_PATHS), deployment.port
    known = path and deployment.service.framework != "Django"
    if deployment.static:
        return [
            "sh",
            "-c",
            f"exec curl --fail --silent --output /dev/null --max-time 4 {_here(port)}",
        ]
    if deployment.service.language == "javascript":
        most = "< 400" if known else "< 500"
        script = (
            "require('node:http').get({host: '127.0.0.1', "
            f"port: process.env.PORT || {port}, path: {json.dumps(path or '/')}, timeout: 4000}}, "
            f"(answer) => process.exit(answer.statusCode {most} ? 0 : 1))"
            ".on('error', () => process.exit(1)).on('timeout', () => process.exit(1))"
        )
        return ["node", "-e", script]
    if known:
        script = (
            "import os, urllib.request as request; "
            f"request.urlopen('http://127.0.0.1:' + os.environ.get('PORT', '{port}')"
            f" + {path!r}, timeout=4)"
        )
        return ["python", "-c", script]
    script = (
        "import http.client as http, os; "
        f"it = http.HTTPConnection('127.0.0.1', int(os.environ.get('PORT', '{port}')), timeout=4); "
        f"it.request('GET', {path or '/'!r}); raise SystemExit(it.getresponse().status >= 500)"
    )
    return ["python", "-c", script]


def migrate_command(deployment: Deployment, stream: Stream | None = None) -> list[str]:
    """Return the exec form that brings the database to the newest revision, [] without a tool."""
    streams = (stream,) if stream else deployment.migrating
    if not streams:
        return []
    tool = streams[0].tool
    words = list(tool.command)
    if words[:1] == ["prisma"] and deployment.service.language == "javascript":
        words = ["npx", *words]
    return in_folder(deployment, tool.directory, words)


def telling(deployment: Deployment, stream: Stream, words: Sequence[str]) -> list[str]:
    """Return words that run with what the stream alone is told, for where no file says it."""
    told = deployment.told(stream).items()
    if not told:
        return list(words)
    return ["env", *(f"{variable_name(name)}={value}" for name, value in told), *words]


def exports(deployment: Deployment, stream: Stream) -> list[str]:
    """Return lines of a shell that say the same to everything after them."""
    told = deployment.told(stream).items()
    return [f"export {variable_name(name)}={shell_word(value)}" for name, value in told]


def worker_command(deployment: Deployment, worker: Worker) -> list[str]:
    """Return the exec form of a worker, in the folder that its command is meant for."""
    return in_folder(deployment, worker.directory, worker.command)


def in_folder(deployment: Deployment, folder: str, words: Sequence[str]) -> list[str]:
    """Return words that run in a folder of the repository, as it lies in the image."""
    if folder == deployment.service.path:
        return list(words)
    line = " ".join(shell_word(word) for word in words)
    return ["sh", "-c", f"cd {shell_word(image_path(deployment, folder))} && exec {line}"]


def image_path(deployment: Deployment, path: str) -> str:
    """Return where a path of the repository lies in the image: /app is the build context."""
    inner = deployment.within_context(path)
    return "/app" if inner == "." else f"/app/{inner}"


def _here(port: int) -> str:
    return f"http://127.0.0.1:${{PORT:-{port}}}/"
