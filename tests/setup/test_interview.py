"""Questions, proposals and where they come from; answers to tarmac.toml."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from generators.artefacts.cloud_run import migrate_arguments
from generators.detect import detect
from wizards.answers import Layer
from wizards.blueprint_reading import parse
from wizards.blueprint_writing import rendered
from wizards.deployment import deployment_of
from wizards.failures import UsageFailure
from wizards.migrate.project import Project
from wizards.question import Kind, Value
from wizards.setup import answers_file
from wizards.setup.desired import resources
from wizards.setup.estimate import month, moved
from wizards.setup.interviewing import interview
from wizards.setup.proposals import left_where_it_is
from wizards.setup.resource import Resource
from wizards.setup.run_job import RunJobResource
from wizards.setup.steering import HAS_DATABASE
from wizards.setup.to_blueprint import removed, values
from wizards.status.migrations_panel import names


@pytest.fixture(autouse=True)
def no_gcloud(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("CLOUDSDK_CONFIG", str(tmp_path / "gcloud"))
    monkeypatch.delenv("CLOUDSDK_CORE_PROJECT", raising=False)
    return tmp_path / "gcloud"


def test_without_a_person_only_what_has_no_default_is_missing(tmp_path: Path) -> None:
    talk = interview(tmp_path, None, None, suggest=False)
    assert [part.key for part in talk.pending()] == ["project.id", "project.billing_account"]


def test_a_project_of_gcloud_is_proposed_with_its_source(tmp_path: Path, no_gcloud: Path) -> None:
    (no_gcloud / "configurations").mkdir(parents=True)
    (no_gcloud / "active_config").write_text("work\n")
    config = "[core]\nproject = team-notes-1\n[compute]\nregion = us-central1\n"
    (no_gcloud / "configurations" / "config_work").write_text(config)
    talk = interview(tmp_path, None, None)
    answer = talk.answers.answer("project.id")
    assert answer is not None
    assert (answer.value, answer.provenance) == ("team-notes-1", "from gcloud config")
    assert talk.values()["project.region"] == "us-central1"


def test_without_gcloud_the_folder_gives_a_valid_project_id(tmp_path: Path) -> None:
    root = tmp_path / "9 My Notes_App"
    root.mkdir()
    talk = interview(root, None, None)
    question = next(part for part in talk.questions if part.key == "project.id")
    proposed = talk.values()["project.id"]
    assert isinstance(proposed, str)
    assert proposed.startswith("my-notes-app-")
    assert talk.complaint(question, proposed) is None


def test_instances_are_proposed_within_the_connections_of_the_tier(tmp_path: Path) -> None:
    talk = interview(tmp_path, None, None)
    assert talk.values()["service.max_instances"] == 3
    talk.answers.give("database.tier", "db-custom-1-3840", Layer.TYPED)
    assert talk.values()["service.max_instances"] == 10


@pytest.mark.parametrize(
    ("key", "wrong"),
    [
        ("project.id", "Notes"),
        ("project.id", "short"),
        ("project.billing_account", "123"),
        ("project.region", "seoul"),
        ("database.name", "drop table;"),
        ("pipeline.runtime_account", "x"),
        ("setup.secrets", "1KEY"),
    ],
)
def test_a_name_google_would_refuse_is_refused_while_asking(
    tmp_path: Path, key: str, wrong: str
) -> None:
    talk = interview(tmp_path, None, None)
    question = next(part for part in talk.questions if part.key == key)
    assert talk.put(question, wrong)


def test_the_answers_make_a_blueprint_that_reads_back(tmp_path: Path) -> None:
    talk = interview(tmp_path, None, None)
    answers: dict[str, Value] = {
        "project.billing_account": "012345-6789AB-CDEF01",
        "setup.secrets": ("API_KEY",),
    }
    assert answers_file.give(talk, answers, Layer.FILE) == ({}, [])
    made = values({part.key: talk.values().get(part.key) for part in talk.asked()})
    blueprint = parse(rendered(tmp_path / "tarmac.toml", made), tmp_path / "tarmac.toml")
    assert blueprint.database is not None
    assert blueprint.secrets["DB_PASSWORD"].source == "generate"
    assert blueprint.secrets["API_KEY"].source == "ask"
    assert blueprint.environments["prod"].protected


def test_a_person_who_chose_where_a_secret_comes_from_keeps_it(tmp_path: Path) -> None:
    path = tmp_path / "tarmac.toml"
    path.write_text('[project]\nid = "notes-1"\n[secrets.API_KEY]\nname = "k"\nsource = "env:K"\n')
    old = parse(path.read_text(), path)
    talk = interview(tmp_path, None, old)
    made = values({part.key: talk.values().get(part.key) for part in talk.asked()}, existing=old)
    assert not [key for key in made if key.startswith("secrets.API_KEY")]


def test_an_answers_file_may_hold_any_key_of_the_blueprint(tmp_path: Path) -> None:
    file = tmp_path / "answers.toml"
    file.write_text(
        "[project]\nid = 'notes-1'\n[database]\nnetwork = 'vpc'\n[secrets.KEY]\nname = 'n'\n"
    )
    talk = interview(tmp_path, None, None)
    beyond, complaints = answers_file.give(talk, answers_file.read(file).values, Layer.FILE)
    assert beyond == {"database.network": "vpc", "secrets.KEY.name": "n"}
    assert complaints == []
    assert talk.values()["project.id"] == "notes-1"


def test_a_secret_with_a_table_of_its_own_needs_no_mention_among_the_names(tmp_path: Path) -> None:
    file = tmp_path / "answers.toml"
    file.write_text("[secrets]\nAPI_KEY = {source = 'env:KEY'}\nOTHER.source = 'generate'\n")
    talk = interview(tmp_path, None, None, suggest=False)
    beyond, wrong = answers_file.give(talk, answers_file.read(file).values, Layer.FILE)
    assert (beyond, wrong) == ({}, [])
    made = values(talk.given())
    assert made["secrets.API_KEY.source"] == "env:KEY"
    assert str(made["secrets.API_KEY.name"]).endswith("-api-key")
    assert made["secrets.OTHER.source"] == "generate"


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("[database]\nhigh_availability = 1", 2, "yes or no"),
        ("[service]\nport = true", 2, "true is not a whole number"),
        ("[service]\nname = ['a']", 2, "text"),
        ("[setup]\nsecrets = 5", 2, "a list"),
        ("\n[secrets.KEY]\nsource = 'evn:KEY'", 3, "env:VARIABLE"),
        ("secrets.KEY = 'value'", 1, "must be a table"),
        ("environments.prod = {protcted = true}", 1, "protected"),
        ("[migrations]\nproviderr = 'alembic'", 2, "provider"),
        ("project = 'x'", 1, "must be a table"),
        ("[pipline]\nkind = 'none'", 2, "pipeline.kind"),
        ("[setup]\ndatabase = false\n[database]\ntier = 'db-f1-micro'", 4, "no effect"),
    ],
)
def test_a_wrong_answer_is_named_with_its_line(
    tmp_path: Path, text: str, line: int, says: str
) -> None:
    file = tmp_path / "answers.toml"
    file.write_text(text)
    given = answers_file.read(file)
    _beyond, wrong = answers_file.give(interview(tmp_path, None, None), given.values, Layer.FILE)
    assert [given.line(one.key) for one in wrong] == [line]
    assert says in wrong[0].says


@pytest.mark.parametrize(
    "text",
    [
        "[service]\ncpu = 2\nenvironment = {LOG = 'info'}",
        "[environments.prod]\nchecks = [{path = '/x', status = 200}]",
        "[drift]\nignore = ['service:a.port']",
    ],
)
def test_what_tarmac_toml_takes_the_answers_take(tmp_path: Path, text: str) -> None:
    file = tmp_path / "answers.toml"
    file.write_text(text)
    talk = interview(tmp_path, None, None)
    beyond, wrong = answers_file.give(talk, answers_file.read(file).values, Layer.FILE)
    assert wrong == []
    read = parse(rendered(tmp_path / "tarmac.toml", values(talk.given()) | beyond), file)
    assert read.service.cpu in ("1", "2")


def test_an_unknown_key_suggests_the_nearest(tmp_path: Path) -> None:
    talk = interview(tmp_path, None, None)
    _beyond, wrong = answers_file.give(talk, {"project.regoin": "x"}, Layer.FLAG)
    assert "project.region" in wrong[0].says


def test_each_secret_brings_the_question_where_its_value_comes_from(tmp_path: Path) -> None:
    talk = interview(tmp_path, None, None)
    answers: dict[str, Value] = {
        "secrets.STRIPE_KEY.source": "env:STRIPE",
        "setup.secrets": ("STRIPE_KEY", "SECRET_KEY"),
    }
    assert answers_file.give(talk, answers, Layer.FILE) == ({}, [])
    sources = {
        one.key: talk.values()[one.key] for one in talk.asked() if one.key.endswith(".source")
    }
    assert sources == {
        "secrets.DB_PASSWORD.source": "generate",
        "secrets.STRIPE_KEY.source": "env:STRIPE",
        "secrets.SECRET_KEY.source": "generate",
    }
    made = values(talk.given())
    assert str(made["secrets.STRIPE_KEY.name"]).endswith("-stripe-key")
    question = next(one for one in talk.asked() if one.key == "secrets.STRIPE_KEY.source")
    assert talk.put(question, "the value itself")


def test_a_repository_of_git_is_proposed_with_its_source(tmp_path: Path) -> None:
    for words in (
        ("init", "-q", "-b", "main"),
        ("remote", "add", "origin", "git@github.com:team/notes.git"),
    ):
        subprocess.run(("git", *words), cwd=tmp_path, check=True)
    answer = interview(tmp_path, None, None).answers.answer("pipeline.github")
    assert answer is not None
    assert (answer.value, answer.provenance) == ("team/notes", "from git remote origin")
    assert "pipeline.github" not in interview(tmp_path, None, None, suggest=False).answers


def test_github_actions_cannot_do_without_a_repository(tmp_path: Path) -> None:
    talk = interview(tmp_path, None, None)
    assert "pipeline.github" not in [one.key for one in talk.pending()]
    talk.answers.give("pipeline.kind", "github", Layer.TYPED)
    assert "pipeline.github" in [one.key for one in talk.pending()]


def test_what_follows_from_the_answers_is_shown_and_never_written(tmp_path: Path) -> None:
    talk = interview(tmp_path, None, None)
    shown = {one.key: talk.answer(one) for one in talk.asked() if one.kind is Kind.SHOWN}
    lines = {key: answer.value for key, answer in shown.items() if answer is not None}
    assert any("sqladmin" in str(line) for line in lines["setup.apis"])  # type: ignore[union-attr]
    assert any("cloudsql.client" in str(line) for line in lines["setup.grants"])  # type: ignore[union-attr]
    assert "3 instances × 7" in str(lines["setup.connections"])
    talk.answers.give(HAS_DATABASE, False, Layer.TYPED)
    apis = next(one for one in talk.asked() if one.key == "setup.apis")
    after = talk.answer(apis)
    assert after is not None
    assert "sqladmin" not in str(after.value)
    assert not [key for key in values(talk.given()) if key.startswith("setup.")]


def test_the_estimate_is_the_sum_of_what_the_plan_would_cost(tmp_path: Path) -> None:
    talk = interview(tmp_path, None, None)
    before = month(talk.given())
    talk.answers.give("service.min_instances", 1, Layer.TYPED)
    talk.answers.give("project.region", "us-central1", Layer.TYPED)
    wanted = parse(
        rendered(tmp_path / "tarmac.toml", values(talk.given()) | {"project.id": "notes-1"}),
        tmp_path / "tarmac.toml",
    )
    assert month(talk.given()) == pytest.approx(sum(part.cost() for part in resources(wanted)))
    assert moved(before, before + 3.1) == "+3.10"
    assert moved(before, before) == ""


def test_a_database_that_a_person_takes_back_leaves_the_file(tmp_path: Path) -> None:
    path = tmp_path / "tarmac.toml"
    talk = interview(tmp_path, None, None)
    talk.answers.give("setup.secrets", ("API_KEY", "OTHER_KEY"), Layer.TYPED)
    path.write_text(rendered(path, values(talk.given()) | {"project.id": "notes-1"}))
    old = parse(path.read_text(), path)
    again = interview(tmp_path, None, old)
    assert removed(again, old) == ()
    again.answers.give(HAS_DATABASE, False, Layer.TYPED)
    again.answers.give("setup.secrets", ("API_KEY",), Layer.TYPED)
    text = rendered(path, values(again.given(), existing=old), removed(again, old))
    new = parse(text, path)
    assert new.database is None
    assert list(new.secrets) == ["API_KEY"]
    assert "OTHER_KEY" not in text


def test_an_answer_that_was_emptied_empties_what_the_file_says(tmp_path: Path) -> None:
    path = tmp_path / "tarmac.toml"
    path.write_text('[project]\nid = "notes-1"\nparent = "folders/1"\n')
    old = parse(path.read_text(), path)
    talk = interview(tmp_path, None, old)
    parent = next(one for one in talk.asked() if one.key == "project.parent")
    assert talk.put(parent, "") is None
    assert parse(rendered(path, values(talk.given(), existing=old)), path).project.parent == ""


def made_of(root: Path) -> dict[str, Value]:
    """Return what an interview that nobody answers makes of a folder."""
    found = detect(root)
    return values(interview(root, found, None).given(), found)


def flask(root: Path, *packages: str, code: str = "") -> None:
    """Write a small Flask application."""
    root.mkdir(parents=True, exist_ok=True)
    (root / "requirements.txt").write_text("\n".join(("flask", "gunicorn", *packages)) + "\n")
    (root / "app.py").write_text(f"from flask import Flask\n{code}\napp = Flask(__name__)\n")


@pytest.mark.parametrize(
    ("package", "said"), [("pymysql", "MySQL"), ("pymongo", "MongoDB"), ("oracledb", "Oracle")]
)
def test_a_database_that_is_no_postgresql_is_left_where_it_is(
    tmp_path: Path, package: str, said: str
) -> None:
    flask(tmp_path, package, code=f"import {package}")
    talk = interview(tmp_path, detect(tmp_path), None)
    question = next(part for part in talk.questions if part.key == HAS_DATABASE)
    assert talk.values()[HAS_DATABASE] is False
    assert said in question.why
    made = made_of(tmp_path)
    assert not [key for key in made if key.startswith(("database.", "environments."))]
    assert not any(part.kind.startswith("sql.") for part in _resources(tmp_path, made))
    path = tmp_path / "tarmac.toml"
    wanted = parse(rendered(path, made | {"project.id": "notes-1"}), path)
    told = left_where_it_is(detect(tmp_path), wanted)
    assert told is not None
    assert said in told.says


def test_a_service_beside_a_front_end_and_a_worker_is_the_one_that_is_asked_about(
    tmp_path: Path,
) -> None:
    flask(tmp_path / "admin")
    flask(tmp_path / "web", "psycopg", code="import os, psycopg\nos.environ['STRIPE_KEY']")
    talk = interview(tmp_path, detect(tmp_path), None)
    question = next(part for part in talk.asked() if part.key == "service.root")
    assert {choice.value for choice in question.choices} == {"admin", "web"}
    assert talk.values()["service.root"] == "web"
    assert talk.values()["service.name"] == "web"
    assert talk.values()["setup.secrets"] == ("STRIPE_KEY",)
    assert talk.put(question, "admin") is None
    assert talk.values()["service.name"] == "admin"
    assert talk.values()[HAS_DATABASE] is True
    assert talk.put(question, "elsewhere")


def test_the_folder_of_the_only_service_is_written_and_its_job_runs_there(tmp_path: Path) -> None:
    root = tmp_path / "api"
    flask(root, "flask-migrate", "psycopg", code="from flask_migrate import Migrate")
    (root / "migrations" / "versions").mkdir(parents=True)
    (root / "migrations" / "alembic.ini").write_text("[alembic]\n")
    (root / "migrations" / "env.py").write_text("from alembic import context\n")
    made = made_of(tmp_path)
    assert made["service.root"] == "api"
    path = tmp_path / "tarmac.toml"
    said = parse('[project]\nid = "notes-1"\n[service]\nroot = "."\n', path)
    found = detect(tmp_path)
    kept = values(interview(tmp_path, found, said).given(), found, existing=said)
    assert kept.get("service.root") in (None, ".")
    assert made["migrations.command"] == "flask db upgrade"
    (job,) = (part for part in _resources(tmp_path, made) if isinstance(part, RunJobResource))
    assert job.arguments == "flask db upgrade"


def test_django_migrates_by_its_own_command_and_the_console_says_so(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text("django\ngunicorn\npsycopg\n")
    (tmp_path / "manage.py").write_text("import django\n")
    (tmp_path / "site1").mkdir()
    (tmp_path / "site1" / "__init__.py").write_text("")
    engine = "DATABASES = {'default': {'ENGINE': 'django.db.backends.postgresql'}}\n"
    (tmp_path / "site1" / "settings.py").write_text(engine)
    start = (
        "from django.core.wsgi import get_wsgi_application\napplication = get_wsgi_application()\n"
    )
    (tmp_path / "site1" / "wsgi.py").write_text(start)
    made = made_of(tmp_path)
    (job,) = (part for part in _resources(tmp_path, made) if isinstance(part, RunJobResource))
    assert job.arguments == "python manage.py migrate --noinput"
    path = tmp_path / "tarmac.toml"
    path.write_text(rendered(path, made | {"project.id": "notes-1"}))
    with pytest.raises(UsageFailure, match="Django"):
        _ = Project(tmp_path, None).migrations
    assert names(tmp_path, parse(path.read_text(), path), None) == []


def _resources(root: Path, made: dict[str, Value]) -> list[Resource]:
    path = root / "tarmac.toml"
    return resources(parse(rendered(path, made | {"project.id": "notes-1"}), path))


def test_a_tool_that_only_a_script_runs_migrates_by_that_script(tmp_path: Path) -> None:
    manifest = {
        "main": "index.js",
        "scripts": {"start": "node index.js", "migration:run": "typeorm migration:run"},
        "dependencies": {"express": "4", "pg": "8", "typeorm": "1"},
    }
    (tmp_path / "package.json").write_text(json.dumps(manifest))
    (tmp_path / "package-lock.json").write_text('{"lockfileVersion": 3, "packages": {}}')
    (tmp_path / "index.js").write_text("require('express')().listen(process.env.PORT)\n")
    (job,) = (
        part for part in _resources(tmp_path, made_of(tmp_path)) if isinstance(part, RunJobResource)
    )
    assert job.arguments == "npm run migration:run"


def test_python_s_prisma_is_run_without_node_by_plan_and_pipeline_alike(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text("fastapi\nuvicorn\nprisma\n")
    (tmp_path / "main.py").write_text("from fastapi import FastAPI\n\napp = FastAPI()\n")
    source = 'datasource db {\n provider = "postgresql"\n url = env("DATABASE_URL")\n}\n'
    (tmp_path / "schema.prisma").write_text(source)
    made = made_of(tmp_path)
    (job,) = (part for part in _resources(tmp_path, made) if isinstance(part, RunJobResource))
    assert job.arguments == "prisma migrate deploy"
    path = tmp_path / "tarmac.toml"
    wanted = parse(rendered(path, made | {"project.id": "notes-1"}), path)
    pipeline = migrate_arguments(deployment_of(wanted, detect(tmp_path), tmp_path))
    assert {"--command=prisma", "--args=migrate,deploy"} <= set(pipeline)
