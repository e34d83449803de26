"""The questions about the database: its machine, what protects it, who logs in, how often."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from generators.language import _
from generators.project import Detection
from wizards.blueprint import Blueprint
from wizards.question import Choice, Kind, Known, Question
from wizards.setup import explained, proposals
from wizards.setup.asking import ask, show
from wizards.setup.steering import HAS_DATABASE, SHOWN_CONNECTIONS


def database(detection: Detection | None, existing: Blueprint | None) -> list[Question]:
    """Return the page about the database; without one, its first question only."""
    page = _("Database")
    return [
        ask(
            HAS_DATABASE,
            _("PostgreSQL on Cloud SQL?"),
            page,
            kind=Kind.YES_NO,
            default=proposals.has_database(detection),
            why=proposals.why_database(detection, existing.service.root if existing else ""),
        ),
        *_machine(page),
        *_protection(page),
        *_users(page),
        *_connections(page, existing),
    ]


def _machine(page: str) -> list[Question]:
    return [
        _ask(
            "database.instance",
            _("Instance name"),
            page,
            default=lambda known: f"{known.get('service.name') or 'app'}-db",
            why=_("after a deletion the name stays reserved for about a week"),
        ),
        _ask(
            "database.version",
            _("PostgreSQL version"),
            page,
            kind=Kind.CHOICE,
            choices=[Choice(f"POSTGRES_{n}", f"PostgreSQL {n}") for n in (17, 16, 15, 14)],
            default="POSTGRES_16",
        ),
        _ask(
            "database.edition",
            _("Edition"),
            page,
            kind=Kind.CHOICE,
            choices=[
                Choice("ENTERPRISE", "Enterprise", _("every machine size; logs for 7 days")),
                Choice("ENTERPRISE_PLUS", "Enterprise Plus", _("fast machines; logs for 35 days")),
            ],
            default="ENTERPRISE",
            why=_("Enterprise Plus takes optimised machines only, at several times the price"),
        ),
        _ask(
            "database.tier",
            _("Machine size"),
            page,
            kind=Kind.CHOICE,
            live="tiers",
            choices=proposals.tiers("asia-northeast3"),
            default=proposals.tier,
            why=_("decides price and connections; can be changed later with a restart"),
        ),
        _ask(
            "database.storage_gb",
            _("Disk in GB"),
            page,
            kind=Kind.NUMBER,
            default=10,
            why=_("grows by itself when it fills up; never shrinks"),
        ),
    ]


def _protection(page: str) -> list[Question]:
    return [
        _ask(
            "database.high_availability",
            _("High availability?"),
            page,
            kind=Kind.YES_NO,
            default=False,
            why=_("a second machine stands by in another zone; doubles the price"),
        ),
        _ask(
            "database.point_in_time_recovery",
            _("Point-in-time recovery?"),
            page,
            kind=Kind.YES_NO,
            default=True,
            why=_("any moment of the last days can be restored, not only a night's backup"),
        ),
        _ask(
            "database.log_days",
            _("Days of logs"),
            page,
            kind=Kind.NUMBER,
            default=7,
            when=lambda known: known.get("database.point_in_time_recovery") is True,
            why=_("how far back a moment can be restored: 1 to 7"),
        ),
        _ask(
            "database.backups",
            _("Daily backups that are kept"),
            page,
            kind=Kind.NUMBER,
            default=7,
        ),
    ]


def _users(page: str) -> list[Question]:
    return [
        _ask("database.name", _("Database name"), page, default=proposals.identifier),
        _ask("database.user", _("Database user"), page, default=proposals.identifier),
        _ask(
            "database.iam_login",
            _("Log in without a password?"),
            page,
            kind=Kind.YES_NO,
            default=False,
            why=_("the service's identity becomes a database user as well (IAM login)"),
        ),
        _ask(
            "database.migration_user",
            _("User of migrations"),
            page,
            required=False,
            default="",
            why=_(
                "a user of its own may change the schema, and what it makes is its own: the "
                "service needs the grants that the plan shows; empty = the same user does both"
            ),
        ),
    ]


def _connections(page: str, existing: Blueprint | None) -> list[Question]:
    return [
        _ask(
            "database.pool_size",
            _("Connections in each instance's pool"),
            page,
            kind=Kind.NUMBER,
            default=5,
        ),
        _ask(
            "database.max_overflow",
            _("Extra connections under load"),
            page,
            kind=Kind.NUMBER,
            default=2,
        ),
        ask(
            "service.max_instances",
            _("Most instances of the service"),
            page,
            kind=Kind.NUMBER,
            default=proposals.max_instances,
            why=_("instances × connections must fit the database"),
        ),
        show(
            SHOWN_CONNECTIONS,
            _("Connections"),
            page,
            explained.connections(existing),
            when=_wanted,
        ),
    ]


def _wanted(known: Known) -> bool:
    return known.get(HAS_DATABASE) is True


def _ask(
    key: str,
    words: str,
    page: str,
    *,
    when: Callable[[Known], bool] | None = None,
    choices: Sequence[Choice] = (),
    **more: Any,
) -> Question:
    """Return a question that only a service with a database is asked."""

    def asked(known: Known) -> bool:
        return _wanted(known) and (when is None or when(known))

    return ask(key, words, page, when=asked, choices=choices, **more)
