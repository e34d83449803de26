"""Azure: a pipeline that tests, builds and deploys to Container Instances, secrets in Key Vault."""

from __future__ import annotations

import json
import re

from generators import quoting
from generators.artefact import Artefact
from generators.artefacts.aws import plain_name
from generators.artefacts.compose_environment import LOCAL_PASSWORD
from generators.artefacts.rollout import migration_words
from generators.artefacts.sizes import cpus, mebibytes
from generators.artefacts.testing import install_lines, test_environment, test_lines
from generators.deployment import Deployment
from generators.header import header, in_words
from generators.project import Json
from generators.stack import Stack
from generators.templating import rendered

_SCHEMAS = "https://schema.management.azure.com/schemas"
_POOL = ("DB_POOL_SIZE", "DB_MAX_OVERFLOW")


def pipeline(stack: Stack, language: str) -> list[Artefact]:
    """Return azure-pipelines.yml."""
    one = stack.main
    if not one.answers:
        return []
    text = rendered(
        "azure/azure-pipelines.yml.j2",
        language,
        header=header(language, one.blueprint_hash),
        one=one,
        name=plain_name(one.name),
        branch=one.delivery.branch,
        condition=_condition(one.delivery.branch),
        migrates=bool(migration_words(stack)),
        database=stack.database,
        password=LOCAL_PASSWORD,
        install=install_lines(one.service),
        tests=test_lines(one.service),
        environment=test_environment(one),
    )
    return [Artefact(name="azure-pipelines", path="azure-pipelines.yml", text=text)]


def container_group(stack: Stack, language: str) -> list[Artefact]:
    """Return the ARM template of the container group (and of the one that migrates)."""
    one = stack.main
    if not one.answers:
        return []
    template = _template(one, migration_words(stack), in_words(language, one.blueprint_hash))
    return [_json("container-group", "container-group.json", template)]


def parameters(stack: Stack, language: str) -> list[Artefact]:
    """Return the template's parameters: each secret as a reference to the Key Vault."""
    one = stack.main
    if not one.answers:
        return []
    vault = (
        "/subscriptions/SUBSCRIPTION/resourceGroups/GROUP/providers/Microsoft.KeyVault/vaults/VAULT"
    )
    values: dict[str, Json] = {
        "location": {
            "metadata": {"description": in_words(language, one.blueprint_hash)},
            "value": "koreacentral",
        }
    }
    for variable, secret in _secrets(one).items():
        where: Json = {"keyVault": {"id": vault}, "secretName": secret}
        values[_parameter(variable)] = {"reference": where}
    whole: dict[str, Json] = {
        "$schema": f"{_SCHEMAS}/2019-04-01/deploymentParameters.json#",
        "contentVersion": "1.0.0.0",
        "parameters": values,
    }
    return [_json("azure-parameters", "parameters.json", whole)]


def _condition(branch: str) -> str:
    ref = f"refs/heads/{branch}".replace("'", "''")
    return quoting.azure(f"and(succeeded(), eq(variables['Build.SourceBranch'], '{ref}'))")


def _json(name: str, file: str, value: Json) -> Artefact:
    text = json.dumps(value, indent=2, ensure_ascii=False) + "\n"
    return Artefact(name=name, path=f"deploy/azure/{file}", text=text)


def _template(one: Deployment, migrate: list[str], made_by: str) -> dict[str, Json]:
    asked: dict[str, Json] = {
        "location": {"type": "string"},
        "image": {"type": "string"},
        "registry": {"type": "string"},
        "identity": {"type": "string"},
        "migrate": {"type": "bool", "defaultValue": False},
    }
    asked |= {_parameter(variable): {"type": "securestring"} for variable in _secrets(one)}
    groups: list[Json] = [_group(one, [], migrating=False)]
    if migrate:
        groups.append(_group(one, migrate, migrating=True))
    return {
        "$schema": f"{_SCHEMAS}/2019-04-01/deploymentTemplate.json#",
        "contentVersion": "1.0.0.0",
        "metadata": {"description": made_by},
        "parameters": asked,
        "resources": groups,
    }


