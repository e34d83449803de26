"""Which source file a Nest application starts from, and where its build puts it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from generators.detection.node_entry import SIDE_WORK, Entry, sources_of, start_of
from generators.detection.node_packages import Package
from generators.detection.reading import line_of, read_json, table
from generators.detection.tree import Tree, join
from generators.project import Confidence, Evidence

_NEST = re.compile(rb"NestFactory\.create\b|NestFactory\.create<")


def nest_entries(tree: Tree, package: Package) -> list[Entry]:
    """Return the servers of a Nest package: one, or one for each project of a monorepo."""
    config_path = join(package.folder, "nest-cli.json")
    config = read_json(tree, config_path)
    projects = table(config, "projects")
    found = []
    for name in projects:
        project = table(projects, name)
        if project.get("type") == "library":
            continue
        source_root = str(project.get("sourceRoot") or join(str(project.get("root", ".")), "src"))
        entry = f"{source_root}/{project.get('entryFile') or 'main'}.ts"
        if tree.has(join(package.folder, entry)):
            built = f"dist/{project.get('root') or f'apps/{name}'}/main"
            place = Evidence(
                "entrypoint", config_path, line_of(tree.text(config_path), f'"{name}"'), name
            )
            code = _nest_evidence(tree, join(package.folder, entry))
            found.append(
                Entry(entry, ("node", built), "dist", Confidence.HIGH, (*code, place), name=name)
            )
    if found:
        return found
    source = str(config.get("sourceRoot") or "src").rstrip("/")
    file = str(config.get("entryFile") or "main").removesuffix(".js")
    usual = f"{source}/{file}.ts"
    all_starts = _nest_starts(tree, package)
    others = [path for path in all_starts if path != usual]
    if usual not in all_starts:
        others = [one for one in others if not SIDE_WORK.search(one)]
        usual = next(
            (one for one in others if one.endswith("/main.ts")), others[0] if others else ""
        )
    if not usual:
        return []
    built = _nest_built(tree, package, usual)
    evidence = [*_nest_evidence(tree, join(package.folder, usual))]
    start, script = start_of(package)
    if script:
        line = package.line(f'"{script}"', tree)
        evidence.append(Evidence("entrypoint", package.path, line, package.scripts[script]))
    if start[:1] != ("node",):
        start = ("node", built)
    sure = Confidence.HIGH if usual in {f"{source}/{file}.ts", "src/main.ts"} else Confidence.MEDIUM
    rest = tuple(one for one in others if one != usual)
    return [Entry(usual, start, built.partition("/")[0], sure, tuple(evidence), rest)]


def _nest_starts(tree: Tree, package: Package) -> list[str]:
    prefix = "" if package.folder == "." else f"{package.folder}/"
    return [
        path.removeprefix(prefix)
        for path in sources_of(tree, package.folder)
        if path.endswith((".ts", ".js")) and _NEST.search(tree.data(path))
    ]


def _nest_evidence(tree: Tree, path: str) -> Iterator[Evidence]:
    text = tree.text(path)
    line = line_of(text, "NestFactory.create")
    said = text.splitlines()[line - 1].strip() if text else ""
    yield Evidence("entrypoint", path, line, said[:120])


def _nest_built(tree: Tree, package: Package, source: str) -> str:
    """Return where ``nest build`` puts the compiled entry: rootDir decides how deep."""
    options = table(read_json(tree, join(package.folder, "tsconfig.json")), "compilerOptions")
    build = table(read_json(tree, join(package.folder, "tsconfig.build.json")), "compilerOptions")
    output = str(build.get("outDir") or options.get("outDir") or "./dist")
    output = output.removeprefix("./").strip("/")
    return f"{output}/{source.partition('/')[2].rpartition('.')[0] or 'main'}"
