"""How each package manager installs what tests need, and runs them: lines of a pipeline."""

from __future__ import annotations

from urllib.parse import quote

from generators.artefacts.compose_environment import (
    LOCAL_PASSWORD,
    address_parts,
    database_url,
)
from generators.artefacts.stand_ins import stand_ins
from generators.deployment import Deployment
from generators.project import Service
from generators.quoting import bash_word

_PYTHON = {
    "uv": ("pip install 'uv>=0.5,<1'", "uv sync --locked", "uv run"),
    "poetry": ("pip install 'poetry>=1.8,<3'", "poetry install --no-interaction", "poetry run"),
    "pdm": ("pip install 'pdm>=2.20,<3'", "pdm sync --dev", "pdm run"),
    "pipenv": ("pip install 'pipenv>=2024'", "pipenv sync --dev", "pipenv run"),
}
_NODE = {
    "npm": ("npm ci", "npm test --if-present"),
    "pnpm": ("corepack enable\npnpm install --frozen-lockfile", "pnpm run --if-present test"),
    "yarn": ("corepack enable\nyarn install --immutable", "npm test --if-present"),
    "bun": ("npm install --global bun@1\nbun install --frozen-lockfile", "npm test --if-present"),
}
_MORE = ("requirements-dev.txt", "requirements-test.txt", "requirements/dev.txt")


def install_lines(service: Service) -> list[str]:
    """Return the lines that install the service with its tests' dependencies, in its folder."""
    if service.language == "javascript":
        command = _NODE.get(service.package_manager, _NODE["npm"])[0]
        lines = command.split("\n")
        return lines if service.lockfile else [*lines[:-1], "npm install"]
    if service.package_manager in _PYTHON:
        tool, command, _run = _PYTHON[service.package_manager]
        return [tool, command if service.lockfile else command.replace(" --locked", "")]
    return [*_pip_lines(service), "pip install pytest"]


def test_lines(service: Service) -> list[str]:
    """Return the lines that run the tests; a project without any passes and says so."""
    if service.language == "javascript":
        return [_NODE.get(service.package_manager, _NODE["npm"])[1]]
    run = _PYTHON[service.package_manager][2] if service.package_manager in _PYTHON else ""
    found = "git ls-files -- 'test_*.py' '*_test.py' '*/test_*.py' '*/tests.py' 'tests.py'"
    lines = [f'if [ -z "$({found})" ]; then echo "no tests"; exit 0; fi']
    if service.framework == "Django" and "pytest" not in service.dependencies:
        return [*lines, f"{run} python manage.py test --noinput".strip()]
    return [*lines, f"{run} python -m pytest".strip()]


def test_environment(deployment: Deployment) -> dict[str, str]:
    """Return what tests start with: the throw-away database's address, stand-ins for the rest."""
    values = stand_ins(deployment.service.required, LOCAL_PASSWORD)
    if deployment.database is None:
        return values
    url = database_url(deployment, quote(LOCAL_PASSWORD, safe=""), "127.0.0.1")
    parts = address_parts(deployment, LOCAL_PASSWORD, "127.0.0.1")
    return {**values, "DATABASE_URL": url, **parts}


def _pip_lines(service: Service) -> list[str]:
    lines = []
    inner = [_inside(service, path) for path in service.requirements[:1]]
    if service.manifest.endswith(".txt"):
        inner = inner or [_inside(service, service.manifest)]
        lines = [f"pip install -r {bash_word(path)}" for path in inner]
    else:
        lines = ["pip install ."]
    loop = " ".join(_MORE)
    more = f'for file in {loop}; do if [ -f "$file" ]; then pip install -r "$file"; fi; done'
    return [*lines, more]


def _inside(service: Service, path: str) -> str:
    return path if service.path == "." else path.removeprefix(f"{service.path}/")
