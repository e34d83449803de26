"""Which source file of a Node package is the server, and how production starts it."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass

from generators.detection.images import dockerfiles, near
from generators.detection.node_names import TYPESCRIPT_RUNNERS
from generators.detection.node_packages import Package
from generators.detection.reading import line_of, read_json, table, texts
from generators.detection.tree import Tree, deployable, inside, join, parent
from generators.project import Confidence, Evidence

_PRODUCTION = (
    "start:prod",
    "start:production",
    "prod",
    "production",
    "serve:prod",
    "start",
    "serve",
)
_ENDINGS = (".ts", ".js", ".mjs", ".cjs", ".mts", ".cts", ".tsx")
_RUNNERS = re.compile(
    r"\b(?:node|bun|bun run|deno run|ts-node(?:-dev|-esm)?|tsx(?: watch)?|nodemon|babel-node"
    r"|esr|swc-node|dotenvx? run|pm2(?:-runtime)? start)\b((?:\s+(?:-\S+(?:[ =]\S+)?|--))*)"
    r"\s+[\"']?([\w@./-]+)"
)
_LISTENS = re.compile(
    rb"\.listen\(|NestFactory\.(?:create|createMicroservice)\b|\bserve\(|createServer\("
    rb"|new Elysia\(|express\(\)|[Ff]astify\(|new Koa\("
)
_STARTS = re.compile(
    rb"(?<!istory)\.listen\(|\.attach\(\d|\bserve\(\s*[{a]|startStandaloneServer\("
)
_HTTP = re.compile(rb"""(?:from|require\()\s*["'](?:node:)?https?2?["']|\b(?:Bun|Deno)\.serve\(""")
_USUAL = ("main", "index", "server", "app", "api", "www", "start", "bin/www", "bootstrap")
SIDE_WORK = re.compile(
    r"seed|migrat|script|worker|cli|command|tool|mock|spec|test|bench|console|repl|openapi|swagger|generate",
    re.IGNORECASE,
)
_WORKS = re.compile(r"(?:^|[/@ -])(?:[\w-]*worker|workers|queue|consumer|scheduler|cron|jobs)s?\b")
_MOST_SOURCES = 300


@dataclass(frozen=True, slots=True)
class Entry:
    """The server's source file from the package's folder, and the exec form that starts it."""

    source: str
    start: tuple[str, ...]
    output: str
    confidence: Confidence
    evidence: tuple[Evidence, ...]
    alternatives: tuple[str, ...] = ()
    folder: str = ""
    name: str = ""


def entries(tree: Tree, package: Package) -> list[Entry]:
    """Return the server of a package, [] when nothing in it listens."""
    found = _generic(tree, package)
    return [found] if found else []


def worker_entry(tree: Tree, package: Package) -> Entry | None:
    """Return a program without a server, when it is called a worker and has a script of its own."""
    words = f"{package.folder} {package.name}".lower()
    own_image = any(parent(path) == package.folder for path in dockerfiles(tree))
    if not _WORKS.search(words) or not (production_script(package) or own_image):
        return None
    return _generic(tree, package)


def plain_server(tree: Tree, package: Package) -> Entry | None:
    """Return a server made with Node's own ``http`` (or Bun's), which a script starts."""
    if "bin" in package.given or not production_script(package):
        return None
    if _WORKS.search(f"{package.folder} {package.name}".lower()):
        return None
    found = _generic(tree, package)
    if found is None or found.confidence is not Confidence.HIGH:
        return None
    text = tree.data(join(package.folder, found.source))
    return found if _HTTP.search(text) and _STARTS.search(text) else None


def production_script(package: Package) -> str:
    """Return the script that starts production, "" when there is none."""
    return next((name for name in _PRODUCTION if name in package.scripts), "")


def plain_command(command: str) -> tuple[str, ...]:
    """Return the words of a script that is one program, without variables; () for a shell line."""
    if re.search(r"[&|;`<>]|\$\(", command):
        return ()
    try:
        words = shlex.split(command)
    except ValueError:
        return ()
    if words and words[0] in {"cross-env", "env", "dotenv"}:
        words = words[1:]
    while words and (re.match(r"^[A-Z_][A-Z0-9_]*=", words[0]) or words[0] == "--"):
        words = words[1:]
    return tuple(words)


def start_of(package: Package) -> tuple[tuple[str, ...], str]:
    """Return production's command and the script it comes from; a development one is ()."""
    for name in _PRODUCTION:
        command = package.scripts.get(name, "")
        words = plain_command(command)
        if words[:1] == ("node",):
            return words, name
    return (), ""


def _generic(tree: Tree, package: Package) -> Entry | None:
    """Return the server: what scripts, images or ``main`` name, else the file that listens."""
    listening = _listening(tree, package)
    for file, evidence, start in _named(tree, package):
        source = _source_of(tree, package, file)
        if source is None:
            continue
        code = _listen_evidence(tree, join(package.folder, source))
        command = start or _command_for(package, file, source)
        output = file.partition("/")[0] if file != source and "/" in file else ""
        others = tuple(one for one in listening if one != source)
        sure = (
            Confidence.HIGH
            if code or source in listening or _leads_to(tree, package, source, listening)
            else Confidence.MEDIUM
        )
        return Entry(source, command, output, sure, (*code, evidence), others)
    if not listening:
        return None
    best = min(listening, key=_rank)
    confident = len(listening) == 1
    command = _command_for(package, best, best)
    code = _listen_evidence(tree, join(package.folder, best))
    others = tuple(one for one in listening if one != best)
    sure = Confidence.MEDIUM if confident else Confidence.LOW
    return Entry(best, command, "", sure, tuple(code), others)


def _named(tree: Tree, package: Package) -> Iterator[tuple[str, Evidence, tuple[str, ...]]]:
    """Yield files that something names as the program, with the evidence, the surest first."""
    for path, line, command in _commands(tree, package):
        if found := _RUNNERS.search(command):
            file = _normal(found[2])
            if file.endswith((".json", ".config.js", ".config.cjs")):
                file = _ecosystem(tree, join(package.folder, file)) or file
            words = plain_command(command)
            start = words if words[:1] == ("node",) else _by_runner(package, words)
            yield file, Evidence("entrypoint", path, line, command.strip()[:120]), start
        elif fastify := re.search(r"\bfastify start\b.*?([\w./-]+\.[cm]?[jt]s)\b", command):
            words = plain_command(command)
            yield _normal(fastify[1]), Evidence("entrypoint", path, line, command[:120]), words
    project = read_json(tree, join(package.folder, "project.json"))
    main = texts(table(project, "targets", "build", "options")).get("main", "")
    if main:
        path = join(package.folder, "project.json")
        output = texts(table(project, "targets", "build", "options")).get("outputPath", "dist")
        start = ("node", f"{output.strip('/')}/main.js")
        place = Evidence("entrypoint", path, line_of(tree.text(path), '"main"'), main)
        yield _normal(main.removeprefix(f"{package.folder}/")), place, start
    if given := package.given.get("main"):
        place = Evidence("entrypoint", package.path, package.line('"main"', tree), f"main: {given}")
        yield _normal(str(given)), place, ()


def _commands(tree: Tree, package: Package) -> Iterator[tuple[str, int, str]]:
    """Yield (file, line, command) that start the program: Procfile, scripts, then images."""
    path = join(package.folder, "Procfile")
    if tree.has(path):
        for number, text in enumerate(tree.text(path).splitlines(), 1):
            if text.startswith("web:"):
                yield from _followed(tree, package, path, number, text.removeprefix("web:"))
    for name in (*_PRODUCTION, "dev", "start:dev", "develop"):
        if name in package.scripts:
            line = package.line(f'"{name}"', tree)
            yield from _followed(tree, package, package.path, line, package.scripts[name])
    for path in near(tree, package.folder)[:3]:
        for number, text in enumerate(tree.text(path).splitlines(), 1):
            if found := re.match(r"(?:CMD|ENTRYPOINT)\s+(.*)", text):
                words = re.sub(r"[\[\]\",]+", " ", found[1])
                yield path, number, words


def _followed(
    tree: Tree, package: Package, path: str, line: int, command: str, hops: int = 0
) -> Iterator[tuple[str, int, str]]:
    """Yield a command, after the script it runs when it only runs another one."""
    inner = re.search(r"\b(?:npm|pnpm|yarn|bun)(?: run| run-script)?\s+([\w:-]+)", command)
    if inner and inner[1] in package.scripts and hops < 3:
        script = package.scripts[inner[1]]
        at = package.line(f'"{inner[1]}"', tree)
        yield from _followed(tree, package, package.path, at, script, hops + 1)
    yield path, line, command


def _ecosystem(tree: Tree, path: str) -> str:
    found = re.search(r"""["']?script["']?\s*:\s*["']([^"']+)["']""", tree.text(path))
    return _normal(found[1]) if found else ""


def run_file(tree: Tree, package: Package, command: str) -> str:
    """Return the source of the last file that a command runs, "" when it is not to be found.

    A compiled file without a source in the usual place is the only source of its name.
    """
    found = _RUNNERS.search(command.rpartition("&&")[2])
    file = _normal(found[2]) if found else ""
    source = _source_of(tree, package, file) if file else None
    if file and source is None and _stem(file) not in {"index", "main"}:
        same = [one for one in sources_of(tree, package.folder) if _stem(one) == _stem(file)]
        source = same[0] if len(same) == 1 else None
        prefix = "" if package.folder == "." else f"{package.folder}/"
        source = source.removeprefix(prefix) if source else None
    return source or ""


def _source_of(tree: Tree, package: Package, file: str) -> str | None:
    """Return the source of a file that may be compiled: dist/x.js is src/x.ts or x.ts."""
    stem = re.sub(r"\.[cm]?[jt]sx?$", "", file)
    tries = [stem, f"{stem}/index"]
    head, _slash, inner = stem.partition("/")
    if inner and head in {"dist", "build", "lib", "out", ".build", "output", "target"}:
        inner_tail = inner.partition("/")[2]
        built = [f"src/{inner}", inner, f"source/{inner}", f"src/{inner_tail}"]
        tries = [*built, *(f"{one}/index" for one in built), stem]
    for one in tries:
        for ending in _ENDINGS:
            if one and tree.has(join(package.folder, f"{one}{ending}")):
                return f"{one}{ending}"
    return file if tree.has(join(package.folder, file)) else None


def _command_for(package: Package, file: str, source: str) -> tuple[str, ...]:
    words, _script = start_of(package)
    if words:
        return words
    script = production_script(package)
    if script and not re.search(
        r"nodemon|ts-node-dev|\bdev\b|nx serve|watch", package.scripts[script]
    ):
        return package.runs(script)
    if source.endswith((".js", ".mjs", ".cjs")) or "." not in source.rpartition("/")[2]:
        return ("node", source)
    return ("node", file) if file.endswith(".js") else ()


def _listening(tree: Tree, package: Package) -> list[str]:
    prefix = "" if package.folder == "." else f"{package.folder}/"
    found = [
        path.removeprefix(prefix)
        for path in sources_of(tree, package.folder)
        if _STARTS.search(tree.data(path))
    ]
    return [one for one in found if not SIDE_WORK.search(one)]


def _leads_to(tree: Tree, package: Package, source: str, listening: list[str]) -> bool:
    """Whether the file imports one that listens."""
    text = tree.text(join(package.folder, source))
    return any(
        re.search(rf"[/\"']{re.escape(_stem(one))}(?:\.\w+)?[\"']", text) for one in listening
    )


def _listen_evidence(tree: Tree, path: str) -> tuple[Evidence, ...]:
    text = tree.text(path)
    for number, line in enumerate(text.splitlines(), 1):
        if _LISTENS.search(line.encode()):
            return (Evidence("entrypoint", path, number, line.strip()[:120]),)
    return ()


def sources_of(tree: Tree, folder: str) -> list[str]:
    """Return the sources of one package, shallowest first; inner packages are left out."""
    inner = [one for one in tree.package_folders if one != folder and inside(one, folder)]
    found: list[str] = []
    for path in tree.under(folder):
        if not path.endswith(_ENDINGS) or not deployable(path) or _generated(path):
            continue
        if not any(inside(path, other) for other in inner):
            found.append(path)
            if len(found) >= _MOST_SOURCES:
                break
    return found


def _generated(path: str) -> bool:
    return path.endswith(
        (
            ".d.ts",
            ".min.js",
            ".spec.ts",
            ".test.ts",
            ".spec.js",
            ".test.js",
            ".config.js",
            ".config.ts",
            ".stories.tsx",
        )
    ) or bool(
        re.search(r"(?:^|/)(?:dist|build|public|static|assets|\.next|migrations|components)/", path)
    )


def _rank(file: str) -> tuple[int, int, str]:
    stem = _stem(file)
    return (_USUAL.index(stem) if stem in _USUAL else len(_USUAL), file.count("/"), file)


def _stem(file: str) -> str:
    return file.rpartition("/")[2].partition(".")[0]


def _by_runner(package: Package, words: tuple[str, ...]) -> tuple[str, ...]:
    """Return what runs TypeScript as it is: the words from an installed runner on, () for none."""
    found = next((at for at, word in enumerate(words[:3]) if word in TYPESCRIPT_RUNNERS), -1)
    named = found >= 0 and TYPESCRIPT_RUNNERS[words[found]] in package.dependencies
    return words[found:] if named and "watch" not in words else ()


def _normal(file: str) -> str:
    while file.startswith("./"):
        file = file[2:]
    return file.rstrip("/")
