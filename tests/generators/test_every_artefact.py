"""Every artefact, asked for or not: parseable, from one model, whatever the names hold."""

from __future__ import annotations

import ast
import json
import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from generators.artefact import Artefact
from generators.artefacts.aws import fargate_size
from generators.check import check
from generators.header import split
from generators.render import render
from generators.stack import Stack
from tests.generators.hostile_stacks import KINDS, everything, hostile, one, stack
from tests.generators.stacks import stacks

TEXT = st.text(
    st.characters(exclude_categories=("Cs",), exclude_characters="\x00")
    | st.sampled_from("\"'$\\`{}:#,\n\r\t&*!|>%@[]()한글\u2028\x85\ufeff"),
    min_size=1,
    max_size=24,
)

TRICKS = (
    *("no", "NO", "on", "ON", "y", "n", "yes", "true", "null", "~", "1e3", "0x1F", "08", "1_000"),
    *("-rf", "--flag", "-", "$(id)", "${HOME}", "`id`", "$$", "$", "\\", "x\\", "'", '"', "'\"'"),
    *("{{ x }}", "${{ x }}", "{% x %}", "%s", "%(a)s", "#", " # ", "a: b", "a,b", "^:^a", "@"),
    *("|", ">", "&a", "*a", "!tag", "[a]", "{a}", "?", "=", "<<", "---", "...", " lead", "trail "),
    *("\n", "a\nb", "a\r\nb", "\t", "\x1b[31m", "\x7f", "\x85", "\u2028", "\ufeff", "한글", "🙂"),
    *("EOF", "*/", "-->", "]]>", '"""', "'" * 3, "; rm -rf /", "&& id", "| id", "x" * 5000),
    "2024-01-01",
)

FAST = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def loaded(artefact: Artefact) -> Any:
    """Return what a parser of the format makes of it, None for shells and Dockerfiles."""
    if artefact.path.endswith((".yml", ".yaml")):
        return yaml.load(artefact.text, FAST)
    if artefact.path.endswith(".json"):
        return json.loads(artefact.text)
    if artefact.path.endswith(".py"):
        return ast.parse(artefact.text)
    return None


def test_the_blueprint_decides_what_is_made_unasked() -> None:
    names = [{made.name for made in render(stack(kind))} for kind in range(len(KINDS))]
    assert "cloudbuild" in names[0]
    assert "github" not in names[0]
    assert "github" in names[1]
    assert "cloudbuild" not in names[1]
    assert {name for name in names[3] if name.startswith("vm-")} == {
        "vm-cloud-init",
        "vm-startup",
        "vm-compose",
        "vm-health",
        "vm-rollback",
        "vm-create",
    }
    assert not any(name.startswith(("aws", "azure", "vm")) for name in names[0])


def test_names_families_and_paths_choose() -> None:
    given_stack = stack()
    assert [made.name for made in render(given_stack, names=["start"])] == ["start"]
    aws = {made.name for made in render(given_stack, names=["aws"])}
    assert aws == {"buildspec", "task-definition", "aws-deploy"}
    by_path = render(given_stack, names=["deploy/monitoring/alert-latency.json"])
    assert [made.name for made in by_path] == ["alert-latency"]
    kept = render(given_stack, kept=["deploy/start.sh"])
    assert "start" in {made.name for made in kept}


@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize("kind", range(len(KINDS)))
def test_everything_says_who_made_it_and_can_be_read(kind: int, language: str) -> None:
    made = everything(stack(kind), language)
    paths = [each.path for each in made]
    assert len(set(paths)) == len(paths)
    for artefact in made:
        assert "0123456789ab" in split(artefact.text)[0], artefact.path
        loaded(artefact)
        assert artefact.mode == (0o755 if artefact.text.startswith("#!") else 0o644)


@settings(max_examples=10, deadline=None)
@given(text=TEXT, kind=st.integers(0, len(KINDS) - 1))
def test_hostile_texts_come_back_as_they_were(text: str, kind: int) -> None:
    assert_same_values(text, kind)


@pytest.mark.slow
@pytest.mark.parametrize("kind", range(len(KINDS)))
@pytest.mark.parametrize("text", TRICKS, ids=lambda text: ascii(text)[:24])
def test_every_known_trick_comes_back_as_it_was(text: str, kind: int) -> None:
    assert_same_values(text, kind)


@pytest.mark.slow
@settings(max_examples=500, deadline=None)
@given(text=TEXT, kind=st.integers(0, len(KINDS) - 1))
def test_many_hostile_texts_come_back_as_they_were(text: str, kind: int) -> None:
    assert_same_values(text, kind)


@pytest.mark.slow
@settings(max_examples=300, deadline=None)
@given(given_stack=stacks())
def test_every_artefact_of_random_stacks_can_be_read(given_stack: Stack) -> None:
    for artefact in everything(given_stack):
        loaded(artefact)


