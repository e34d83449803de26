"""Rendered files say what the deployment says, whatever the names hold."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from generators import quoting
from generators.artefact import Artefact
from generators.cloudbuild_lint import lint
from generators.deployment import DatabaseUse, Deployment, SecretUse
from generators.header import is_header
from generators.project import MigrationTool, Service
from generators.render import render
from generators.stack import alone
from tests.generators.repository import EXAMPLE, deployment, only_service

HOSTILE = st.text(
    st.characters(exclude_categories=("Cs",)) | st.sampled_from("\"'$\\`{}:#,\n\r\t&*!|>%@한글"),
    min_size=1,
    max_size=30,
)


def made(given_deployment: Deployment, name: str, language: str = "en") -> Artefact:
    return next(
        one for one in render(alone(given_deployment), language=language) if one.name == name
    )


def parsed(given_deployment: Deployment, name: str) -> dict:
    found = yaml.safe_load(made(given_deployment, name).text)
    assert isinstance(found, dict)
    return found


def step(build: dict, name: str) -> dict:
    return next(one for one in build["steps"] if one["id"] == name)


def substituted(build: dict, word: str) -> str:
    """Read a word as Cloud Build does."""
    known = {**build["substitutions"], "PROJECT_ID": "the-project", "BUILD_ID": "b1"}

    def put(found: re.Match[str]) -> str:
        return "$" if found[0] == "$$" else substituted(build, str(known[found[1] or found[2]]))

    return re.sub(r"\$\$|\$\{(\w+)\}|\$(\w+)", put, word)


def flags(build: dict, name: str) -> dict[str, str]:
    words = [substituted(build, word) for word in step(build, name)["args"]]
    return dict(word.split("=", 1) for word in words if word.startswith("--") and "=" in word)


def gcloud_list(given_text: str) -> list[str]:
    """Read a list as gcloud does (`gcloud topic escaping`)."""
    separator, text = ",", given_text
    if text.startswith("^"):
        separator, text = text[1:].split("^", 1)
    return text.split(separator)


def gcloud_pairs(given_text: str) -> dict[str, str]:
    return dict(pair.split("=", 1) for pair in gcloud_list(given_text))


def test_every_artefact_starts_with_who_made_it_and_from_what() -> None:
    for language in ("en", "ko"):
        for artefact in render(alone(deployment()), language=language):
            first = artefact.text.partition("\n")[0]
            assert is_header(first), first
            assert "0123456789ab" in first


def test_the_pipeline_builds_pushes_migrates_then_deploys() -> None:
    build = parsed(deployment(), "cloudbuild")
    assert [one["id"] for one in build["steps"]] == ["build", "push", "migrate", "deploy"]
    migrate = step(build, "migrate")["args"]
    assert migrate[:3] == ["run", "jobs", "deploy"]
    assert {"--execute-now", "--wait", "--max-retries=0"} <= set(migrate)
    assert flags(build, "migrate")["--command"] == "alembic"
    assert flags(build, "migrate")["--args"] == "upgrade,head"
    assert build["options"]["logging"] == "CLOUD_LOGGING_ONLY"
    assert build["serviceAccount"].endswith("/notes-build@${PROJECT_ID}.iam.gserviceaccount.com")
    assert step(build, "build")["env"] == ["DOCKER_BUILDKIT=1"]
    assert list(lint(made(deployment(), "cloudbuild").text)) == []


def test_port_health_and_secrets_agree_between_the_files() -> None:
    plan = deployment(port=9123, health_path="/livez")
    build, compose = parsed(plan, "cloudbuild"), parsed(plan, "compose")
    dockerfile = made(plan, "dockerfile").text
    deploy = flags(build, "deploy")
    assert deploy["--port"] == "9123"
    assert gcloud_pairs(deploy["--startup-probe"])["httpGet.port"] == "9123"
    assert gcloud_pairs(deploy["--liveness-probe"])["httpGet.path"] == "/livez"
    assert compose["services"]["app"]["ports"] == ["9123:9123"]
    assert "EXPOSE 9123" in dockerfile
    assert "PORT=9123" in dockerfile
    assert "/livez" in dockerfile.split("HEALTHCHECK")[1]
    password = gcloud_pairs(flags(build, "migrate")["--update-secrets"])
    assert password == {"DB_PASSWORD": "notes-db-password:latest"}
    assert "DB_PASSWORD=" in made(plan, "env").text


def test_the_image_runs_without_root_and_takes_sigterm_itself() -> None:
    text = made(deployment(), "dockerfile").text
    lines = text.splitlines()
    assert "USER 10001:10001" in lines
    command = json.loads(next(line for line in lines if line.startswith("CMD "))[4:])
    assert command[:2] == ["sh", "-c"]
    assert command[2].startswith("exec uvicorn app.main:app --host 0.0.0.0 --port ${PORT:-8080}")
    assert not re.search(r"password|secret", text, re.IGNORECASE)
    assert sum(line.startswith("FROM ") for line in lines) == 3
    assert 'COPY --from=web ["/src/web/dist", "/app/web/dist"]' in lines


def test_compose_starts_by_health_and_migrates_once() -> None:
    services = parsed(deployment(), "compose")["services"]
    assert services["db"]["image"] == "postgres:16"
    assert services["migrate"]["depends_on"]["db"]["condition"] == "service_healthy"
    migrated = services["app"]["depends_on"]["migrate"]["condition"]
    assert migrated == "service_completed_successfully"
    assert services["app"]["environment"]["DATABASE_URL"] == (
        "postgresql+psycopg://notes:${DB_PASSWORD:-local-only}@db:5432/notes"
    )
    assert "redis" not in services


def test_redis_is_there_only_when_it_is_used() -> None:
    service = replace(only_service(EXAMPLE), redis=True)
    compose = parsed(deployment(service), "compose")
    assert compose["services"]["app"]["depends_on"]["redis"]["condition"] == "service_healthy"
    assert set(compose["volumes"]) == {"db-data", "redis-data"}


def test_without_a_database_nothing_speaks_of_one() -> None:
    plan = deployment(database=None, secrets=())
    build, compose = parsed(plan, "cloudbuild"), parsed(plan, "compose")
    assert [one["id"] for one in build["steps"]] == ["build", "push", "deploy"]
    assert "--set-cloudsql-instances" not in flags(build, "deploy")
    assert set(compose["services"]) == {"app"}


def test_a_deploy_leaves_alone_what_a_person_or_set_up_decided() -> None:
    for public in (True, False):
        build = parsed(deployment(public=public), "cloudbuild")
        for words in (step(build, "deploy")["args"], step(build, "migrate")["args"]):
            assert not [word for word in words if "unauthenticated" in word or "iam-check" in word]
            assert not [word for word in words if word.startswith(("--set-env", "--set-secrets"))]
            assert not [word for word in words if word.startswith("--clear")]
        pinned_by_set_up = [word for word in step(build, "deploy")["args"] if "secrets" in word]
        assert pinned_by_set_up == []


def test_a_public_service_says_how_it_is_opened_and_a_private_one_does_not() -> None:
    command = "gcloud run services update notes --no-invoker-iam-check"
    for name in ("cloudbuild", "github"):
        pipeline = {"cloudbuild": "cloud-build", "github": "github"}[name]
        made_of = deployment(
            pipeline=pipeline, delivery=replace(deployment().delivery, pipeline=pipeline)
        )
        assert f"# {command}" in made(made_of, name).text
        assert command not in made(replace(made_of, public=False), name).text


@pytest.mark.parametrize(
    ("manager", "lockfile", "expected"),
    [
        ("uv", "uv.lock", "uv sync --no-dev --locked --no-install-project"),
        ("poetry", "poetry.lock", "poetry install --only main --no-root --no-interaction"),
        ("pdm", "pdm.lock", "pdm sync --prod --no-self --no-editable"),
        ("pipenv", "Pipfile.lock", "pipenv sync"),
    ],
)
def test_each_manager_installs_exactly_its_lockfile(
    manager: str, lockfile: str, expected: str
) -> None:
    service = Service(
        path=".",
        language="python",
        framework="FastAPI",
        package_manager=manager,
        lockfile=lockfile,
        manifest="pyproject.toml",
        entrypoint="app.main:app",
        interface="asgi",
        python_version="3.12",
        dependencies={"uvicorn": ""},
    )
    text = made(deployment(service), "dockerfile").text
    assert expected in text
    assert f'COPY ["pyproject.toml", "{lockfile}", "/app/"]' in text


def test_a_service_in_a_folder_is_built_from_that_folder() -> None:
    service = Service(
        path="backend",
        language="python",
        framework="Flask",
        package_manager="pip",
        manifest="backend/requirements.txt",
        requirements=("backend/requirements.txt",),
        entrypoint="wsgi:create_app",
        factory=True,
        interface="wsgi",
        import_root="backend/src",
        python_version="3.12",
        migrations=MigrationTool("alembic", "backend", "x", ("flask", "db", "upgrade")),
    )
    plan = deployment(service)
    artefacts = {one.name: one for one in render(alone(plan))}
    assert artefacts["dockerfile"].path == "backend/Dockerfile"
    assert artefacts["dockerignore"].path == "backend/.dockerignore"
    assert "PYTHONPATH=/app/src" in artefacts["dockerfile"].text
    assert "'wsgi:create_app()'" in artefacts["dockerfile"].text
    assert "install gunicorn" in artefacts["dockerfile"].text
    assert step(parsed(plan, "cloudbuild"), "build")["args"][-2:] == [
        "--file=backend/Dockerfile",
        "backend",
    ]
    assert parsed(plan, "compose")["services"]["migrate"]["build"]["context"] == "./backend"


def test_comments_are_in_the_language_that_is_asked_for() -> None:
    english, korean = (made(deployment(), "dockerfile", code).text for code in ("en", "ko"))
    assert [line for line in english.splitlines() if not line.startswith("#")] == [
        line for line in korean.splitlines() if not line.startswith("#")
    ]


@settings(max_examples=150, deadline=None)
@given(
    name=HOSTILE,
    region=HOSTILE,
    repository=HOSTILE,
    account=HOSTILE,
    health=HOSTILE,
    user=HOSTILE,
    database=HOSTILE,
    instance=HOSTILE,
    secret=HOSTILE,
    variable=st.sampled_from(["no", "ON", "null", "y", "TOKEN"]),
)
def test_hostile_names_come_back_as_they_were(
    name: str,
    region: str,
    repository: str,
    account: str,
    health: str,
    user: str,
    database: str,
    instance: str,
    secret: str,
    variable: str,
) -> None:
    plan = deployment(
        name=name,
        region=region,
        repository=repository,
        runtime_account=account,
        health_path=health,
        database=DatabaseUse(instance=instance, major="16", name=database, user=user),
        secrets=(SecretUse(variable=variable, secret=secret),),
    )
    build, compose = parsed(plan, "cloudbuild"), parsed(plan, "compose")
    deploy = flags(build, "deploy")
    assert substituted(build, build["substitutions"]["_SERVICE"]) == name
    assert deploy["--region"] == region
    image = f"{region}-docker.pkg.dev/the-project/{repository}/{name}:b1"
    assert deploy["--image"] == image
    assert deploy["--service-account"] == f"{account}@the-project.iam.gserviceaccount.com"
    connection = f"the-project:{region}:{instance}"
    assert gcloud_list(deploy["--add-cloudsql-instances"]) == [connection]
    assert gcloud_pairs(deploy["--update-env-vars"])["CLOUD_SQL_INSTANCE"] == connection
    assert gcloud_pairs(deploy["--startup-probe"])["httpGet.path"] == health
    migrate = flags(build, "migrate")
    assert gcloud_pairs(migrate["--update-secrets"]) == {variable: f"{secret}:latest"}
    assert gcloud_list(migrate["--set-cloudsql-instances"]) == [connection]
    assert gcloud_pairs(deploy["--update-env-vars"])["DB_USER"] == user
    environment = compose["services"]["db"]["environment"]
    assert environment["POSTGRES_USER"].replace("$$", "$") == user
    assert environment["POSTGRES_DB"].replace("$$", "$") == database
    assert [one["id"] for one in build["steps"]] == ["build", "push", "migrate", "deploy"]
    assert set(compose["services"]) == {"db", "migrate", "app"}
    assert_only_comments_and_assignments(made(plan, "env").text)
    assert_one_instruction_per_line(made(plan, "dockerfile").text)


def assert_only_comments_and_assignments(text: str) -> None:
    for line in text.split("\n"):
        assert not line or line.startswith("# "), line


def assert_one_instruction_per_line(text: str) -> None:
    known = {"FROM", "WORKDIR", "COPY", "RUN", "ENV", "USER", "EXPOSE", "HEALTHCHECK", "CMD"}
    for line in text.replace("\\\n", " ").split("\n"):
        if line and not line.startswith("#"):
            assert line.split(" ", 1)[0] in known, line


@settings(max_examples=150, deadline=None)
@given(HOSTILE)
def test_a_yaml_scalar_is_read_back_as_the_same_text(text: str) -> None:
    scalar = quoting.yaml_text(text)
    assert "\n" not in scalar
    assert yaml.safe_load(f"key: {scalar}\n") == {"key": text}
    assert yaml.safe_load(f"[{scalar}, 1]") == [text, 1]


@pytest.mark.parametrize("word", ["no", "Yes", "ON", "null", "~", "1e3", "0x10", "1_000", "=", ""])
def test_words_that_yaml_would_change_are_quoted(word: str) -> None:
    assert yaml.safe_load(quoting.yaml_text(word)) == word


@settings(max_examples=200, deadline=None)
@given(HOSTILE)
def test_a_shell_word_is_one_word(text: str) -> None:
    assert shlex.split(quoting.shell_word(text)) == [text]
    assert quoting.assigned(text).startswith(("'", "$'", '"'))
    assert quoting.shell_word("then") == "'then'"
    assert json.loads(quoting.exec_form([text])) == [text]


@settings(max_examples=200, deadline=None)
@given(st.lists(HOSTILE, min_size=1, max_size=4))
def test_a_gcloud_list_is_split_where_it_was_joined(words: list[str]) -> None:
    assert gcloud_list(quoting.gcloud_list(words)) == words


def test_the_shell_in_the_image_starts_what_is_meant(tmp_path: Path) -> None:
    """The CMD's shell line is run for real, with a fake server that records its words."""
    service = replace(only_service(EXAMPLE), entrypoint="app.main:create_app", factory=True)
    text = made(deployment(service), "dockerfile").text
    command = json.loads(next(line for line in text.splitlines() if line.startswith("CMD "))[4:])
    fake = tmp_path / "uvicorn"
    fake.write_text('#!/bin/sh\nprintf "%s\\n" "$@"\n', encoding="utf-8")
    fake.chmod(0o755)
    path = f"{tmp_path}:{Path(shutil.which('sh') or '/bin/sh').parent}"
    done = subprocess.run(
        command, env={"PATH": path, "PORT": "8181"}, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == [
        "app.main:create_app",
        "--factory",
        "--host",
        "0.0.0.0",
        "--port",
        "8181",
        "--timeout-graceful-shutdown",
        "8",
    ]
