"""The interview of set-up as data, page by page."""

from __future__ import annotations

from generators.language import _
from generators.project import Detection
from wizards.blueprint import Blueprint
from wizards.question import Choice, Kind, Known, Question
from wizards.setup import explained, proposals
from wizards.setup.asking import ask, show
from wizards.setup.chosen_service import deployable, roots
from wizards.setup.questions_database import database
from wizards.setup.questions_pipeline import pipeline
from wizards.setup.questions_secrets import secrets
from wizards.setup.questions_service import service
from wizards.setup.regions import REGIONS
from wizards.setup.steering import HAS_DATABASE, SHOWN_APIS, SHOWN_GRANTS


def questions(
    detection: Detection | None = None, existing: Blueprint | None = None
) -> list[Question]:
    """Return every question in the order in which it is asked; keys are those of the blueprint.

    ``setup.*`` keys steer the interview itself; :mod:`wizards.setup.to_blueprint` turns them into
    tables.
    """
    return [
        *_project(detection, existing),
        *_apis(existing),
        *_identities(existing),
        *database(detection, existing),
        *secrets(existing),
        *service(detection),
        *pipeline(),
    ]


def _project(detection: Detection | None, existing: Blueprint | None) -> list[Question]:
    page = _("Project and billing")
    return [
        ask(
            "project.id",
            _("Project id"),
            page,
            live="projects",
            why=_("everything lives in it; the id is unique in the world and never changes"),
        ),
        ask(
            "project.billing_account",
            _("Billing account"),
            page,
            live="billing_accounts",
            why=_("who pays; looks like 012345-6789AB-CDEF01"),
        ),
        ask(
            "project.region",
            _("Region"),
            page,
            kind=Kind.CHOICE,
            live="regions",
            choices=[Choice(region, f"{region} · {place}") for region, place in REGIONS],
            default="asia-northeast3",
            why=_("where service, database, secrets and images are; near your users"),
        ),
        ask(
            "project.parent",
            _("Organisation or folder"),
            page,
            required=False,
            default="",
            why=_("organizations/NUMBER or folders/NUMBER; empty for a personal project"),
        ),
        *_service(detection, existing, page),
        ask(
            "service.name",
            _("Service name"),
            page,
            default=proposals.service_name(detection),
            why=_("also the start of the names of everything else"),
        ),
    ]


def _service(detection: Detection | None, existing: Blueprint | None, page: str) -> list[Question]:
    """Return which service it is about, where a repository has several."""
    found = {one.path: one for one in reversed(deployable(detection))}
    paths = roots(detection)
    if len(paths) < 2:
        return []
    stands = existing.service.root if existing and existing.project.id else ""
    return [
        ask(
            "service.root",
            _("Which service?"),
            page,
            kind=Kind.CHOICE,
            choices=[Choice(path, f"{path} · {found[path].framework}") for path in paths],
            default=stands if stands in paths else paths[0],
            why=_("the main one; what lies beside it is built and deployed with it"),
        )
    ]


def _apis(existing: Blueprint | None) -> list[Question]:
    return [
        show(
            SHOWN_APIS,
            _("What is switched on, and for what"),
            _("APIs"),
            explained.apis(existing),
            why=_("nothing to answer: this follows from the other pages and costs nothing"),
        )
    ]


def _identities(existing: Blueprint | None) -> list[Question]:
    page = _("Identities")
    return [
        ask(
            "pipeline.runtime_account",
            _("Identity of the service"),
            page,
            default=proposals.account("run"),
            why=_("reads its own secrets and reaches its database, nothing else"),
        ),
        ask(
            "pipeline.migration_account",
            _("Identity of migrations"),
            page,
            default=proposals.account("migrate"),
            when=_wants_database,
            why=_("changes the schema; the service itself cannot become it"),
        ),
        ask(
            "pipeline.build_account",
            _("Identity of builds"),
            page,
            default=proposals.account("build"),
            when=lambda known: known.get("pipeline.kind") == "cloud-build",
            why=_("pushes images and deploys, nothing else"),
        ),
        show(
            SHOWN_GRANTS,
            _("Who may do what, and what breaks without it"),
            page,
            explained.grants(existing),
        ),
    ]


def _wants_database(known: Known) -> bool:
    return known.get(HAS_DATABASE) is True
