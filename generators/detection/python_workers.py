"""Queue workers of a Python service: what starts them, else what the code defines."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import replace

from generators.detection.command_files import Line
from generators.detection.import_roots import dotted_from, import_root
from generators.detection.manifests import Manifest
from generators.detection.modules import Modules
from generators.detection.tree import Tree, deployable, inside, join, parent
from generators.project import Service, Worker

_KINDS = (
    ("celery-beat", re.compile(r"\bcelery\b(?=[^|&;]*\sbeat\b).*")),
    ("flower", re.compile(r"\bcelery\b(?=[^|&;]*\sflower\b).*")),
    ("celery", re.compile(r"\bcelery\b(?=[^|&;]*\sworker\b).*")),
    (
        "rq",
        re.compile(
            r"\brq\s+worker\b.*|\bpython3?\s+manage\.py\s+rqworker\b.*|\bflask\s+rq\s+worker\b.*"
        ),
    ),
    ("arq", re.compile(r"\barq\s+[A-Za-z_][\w.]*Settings\b.*")),
    ("dramatiq", re.compile(r"\bdramatiq\s+(?:-\S+(?:\s+[\w.:]+)?\s+)*[A-Za-z_][\w.:]*.*")),
    ("huey", re.compile(r"\bhuey_consumer(?:\.py)?\s+\S+.*|\bmanage\.py\s+run_huey\b.*")),
    ("taskiq", re.compile(r"\btaskiq\s+worker\s+\S+.*")),
    ("saq", re.compile(r"\bsaq\s+[A-Za-z_][\w.]+.*|\blitestar\s+workers\s+run\b.*")),
    (
        "django-q",
        re.compile(
            r"\bpython3?\s+manage\.py\s+(?:qcluster|process_tasks|db_worker|rundramatiq)\b.*"
        ),
    ),
)
_REQUIREMENT = re.compile(r"\b(?:celery|dramatiq|arq|rq|huey|taskiq|saq)(?:\[|[\"']?\s*[=<>~!]=)")
_SPOKEN = re.compile(r"\s*(?:echo|printf|log|info)\b")
_LEAST = 40
_SUFFIXES = {"celery-beat": "beat"}


def python_workers(
    tree: Tree, modules: Modules, manifest: Manifest, lines: list[Line], root: str
) -> tuple[Worker, ...]:
    """Return the workers of a service whose code lies under ``root``, each kind and queue once."""
    found: dict[tuple[str, str], Worker] = {}
    for line in lines:
        if line.weight < _LEAST or not _belongs(line.path, manifest.root):
            continue
        for kind, words in _in_text(line.text):
            name = _name(kind, line)
            key = (kind, name)
            if kind != "flower" and key not in found and not _same(found, kind, words):
                found[key] = Worker(
                    name=name,
                    kind=kind,
                    command=words,
                    directory=root,
                    path=line.path,
                    line=line.number,
                )
    for worker in _named_so(lines, manifest, root):
        if not any(one.path == worker.path and one.line == worker.line for one in found.values()):
            found.setdefault((worker.kind, worker.name), worker)
    if not found:
        found = {(one.kind, one.name): one for one in _from_code(tree, modules, manifest, root)}
    return _distinct(list(found.values()))


def _named_so(lines: list[Line], manifest: Manifest, root: str) -> Iterator[Worker]:
    """Yield what a Procfile calls a worker, whatever program it is."""
    for line in lines:
        called = re.match(r"(?:[\w-]*worker\w*|clock|scheduler|beat|consumer)$", line.process)
        if not called or not line.path.endswith("Procfile"):
            continue
        command = line.text.partition(":")[2].strip()
        if _belongs(line.path, manifest.root) and re.match(r"python|flask\b", command):
            kinds = (kind for kind in _QUEUES if manifest.dependencies.has(kind))
            kind = next(kinds, "python")
            yield Worker(
                name=_name(kind, line),
                kind=kind,
                command=_words(command),
                directory=root,
                path=line.path,
                line=line.number,
            )


_QUEUES = ("celery", "rq", "huey", "dramatiq", "arq")


def _in_text(text: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    if "celery" not in text and not re.search(
        r"\b(?:rq|arq|dramatiq|huey|taskiq|saq|manage\.py|litestar)\b", text
    ):
        return
    if _REQUIREMENT.search(text):
        return
    if "[" in text:
        text = re.sub(r"[\[\]]|(?<=[\"']),", " ", text)
    plain = text.replace('"', "").replace("'", "")
    plain = re.sub(r"\s+", " ", plain)
    for piece in re.split(r"&&|\|\||;|\|", plain):
        if _SPOKEN.match(piece):
            continue
        for kind, pattern in _KINDS:
            if found := pattern.search(piece):
                yield kind, _words(found[0])
                break


def _words(command: str) -> tuple[str, ...]:
    command = re.split(r"\s[>&#]|\s\d?>", command.strip())[0].replace(" exec ", " ")
    try:
        words = shlex.split(command)
    except ValueError:
        words = command.split()
    reloads = {"--reload", "--autoreload", "--watch"}
    kept = tuple(word for word in words if word not in reloads)
    if any("$" in word for word in kept):
        return ("sh", "-c", f"exec {' '.join(kept)}")
    return kept


def _name(kind: str, line: Line) -> str:
    process = line.process.lower().replace("_", "-")
    if process and process not in {"web", "release", "services"}:
        return re.sub(r"^celery-?", "", process).replace("celery", "") or "worker"
    return _SUFFIXES.get(kind, "worker")


def _same(found: dict[tuple[str, str], Worker], kind: str, words: tuple[str, ...]) -> bool:
    """A second place that starts the same kind is the same worker, unless it takes other queues."""
    queues = _queues(words)
    return any(one.kind == kind and _queues(one.command) == queues for one in found.values())


def _queues(words: tuple[str, ...]) -> str:
    joined = " ".join(words)
    found = re.search(r"(?:-Q|--queues?)[= ](\S+)", joined)
    return found[1] if found else ""


def _belongs(path: str, root: str) -> bool:
    folder = parent(path)
    return inside(folder, root) or inside(root, folder) or root == "." or parent(root) == "."


def _from_code(tree: Tree, modules: Modules, manifest: Manifest, root: str) -> Iterator[Worker]:
    """Yield workers for queue objects that nothing starts; without the package there are none."""
    for module in modules.all():
        if not inside(module.path, manifest.root) or not deployable(module.path):
            continue
        for queue in module.queues:
            if not manifest.dependencies.has(queue.kind, f"{queue.kind}-py", "celery", "arq"):
                continue
            home = root if inside(module.path, root) else import_root(tree, module, [])
            dotted = dotted_from(home, module.path)
            yield Worker(
                name="worker",
                kind=queue.kind,
                command=_command(queue.kind, dotted, queue.name),
                directory=home,
                path=module.path,
                line=queue.line,
            )
    if manifest.dependencies.has("django-rq") and tree.has(join(root, "manage.py")):
        yield Worker(
            name="worker", kind="rq", command=("python", "manage.py", "rqworker"), directory=root
        )


def _command(kind: str, dotted: str, name: str) -> tuple[str, ...]:
    match kind:
        case "celery":
            package = dotted.removesuffix(".celery")
            target = package if name == "app" and package != dotted else f"{dotted}:{name}"
            return ("celery", "-A", target, "worker", "--loglevel=info")
        case "arq":
            return ("arq", f"{dotted}.{name}")
        case "huey":
            return ("huey_consumer", f"{dotted}.{name}")
        case _:
            return ("taskiq", "worker", f"{dotted}:{name}")


def each_worker_once(services: Sequence[Service]) -> Iterator[Service]:
    """Yield the services of one manifest, each worker with one of them: two would do work twice.

    It is that of the service whose package its command names, else the first.
    """
    given: set[tuple[str, ...]] = set()
    for service in services:
        kept = []
        for worker in service.workers:
            owners = [one for one in services if _names(worker, one)] or list(services)
            if worker.command not in given and owners[0] is service:
                given.add(worker.command)
                kept.append(worker)
        yield replace(service, workers=tuple(kept))


def _names(worker: Worker, service: Service) -> bool:
    package = (service.entrypoint or "").partition(":")[0].partition(".")[0]
    words = (word.partition(":")[0].partition(".")[0] for word in worker.command)
    return worker in service.workers and package in words


def _distinct(workers: list[Worker]) -> tuple[Worker, ...]:
    """Give every worker a name of its own."""
    seen: dict[str, int] = {}
    named = []
    for worker in workers:
        count = seen[worker.name] = seen.get(worker.name, 0) + 1
        named.append(worker if count == 1 else replace(worker, name=f"{worker.name}-{count}"))
    return tuple(named)
