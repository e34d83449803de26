"""Any mixture of services: every file can be parsed and says what the model says."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator

import pytest
import yaml
from hypothesis import HealthCheck, given, settings

from generators.artefact import Artefact
from generators.cloudbuild_lint import lint
from generators.deployment import Deployment
from generators.render import render
from generators.stack import Stack
from tests.generators.stacks import stacks
from tests.generators.test_rendering import (
    assert_only_comments_and_assignments,
    flags,
    gcloud_list,
    gcloud_pairs,
    step,
    substituted,
)

KNOWN = {
    "FROM", "WORKDIR", "COPY", "RUN", "ENV", "ARG", "USER", "EXPOSE", "HEALTHCHECK", "CMD",
}  # fmt: skip


def named(artefacts: list[Artefact], name: str) -> Artefact:
    return next(one for one in artefacts if one.name == name)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(stacks())
def test_every_file_of_any_stack_says_what_the_model_says(stack: Stack) -> None:
    assert_says_the_model(stack)


def assert_says_the_model(stack: Stack) -> None:
    artefacts = render(stack)
    places = [one.path for one in artefacts]
    assert len(places) == len(set(places))
    build = yaml.safe_load(named(artefacts, "cloudbuild").text)
    build["substitutions"]["PROJECT_NUMBER"] = "42"
    assert list(lint(named(artefacts, "cloudbuild").text)) == []
    check_pipeline(stack, build)
    check_compose(stack, yaml.safe_load(named(artefacts, "compose").text))
    images = {one.path: one.text for one in artefacts if one.name == "dockerfile"}
    assert set(images) == {one.dockerfile for one in stack.deployments}
    for one in stack.deployments:
        check_image(one, images[one.dockerfile])
    for one in artefacts:
        if one.name == "env":
            assert_only_comments_and_assignments(one.text)


def check_pipeline(stack: Stack, build: dict) -> None:
    ids = [one["id"] for one in build["steps"]]
    kinds = [one.split("-")[0] for one in ids if not one.endswith("migrate")]
    assert ids.index("push") < ids.index("deploy")
    assert kinds == sorted(kinds, key=lambda kind: kind == "deploy")
    for one in stack.deployments:
        suffix = "" if one.label == "app" else f"-{one.label}"
        deploy = flags(build, f"deploy{suffix}")
        place = f"{one.region}-docker.pkg.dev/the-project/{one.repository}/{one.name}:b1"
        assert deploy["--image"] == place
        assert substituted(build, step(build, f"push{suffix}")["args"][1]) == place
        assert substituted(build, step(build, f"deploy{suffix}")["args"][2]) == one.name
        assert deploy["--port"] == str(one.port)
        if one.health_path:
            probe = gcloud_pairs(deploy["--startup-probe"])
            assert probe["httpGet.path"] == one.health_path
        if one.environment:
            assert gcloud_pairs(deploy["--update-env-vars"])["LEVEL"] == one.environment["LEVEL"]
        assert ("--update-secrets" in deploy) is bool(one.secrets and not one.main)
        if one.secrets and not one.main:
            secret = gcloud_pairs(deploy["--update-secrets"])["no"]
            assert secret == f"{one.secrets[0].secret}:latest"
        if one.database:
            connection = f"the-project:{one.region}:{one.database.instance}"
            assert gcloud_list(deploy["--add-cloudsql-instances"]) == [connection]
    for use in stack.workers:
        words = flags(build, f"deploy-{use.label}")
        assert words["--command"] in {"celery", "sh"}
        assert "$Q,한글" in words["--args"]


def check_compose(stack: Stack, compose: dict) -> None:
    services = compose["services"]
    wanted = {one.label for one in stack.deployments} | {use.label for use in stack.workers}
    wanted |= {stream.label for _one, stream in stack.migrations}
    stores = {"db": stack.database, "redis": stack.redis, "queue": stack.queue}
    assert set(services) == wanted | {name for name, used in stores.items() if used}
    published = [one["ports"][0].split(":")[0] for one in services.values() if "ports" in one]
    assert len(published) == len(set(published)) == len(stack.deployments)
    assert all(1 <= int(port) <= 65535 for port in published)
    for one in stack.deployments:
        service = services[one.label]
        assert service["ports"][0].endswith(f":{one.port}")
        at = service["build"]["context"].replace("$$", "$").removeprefix("./")
        file = service["build"]["dockerfile"].replace("$$", "$")
        assert (file if at == "." else f"{at}/{file}") == one.dockerfile
        for label in service.get("depends_on", {}):
            assert label in services
        if one.database:
            database = services["db"]["environment"]
            assert database["POSTGRES_USER"].replace("$$", "$") == one.database.user
    for use in stack.workers:
        command = [word.replace("$$", "$") for word in services[use.label]["command"]]
        assert "$Q,한글" in " ".join(command)


def check_image(one: Deployment, text: str) -> None:
    lines = list(instructions(text))
    assert {line.split(" ", 1)[0] for line in lines} <= KNOWN
    assert "USER 10001:10001" in lines
    assert f"EXPOSE {one.port}" in lines
    command = json.loads(lines[-1].removeprefix("CMD "))
    assert all(isinstance(word, str) for word in command)
    if command[:2] == ["sh", "-c"]:
        assert "exec " in command[2]
        assert shlex.split(command[2])
    health = json.loads(lines[-2].partition(" CMD ")[2])
    assert health[0] in {"python", "node", "sh"}
    for line in lines:
        if line.startswith("COPY") and "[" in line:
            assert json.loads(line[line.index("[") :])


def instructions(text: str) -> Iterator[str]:
    kept = [line for line in text.split("\n") if not line.startswith("#")]
    whole = re.sub(r"\\\n\s*", "", "\n".join(kept))
    return (line for line in whole.split("\n") if line)


@pytest.mark.slow
@settings(max_examples=2000, deadline=None, suppress_health_check=list(HealthCheck))
@given(stacks())
def test_every_file_of_thousands_of_stacks_says_what_the_model_says(stack: Stack) -> None:
    assert_says_the_model(stack)
