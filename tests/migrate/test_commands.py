"""`tarmac migrate …` as a program sees it: shapes, exit codes, cards."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from tests.cli.run_tarmac import tarmac
from tests.migrate.alembic_project import ENV, TEMPLATE, AlembicProject, Rev
from tests.migrate.conftest import Make
from tests.migrate.test_backup_and_rehearsal import at_first
from tui.cli import run
from wizards.cancel import Cancel

Sql = Callable[..., list[tuple[object, ...]]]
Say = Callable[..., tuple[int, dict[str, Any], list[dict[str, Any]]]]

ADD = Rev("b2", "a1", "ALTER TABLE items ADD COLUMN x bigint", "ALTER TABLE items DROP COLUMN x")
DROP = Rev("c3", "b2", "ALTER TABLE items DROP COLUMN name")


@pytest.fixture
def say(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Callable[[AlembicProject], Say]:
    """Run commands in this process: (exit code, envelope, events before it)."""

    def in_project(project: AlembicProject) -> Say:
        monkeypatch.chdir(project.folder)

        def speak(*words: str) -> tuple[int, dict[str, Any], list[dict[str, Any]]]:
            capsys.readouterr()
            try:
                code = run(["--json", *words])
            except SystemExit as ended:
                code = int(ended.code or 0)
            lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
            return code, lines[-1], lines[:-1]

        return speak

    return in_project


def test_status_and_preview_have_the_promised_shapes(
    make: Make, say: Callable[[AlembicProject], Say]
) -> None:
    speak = say(at_first(make, ADD, DROP))
    code, envelope, _events = speak("migrate", "status")
    assert code == 0
    assert envelope["command"] == "migrate status"
    data = envelope["data"]
    assert set(data) == {"provider", "target", "server_version", "current", "heads", "revisions"}
    assert data["provider"] == "alembic"
    assert data["revisions"][1] == {
        "id": "b2",
        "down": ["a1"],
        "message": "revision b2",
        "path": "migrations/versions/b2.py",
        "applied": False,
        "branch": None,
    }
    code, envelope, _events = speak("migrate", "preview")
    assert code == 0
    first, second = envelope["data"]["revisions"]
    assert set(first) == {"id", "source", "transactional", "commits", "statements"}
    assert first["statements"] == [{"sql": ADD.up, "findings": []}]
    (found,) = second["statements"][0]["findings"]
    assert (found["rule"], found["severity"], found["lock"]) == (
        "drop-column", "danger", "ACCESS EXCLUSIVE"
    )  # fmt: skip


def test_up_rehearses_applies_and_rolls_back(
    make: Make, say: Callable[[AlembicProject], Say], sql: Sql
) -> None:
    speak = say(at_first(make, ADD))
    code, envelope, events = speak("migrate", "up")
    assert code == 0, envelope
    assert envelope["ok"]
    assert envelope["data"]["outcome"] == "applied"
    phases = [(event["phase"], event["state"]) for event in events if "phase" in event]
    assert ("rehearse", "done") in phases
    assert ("verify", "done") in phases
    assert all(event["at"].endswith("Z") for event in events)
    code, envelope, _events = speak("migrate", "rollback", "--dry-run")
    assert code == 0
    assert set(envelope["data"]) == {"decision", "why", "sql", "loses", "seconds_estimate"}
    assert envelope["data"]["decision"] == "downgrade"
    code, envelope, _events = speak("migrate", "rollback")
    assert code == 0
    assert sql("SELECT version_num FROM alembic_version") == [("a1",)]
    code, envelope, _events = speak("migrate", "sessions")
    kinds = [(one["kind"], one["outcome"]) for one in envelope["data"]["sessions"]]
    assert kinds == [("rollback", "applied"), ("up", "applied")]


def test_rehearse_adds_what_was_measured(make: Make, say: Callable[[AlembicProject], Say]) -> None:
    speak = say(at_first(make, ADD))
    code, envelope, _events = speak("migrate", "rehearse")
    assert code == 0
    (statement,) = envelope["data"]["revisions"][0]["statements"]
    assert set(statement) >= {
        "sql",
        "findings",
        "milliseconds",
        "locks",
        "rewrote",
        "scanned",
        "rows",
    }
    assert statement["locks"][0]["relation"] == "public.items"
    assert envelope["data"]["revisions"][0]["source"] == "rehearsal"
    assert envelope["data"]["reverts"]["schema"] is True


def test_a_rehearsal_that_fails_keeps_up_away_from_the_database(
    make: Make, say: Callable[[AlembicProject], Say], sql: Sql
) -> None:
    bad = Rev("b2", "a1", "ALTER TABLE items ADD COLUMN y int NOT NULL")
    speak = say(at_first(make, bad))
    code, envelope, _events = speak("migrate", "up")
    assert code == 4
    assert envelope["errors"][0]["code"] == "findings"
    code, envelope, _events = speak("migrate", "up", "--accept", "*@b2=let us see")
    assert code == 1
    assert envelope["errors"][0]["code"] == "rehearsal-failed"
    assert sql("SELECT version_num FROM alembic_version") == [("a1",)]


def test_a_rehearsal_that_fails_ends_with_a_card_that_leads_on(
    make: Make, say: Callable[[AlembicProject], Say], sql: Sql
) -> None:
    project = at_first(make, Rev("b2", "a1", "ALTER TABLE items ALTER COLUMN name SET NOT NULL"))
    sql("UPDATE items SET name = NULL WHERE id <= 3")
    code, envelope, _events = say(project)("migrate", "rehearse")
    assert (code, envelope["ok"], envelope["data"]["failed_revision"]) == (1, False, "b2")
    (card,) = envelope["errors"]
    assert card["code"] == "rehearsal-failed"
    assert "contains null values" in card["why"]
    assert card["next"] == [
        "tarmac migrate preview", "repair the rows, then: tarmac migrate rehearse"
    ]  # fmt: skip


def test_checks_that_fail_end_verify_and_up_with_a_card(
    make: Make, say: Callable[[AlembicProject], Say], monkeypatch: pytest.MonkeyPatch
) -> None:
    project = at_first(make, ADD)
    monkeypatch.setenv("HERE_URL", project.url)
    (project.folder / "tarmac.toml").write_text(
        '[environments.here]\ndatabase_url_env = "HERE_URL"\nhealth_url = "http://127.0.0.1:9/up"\n'
    )
    for words in (("verify",), ("up", "--no-rehearsal", "--no-backup")):
        code, envelope, _events = say(project)("migrate", *words)
        assert (code, envelope["ok"]) == (1, False)
        (card,) = envelope["errors"]
        assert card["code"] == "checks-failed"
        assert "curl -i http://127.0.0.1:9/up" in card["next"]
    assert envelope["data"]["outcome"] == "applied"


def test_findings_refuse_with_exit_four_and_an_acknowledgement_lets_through(
    make: Make, say: Callable[[AlembicProject], Say]
) -> None:
    speak = say(at_first(make, ADD, DROP))
    code, envelope, _events = speak("migrate", "up")
    assert code == 4
    assert "--accept drop-column@c3=REASON" in envelope["errors"][0]["next"]
    code, envelope, _events = speak(
        "migrate", "up", "--no-rehearsal", "--accept", "drop-column@c3=unused"
    )
    assert code == 0
    code, envelope, _events = speak("migrate", "rollback", "--dry-run")
    assert envelope["data"]["decision"] == "restore"


@pytest.mark.slow
def test_prove_goes_up_down_and_up_again_with_the_rows_compared(
    make: Make, say: Callable[[AlembicProject], Say]
) -> None:
    code, envelope, _events = say(at_first(make, ADD))("migrate", "prove")
    assert (code, envelope["data"]["proved"]) == (0, True)
    assert envelope["data"]["again"] == {"schema": True, "data": True, "error": ""}


@pytest.mark.slow
def test_prove_says_what_does_not_go_there_and_back(
    make: Make, say: Callable[[AlembicProject], Say], sql: Sql
) -> None:
    log = Rev("c3", "b2", "CREATE TABLE log (id int)", "pass")
    code, envelope, _events = say(at_first(make, ADD, log))("migrate", "prove")
    assert (code, envelope["data"]["proved"]) == (1, False)
    (card,) = envelope["errors"]
    assert card["code"] == "not-proved"
    assert "the second way up fails" in card["why"]
    assert "public.log" in card["why"]
    assert sql("SELECT version_num FROM alembic_version") == [("a1",)]


MODELS = """
from sqlalchemy import BigInteger, Column, Integer, MetaData, Table, Text
metadata = MetaData()
Table("items", metadata, Column("id", BigInteger, primary_key=True), Column("name", Text),
      Column("size", Integer), Column("owner", Text, nullable=False))
