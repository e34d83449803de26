"""What Google and PostgreSQL accept as names and sizes, said before they are asked."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable

from generators.language import N_, _
from wizards import quiet_hours

_DURATION = re.compile(r"^\d+(ms|s|min)$")
_SEVERITIES = {"danger", "caution", "notice", "off"}


def _matches(pattern: str, says: str) -> Callable[[object], str]:
    compiled = re.compile(pattern)

    def check(value: object) -> str:
        return "" if isinstance(value, str) and compiled.match(value) else _(says)

    return check


def _one_of(*allowed: str) -> Callable[[object], str]:
    def check(value: object) -> str:
        if value in allowed:
            return ""
        return _("must be one of: {choices}").format(choices=", ".join(allowed))

    return check


def _between(low: int, high: int) -> Callable[[object], str]:
    def check(value: object) -> str:
        if isinstance(value, int) and low <= value <= high:
            return ""
        return _("must be between {low} and {high}").format(low=low, high=high)

    return check


def _inside(value: object) -> str:
    if isinstance(value, str) and not value.startswith("/") and ".." not in value.split("/"):
        return ""
    return _("must be a folder inside the project")


def _levels(value: object) -> str:
    if isinstance(value, dict) and set(value.values()) <= _SEVERITIES:
        return ""
    return _("levels are: {choices}").format(choices=", ".join(sorted(_SEVERITIES)))


def _words(value: object) -> str:
    try:
        shlex.split(str(value))
    except ValueError:
        return _("a quotation mark is left open")
    return ""


PROJECT_ID = r"^[a-z][a-z0-9-]{4,28}[a-z0-9]$"
PROJECT_ID_SAYS = N_("6 to 30 characters: small letters, digits and hyphens, a letter first")
NAME = r"^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$"
NAME_SAYS = N_("small letters, digits and hyphens, a letter first")
ACCOUNT = r"^[a-z][a-z0-9-]{4,28}[a-z0-9]$"
IDENTIFIER = r"^[A-Za-z_][A-Za-z0-9_$-]{0,62}$"
IDENTIFIER_SAYS = N_("a PostgreSQL name: letters, digits and _, at most 63")


def _project(value: object) -> str:
    if isinstance(value, str) and ":" in value:
        return _(
            "a project of a domain (example.com:name) is not supported: use one without a colon"
        )
    return _matches(rf"{PROJECT_ID}|^$", PROJECT_ID_SAYS)(value)


_CHECKS: dict[str, Callable[[object], str]] = {
    "project.id": _project,
    "project.region": _matches(r"^[a-z]+-[a-z]+\d+$", N_("a region looks like asia-northeast3")),
    "project.billing_account": _matches(
        r"^([0-9A-F]{6}-){2}[0-9A-F]{6}$|^$",
        N_("a billing account looks like 012345-6789AB-CDEF01"),
    ),
    "project.parent": _matches(
        r"^((organizations|folders)/\d+)?$", N_("organizations/NUMBER or folders/NUMBER")
    ),
    "service.name": _matches(r"^[a-z]([a-z0-9-]{0,47}[a-z0-9])?$|^$", NAME_SAYS),
    "service.root": _inside,
    "service.runtime": _one_of("cloud-run", "vm"),
    "service.frontend": _one_of("", "apart", "together"),
    "service.port": _between(1, 65535),
    "service.health_path": _matches(r"^(/|$)", N_("must start with /")),
    "service.memory": _matches(r"^\d+(Mi|Gi)$", N_("memory looks like 512Mi or 2Gi")),
    "service.cpu": _one_of("1", "2", "4", "6", "8"),
    "service.min_instances": _between(0, 1000),
    "service.max_instances": _between(1, 1000),
    "service.concurrency": _between(1, 1000),
    "database.instance": _matches(r"^[a-z]([a-z0-9-]{0,96}[a-z0-9])?$", NAME_SAYS),
    "database.version": _matches(r"^POSTGRES_\d+$", N_("a version looks like POSTGRES_16")),
    "database.tier": _matches(
        r"^db-(f1-micro|g1-small|custom-\d+-\d+|perf-optimized-N-\d+)$",
        N_("a tier looks like db-f1-micro or db-custom-1-3840"),
    ),
    "database.edition": _one_of("ENTERPRISE", "ENTERPRISE_PLUS"),
    "database.storage_gb": _between(10, 65536),
    "database.name": _matches(IDENTIFIER, IDENTIFIER_SAYS),
    "database.user": _matches(IDENTIFIER, IDENTIFIER_SAYS),
    "database.pool_size": _between(1, 1000),
    "database.max_overflow": _between(0, 1000),
    "database.log_days": _between(1, 7),
    "database.backups": _between(1, 365),
    "database.migration_user": _matches(rf"{IDENTIFIER}|^$", IDENTIFIER_SAYS),
    "secrets.name": _matches(r"^[A-Za-z0-9_-]{1,255}$", N_("letters, digits, _ and -")),
    "secrets.source": _matches(
        r"^(generate|ask|env:\w+|file:.+)$", N_("generate, ask, env:VARIABLE or file:PATH")
    ),
    "pipeline.kind": _one_of("cloud-build", "github", "none"),
    "pipeline.repository": _matches(rf"{NAME}|^$", NAME_SAYS),
    "pipeline.runtime_account": _matches(rf"{ACCOUNT}|^$", PROJECT_ID_SAYS),
    "pipeline.build_account": _matches(rf"{ACCOUNT}|^$", PROJECT_ID_SAYS),
    "pipeline.migration_account": _matches(rf"{ACCOUNT}|^$", PROJECT_ID_SAYS),
    "pipeline.github": _matches(
        r"^([A-Za-z0-9-]{1,39}/[A-Za-z0-9._-]{1,100})?$", N_("a repository looks like owner/name")
    ),
    "pipeline.github_id": _matches(r"^\d*$", N_("the number of the repository")),
    "pipeline.branch": _matches(r"^\S+$", N_("a branch name")),
    "pipeline.region": _matches(
        r"^([a-z]+-[a-z]+\d+)?$", N_("a region looks like asia-northeast3")
    ),
    "pipeline.connection": _matches(NAME, NAME_SAYS),
    "pipeline.trigger": _matches(rf"{NAME}|^$", NAME_SAYS),
    "pipeline.keep_images": _between(1, 1000),
    "environments.quiet_hours": quiet_hours.complaint,
    "migrations.provider": _one_of("alembic", "prisma", "sql", "django", "other"),
    "migrations.command": _words,
    "migrations.directory": _inside,
    "migrations.lock_timeout": _matches(_DURATION.pattern, N_("a duration looks like 3s or 500ms")),
    "migrations.lock_retries": _between(0, 100),
    "migrations.backup_format": _one_of("", "custom", "directory"),
    "migrations.backup_jobs": _between(0, 64),
    "migrations.rules": _levels,
}


def complaint(key: str, value: object) -> str:
    """Return what is wrong with the value of a dotted key, or "" when it passes."""
    check = _CHECKS.get(key)
    return check(value) if check else ""
