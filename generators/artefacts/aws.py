"""AWS: CodeBuild, an ECS task definition for Fargate, and the script that rolls it out."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence

from generators.artefact import Artefact
from generators.artefacts.rollout import migration_words
from generators.artefacts.sizes import cpus, mebibytes
from generators.artefacts.starting import health_command
from generators.deployment import Deployment
from generators.header import header, in_words
from generators.project import Json
from generators.quoting import bash_word
from generators.stack import Stack
from generators.templating import rendered

ACCOUNT = "000000000000"
REGION = "REGION_PLACEHOLDER"
_PAIRS: Mapping[int, Sequence[int]] = {
    256: (512, 1024, 2048),
    512: tuple(range(1024, 4097, 1024)),
    1024: tuple(range(2048, 8193, 1024)),
    2048: tuple(range(4096, 16385, 1024)),
    4096: tuple(range(8192, 30721, 1024)),
    8192: tuple(range(16384, 61441, 4096)),
    16384: tuple(range(32768, 122881, 8192)),
}
"""What Fargate takes: CPU units and the memory, in MiB, that goes with each."""


def fargate_size(cpu: str, memory: str) -> tuple[int, int]:
    """Return the smallest (CPU units, MiB) of Fargate that holds what the blueprint asks for."""
    units, room = cpus(cpu) * 1024, mebibytes(memory)
    for size, memories in _PAIRS.items():
        fitting = [one for one in memories if one >= room]
        if size >= units and fitting:
            return size, fitting[0]
    largest = max(_PAIRS)
    return largest, _PAIRS[largest][-1]


def plain_name(name: str) -> str:
    """Return a name that ECS, ECR and Container Instances take: small letters, digits, -."""
    kept = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:60].rstrip("-")
    return kept if kept[:1].isalpha() else f"app-{kept}".rstrip("-")


def buildspec(stack: Stack, language: str) -> list[Artefact]:
    """Return the file that CodeBuild reads from the repository's root."""
    one = stack.main
    if not one.answers:
        return []
    words = ["docker build", '--platform=linux/amd64 --tag="$IMAGE"']
    words.append(f"--file={bash_word(one.dockerfile)} {bash_word(one.context)}")
    text = rendered(
        "aws/buildspec.yml.j2",
        language,
        header=header(language, one.blueprint_hash),
        name=plain_name(one.name),
        needed=': "${AWS_ACCOUNT_ID:?}" "${ECS_CLUSTER:?}" "${SUBNETS:?}" "${SECURITY_GROUPS:?}"',
        build=" ".join(words),
    )
    return [Artefact(name="buildspec", path="buildspec.yml", text=text)]


def task_definition(stack: Stack, language: str) -> list[Artefact]:
    """Return the task: the service's container, its secrets by ARN, its log."""
    one = stack.main
    if not one.answers:
        return []
    text = json.dumps(_task(one, language), indent=2, ensure_ascii=False) + "\n"
    return [Artefact(name="task-definition", path="deploy/aws/task-definition.json", text=text)]


def deploy(stack: Stack, language: str) -> list[Artefact]:
    """Return the script that registers, migrates, rolls out and waits."""
    one = stack.main
    if not one.answers:
        return []
    words = migration_words(stack)
    text = rendered(
        "aws/deploy.sh.j2",
        language,
        header=header(language, one.blueprint_hash),
        family=plain_name(one.name),
        container=plain_name(one.name),
        migrate=json.dumps(words, ensure_ascii=False) if words else "",
        min_instances=one.min_instances,
    )
    return [Artefact(name="aws-deploy", path="deploy/aws/deploy.sh", text=text, mode=0o755)]


def _task(one: Deployment, language: str) -> dict[str, Json]:
    name = plain_name(one.name)
    units, room = fargate_size(one.cpu, one.memory)
    roles = f"arn:aws:iam::{ACCOUNT}:role"
    return {
        "family": name,
        "requiresCompatibilities": ["FARGATE"],
        "networkMode": "awsvpc",
        "cpu": str(units),
        "memory": str(room),
        "runtimePlatform": {"cpuArchitecture": "X86_64", "operatingSystemFamily": "LINUX"},
        "executionRoleArn": f"{roles}/{name}-execution",
        "taskRoleArn": f"{roles}/{name}-task",
        "containerDefinitions": [_container(one, name, language)],
    }


def _container(one: Deployment, name: str, language: str) -> dict[str, Json]:
    port: dict[str, Json] = {"containerPort": one.port, "hostPort": one.port, "protocol": "tcp"}
    check: dict[str, Json] = {
        "command": ["CMD", *health_command(one)],
        "interval": 10,
        "timeout": 5,
        "retries": 3,
        "startPeriod": 30,
    }
    return {
        "dockerLabels": {"tarmac": in_words(language, one.blueprint_hash)},
        "name": name,
        "image": f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/{name}:latest",
        "essential": True,
        "user": "10001:10001",
        "portMappings": [port],
        "environment": _environment(one),
        "secrets": _secrets(one),
        "healthCheck": check,
        "stopTimeout": 30,
        "logConfiguration": {
            "logDriver": "awslogs",
            "options": {
                "awslogs-create-group": "true",
                "awslogs-group": f"/ecs/{name}",
                "awslogs-region": REGION,
                "awslogs-stream-prefix": name,
            },
        },
    }


def _environment(one: Deployment) -> list[Json]:
    """Return plain variables; Cloud SQL's are not for elsewhere, and PORT is stated."""
    pool = {name: one.start_variables[name] for name in _POOL if name in one.start_variables}
    values = {"PORT": str(one.port), **pool, **one.environment}
    return [{"name": name, "value": value} for name, value in values.items()]


def _secrets(one: Deployment) -> list[Json]:
    """Return the secrets of Secrets Manager: the address of the database, then the others."""
    password = one.database.password_variable if one.database else ""
    wanted = {use.variable: use.secret for use in one.secrets if use.variable != password}
    if one.database is not None:
        wanted = {"DATABASE_URL": f"{plain_name(one.name)}-database-url", **wanted}
    place = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret"
    return [
        {"name": variable, "valueFrom": f"{place}:{secret}"} for variable, secret in wanted.items()
    ]


_POOL = ("DB_POOL_SIZE", "DB_MAX_OVERFLOW")