"""


def test_new_writes_a_revision_with_the_projects_alembic_and_judges_it(
    make: Make, say: Callable[[AlembicProject], Say]
) -> None:
    project = at_first(make)
    env = ENV.format(per_migration=False).replace(
        "context.configure(", "context.configure(target_metadata=metadata, "
    )
    project.env(MODELS + env)
    template = project.folder / "migrations" / "script.py.mako"
    template.write_text(TEMPLATE)
    speak = say(project)
    code, envelope, _events = speak("migrate", "new", "-m", "own them", "--autogenerate")
    assert code == 0, envelope
    (made,), (file,) = envelope["data"]["revisions"], envelope["data"]["files"]
    text = Path(made["path"]).read_text()
    assert "add_column('items'" in text
    assert "down_revision = 'a1'" in text
    assert (made["empty"], [one["rule"] for one in file["findings"]]) == (
        False, ["will-fail", "add-required-column"]
    )  # fmt: skip
    code, envelope, _events = speak("migrate", "new", "-m", "again", "--autogenerate")
    assert (code, envelope["errors"][0]["code"]) == (1, "alembic-refused")
    assert speak("migrate", "new")[0] == 2


FLASK_APP = """
import os
from flask import Flask
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy

db = SQLAlchemy()

class Item(db.Model):
    id = db.Column(db.Integer, primary_key=True)