def assert_same_values(text: str, kind: int) -> None:
    made = {each.name: each for each in everything(hostile(kind, text))}
    for artefact in made.values():
        assert "0123456789ab" in split(artefact.text)[0], artefact.path
    read = {name: loaded(artefact) for name, artefact in made.items()}
    if "github" in read:
        assert_workflow(read["github"], text)
        assert_assignments(made["deploy"].text, text, ("project", "region", "service"))
    assert_elsewhere(read, text)
    assert_machine(read, made["vm-startup"].text, text)
    assert_assignments(made["vm-create"].text, text, ("project", "zone"))


def assert_workflow(flow: Any, text: str) -> None:
    assert set(flow["jobs"]) == {"test", "deploy"}
    assert without_expressions(flow["jobs"]["deploy"]["env"]["project"]) == text
    login = next(step for step in flow["jobs"]["deploy"]["steps"] if "auth@" in str(step))
    provider = without_expressions(login["with"]["workload_identity_provider"])
    assert provider.endswith(f"/workloadIdentityPools/{text}/providers/{text}")


def without_expressions(text: str) -> str:
    return text.replace("${{ '${{' }}", "${{")


def assert_elsewhere(read: dict[str, Any], text: str) -> None:
    task = read["task-definition"]
    [container] = task["containerDefinitions"]
    plain = {each["name"]: each["value"] for each in container["environment"]}
    assert (plain["GREETING"], plain["no"]) == (text, text)
    assert {each["name"] for each in container["secrets"]} == {"DATABASE_URL", "ON"}
    group = read["container-group"]
    values = group["resources"][0]["properties"]["containers"][0]["properties"]
    shown = {each["name"]: each.get("value", "") for each in values["environmentVariables"]}
    assert shown["GREETING"].removeprefix("[" if text.startswith("[") else "") == text
    rules = read["prometheus-rules"]["groups"][0]["rules"]
    assert rules[0]["expr"] == f"up{{job={json.dumps(text, ensure_ascii=False)}}} == 0"
    names = [node for node in ast.walk(read["tracing"]) if is_name(node)]
    assert names == [] or names[0].value.value == text  # type: ignore[attr-defined]


def is_name(node: ast.AST) -> bool:
    return isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "NAME"


def assert_machine(read: dict[str, Any], startup: str, text: str) -> None:
    compose = read["vm-compose"]
    assert set(compose["services"]) == {"proxy", "app", "pending", "migrate", "database"}
    environment = compose["services"]["app"]["environment"]
    assert environment["GREETING"].replace("$$", "$") == text
    assert environment["DB_PASSWORD"] == "${DB_PASSWORD:?}"
    init = read["vm-cloud-init"]
    files = {each["path"]: each["content"] for each in init["write_files"]}
    assert yaml.safe_load(files["/var/lib/tarmac/docker-compose.yml"]) == compose
    assert files["/var/lib/tarmac/startup.sh"].rstrip() == startup.rstrip()


def assert_assignments(script: str, text: str, names: tuple[str, ...]) -> None:
    """Let a real bash read the lines that assign, and nothing else."""
    lines = [next(line for line in script.split("\n") if line.startswith(f"{n}=")) for n in names]
    shown = "".join(f'printf "%s\\0" "${name}";' for name in names)
    done = subprocess.run(
        ["bash", "-c", "\n".join([*lines, shown])],
        env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.utf8"},
        capture_output=True,
        check=True,
    )
    assert done.stdout.decode().split("\0")[:-1] == [text] * len(names)


def test_port_health_and_names_agree_in_every_file() -> None:
    given_stack = stack(0, port=9123, health_path="/livez")
    made = {each.name: each for each in everything(given_stack)}
    container = loaded(made["task-definition"])["containerDefinitions"][0]
    assert container["portMappings"][0]["containerPort"] == 9123
    assert "/livez" in " ".join(container["healthCheck"]["command"])
    group = loaded(made["container-group"])["resources"][0]["properties"]
    probe = group["containers"][0]["properties"]["livenessProbe"]["httpGet"]
    assert (probe["path"], probe["port"]) == ("/livez", 9123)
    assert group["ipAddress"]["ports"][0]["port"] == 9123
    compose = loaded(made["vm-compose"])
    assert compose["services"]["app"]["ports"] == ["9123:9123"]
    for name in ("start", "vm-create", "vm-startup", "vm-health", "load-test"):
        assert "9123" in made[name].text, name
        assert "/livez" in made[name].text, name
    flow = made["github"].text
    assert "--port=9123" in flow
    assert "httpGet.path=/livez" in flow


def test_pipelines_elsewhere_run_what_cloud_build_runs() -> None:
    build = yaml.safe_load(one(stack(0), "cloudbuild").text)
    flow = yaml.safe_load(one(stack(1), "github").text)
    names = [step.get("name") for step in flow["jobs"]["deploy"]["steps"]]
    ids = [step["id"] for step in build["steps"]]
    assert [name for name in names if name in ids] == ids
    migrate = next(
        step for step in flow["jobs"]["deploy"]["steps"] if step.get("name") == "migrate"
    )
    words = next(step for step in build["steps"] if step["id"] == "migrate")["args"]
    for word in ("--max-retries=0", "--execute-now", "--wait", "--command=alembic"):
        assert word in words
        assert word in migrate["run"]


