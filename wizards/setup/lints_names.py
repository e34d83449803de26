"""Rules about names: variables that Cloud Run sets itself, names that are used twice or cut."""

from __future__ import annotations

from collections import Counter

from generators.language import _
from wizards.blueprint import Blueprint
from wizards.plan import Check
from wizards.setup.naming import ACCOUNT_MOST, names_of, secrets_of

# The container contract of Cloud Run: set by it for services and for jobs.
RESERVED = (
    "PORT",
    "K_SERVICE",
    "K_REVISION",
    "K_CONFIGURATION",
    "CLOUD_RUN_JOB",
    "CLOUD_RUN_EXECUTION",
    "CLOUD_RUN_TASK_INDEX",
    "CLOUD_RUN_TASK_ATTEMPT",
    "CLOUD_RUN_TASK_COUNT",
    "CLOUD_RUN_TIMEOUT_SECONDS",
)
_LONGEST_JOB = "migrate"


def reserved_variables(blueprint: Blueprint) -> Check | None:
    """Variables that Cloud Run sets itself and refuses to be given."""
    given = [*secrets_of(blueprint), *blueprint.service.environment]
    wrong = [name for name in given if name in RESERVED or name.startswith("X_GOOGLE_")]
    if not wrong:
        return None
    return Check(
        id="reserved-variables",
        title=_("reserved variables"),
        level="red",
        says=_("Cloud Run sets {names} itself and refuses to be given it").format(
            names=", ".join(dict.fromkeys(wrong))
        ),
        fix=_("choose another name in tarmac.toml, or leave it out"),
        keys=("setup.secrets", *(f"secrets.{name}.source" for name in wrong)),
    )


def variables_twice(blueprint: Blueprint) -> Check | None:
    """A variable that is a secret and plain at once."""
    twice = sorted(set(secrets_of(blueprint)) & set(blueprint.service.environment))
    if not twice:
        return None
    return Check(
        id="variables-twice",
        title=_("a variable that is given twice"),
        level="red",
        says=_("{names}: a secret and a plain variable of the same name").format(
            names=", ".join(twice)
        ),
        fix=_("take it out of [service.environment] or of [secrets]"),
        keys=("setup.secrets",),
    )


def shared_secrets(blueprint: Blueprint) -> Check | None:
    """Two variables that would write their values into one secret."""
    counts = Counter(secret.name for secret in secrets_of(blueprint).values())
    shared = [name for name, count in counts.items() if count > 1]
    if not shared:
        return None
    variables = [name for name, one in secrets_of(blueprint).items() if one.name in shared]
    return Check(
        id="shared-secrets",
        title=_("one secret for several variables"),
        level="red",
        says=_("{variables} would overwrite each other in {secrets}").format(
            variables=", ".join(variables), secrets=", ".join(shared)
        ),
        fix=" ".join(
            ("tarmac init", *(f"--set secrets.{name}.name={slugged(name)}" for name in variables))
        ),
        keys=("setup.secrets",),
    )


def slugged(variable: str) -> str:
    """Return a variable's name as the id of a secret."""
    return variable.lower().replace("_", "-")


def one_identity(blueprint: Blueprint) -> Check | None:
    """Two jobs that would run as the same account, and have each other's permissions."""
    if not blueprint.project.id:
        return None
    names = names_of(blueprint)
    accounts = {
        "pipeline.runtime_account": names.runtime_account,
        "pipeline.migration_account": names.migration_account,
        "pipeline.build_account": names.build_account,
    }
    counts = Counter(name for name in accounts.values() if name)
    shared = [key for key, name in accounts.items() if counts.get(name, 0) > 1]
    if not shared:
        return None
    return Check(
        id="one-identity",
        title=_("one identity for several jobs"),
        level="warning",
        says=_("{name} would have the permissions of all of them").format(name=accounts[shared[0]]),
        fix="tarmac init " + " ".join(f"--set {key}={_own(blueprint, key)}" for key in shared[1:]),
        keys=tuple(shared),
    )


def _own(blueprint: Blueprint, key: str) -> str:
    from wizards.setup.naming import account_name

    job = {"runtime_account": "run", "migration_account": "migrate"}.get(key[9:], "build")
    return account_name(blueprint.service.name or blueprint.project.id, job)


def long_service_name(blueprint: Blueprint) -> Check | None:
    """A service name that leaves no room for the names of its accounts."""
    service = blueprint.service.name
    pipeline = blueprint.pipeline
    derived = not (pipeline.runtime_account and pipeline.migration_account)
    most = ACCOUNT_MOST - len(_LONGEST_JOB) - 1
    if not derived or len(service) <= most:
        return None
    return Check(
        id="long-service-name",
        title=_("a long service name"),
        level="warning",
        says=_(
            "account names have {most} characters: {name} is cut to {cut}-…, and another service "
            "that begins alike would get the same accounts"
        ).format(most=ACCOUNT_MOST, name=service, cut=service[:most].rstrip("-")),
        fix=_("a name of at most {most} characters, or accounts named in [pipeline]").format(
            most=most
        ),
        keys=("service.name", "pipeline.runtime_account", "pipeline.migration_account"),
    )


LINTS = (reserved_variables, variables_twice, shared_secrets, one_identity, long_service_name)
