"""The questions about where images go and how the service runs."""

from __future__ import annotations

from generators.language import _
from generators.project import Detection
from wizards.question import Choice, Kind, Known, Question
from wizards.setup import proposals
from wizards.setup.asking import ask


def service(detection: Detection | None) -> list[Question]:
    """Return the page about registry and service."""
    page = _("Registry and service")
    return [
        ask(
            "pipeline.repository",
            _("Image repository"),
            page,
            default=lambda known: str(known.get("service.name") or "app"),
        ),
        ask(
            "pipeline.keep_images",
            _("Images that are kept"),
            page,
            kind=Kind.NUMBER,
            default=10,
            why=_("older ones are cleaned up; a rollback needs some"),
        ),
        ask(
            "service.port",
            _("Port"),
            page,
            kind=Kind.NUMBER,
            default=proposals.port(detection),
            why=_("where the container listens"),
        ),
        ask(
            "service.health_path",
            _("Health check path"),
            page,
            default=proposals.health_path(detection),
            required=False,
            why=_("asked after every deploy and migration"),
        ),
        *_size(page),
        ask(
            "service.public",
            _("Open to everybody?"),
            page,
            kind=Kind.YES_NO,
            default=True,
            why=_("no = only callers with permission reach the service"),
        ),
    ]


def _size(page: str) -> list[Question]:
    return [
        ask(
            "service.memory",
            _("Memory of each instance"),
            page,
            default="512Mi",
            live="memory",
            when=_on_cloud_run,
        ),
        ask(
            "service.cpu",
            _("CPUs of each instance"),
            page,
            kind=Kind.CHOICE,
            choices=[Choice(number) for number in ("1", "2", "4", "6", "8")],
            default="1",
            when=_on_cloud_run,
        ),
        ask(
            "service.min_instances",
            _("Instances that are always ready"),
            page,
            kind=Kind.NUMBER,
            default=0,
            when=_on_cloud_run,
            why=_("0 = the first request after a pause waits some seconds, and idle costs nothing"),
        ),
        ask(
            "service.concurrency",
            _("Requests that an instance takes at once"),
            page,
            kind=Kind.NUMBER,
            default=80,
            when=_on_cloud_run,
        ),
    ]


def _on_cloud_run(known: Known) -> bool:
    return known.get("service.runtime") in (None, "cloud-run")
