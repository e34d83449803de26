"""A Compute Engine machine with Container-Optimized OS: what runs on it, and who looks after it."""

from __future__ import annotations

from generators.artefact import Artefact
from generators.artefacts.aws import plain_name
from generators.artefacts.compose import project_name
from generators.artefacts.pending import pending_lines
from generators.artefacts.rollout import image_name
from generators.artefacts.starting import (
    exports,
    image_path,
    migrate_command,
    telling,
    worker_command,
)
from generators.deployment import Deployment, SecretUse
from generators.header import header
from generators.quoting import doubled_dollars, shell_word, variable_name
from generators.stack import Stack
from generators.templating import rendered

FOLDER = "deploy/vm"
_MIGRATION = "TARMAC_MIGRATION_SECRET"


def cloud_init(stack: Stack, language: str) -> list[Artefact]:
    """Return the user data: the other files, and the unit that runs them at every boot."""
    made = [*compose(stack, language), *startup(stack, language)]
    files = [
        {
            "name": artefact.path.rpartition("/")[2],
            "mode": f"0{artefact.mode:o}",
            "text": artefact.text.rstrip("\n"),
        }
        for artefact in [*made, *_database(stack, language)]
    ]
    return _made(stack, language, "vm-cloud-init", "cloud-init.yaml", files=files)


def startup(stack: Stack, language: str) -> list[Artefact]:
    """Return what runs on the machine at every boot."""
    one = stack.main
    own = one.migration.secret if one.migration else None
    apart = own is not None and own not in one.secrets
    variables = [variable_name(use.variable) for use in _secrets(one)]
    return _made(
        stack,
        language,
        "vm-startup",
        "startup.sh",
        variables=[*variables, *([_MIGRATION] if apart else [])],
        secrets=_secrets(one),
        migration_variable=_MIGRATION,
        migration_secret=own.secret if apart and own else "",
        migrates=_migrates(one),
    )


def compose(stack: Stack, language: str) -> list[Artefact]:
    """Return the machine's containers: the service, its workers, the way to the database."""
    one = stack.main
    database = one.database
    environment = _environment(one)
    migration = dict(environment)
    user = database.user if database else ""
    password = f"${{{variable_name(database.password_variable)}:?}}" if database else ""
    if one.migration is not None:
        user = one.migration.user or user
        migration |= {"DB_USER": doubled_dollars(user)}
        if one.migration.secret not in one.secrets:
            password = f"${{{_MIGRATION}:?}}"
            migration[one.migration.secret.variable] = password
    return _made(
        stack,
        language,
        "vm-compose",
        "docker-compose.yml",
        project=project_name(one.name),
        database=database,
        connection=one.start_variables.get("CLOUD_SQL_INSTANCE", ""),
        environment=environment,
        migration_environment=migration,
        user=user,
        password=password,
        migrates=_migrates(one),
        pending=_pending(one),
        migrate=_migrate(one),
        workers=[
            {"label": use.label, "command": worker_command(one, use.worker)}
            for use in stack.workers_of(one)
        ],
    )


def health(stack: Stack, language: str) -> list[Artefact]:
    """Return the script that looks at the machine from outside."""
    return _made(stack, language, "vm-health", "health-check.sh")


def rollback(stack: Stack, language: str) -> list[Artefact]:
    """Return the script that goes back to the image before."""
    return _made(stack, language, "vm-rollback", "rollback.sh")


def create(stack: Stack, language: str) -> list[Artefact]:
    """Return the script that makes or updates the machine."""
    one = stack.main
    own = (
        [one.migration.secret] if one.migration and one.migration.secret not in one.secrets else []
    )
    uses = [*_secrets(one), *own]
    image = image_name(one)
    return _made(stack, language, "vm-create", "create.sh", secrets=uses, image=image)


def _made(stack: Stack, language: str, name: str, file: str, **values: object) -> list[Artefact]:
    one = stack.main
    if not one.answers:
        return []
    text = rendered(
        f"vm/{file}.j2",
        language,
        header=header(language, one.blueprint_hash),
        main=one,
        delivery=one.delivery,
        machine=plain_name(one.delivery.machine or one.name),
        **values,
    )
    mode = 0o755 if file.endswith(".sh") else 0o644
    return [Artefact(name=name, path=f"{FOLDER}/{file}", text=text, mode=mode)]


def _database(stack: Stack, language: str) -> list[Artefact]:
    if not _migrates(stack.main):
        return []
    return _made(stack, language, "vm-database", "database.sh")


def _secrets(one: Deployment) -> list[SecretUse]:
    return list(one.secrets)


def _migrates(one: Deployment) -> bool:
    return one.database is not None and bool(one.migrating)


def _environment(one: Deployment) -> dict[str, str]:
    """Return what the program gets, in compose's notation; a missing secret is an error."""
    plain = {"PORT": str(one.port), **one.start_variables}
    values = {name: doubled_dollars(value) for name, value in plain.items()}
    secret = {use.variable: f"${{{variable_name(use.variable)}:?}}" for use in one.secrets}
    return {**values, **secret}


def _pending(one: Deployment) -> str:
    """Return a script that answers 0 when nothing is pending in any stream."""
    parts = []
    for stream in one.migrating:
        lines = "\n".join([*exports(one, stream), *pending_lines(stream.tool)])
        parts.append(f"( cd {shell_word(image_path(one, stream.tool.directory))}\n{lines}\n)")
    return " &&\n".join(parts)


def _migrate(one: Deployment) -> str:
    commands = [telling(one, stream, migrate_command(one, stream)) for stream in one.migrating]
    return " && ".join(" ".join(shell_word(word) for word in words) for words in commands)
