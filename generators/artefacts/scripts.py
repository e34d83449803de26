"""Scripts for people: start here, deploy, migrate as a job."""

from __future__ import annotations

from generators.artefact import Artefact
from generators.artefacts.rollout import lines
from generators.artefacts.starting import start_command, telling
from generators.deployment import Deployment
from generators.detection.tree import join
from generators.header import header
from generators.stack import Stack
from generators.templating import rendered

FOLDER = "deploy"
_RUNNERS = {
    "uv": ("uv", "run"),
    "poetry": ("poetry", "run"),
    "pdm": ("pdm", "run"),
    "pipenv": ("pipenv", "run"),
}


def start(stack: Stack, language: str) -> list[Artefact]:
    """Return the script that starts the main service on a developer's machine."""
    one = stack.main
    service = one.service
    if not one.answers or one.static:
        return []
    runner = _RUNNERS.get(service.package_manager, ())
    python = service.language == "python"
    migrations = [
        (stream.tool.directory, telling(one, stream, (*runner, *stream.tool.command)))
        for stream in one.migrating
        if stream.tool.command
    ]
    text = rendered(
        "scripts/start.sh.j2",
        language,
        header=header(language, one.blueprint_hash),
        deployment=one,
        settings=list(dict.fromkeys([".env", join(service.path, ".env")])),
        path=_programs(one),
        python_path=service.import_root if python and service.import_root != service.path else "",
        migrations=migrations,
        folder=service.path,
        build=list(service.build) if not python else [],
        start=[*runner, *start_command(one)],
    )
    return [_script("start", "start.sh", text)]


def deploy(stack: Stack, language: str) -> list[Artefact]:
    """Return the script that deploys to Cloud Run by the pipeline and asks its health."""
    one = stack.main
    if one.delivery.runtime != "cloud-run" or not one.answers:
        return []
    text = rendered(
        "scripts/deploy.sh.j2",
        language,
        header=header(language, one.blueprint_hash),
        deployment=one,
        how=one.delivery.pipeline,
        build_region=one.delivery.build_region or one.region,
        branch=one.delivery.branch,
        lines=lines(stack) if one.delivery.pipeline == "none" else [],
    )
    return [_script("deploy", "deploy.sh", text)]


def migrate(stack: Stack, language: str) -> list[Artefact]:
    """Return the script that runs the migrations as Cloud Run jobs."""
    one = stack.main
    if one.delivery.runtime != "cloud-run":
        return []
    found = [line for line in lines(stack) if line.kind == "migrate"]
    if not found:
        return []
    text = rendered(
        "scripts/migrate.sh.j2",
        language,
        header=header(language, one.blueprint_hash),
        deployment=one,
        lines=found,
    )
    return [_script("migrate", "migrate.sh", text)]


def _programs(deployment: Deployment) -> str:
    """Return the folder of the programs that the project has installed, from the root."""
    service = deployment.service
    if service.language == "javascript":
        return join(service.path, "node_modules/.bin")
    return "" if service.package_manager in _RUNNERS else join(service.path, ".venv/bin")


def _script(name: str, file: str, text: str) -> Artefact:
    return Artefact(name=name, path=f"{FOLDER}/{file}", text=text, mode=0o755)