def create_app():
    app = Flask(__name__)
    app.config["SQLALCHEMY_DATABASE_URI"] = os.environ["DATABASE_URL"]
    db.init_app(app)
    Migrate(app, db)
    return app
"""


@pytest.mark.slow
def test_flask_migrate_is_recognised_without_a_bootstrap_file(
    make: Make, say: Callable[[AlembicProject], Say], sql: Sql
) -> None:
    project = make()
    shutil.rmtree(project.folder / "migrations")
    (project.folder / "alembic.ini").unlink()
    (project.folder / "app.py").write_text(FLASK_APP)
    flask = [str(project.python.with_name("flask")), "db", "init"]
    environment = {**os.environ, "DATABASE_URL": project.url}
    subprocess.run(flask, cwd=project.folder, env=environment, check=True, capture_output=True)
    speak = say(project)
    code, envelope, _events = speak("migrate", "new", "-m", "items", "--autogenerate")
    assert code == 0, envelope
    code, envelope, _events = speak("migrate", "up", "--no-backup", "--accept", "*@*=a test")
    assert (code, envelope["data"]["outcome"]) == (0, "applied"), envelope
    assert sql("SELECT count(*) FROM item") == [(0,)]
    (project.folder / "tarmac.toml").write_text('[migrations]\ndirectory = "migrations"\n')
    assert speak("migrate", "status")[1]["data"]["revisions"][0]["applied"]


def test_watch_repeats_the_checks_and_ends_early_when_one_stays_red(
    make: Make, say: Callable[[AlembicProject], Say], sql: Sql
) -> None:
    project = at_first(make)
    speak = say(project)
    code, envelope, events = speak("migrate", "watch", "--minutes", "0.012", "--every", "0.1")
    assert code == 0
    looks = [one for one in events if one["event"] == "migrate.watch"]
    assert len(looks) == envelope["data"]["looks"] > 1
    assert (envelope["data"]["red"], envelope["data"]["deadlocks"]) == ([], 0)

    def moved_on(_event: object) -> None:
        sql("UPDATE alembic_version SET version_num = 'zz'")

    found = project.console().watch(moved_on, Cancel(), seconds=60, every=0.1)
    assert (found.looks, found.red) == (4, ("Version",))


def test_a_person_gets_a_card_not_a_traceback(make: Make) -> None:
    project = make(Rev("a1", None, "CREATE TABLE t (id int)"))
    project.env("raise RuntimeError('no settings')")
    ran = tarmac("migrate", "status", cwd=project.folder)
    assert ran.code == 1
    assert "○ a1" in ran.out
    assert "read from the files" in ran.out
    assert "env.py raised RuntimeError: no settings" in ran.err
    assert "migrations/env.py" in ran.err
    assert "Traceback" not in ran.err
    assert "Traceback" in tarmac("-v", "migrate", "status", cwd=project.folder).err


def test_a_broken_project_still_lists_what_its_files_say(
    make: Make, say: Callable[[AlembicProject], Say]
) -> None:
    project = at_first(make, ADD, Rev("c3", "gone", "SELECT 1"), Rev("d4", "d5", "SELECT 1"))
    project.add(Rev("d5", "d4", "SELECT 1"))
    versions = project.folder / "migrations" / "versions"
    (versions / "broken.py").write_text("revision = (")
    (versions / "again.py").write_text("revision: str = 'b2'\ndown_revision = 'a1'")
    code, envelope, _events = say(project)("migrate", "status")
    assert (code, envelope["ok"]) == (1, False)
    assert envelope["errors"][0]["code"] == "revision-broken"
    data = envelope["data"]
    assert {one["id"]: one["applied"] for one in data["revisions"]} == {
        "a1": True, "b2": False, "c3": False, "d4": False, "d5": False
    }  # fmt: skip
    assert [one["id"] for one in data["revisions"]][-2:] == ["d4", "d5"]
    said = "\n".join(data["warnings"])
    for part in (
        "broken.py:1 cannot be read",
        "b2 is in two files",
        "c3.py names gone, which no file has",
        "these go round in a circle: d4, d5",
    ):
        assert part in said


def test_a_missing_interpreter_is_a_card(make: Make) -> None:
    project = make(Rev("a1", None, "CREATE TABLE t (id int)"))
    (project.folder / ".venv").unlink()
    ran = tarmac("--json", "migrate", "status", cwd=project.folder)
    assert ran.code == 1
    assert ran.envelope["errors"][0]["code"] == "interpreter-missing"


def test_a_variable_that_is_not_set_is_named(make: Make) -> None:
    project = make(Rev("a1", None, "CREATE TABLE t (id int)"))
    (project.folder / "tarmac.toml").write_text(
        '[environments.prod]\ndatabase_url_env = "PROD_DATABASE_URL"\n'
    )
    ran = tarmac("--json", "--env", "prod", "migrate", "status", cwd=project.folder)
    assert ran.code == 2
    assert "PROD_DATABASE_URL" in ran.envelope["errors"][0]["message"]
    ran = tarmac("--json", "--env", "nowhere", "migrate", "status", cwd=project.folder)
    assert ran.code == 2
    assert ran.envelope["errors"][0]["next"] == ["--env prod"]


def test_help_is_shown_without_touching_anything() -> None:
    from tui.commands.migrate import migrate

    shown = CliRunner().invoke(migrate, ["--help"]).output
    for name in ("status", "preview", "lint", "rehearse", "backup", "up", "down", "rollback",
                 "restore", "verify", "sessions", "new", "prove", "watch"):  # fmt: skip
        assert name in shown


@pytest.mark.slow
def test_without_any_url_env_py_itself_says_where_it_goes(make: Make) -> None:
    project = make(Rev("a1", None, "CREATE TABLE t (id int)"))
    (project.folder / ".env").unlink()
    env = (project.folder / "migrations" / "env.py").read_text()
    project.env(f"import os\nos.environ['DATABASE_URL'] = {project.url!r}\n" + env)
    ran = tarmac("--json", "migrate", "status", cwd=project.folder)
    assert ran.code == 0, ran.out
    assert ran.envelope["data"]["target"] == project.url.rpartition("/")[2]
    secret = project.url.split("@")[0].rsplit(":", 1)[1]
    assert secret not in ran.out
    up = tarmac("--json", "migrate", "up", "--no-rehearsal", "--no-backup", cwd=project.folder)
    assert up.code == 0, up.out
    listed = tarmac("--json", "migrate", "sessions", cwd=project.folder)
    assert [one["outcome"] for one in listed.envelope["data"]["sessions"]] == ["applied"]
