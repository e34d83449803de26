"""GitHub Actions: test, then migrate and deploy to Cloud Run, logged in by federation."""

from __future__ import annotations

import re

from generators.artefact import Artefact
from generators.artefacts.cloudbuild import opening
from generators.artefacts.compose_environment import LOCAL_PASSWORD
from generators.artefacts.rollout import lines
from generators.artefacts.testing import install_lines, test_environment, test_lines
from generators.header import header
from generators.stack import Stack
from generators.templating import rendered

PATH = ".github/workflows/deploy.yml"
ACTIONS = {
    "checkout": "actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1",
    "python": "actions/setup-python@5fda3b95a4ea91299a34e894583c3862153e4b97 # v7.0.0",
    "node": "actions/setup-node@820762786026740c76f36085b0efc47a31fe5020 # v7.0.0",
    "auth": "google-github-actions/auth@7c6bc770dae815cd3e89ee6cdf493a5fab2cc093 # v3.0.0",
    "gcloud": (
        "google-github-actions/setup-gcloud@aa5489c8933f4cc7a4f7d45035b3b1440c9c10db # v3.0.1"
    ),
}
"""Each action by the commit of a release: a tag can be moved, a commit cannot."""


def workflow(stack: Stack, language: str) -> list[Artefact]:
    """Return the workflow for a service on Cloud Run."""
    main = stack.main
    if main.delivery.runtime != "cloud-run":
        return []
    delivery = main.delivery
    text = rendered(
        "github/deploy.yml.j2",
        language,
        header=header(language, main.blueprint_hash),
        stack=stack,
        main=main,
        pattern=_pattern(delivery.branch),
        condition=_condition(delivery.branch),
        pool=delivery.pool or f"{main.name}-github",
        provider=delivery.provider or "github",
        actions=ACTIONS,
        tested=[one for one in stack.deployments if one.service.language in _LANGUAGES],
        install=install_lines,
        tests=test_lines,
        environment=test_environment,
        password=LOCAL_PASSWORD,
        lines=lines(stack),
        opening=opening(stack),
        expression=lambda words: "${{ " + words + " }}",
    )
    return [Artefact(name="github", path=PATH, text=text)]


def _pattern(branch: str) -> str:
    """Return the filter that matches this branch; no ``${{`` may stand in it, but ``$+{{`` may."""
    return re.sub(r"([*+?!\[\]\\])", r"\\\1", branch).replace("${{", "$+{{")


def _condition(branch: str) -> str:
    """Return the condition; a ``${{`` in a name is put together, lest it begin an expression."""
    ref = f"refs/heads/{branch}".replace("'", "''")
    literal = f"'{ref}'"
    if "${{" in ref:
        doubled = ref.replace("{", "{{").replace("}", "}}").replace("$", "{0}")
        literal = f"format('{doubled}', '$')"
    return f"github.event_name != 'pull_request' && github.ref == {literal}"


_LANGUAGES = ("python", "javascript")