def test_actions_are_pinned_and_rights_are_minimal() -> None:
    text = one(stack(1), "github").text
    flow = yaml.safe_load(text)
    used = re.findall(r"uses: (\S+)", text)
    assert used
    assert all(re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40}", each) for each in used)
    assert flow["permissions"] == {}
    assert flow["jobs"]["test"]["permissions"] == {"contents": "read"}
    assert flow["jobs"]["deploy"]["permissions"] == {"contents": "read", "id-token": "write"}
    assert flow["jobs"]["deploy"]["needs"] == "test"
    assert "secrets." not in text


@pytest.mark.parametrize(
    ("cpu", "memory", "expected"),
    [
        ("1", "512Mi", (1024, 2048)),
        ("0.2", "128Mi", (256, 512)),
        ("1000m", "8Gi", (1024, 8192)),
        ("1", "9Gi", (2048, 9216)),
        ("2", "2Gi", (2048, 4096)),
        ("64", "500Gi", (16384, 122880)),
        ("what", "ever", (1024, 2048)),
    ],
)
def test_fargate_gets_a_pair_that_it_takes(
    cpu: str, memory: str, expected: tuple[int, int]
) -> None:
    assert fargate_size(cpu, memory) == expected


def test_without_a_database_nothing_speaks_of_one() -> None:
    bare = stack(3, database=None, secrets=(), migration=None)
    made = {each.name: each.text for each in everything(bare)}
    assert not {"migrate", "database-settings", "move-sqlite", "alert-database"} & set(made)
    assert "proxy" not in made["vm-compose"]
    assert "postgres" not in made["vm-startup"].lower()


def test_a_service_without_known_health_is_not_asked_at_a_path() -> None:
    quiet = stack(0, health_path="")
    for artefact in everything(quiet):
        loaded(artefact)
    group = loaded(one(quiet, "container-group"))["resources"][0]["properties"]
    assert "livenessProbe" not in group["containers"][0]["properties"]


def test_a_node_service_is_tested_and_deployed_too() -> None:
    node = replace(
        stack(1).main.service,
        language="javascript",
        framework="Express",
        package_manager="pnpm",
        lockfile="pnpm-lock.yaml",
        start=("node", "server.js"),
        build=("pnpm", "build"),
        interface="",
        migrations=None,
        node_version="22",
        frontend=None,
    )
    given_stack = stack(1, service=node)
    flow = yaml.safe_load(one(given_stack, "github").text)
    runs = [step.get("run", "") for step in flow["jobs"]["test"]["steps"]]
    assert any("pnpm install --frozen-lockfile" in run for run in runs)
    assert "request-logging" not in {each.name for each in everything(given_stack)}


@pytest.mark.skipif(shutil.which("shellcheck") is None, reason="shellcheck is not here")
def test_scripts_are_clean_for_shellcheck_whatever_the_names_hold() -> None:
    texts = []
    for number, given_stack in enumerate((stack(2), hostile(2), stack(3), hostile(3))):
        scripts = [each for each in everything(given_stack) if each.path.endswith(".sh")]
        texts += [(each.name, f"{number}/{each.path}", each.text) for each in scripts]
    verdicts = check(texts)
    assert len(verdicts) == len(texts)
    assert [each for each in verdicts if each.outcome != "passed"] == []


@pytest.mark.slow
@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize("made", [stack, hostile])
def test_every_validator_that_is_here_accepts_every_artefact(made: Any, language: str) -> None:
    texts: dict[tuple[str, str], tuple[str, str, str]] = {}
    for kind in range(len(KINDS)):
        for each in everything(made(kind), language):
            folder = f"{kind}/" if not each.path.startswith(".github") else ""
            texts.setdefault((each.name, each.text), (each.name, folder + each.path, each.text))
    verdicts = check(list(texts.values()))
    assert {each.validator for each in verdicts if each.outcome == "passed"} >= {"python", "json"}
    failed = [each for each in verdicts if each.outcome == "failed" and not accepted(each, made)]
    assert failed == []


def accepted(verdict: Any, made: Any) -> bool:
    """Azure's schema has its own idea of branch names; gcloud judges names that Google refuses."""
    said = " ".join(each.message for each in verdict.complaints)
    return made is hostile and ("$.trigger.branches" in said or verdict.validator == "gcloud")


def test_a_person_cannot_be_made_to_run_what_a_name_holds(tmp_path: Path) -> None:
    trap = tmp_path / "trap"
    text = f"x'; touch {trap}; '$(touch {trap})`touch {trap}`\"; touch {trap}; \""
    script = one(hostile(0, text), "deploy")
    place = tmp_path / "deploy" / "deploy.sh"
    place.parent.mkdir()
    place.write_text(script.text, encoding="utf-8")
    for name in ("gcloud", "curl"):
        fake = tmp_path / name
        fake.write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")
        fake.chmod(0o755)
    path = f"{tmp_path}:/usr/bin:/bin"
    done = subprocess.run(
        ["bash", str(place)], env={"PATH": path}, capture_output=True, check=False
    )
    assert done.returncode == 1
    assert not trap.exists()
