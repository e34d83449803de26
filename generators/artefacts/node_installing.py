"""How each of Node's package managers installs what its lockfile says, and leaves out the rest."""

from __future__ import annotations

import re
from dataclasses import dataclass

from generators.project import FrontEnd, Service

_USUAL = {"pnpm": "10", "yarn": "1.22.22", "bun": "1"}
_EXACT = re.compile(r"\d+(?:\.\d+)*(?:-[\w.]+)?")


@dataclass(frozen=True, slots=True)
class NodeInstallation:
    """Lines for a shell: the manager itself ("" when Node brings it), installing, leaving out.

    ``cache`` is the manager's folder; ``environment`` is for the build stage alone. ``prune`` is
    "" where development dependencies cannot be taken out afterwards.
    """

    tool: str
    command: str
    prune: str
    cache: str
    environment: tuple[tuple[str, str], ...] = ()


def node_installation(package: Service | FrontEnd) -> NodeInstallation:
    """Return the lines for a package's manager; without a lockfile it installs what it finds."""
    locked = bool(package.lockfile)
    version = package.manager_version if _EXACT.fullmatch(package.manager_version) else ""
    match package.package_manager:
        case "pnpm":
            frozen = "--frozen-lockfile" if locked else "--no-frozen-lockfile"
            return NodeInstallation(
                tool=_installed("pnpm", version),
                command=f"pnpm install {frozen}",
                prune="" if package.workspace else "pnpm prune --prod --ignore-scripts",
                cache="/root/.local/share/pnpm/store",
                environment=(("CI", "true"),),
            )
        case "yarn":
            return _yarn(version or _USUAL["yarn"], locked=locked, member=bool(package.workspace))
        case "bun":
            frozen = " --frozen-lockfile" if locked else ""
            return NodeInstallation(
                tool=_installed("bun", version),
                command=f"bun install{frozen}",
                prune="" if package.workspace else f"bun install --production{frozen}",
                cache="/root/.bun/install/cache",
            )
        case _:
            return NodeInstallation(
                tool=_installed("npm", version) if version.count(".") == 2 else "",
                command="npm ci" if locked else "npm install",
                prune="npm prune --omit=dev --ignore-scripts",
                cache="/root/.npm",
            )


def build_line(package: Service | FrontEnd, words: tuple[str, ...]) -> str:
    """Return the words that build a package after the packages of its workspace that it uses."""
    line = " ".join(words)
    name, script = package.package_name, words[-1] if words else ""
    if not package.workspace or not words or not re.fullmatch(r"[@\w./-]+", name):
        return line
    match package.package_manager:
        case "pnpm":
            return f'pnpm --filter "{name}..." run {script}'
        case "yarn" if not package.manager_version.startswith("1"):
            return f'yarn workspaces foreach -Rt --from "{name}" run {script}'
        case "npm" if package.siblings:
            before = " ".join(f"--workspace {one}" for one in package.siblings)
            return f"npm run build {before} --prefix {_up(package)} && {line}"
        case "yarn" if package.siblings:
            return " && ".join([*(f"yarn workspace {o} run build" for o in package.siblings), line])
        case "bun" if package.siblings:
            first = (f"bun run --filter {one} build" for one in package.siblings)
            return " && ".join([*first, line])
        case _:
            return line


def runtime_tool(start: tuple[str, ...], package: Service) -> str:
    """Return the line that brings the manager into the image that runs, when it starts there."""
    names = {"pnpm", "yarn", "bun", "bunx"} & set(start[:1])
    return node_installation(package).tool if names else ""


def _yarn(version: str, *, locked: bool, member: bool) -> NodeInstallation:
    if version.startswith("1"):
        frozen = " --frozen-lockfile" if locked else ""
        return NodeInstallation(
            tool=_installed("yarn", version if version.count(".") == 2 else _USUAL["yarn"]),
            command=f"yarn install{frozen}",
            prune="" if member else f"yarn install --production{frozen} --ignore-scripts",
            cache="/usr/local/share/.cache/yarn",
        )
    modern = not version.startswith(("2", "3"))
    return NodeInstallation(
        tool=_installed("@yarnpkg/cli-dist", version),
        command="yarn install --immutable" if locked else "yarn install",
        prune="yarn workspaces focus --production" if modern and not member else "",
        cache="/root/.yarn/berry/cache",
        environment=(
            ("YARN_IGNORE_PATH", "1"),
            ("YARN_NODE_LINKER", "node-modules"),
            ("YARN_ENABLE_TELEMETRY", "0"),
        ),
    )


def _installed(package: str, version: str) -> str:
    wanted = version or _USUAL.get(package, "latest")
    return f"npm install --global --force {package}@{wanted}"


def _up(package: Service | FrontEnd) -> str:
    """Return the way from a member's folder to its workspace's."""
    inner = package.path if package.workspace == "." else package.path[len(package.workspace) + 1 :]
    return "/".join([".."] * (inner.count("/") + 1))
