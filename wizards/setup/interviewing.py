"""The set-up interview, ready to ask: questions plus what is known already, with provenance."""

from __future__ import annotations

from pathlib import Path

from generators.language import _
from generators.project import Detection
from wizards.answers import Layer
from wizards.blueprint import Blueprint
from wizards.interview import Interview
from wizards.setup import gcloud_config
from wizards.setup.proposals import project_id
from wizards.setup.questions import HAS_DATABASE, SECRET_NAMES, questions


def interview(
    root: Path,
    detection: Detection | None,
    blueprint: Blueprint | None,
    *,
    suggest: bool = True,
) -> Interview:
    """Return the interview for a folder; nothing slow happens and nobody is asked.

    With ``suggest`` a project id is proposed from gcloud's configuration or the folder's name;
    without it the id must be given, since it can never be changed.
    """
    made = Interview(questions(detection))
    keys = {question.key for question in made.questions}
    _from_blueprint(made, blueprint, keys)
    _from_gcloud(made, root, suggest=suggest)
    _from_detection(made, detection)
    return made


def _from_blueprint(made: Interview, blueprint: Blueprint | None, keys: set[str]) -> None:
    if blueprint is None:
        return
    answered = bool(blueprint.project.id)
    unsaid = {} if answered else Blueprint().values()
    for key, value in blueprint.values().items():
        if key in keys and value not in ("", None, unsaid.get(key)):
            made.answers.give(key, value, Layer.BLUEPRINT)
    if answered or blueprint.database is not None:
        made.answers.give(HAS_DATABASE, blueprint.database is not None, Layer.BLUEPRINT)
    password = blueprint.database.password_secret if blueprint.database else ""
    names = tuple(name for name in blueprint.secrets if name != password)
    made.answers.give(SECRET_NAMES, names, Layer.BLUEPRINT)


def _from_gcloud(made: Interview, root: Path, *, suggest: bool) -> None:
    source = _("gcloud config")
    region = gcloud_config.value("run", "region") or gcloud_config.value("compute", "region")
    if region:
        made.answers.give("project.region", region, Layer.DISCOVERED, source)
    if not suggest:
        return
    project = gcloud_config.value("core", "project")
    if project:
        made.answers.give("project.id", project, Layer.DISCOVERED, source)
    else:
        proposed = project_id(root.resolve().name, str(root.resolve()))
        made.answers.give("project.id", proposed, Layer.DISCOVERED, _("the folder's name"))


def _from_detection(made: Interview, detection: Detection | None) -> None:
    """Give found values their provenance: the file and line that say so."""
    if detection is None or not detection.services:
        return
    service = detection.services[0]
    places = {piece.claim: piece.place for piece in service.evidence}
    found = {
        "service.port": ("port", service.port),
        "service.health_path": ("health_path", service.health_path),
    }
    for key, (claim, value) in found.items():
        if claim in places and value is not None:
            made.answers.give(key, value, Layer.DISCOVERED, places[claim])
