"""The set-up interview, ready to ask: questions plus what is known already, with provenance."""

from __future__ import annotations

from pathlib import Path

from generators.language import _
from generators.project import Detection
from wizards.answers import Layer
from wizards.blueprint import Blueprint
from wizards.interview import Interview
from wizards.setup import gcloud_config
from wizards.setup.chosen_service import chosen, deployable, keeps_data, roots
from wizards.setup.git_remote import github_remote
from wizards.setup.proposals import project_id, secret_names
from wizards.setup.questions import questions
from wizards.setup.steering import HAS_DATABASE, SECRET_NAMES


def interview(
    root: Path,
    detection: Detection | None,
    blueprint: Blueprint | None,
    *,
    suggest: bool = True,
) -> Interview:
    """Return the interview for a folder; nothing slow happens and nobody is asked.

    With ``suggest`` a project id is proposed from gcloud's configuration or the folder's name, a
    repository from git's remote, secrets from the variables that the code reads; without it only
    what somebody gave and what can be changed later is filled in.
    """
    made = Interview(questions(detection, blueprint))
    keys = {question.key for question in made.questions}
    _from_blueprint(made, blueprint, keys)
    _from_gcloud(made, root, suggest=suggest)
    _from_detection(made, detection)
    if suggest:
        _from_variables(made, detection)
        _from_git(made, root)
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
    database = blueprint.database
    own = (database.password_secret, database.migration_password_secret) if database else ()
    names = tuple(name for name in blueprint.secrets if name not in own)
    if names or answered:
        made.answers.give(SECRET_NAMES, names, Layer.BLUEPRINT)
    for variable, secret in blueprint.secrets.items():
        made.answers.give(f"secrets.{variable}.source", secret.source, Layer.BLUEPRINT)


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
    """Give found values their provenance: the file and line that say so.

    Which of several services is meant is an answer: what follows from it stays a proposal.
    """
    folders = roots(detection)
    service = chosen(detection)
    if service is None or len(folders) > 1:
        return
    places = {piece.claim: piece.place for piece in service.evidence}
    found = {
        "service.port": ("port", service.port),
        "service.health_path": ("health_path", service.health_path),
    }
    for key, (claim, value) in found.items():
        if claim in places and value is not None:
            made.answers.give(key, value, Layer.DISCOVERED, places[claim])
    if service.database or service.migrations:
        claims = ("database", "migrations", "database_driver")
        place = next((places[claim] for claim in claims if claim in places), "")
        if place:
            wanted = keeps_data(service)
            made.answers.give(HAS_DATABASE, wanted, Layer.DISCOVERED, place)


def _from_variables(made: Interview, detection: Detection | None) -> None:
    """Propose the variables that sound secret, with the line that reads the first of them."""
    services = deployable(detection)
    names = secret_names(dict.fromkeys(name for one in services for name in one.variables))
    if not names:
        return
    pieces = (piece for service in services for piece in service.evidence)
    places = [piece.place for piece in pieces if any(one in piece.says for one in names)]
    source = places[0] if places else _("the variables that the code reads")
    made.answers.give(SECRET_NAMES, names, Layer.DISCOVERED, source)


def _from_git(made: Interview, root: Path) -> None:
    found = github_remote(root)
    if found is not None:
        made.answers.give("pipeline.github", found.repository, Layer.DISCOVERED, found.source)
        made.answers.give("pipeline.branch", found.branch, Layer.DISCOVERED, found.source)
