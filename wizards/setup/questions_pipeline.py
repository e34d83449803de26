"""The questions about who builds and deploys, from which repository and branch."""

from __future__ import annotations

from collections.abc import Callable

from generators.language import _
from wizards.question import Choice, Kind, Known, Question
from wizards.setup.asking import ask


def pipeline() -> list[Question]:
    """Return the page about the pipeline."""
    page = _("Pipeline")
    return [
        ask(
            "pipeline.kind",
            _("Who builds?"),
            page,
            kind=Kind.CHOICE,
            choices=[
                Choice("cloud-build", "Cloud Build", _("a push to the branch starts a build")),
                Choice("github", "GitHub Actions", _("let in without keys, by federation")),
                Choice("none", _("nobody yet")),
            ],
            default="cloud-build",
        ),
        _repository(page, required=False),
        _repository(page, required=True),
        ask(
            "pipeline.github_id",
            _("Number of the repository"),
            page,
            required=False,
            default="",
            when=_builder("github"),
            why=_("gh api repos/OWNER/NAME --jq .id; names can change hands, numbers cannot"),
        ),
        ask(
            "pipeline.branch",
            _("Branch"),
            page,
            default="main",
            when=_with_repository,
            why=_("only what is pushed to it is built and deployed"),
        ),
        ask(
            "pipeline.connection",
            _("Connection to GitHub"),
            page,
            default="github",
            when=lambda known: _with_repository(known) and _builder("cloud-build")(known),
            why=_("Google asks you once, in a browser, to install its app at GitHub"),
        ),
        ask(
            "pipeline.region",
            _("Region of builds"),
            page,
            live="regions",
            default=lambda known: str(known.get("project.region") or ""),
            when=_builder("cloud-build"),
            why=_("some new projects may not build everywhere: then another region"),
        ),
    ]


def _repository(page: str, *, required: bool) -> Question:
    """Return the question for the repository; GitHub Actions cannot do without."""
    return ask(
        "pipeline.github",
        _("Repository on GitHub"),
        page,
        required=required,
        default="",
        when=_builder("github") if required else _builder("cloud-build"),
        why=_("owner/name: only this repository may deploy")
        if required
        else _("owner/name; empty = builds are started by hand"),
    )


def _builder(kind: str) -> Callable[[Known], bool]:
    return lambda known: known.get("pipeline.kind") == kind


def _with_repository(known: Known) -> bool:
    return bool(known.get("pipeline.github")) and known.get("pipeline.kind") != "none"