def _group(one: Deployment, command: list[str], *, migrating: bool) -> Json:
    name = plain_name(one.name) + ("-migrate" if migrating else "")
    public: dict[str, Json] = {} if migrating else _address(one)
    return {
        "condition": "[parameters('migrate')]" if migrating else "[not(parameters('migrate'))]",
        "type": "Microsoft.ContainerInstance/containerGroups",
        "apiVersion": "2023-05-01",
        "name": name,
        "location": "[parameters('location')]",
        "identity": {
            "type": "UserAssigned",
            "userAssignedIdentities": {"[parameters('identity')]": {}},
        },
        "properties": {
            "osType": "Linux",
            "restartPolicy": "Never" if migrating else "Always",
            "imageRegistryCredentials": [
                {"server": "[parameters('registry')]", "identity": "[parameters('identity')]"}
            ],
            **public,
            "containers": [_container(one, name, command, migrating=migrating)],
        },
    }


def _container(one: Deployment, name: str, command: list[str], *, migrating: bool) -> Json:
    size = {"cpu": max(cpus(one.cpu), 0.1), "memoryInGB": _gigabytes(one.memory)}
    properties: dict[str, Json] = {
        "image": "[parameters('image')]",
        **({"command": [_literal(word) for word in command]} if command else {}),
        "environmentVariables": [*_plain(one), *_secure(one)],
        "resources": {"requests": size},
    }
    if not migrating:
        properties["ports"] = [{"port": one.port, "protocol": "TCP"}]
        if one.health_path:
            properties |= _probes(one)
    return {"name": name, "properties": properties}


def _probes(one: Deployment) -> dict[str, Json]:
    ask: dict[str, Json] = {
        "httpGet": {"path": _literal(one.health_path), "port": one.port, "scheme": "http"},
        "periodSeconds": 10,
        "timeoutSeconds": 5,
        "failureThreshold": 3,
    }
    return {"livenessProbe": {**ask, "initialDelaySeconds": 30}, "readinessProbe": ask}


def _address(one: Deployment) -> dict[str, Json]:
    label = f"[concat('{plain_name(one.name)}-', uniqueString(resourceGroup().id))]"
    return {
        "ipAddress": {
            "type": "Public",
            "dnsNameLabel": label,
            "ports": [{"port": one.port, "protocol": "TCP"}],
        }
    }


def _plain(one: Deployment) -> list[Json]:
    pool = {name: one.start_variables[name] for name in _POOL if name in one.start_variables}
    values = {"PORT": str(one.port), **pool, **one.environment}
    return [{"name": name, "value": _literal(value)} for name, value in values.items()]


def _secure(one: Deployment) -> list[Json]:
    return [
        {"name": variable, "secureValue": f"[parameters('{_parameter(variable)}')]"}
        for variable in _secrets(one)
    ]


def _secrets(one: Deployment) -> dict[str, str]:
    """Return variable → name in the Key Vault (letters, digits, -); the database's address too."""
    password = one.database.password_variable if one.database else ""
    wanted = {use.variable: use.secret for use in one.secrets if use.variable != password}
    if one.database is not None:
        wanted = {"DATABASE_URL": f"{plain_name(one.name)}-database-url", **wanted}
    return {variable: re.sub(r"[^A-Za-z0-9-]", "-", secret) for variable, secret in wanted.items()}


def _parameter(variable: str) -> str:
    """Return a parameter's name that no other of the template's can have."""
    return "secret_" + re.sub(r"\W", "_", variable, flags=re.ASCII)


def _literal(text: str) -> str:
    """Return a text that ARM does not take for an expression."""
    return f"[{text}" if text.startswith("[") else text


def _gigabytes(memory: str) -> float:
    """Return gigabytes in steps of 0.1, as Container Instances counts, never less than asked."""
    return max(0.1, -(-mebibytes(memory) * 10 // 1024) / 10)
