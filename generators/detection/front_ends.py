"""Browser applications in a repository: what builds them and where the built files end up."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from generators.detection.images import near
from generators.detection.node_packages import Package
from generators.detection.reading import read_json, table
from generators.detection.tree import Tree, inside, join, parent
from generators.project import FrontEnd

_FRAMEWORKS = (
    ("react", "react"),
    ("vue", "vue"),
    ("svelte", "svelte"),
    ("preact", "preact"),
    ("solid-js", "solid"),
    ("@angular/core", "angular"),
    ("lit", "lit"),
)
_OUT_DIR = re.compile(r"""outDir\s*:\s*(?:[\w.]*(?:resolve|join)\([^)"'`]*)?["'`]([^"'`$]+)["'`]""")
_LIBRARY = re.compile(r"\blib\s*:\s*\{")
_STATIC_EXPORT = re.compile(r"""\boutput\s*:[^,\n]*["']export["']""")
_BUILD_VARIABLE = re.compile(
    rb"\b((?:VITE|REACT_APP|NEXT_PUBLIC|NUXT_PUBLIC|PUBLIC|VUE_APP)_[A-Z0-9_]+)\b"
)
_CONFIGS = ("js", "ts", "mjs", "mts", "cjs", "cts")
_NO_SERVER = re.compile(r"\bssr\s*:\s*false")
_MOST_SOURCES = 150
_ELSEWHERE = (
    "@tauri-apps/cli",
    "electron",
    "expo",
    "react-native",
    "@capacitor/cli",
    "@crxjs/vite-plugin",
    "wxt",
    "plasmo",
    "vsce",
    "@types/vscode",
    "@vscode/vsce",
)


def elsewhere(tree: Tree, package: Package) -> bool:
    """Whether a package is made for desktops, phones, browsers or editors, not for a server."""
    beside = tree.has_folder(join(package.folder, "src-tauri"))
    return beside or any(name in package.dependencies for name in _ELSEWHERE)


def front_end(tree: Tree, package: Package) -> FrontEnd | None:
    """Return the front end that a package builds as plain files, None when it does not."""
    found = None if elsewhere(tree, package) else _bundler(tree, package)
    if found is None:
        return None
    bundler, output, script = found
    framework = next((name for key, name in _FRAMEWORKS if key in package.dependencies), bundler)
    return FrontEnd(
        path=package.folder,
        framework=framework,
        bundler=bundler,
        package_manager=package.manager,
        manager_version=package.manager_version,
        package_name=package.name,
        node_version=package.node.version,
        output=output,
        lockfile=package.lockfile,
        workspace=package.workspace,
        settings=package.settings,
        build=package.runs(script),
        variables=_variables(tree, package.folder),
    )


def served_by(front: FrontEnd, root: str) -> FrontEnd:
    """Return the front end as one whose files the back end at ``root`` serves itself."""
    return replace(front, served_by=root)


def nearest(root: str, fronts: list[FrontEnd], roots: list[str]) -> FrontEnd | None:
    """Return the front end of a service: inside it, or beside it when it is the only service."""
    within = [
        front
        for front in fronts
        if inside(front.path, root) and not _claimed(front.path, root, roots)
    ]
    if len(within) == 1 or (within and root != "."):
        return within[0]
    if len(roots) == 1 and len(fronts) == 1:
        return fronts[0]
    if within:
        usual = [one for one in within if one.path.rpartition("/")[2] in _USUAL]
        return usual[0] if len(usual) == 1 else None
    beside = [front for front in fronts if parent(front.path) == parent(root)]
    return beside[0] if len(beside) == 1 and len(roots) == 1 else None


_USUAL = frozenset({"frontend", "front", "client", "web", "ui", "app", "webapp", "spa"})


def config_text(tree: Tree, folder: str, name: str) -> str:
    """Return the text of a package's ``NAME.config.*``, "" when there is none."""
    for ending in _CONFIGS:
        path = join(folder, f"{name}.config.{ending}")
        if tree.has(path):
            return tree.text(path)
    return ""


def static_next(tree: Tree, package: Package) -> bool:
    """Whether a Next.js package is exported as plain files."""
    exported = _STATIC_EXPORT.search(config_text(tree, package.folder, "next"))
    return bool(exported) or "next export" in package.scripts.get("build", "")


def _bundler(tree: Tree, package: Package) -> tuple[str, str, str] | None:
    """Return the bundler, its output folder and the script that builds."""
    has, folder = package.dependencies, package.folder
    script = next(
        (name for name in ("build", "build:prod", "generate") if name in package.scripts), ""
    )
    if not script:
        return None
    said = package.scripts[script]
    if "next" in has:
        return ("next", "out", script) if static_next(tree, package) else None
    if "nuxt" in has or "nuxt3" in has:
        return _nuxt(tree, package, script)
    if "@sveltejs/kit" in has:
        static = "@sveltejs/adapter-static" in has
        return ("sveltekit", _sveltekit_output(tree, folder), script) if static else None
    if "astro" in has:
        server = re.search(
            r"""output\s*:\s*["'](server|hybrid)""", config_text(tree, folder, "astro")
        )
        return None if server else ("astro", "dist", script)
    if "@angular/core" in has and tree.has(join(folder, "angular.json")):
        return "angular", _angular_output(tree, folder), script
    if "react-scripts" in has or "react-app-rewired" in has:
        return "react-scripts", "build", script
    if "@vue/cli-service" in has:
        found = re.search(r"""outputDir\s*:\s*["']([^"']+)""", config_text(tree, folder, "vue"))
        return "vue-cli", found[1] if found else "dist", script
    if "gatsby" in has:
        return "gatsby", "public", script
    if "@react-router/dev" in has:
        config = config_text(tree, folder, "react-router")
        return ("react-router", "build/client", script) if _NO_SERVER.search(config) else None
    if "vite" in has and "@remix-run/dev" not in has:
        return _vite(tree, folder, script)
    browser = any(key in has for key, _name in _FRAMEWORKS)
    if browser and re.search(r"\b(webpack|parcel|rspack|rsbuild)\b", said):
        return _webpack(tree, folder, script)
    return None


def _vite(tree: Tree, folder: str, script: str) -> tuple[str, str, str] | None:
    """A Vite application has an index.html; one with other inputs builds parts for others."""
    config = config_text(tree, folder, "vite")
    pages = [path for path in tree.named("index.html") if inside(path, folder)]
    own = [path for path in pages if "/public/" not in path and "/dist/" not in path]
    found = _OUT_DIR.search(config)
    parts = not own and re.search(r"\binput\s*:", config)
    if (parts and not (found and found[1].startswith("../"))) or _LIBRARY.search(config):
        return None
    output = found[1] if found else "dist"
    if output.startswith("dist/") and not found:
        output = "dist"
    return "vite", output.removeprefix("./").rstrip("/") or "dist", script


def _webpack(tree: Tree, folder: str, script: str) -> tuple[str, str, str] | None:
    config = config_text(tree, folder, "webpack")
    named = re.search(r"""path\s*:[^\n]*?(?:(\w+)\s*,\s*)?["'](?:\./)?([\w/-]+)/?["']""", config)
    entry = config or any(inside(path, folder) for path in tree.named("index.html"))
    output = named[2] if named else "dist"
    if named and named[1] not in {None, "__dirname"}:
        base = re.search(rf"""\b{named[1]}\s*=[^\n]*__dirname,\s*["']([^"']+)["']""", config)
        output = f"{base[1]}/{output}" if base else output
    return ("webpack", output, script) if entry else None


def _nuxt(tree: Tree, package: Package, script: str) -> tuple[str, str, str] | None:
    config = config_text(tree, package.folder, "nuxt")
    old = package.dependencies.get("nuxt", "").lstrip("^~>= v").startswith(("1", "2"))
    static = "generate" in package.scripts.get(script, "")
    no_server = re.search(r"\bssr\s*:\s*false|target\s*:\s*[\"']static", config)
    if not static and (not no_server or _keeps_server(tree, package)):
        return None
    if not static:
        script = "generate" if "generate" in package.scripts else script
    return "nuxt", "dist" if old else ".output/public", script


def _keeps_server(tree: Tree, package: Package) -> bool:
    """Whether pages drawn by browsers alone still need Nuxt's server: for routes of its own."""
    started = [
        package.scripts.get(name, "") for name in ("start", "start:prod", "serve", "preview")
    ]
    started += [
        line
        for path in near(tree, package.folder)
        for line in tree.text(path).splitlines()
        if line.startswith(("CMD", "ENTRYPOINT"))
    ]
    routes = any(
        tree.has_folder(join(package.folder, f"server/{name}")) for name in ("api", "routes")
    )
    return routes or any("server/index.mjs" in one for one in started)


def _sveltekit_output(tree: Tree, folder: str) -> str:
    found = re.search(r"""pages\s*:\s*["']([^"']+)""", config_text(tree, folder, "svelte"))
    return found[1] if found else "build"


def _angular_output(tree: Tree, folder: str) -> str:
    projects = table(read_json(tree, join(folder, "angular.json")), "projects")
    for name in projects:
        project = table(projects, name)
        if project.get("projectType") == "library":
            continue
        built = table(project, "architect", "build") or table(project, "targets", "build")
        given = table(built, "options").get("outputPath")
        base = given if isinstance(given, str) else table({"at": given}, "at").get("base")
        path = str(base) if base else f"dist/{name}"
        whole = str(built.get("builder", "")).endswith(":application")
        browser = table({"at": given}, "at").get("browser", "browser") if whole else ""
        return f"{path}/{browser}".rstrip("/")
    return "dist"


def _variables(tree: Tree, folder: str) -> tuple[str, ...]:
    names: set[str] = set()
    for path in _sources(tree, folder):
        names |= {found.decode() for found in _BUILD_VARIABLE.findall(tree.data(path))}
    return tuple(sorted(names))


def _sources(tree: Tree, folder: str) -> Iterator[str]:
    endings = (".ts", ".tsx", ".js", ".jsx", ".vue", ".svelte", ".env.example", ".mjs")
    count = 0
    for path in tree.under(folder):
        if path.endswith(endings) and not path.endswith((".d.ts", ".min.js", ".spec.ts")):
            yield path
            count += 1
            if count >= _MOST_SOURCES:
                return


def _claimed(path: str, root: str, roots: list[str]) -> bool:
    """Whether a service further down is nearer to the path."""
    return any(other != root and inside(other, root) and inside(path, other) for other in roots)
