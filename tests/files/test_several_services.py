"""A repository whose services lie in folders while [service] names none of them."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from generators.detect import detect
from tests.cli.run_tarmac import tarmac
from tests.generators.repository import repository
from wizards.blueprint import Blueprint, Project, Service
from wizards.deployment import assumed, deployment_of
from wizards.failures import Failure
from wizards.files import artefacts
from wizards.setup.naming import names_of

FLASK = "from flask import Flask\napp = Flask(__name__)\n"
FILES = {
    "vote/requirements.txt": "flask\nredis\ngunicorn\n",
    "vote/app.py": FLASK,
    "result/requirements.txt": "flask\npsycopg2\n",
    "result/app.py": FLASK,
}


def test_the_likeliest_is_taken_the_others_join_and_that_is_said(tmp_path: Path) -> None:
    root = repository(tmp_path, FILES)
    blueprint = Blueprint(project=Project(id="vote-prod"), service=Service(name="votes"))
    made = {one.artefact.path: one.merged for one in artefacts(root, blueprint)}
    assert {"result/Dockerfile", "vote/Dockerfile"} <= set(made)
    assert set(yaml.safe_load(made["docker-compose.yml"])["services"]) >= {"app", "vote"}
    ids = [step["id"] for step in yaml.safe_load(made["cloudbuild.yaml"])["steps"]]
    assert {"deploy", "deploy-vote"} <= set(ids)
    said = assumed(blueprint, detect(root))
    assert "result is taken" in said
    assert "vote" in said


def test_nothing_is_assumed_where_the_folder_is_named_or_there_is_one_service(
    tmp_path: Path,
) -> None:
    root = repository(tmp_path / "two", FILES)
    stated = Blueprint(service=Service(root="vote"))
    assert assumed(stated, detect(root)) == ""
    assert deployment_of(stated, detect(root), root).service.path == "vote"
    wrong = Blueprint(service=Service(root="votes"))
    with pytest.raises(Failure) as refused:
        deployment_of(wrong, detect(root), root)
    assert refused.value.code == "no-service"
    only = {path: text for path, text in FILES.items() if path.startswith("vote")}
    alone = repository(tmp_path / "one", only)
    assert assumed(Blueprint(), detect(alone)) == ""


def test_without_a_name_files_and_set_up_call_the_service_alike(tmp_path: Path) -> None:
    root = repository(tmp_path / "My Shop!", {"requirements.txt": "flask\n", "app.py": FLASK})
    known = Blueprint(project=Project(id="shop-prod"))
    made = deployment_of(known, detect(root), root)
    names = names_of(known)
    assert (made.name, made.repository) == (names.service, names.repository)
    assert (made.runtime_account, made.build_account) == (
        names.runtime_account,
        names.build_account,
    )
    assert deployment_of(Blueprint(), detect(root), root).name == "my-shop"


def test_generate_says_what_it_takes(tmp_path: Path) -> None:
    root = repository(tmp_path, {**FILES, "tarmac.toml": '[project]\nid = "vote-prod"\n'})
    ran = tarmac("generate", "--json", cwd=root)
    assert ran.code == 0
    [note] = ran.envelope["data"]["notes"]
    assert note == assumed(Blueprint(), detect(root))
