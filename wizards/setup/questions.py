"""The interview of set-up as data, page by page."""

from __future__ import annotations

from collections.abc import Callable

from generators.language import _
from generators.project import Detection
from wizards import blueprint_rules
from wizards.question import Choice, Kind, Known, Question, Value, always
from wizards.setup import proposals
from wizards.setup.regions import REGIONS

HAS_DATABASE = "setup.database"
SECRET_NAMES = "setup.secrets"


def questions(detection: Detection | None = None) -> list[Question]:
    """Return every question in the order in which it is asked; keys are those of the blueprint.

    ``setup.*`` keys steer the interview itself; :mod:`wizards.setup.to_blueprint` turns them into
    tables.
    """
    return [
        *_project(),
        *_service(detection),
        *_database(detection),
        *_secrets(),
        *_pipeline(),
        *_identities(),
    ]


def _project() -> list[Question]:
    page = _("Project and billing")
    return [
        _ask(
            "project.id",
            _("Project id"),
            page,
            live="projects",
            why=_("everything lives in it; the id is unique in the world and never changes"),
        ),
        _ask(
            "project.billing_account",
            _("Billing account"),
            page,
            live="billing_accounts",
            why=_("who pays; looks like 012345-6789AB-CDEF01"),
        ),
        _ask(
            "project.region",
            _("Region"),
            page,
            kind=Kind.CHOICE,
            live="regions",
            choices=[Choice(region, f"{region} · {place}") for region, place in REGIONS],
            default="asia-northeast3",
            why=_("where service, database, secrets and images are; near your users"),
        ),
        _ask(
            "project.parent",
            _("Organisation or folder"),
            page,
            required=False,
            default="",
            why=_("organizations/NUMBER or folders/NUMBER; empty for a personal project"),
        ),
    ]


def _service(detection: Detection | None) -> list[Question]:
    page = _("Service")
    return [
        _ask(
            "service.name",
            _("Service name"),
            page,
            default=proposals.service_name(detection),
            why=_("also the start of the names of everything else"),
        ),
        _ask(
            "service.port",
            _("Port"),
            page,
            kind=Kind.NUMBER,
            default=proposals.port(detection),
            why=_("where the container listens"),
        ),
        _ask(
            "service.health_path",
            _("Health check path"),
            page,
            default=proposals.health_path(detection),
            why=_("asked after every deploy and migration"),
        ),
        _ask(
            "service.public",
            _("Open to everybody?"),
            page,
            kind=Kind.YES_NO,
            default=True,
            why=_("no = only callers with permission reach the service"),
        ),
    ]


def _database(detection: Detection | None) -> list[Question]:
    page = _("Database")
    found = proposals.has_database(detection)
    return [
        _ask(
            HAS_DATABASE,
            _("PostgreSQL on Cloud SQL?"),
            page,
            kind=Kind.YES_NO,
            default=found,
            why=_("no = the service brings its own database, or none"),
        ),
        _database_ask(
            "database.instance",
            _("Instance name"),
            default=lambda known: f"{known.get('service.name') or 'app'}-db",
            why=_("after a deletion the name stays reserved for about a week"),
        ),
        _database_ask(
            "database.version",
            _("PostgreSQL version"),
            kind=Kind.CHOICE,
            choices=[Choice(f"POSTGRES_{n}", f"PostgreSQL {n}") for n in (17, 16, 15, 14)],
            default="POSTGRES_16",
        ),
        _database_ask(
            "database.tier",
            _("Machine size"),
            kind=Kind.CHOICE,
            live="tiers",
            choices=proposals.tiers("asia-northeast3"),
            default="db-f1-micro",
            why=_("decides price and connections; can be changed later with a restart"),
        ),
        _database_ask(
            "database.high_availability",
            _("High availability?"),
            kind=Kind.YES_NO,
            default=False,
            why=_("a second machine stands by in another zone; doubles the price"),
        ),
        _database_ask("database.name", _("Database name"), default=proposals.identifier),
        _database_ask("database.user", _("Database user"), default=proposals.identifier),
        _database_ask(
            "database.pool_size",
            _("Connections in each instance's pool"),
            kind=Kind.NUMBER,
            default=5,
        ),
        _database_ask(
            "database.max_overflow",
            _("Extra connections under load"),
            kind=Kind.NUMBER,
            default=2,
        ),
        _ask(
            "service.max_instances",
            _("Most instances of the service"),
            page,
            kind=Kind.NUMBER,
            default=proposals.max_instances,
            why=_("instances × connections must fit the database"),
        ),
    ]


def _secrets() -> list[Question]:
    return [
        _ask(
            SECRET_NAMES,
            _("Further secrets, by variable"),
            _("Secrets"),
            kind=Kind.SEVERAL,
            required=False,
            default=(),
            check=proposals.wrong_variables,
            why=_("names only, like SECRET_KEY; values are asked for when they are stored"),
        )
    ]


def _pipeline() -> list[Question]:
    page = _("Images and pipeline")
    return [
        _ask(
            "pipeline.kind",
            _("Who builds?"),
            page,
            kind=Kind.CHOICE,
            choices=[
                Choice("cloud-build", "Cloud Build"),
                Choice("github", "GitHub Actions"),
                Choice("none", _("nobody yet")),
            ],
            default="cloud-build",
        ),
        _ask(
            "pipeline.repository",
            _("Image repository"),
            page,
            default=lambda known: str(known.get("service.name") or "app"),
        ),
    ]


def _identities() -> list[Question]:
    page = _("Identities")
    return [
        _ask(
            "pipeline.runtime_account",
            _("Identity of the service"),
            page,
            default=proposals.account("run"),
            why=_("reads its own secrets and reaches its database, nothing else"),
        ),
        _ask(
            "pipeline.build_account",
            _("Identity of builds"),
            page,
            default=proposals.account("build"),
            when=lambda known: known.get("pipeline.kind") != "none",
            why=_("pushes images and deploys, nothing else"),
        ),
    ]


def _wants_database(known: Known) -> bool:
    return known.get(HAS_DATABASE) is True


def _database_ask(
    key: str,
    ask: str,
    *,
    kind: Kind = Kind.TEXT,
    default: Value | Callable[[Known], Value] = None,
    choices: list[Choice] | None = None,
    live: str = "",
    why: str = "",
) -> Question:
    return _ask(
        key,
        ask,
        _("Database"),
        kind=kind,
        default=default,
        choices=choices or [],
        live=live,
        why=why,
        when=_wants_database,
    )


def _ask(
    key: str,
    ask: str,
    page: str,
    *,
    kind: Kind = Kind.TEXT,
    why: str = "",
    default: Value | Callable[[Known], Value] = None,
    choices: list[Choice] | None = None,
    live: str = "",
    required: bool = True,
    when: Callable[[Known], bool] = always,
    check: Callable[[Value], str | None] | None = None,
) -> Question:
    return Question(
        key=key,
        ask=ask,
        page=page,
        kind=kind,
        why=why,
        default=default,
        choices=tuple(choices or ()),
        live=live,
        required=required,
        when=when,
        check=check or (lambda value: blueprint_rules.complaint(key, value) or None),
    )
