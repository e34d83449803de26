"""What set-up proposes: no health path that nothing answers, no secret that is none."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from generators.artefacts.cloudbuild import render
from generators.detect import detect
from tests.generators.repository import repository
from tests.setup.sandboxed import blueprint as example
from wizards.answers import Layer
from wizards.blueprint import Blueprint
from wizards.blueprint_reading import parse
from wizards.blueprint_writing import rendered
from wizards.setup import answers_file
from wizards.setup.desired import resources
from wizards.setup.interviewing import interview
from wizards.setup.proposals import secret_names
from wizards.setup.run_service import PLACEHOLDER, RunServiceResource
from wizards.setup.to_blueprint import values
from wizards.stack import stack_of

OWN = "us-docker.pkg.dev/elsewhere/notes/app:1"
WITHOUT = "from fastapi import FastAPI\napp = FastAPI()\n"
WITH = WITHOUT + "@app.get('/healthz')\ndef healthy(): return {}\n"


@pytest.mark.parametrize(("code", "path"), [(WITHOUT, ""), (WITH, "/healthz")])
def test_the_health_path_is_proposed_only_where_the_code_has_one(
    tmp_path: Path, code: str, path: str
) -> None:
    root = repository(tmp_path, {"requirements.txt": "fastapi\n", "main.py": code})
    detection = detect(root)
    talk = interview(root, detection, None)
    given = {"project.billing_account": "012345-6789AB-CDEF01"}
    assert answers_file.give(talk, given, Layer.FILE) == ({}, [])
    assert talk.pending() == []
    made = values({part.key: talk.values().get(part.key) for part in talk.asked()})
    blueprint = parse(rendered(root / "tarmac.toml", made), root / "tarmac.toml")
    assert blueprint.service.health_path == path
    (pipeline,) = (
        one for one in render(stack_of(blueprint, detection, root), "en") if "build" in one.name
    )
    assert ("--startup-probe" in pipeline.text) is bool(path)


def test_how_long_a_token_lives_is_no_secret() -> None:
    lives = ("ACCESS_TOKEN_TTL_SECONDS", "TOKEN_EXPIRE_MINUTES", "JWT_TOKEN_URL", "KEY_LENGTH")
    secret = ("ACCESS_TOKEN", "STRIPE_SECRET_KEY", "SMTP_PASSWORD", "SENTRY_DSN")
    assert secret_names((*lives, *secret)) == secret


def _wanted(blueprint: Blueprint) -> RunServiceResource:
    (found,) = (one for one in resources(blueprint) if isinstance(one, RunServiceResource))
    return found


def test_without_a_health_path_set_up_leaves_cloud_run_s_own_probe_of_the_port() -> None:
    plain = example()
    with_path = _wanted(plain)
    without = _wanted(replace(plain, service=replace(plain.service, health_path="")))
    assert with_path.with_image(OWN, replacing=True)["startup_probe"] == plain.service.health_path
    assert without.with_image(OWN, replacing=True) == {}
    assert with_path.with_image(PLACEHOLDER, replacing=True) == {}
