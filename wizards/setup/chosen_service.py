"""Which service of a repository ``[service]`` is about, and what its code keeps its data in."""

from __future__ import annotations

from generators.project import Confidence, Detection, Service
from generators.supported import refusal

POSTGRES = "postgresql"
_COMES_FROM = "sqlite"
"""A file of the program's own: on Google Cloud its data goes into PostgreSQL."""


def deployable(detection: Detection | None) -> tuple[Service, ...]:
    """Return the services that can be deployed, the likeliest main one first.

    What answers requests comes before workers, these before a browser's files; then what has
    migrations or a database, and what is no guess. Else the order of detection stays.
    """
    found = detection.services if detection is not None else ()
    return tuple(sorted((one for one in found if not refusal(one)), key=_rank))


def roots(detection: Detection | None) -> tuple[str, ...]:
    """Return the folders of the deployable services, each once, the likeliest first."""
    return tuple(dict.fromkeys(one.path for one in deployable(detection)))


def chosen(detection: Detection | None, root: str = "") -> Service | None:
    """Return the service in a folder, else the likeliest one; None where nothing was found."""
    found = deployable(detection)
    if not found:
        return detection.services[0] if detection is not None and detection.services else None
    return next((one for one in found if one.path == root), found[0])


def foreign_database(detection: Detection | None, root: str = "") -> Service | None:
    """Return the service whose database Cloud SQL for PostgreSQL cannot be, None without one."""
    main = chosen(detection, root)
    if main is None or main.database in (None, POSTGRES, _COMES_FROM):
        return None
    return main


def keeps_data(service: Service) -> bool:
    """Say whether the code wants PostgreSQL: it talks to it, to a file, or has migrations."""
    if service.database is not None:
        return service.database in (POSTGRES, _COMES_FROM)
    return service.migrations is not None


def _rank(service: Service) -> tuple[int, bool, bool]:
    role = {"web": 0, "worker": 1}.get(service.role, 2)
    data = service.database is not None or service.migrations is not None
    return role, service.confidence is Confidence.LOW, not data
