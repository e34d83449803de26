"""Shapes of published projects: sections, -x, branches without a way down, strict settings."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.migrate.alembic_project import ASYNC_ENV, ENV, Rev
from tests.migrate.conftest import Make
from tests.migrate.test_apply import ANY, picture
from wizards.cancel import Cancel
from wizards.events import discard
from wizards.failures import Failure
from wizards.migrate import rehearsal
from wizards.migrate.interpreter import Interpreter
from wizards.migrate.model import Outcome
from wizards.migrate.providers.alembic import sqlalchemy_url
from wizards.migrate.settings_failures import settings_failure, without_inputs

Sql = Callable[..., list[tuple[object, ...]]]
ONE = Rev("aaa1", None, "CREATE TABLE one (id int)", "DROP TABLE one")
STRICT = """2 validation errors for Settings
JWT_SECRET_KEY
  Field required [type=missing, input_value={'API_KEY': 'sk-live, 1'}, input_type=dict]
    For further information visit https://errors.pydantic.dev/2.14/v/missing
POSTGRES_PORT
  Input should be a valid integer [type=int_parsing, input_value='sk-live', input_type=str]"""


def test_settings_that_are_missing_are_named_and_no_value_is_shown() -> None:
    found = settings_failure("ValidationError", STRICT, "env.py, line 5", without_inputs(STRICT))
    assert found is not None
    assert "JWT_SECRET_KEY" in found.message
    assert found.why.splitlines() == [
        "env.py, line 5",
        "POSTGRES_PORT: Input should be a valid integer",
    ]
    assert "sk-live" not in found.message + found.why + found.raw


def test_settings_of_the_older_pydantic_are_read_too() -> None:
    older = (
        "1 validation error for Settings\ndatabase_url\n  field required (type=value_error.missing)"
    )
    found = settings_failure("ValidationError", older, "", older)
    assert found is not None
    assert "database_url" in found.message
    assert settings_failure("ValidationError", "This field cannot be null.", "", "") is None


@pytest.mark.parametrize(
    ("sqlalchemy", "drivers", "told"),
    [
        ("2.0.51", ("psycopg2",), "postgresql"),
        ("2.1.0", ("psycopg2",), "postgresql+psycopg2"),
        ("2.1.0", ("psycopg", "psycopg2"), "postgresql"),
        ("1.4.54", ("psycopg", "asyncpg"), "postgresql+psycopg"),
    ],
)
def test_a_url_without_driver_names_one_where_sqlalchemys_own_is_not_installed(
    sqlalchemy: str, drivers: tuple[str, ...], told: str
) -> None:
    python = Interpreter(
        path=Path("python"),
        source="",
        python="3.12.1",
        alembic="1.18.0",
        sqlalchemy=sqlalchemy,
        drivers=drivers,
    )
    assert sqlalchemy_url("postgres://me@host/db", python) == f"{told}://me@host/db"


def test_a_section_and_x_with_a_variable_reach_env_as_from_the_command_line(make: Make) -> None:
    project = make(ONE)
    folder = project.folder
    (folder / "alembic.ini").write_text(
        "[alembic]\nscript_location = nowhere\n[books]\nscript_location = migrations\n"
    )
    (folder / "tarmac.toml").write_text(
        '[migrations]\nsection = "books"\nx = ["url=$DATABASE_URL", "tenant=a"]\n'
    )
    project.env(
        "from alembic import context\n"
        "assert context.config.config_ini_section == 'books'\n"
        "assert context.config.cmd_opts.cmd[0].__name__ in ('current', 'upgrade')\n"
        "if context.config.cmd_opts.cmd[0].__name__ == 'upgrade':\n"
        "    assert context.config.cmd_opts.revision == 'heads'\n"
        "import os\n"
        "told = context.get_x_argument(as_dictionary=True)\n"
        "assert told == {'url': os.environ['DATABASE_URL'], 'tenant': 'a'}\n"
        + ENV.format(per_migration=False)
    )
    done = project.console().up(discard, Cancel(), without_backup=True)
    assert done.applied == ("aaa1",)


def test_an_asynchronous_env_with_the_url_of_the_configuration_gets_a_driver_it_can_use(
    make: Make,
) -> None:
    project = make(ONE, driver="psycopg2")
    told = 'context.config.get_main_option("sqlalchemy.url")'
    project.env(ASYNC_ENV.replace('os.environ["DATABASE_URL"]', told))
    assert len(project.console().history().revisions) == 1


def test_a_synchronous_driver_that_env_insists_on_is_named_as_the_cause(make: Make) -> None:
    project = make(ONE)
    refusal = "The asyncio extension requires an async driver to be used. 'x' is not async."
    project.env(
        f"from sqlalchemy.exc import InvalidRequestError\nraise InvalidRequestError({refusal!r})"
    )
    with pytest.raises(Failure) as caught:
        project.console().history()
    assert caught.value.code == "driver-not-async"
    assert "migrations/env.py, line 2" in caught.value.why


@pytest.mark.parametrize(
    ("env", "code", "step"),
    [
        (
            "class NoAppException(Exception): pass\nraise NoAppException('no module shop')",
            "flask-app-missing",
            "FLASK_APP",
        ),
        (
            "raise ValueError('Environment variable `SHOP_REGION` must be provided')",
            "env-raised",
            "set SHOP_REGION",
        ),
    ],
)
def test_what_env_says_is_missing_is_the_next_step(
    make: Make, env: str, code: str, step: str
) -> None:
    project = make(ONE)
    project.env(env)
    with pytest.raises(Failure) as caught:
        project.console().history()
    assert caught.value.code == code
    assert step in caught.value.next[0]


def test_a_way_down_that_is_not_there_is_said_of_nothing_and_of_a_revision(make: Make) -> None:
    project = make(ONE)
    with pytest.raises(Failure) as caught:
        project.console().down(discard, Cancel(), accept=ANY, without_backup=True)
    assert caught.value.code == "nothing-applied"
    path = project.folder / "migrations" / "versions" / "aaa1.py"
    path.write_text(path.read_text().partition("def downgrade")[0])
    project.console().up(discard, Cancel(), accept=ANY, without_backup=True)
    with pytest.raises(Failure) as caught:
        project.console().down(discard, Cancel(), accept=ANY, without_backup=True)
    assert caught.value.code == "no-downgrade"
    assert "aaa1" in caught.value.message


@pytest.mark.slow
def test_a_revision_without_a_downgrade_is_rehearsed_and_goes_back_by_its_backup(
    make: Make, fresh_database: str, sql: Sql
) -> None:
    sql("CREATE TABLE alembic_version (version_num varchar(32))")
    project = make(ONE)
    path = project.folder / "migrations" / "versions" / "aaa1.py"
    path.write_text(path.read_text().partition("def downgrade")[0])
    before = picture(fresh_database)
    console = project.console()
    found = console.rehearse(discard, Cancel())
    assert (found.ok, found.reverts_clean) == (True, False)
    assert "aaa1 has no downgrade()" in found.revert_error
    assert console.up(discard, Cancel(), accept=ANY).outcome is Outcome.APPLIED
    plan = console.rollback_plan()
    assert plan.decision == "restore"
    assert console.rollback(plan, discard, Cancel()).outcome is Outcome.APPLIED
    assert picture(fresh_database) == before


@pytest.mark.slow
def test_a_revision_that_waits_for_its_own_other_connection_is_told_so_after_two_tries(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits = (
        "import os\n"
        "other = sa.create_engine(os.environ['DATABASE_URL']).connect()\n"
        "other.execute(sa.text('SELECT * FROM one'))\n"
        "op.execute('ALTER TABLE one ADD COLUMN two int')"
    )
    project = make(ONE)
    project.console().up(discard, Cancel(), accept=ANY, without_backup=True)
    project.add(Rev("bbb2", "aaa1", waits))
    (project.folder / "tarmac.toml").write_text('[migrations]\nlock_timeout = "300ms"\n')
    done = project.console().up(discard, Cancel(), accept=ANY, without_backup=True)
    assert (done.outcome, done.attempts) == (Outcome.UNCHANGED, 2)
    assert "another connection of the revision itself" in done.error
    monkeypatch.setattr(rehearsal, "_LOCK_TIMEOUT", "300ms")
    found = project.console().rehearse(discard, Cancel())
    assert "another connection of the revision itself" in found.error
