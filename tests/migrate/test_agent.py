"""The project's code may do what it likes: Tarmac gets data or a card, never a traceback."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from tests.migrate.alembic_project import ASYNC_ENV, ENV, Rev
from tests.migrate.conftest import Make
from wizards.cancel import Cancel
from wizards.events import Event, discard
from wizards.failures import Failure

ONE = Rev("aaa1", None, "CREATE TABLE one (id int)", "DROP TABLE one")
TWO = Rev("bbb2", "aaa1", "CREATE TABLE two (id int)", "DROP TABLE two")
START = "import os, sys\n"

Sql = Callable[..., list[tuple[object, ...]]]


def refused(make: Make, env: str) -> Failure:
    project = make(ONE)
    project.env(env)
    with pytest.raises(Failure) as caught:
        project.console().history()
    assert "Traceback" not in caught.value.message + caught.value.why
    return caught.value


def test_history_tells_applied_from_pending(make: Make, sql: Sql) -> None:
    project = make(ONE, TWO)
    sql("CREATE TABLE alembic_version (version_num varchar(32))")
    sql("INSERT INTO alembic_version VALUES ('aaa1')")
    found = project.console().history()
    assert [(one.id, one.applied) for one in found.revisions] == [("aaa1", True), ("bbb2", False)]
    assert found.current == ("aaa1",)
    assert found.heads == ("bbb2",)
    assert found.transaction_mode == "whole_run"
    assert found.revisions[0].path == "migrations/versions/aaa1.py"


def test_history_of_two_heads_with_a_dependency(make: Make, sql: Sql) -> None:
    side = Rev("ccc3", None, "CREATE TABLE side (id int)", depends=("bbb2",))
    project = make(ONE, TWO, side)
    sql("CREATE TABLE alembic_version (version_num varchar(32))")
    sql("INSERT INTO alembic_version VALUES ('ccc3')")
    found = project.console().history()
    assert set(found.heads) == {"bbb2", "ccc3"}
    assert all(one.applied for one in found.revisions)
    assert found.pending == ()


def test_an_async_env_is_run_like_any_other(make: Make, sql: Sql) -> None:
    project = make(ONE, driver="asyncpg")
    project.env(ASYNC_ENV)
    assert [one.id for one in project.console().history().pending] == ["aaa1"]
    (preview,) = project.console().preview()
    assert preview.statements[0].sql == "CREATE TABLE one (id int)"
    assert sql("SELECT to_regclass('one')") == [(None,)]


def test_what_env_prints_is_log_and_nothing_else(make: Make, heard: list[Event]) -> None:
    project = make(ONE)
    noise = START + 'print(\'{"t": "res", "ok": true}\'); sys.stderr.write("to stderr\\n")\n'
    project.env(noise + ENV.format(per_migration=False))
    assert len(project.console().history(heard.append).revisions) == 1
    lines = [event.fields["line"] for event in heard if event.event == "migrate.log"]
    assert '{"t": "res", "ok": true}' in lines
    assert "to stderr" in lines


@pytest.mark.parametrize(
    ("env", "code", "word"),
    [
        ("raise KeyError('MY_SETTING')", "env-raised", "MY_SETTING"),
        (START + "sys.exit(3)", "env-exit", "3"),
        (START + "print('last words'); os._exit(4)", "agent-crashed", "4"),
        (START + "os.kill(os.getpid(), 11)", "agent-crashed", "SIGSEGV"),
        ("input('really? ')", "env-reads-stdin", "input.\nmigrations/env.py, line 1\nThere is"),
        ("import not_there_at_all", "package-missing", "_at_all.\nmigrations/env.py, line 1\n"),
        ("pass", "env-did-nothing", "without running"),
        ("def broken(:\n  pass", "revision-broken", "syntax"),
    ],
)
def test_whatever_env_does_is_a_card(make: Make, env: str, code: str, word: str) -> None:
    failure = refused(make, env)
    assert failure.code == code
    assert word in f"{failure.message}\n{failure.why}"
    assert failure.next or failure.why


def test_a_broken_revision_file_is_named(make: Make) -> None:
    project = make(ONE)
    (project.folder / "migrations" / "versions" / "zzz.py").write_text(
        "revision = 'zzz'\noops oops"
    )
    with pytest.raises(Failure) as caught:
        project.console().history()
    assert caught.value.code == "revision-broken"
    assert "zzz.py" in caught.value.message + caught.value.why + caught.value.raw


def test_a_missing_parent_revision_is_a_card(make: Make) -> None:
    project = make(Rev("bbb2", "gone", "SELECT 1"))
    with pytest.raises(Failure) as caught:
        project.console().history()
    assert caught.value.code in ("revision-broken", "alembic-refused")
    assert "gone" in caught.value.message + caught.value.raw


def test_a_database_ahead_of_the_checkout_is_a_card(make: Make, sql: Sql) -> None:
    project = make(ONE)
    sql("CREATE TABLE alembic_version (version_num varchar(32))")
    sql("INSERT INTO alembic_version VALUES ('fff9')")
    for ask in (project.console().history, project.console().preview):
        with pytest.raises(Failure) as caught:
            ask()
        assert caught.value.code == "revision-unknown"
        assert "fff9" in caught.value.message


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda url: url.replace("127.0.0.1:", "127.0.0.1:1"), "database-unreachable"),
        (lambda url: url.replace("//postgres:", "//postgres:wrong"), "wrong-password"),
        (lambda url: url + "_gone", "database-missing"),
    ],
)
def test_a_database_that_refuses_is_a_card(
    make: Make, change: Callable[[str], str], code: str
) -> None:
    project = make(ONE)
    url = change(project.url)
    if code == "database-unreachable":
        url = project.url.rpartition("@")[0] + "@127.0.0.1:1/none"
    (project.folder / ".env").write_text(f"DATABASE_URL={url}\n")
    with pytest.raises(Failure) as caught:
        project.console().history()
    assert caught.value.code == code
    secret = project.url.split("@")[0].rsplit(":", 1)[1]
    assert secret not in json.dumps(caught.value.as_json())


def test_an_env_that_goes_to_another_database_runs_nothing(
    make: Make, postgres_url: str, sql: Sql
) -> None:
    project = make(ONE)
    elsewhere = postgres_url.replace("postgresql://", "postgresql+psycopg://")
    project.env(
        f"import os\nos.environ['DATABASE_URL'] = {elsewhere!r}\n" + ENV.format(per_migration=False)
    )
    from wizards.cancel import Cancel

    with pytest.raises(Failure) as caught:
        project.console().up(lambda _event: None, Cancel(), without_backup=True)
    assert caught.value.code == "target-mismatch"
    assert sql("SELECT to_regclass('one')") == [(None,)]


def test_nothing_of_tarmac_is_importable_and_no_secret_is_in_argv(
    make: Make, heard: list[Event]
) -> None:
    project = make(ONE)
    look = (
        START
        + "print('PATH', [p for p in sys.path if 'wizards' in p])\n"
        + "print('ARGV', open('/proc/self/cmdline').read().replace(chr(0), ' '))\n"
        + "print('URL', os.environ['DATABASE_URL'])\n"
    )
    project.env(look + ENV.format(per_migration=False))
    project.console().history(heard.append)
    lines = "\n".join(str(event.fields["line"]) for event in heard if event.event == "migrate.log")
    secret = project.url.split("@")[0].rsplit(":", 1)[1]
    assert "PATH []" in lines
    assert "ARGV" in lines
    assert "agent.py" in lines
    assert secret not in lines


def test_models_are_compared_with_the_database(make: Make, sql: Callable[..., object]) -> None:
    project = make(Rev("a", None, "CREATE TABLE notes (id int primary key, body text)"))
    env = project.folder / "migrations" / "env.py"
    models = (
        "import sqlalchemy as sa\n"
        "metadata = sa.MetaData()\n"
        "sa.Table('notes', metadata, sa.Column('id', sa.Integer, primary_key=True),"
        " sa.Column('body', sa.Text, nullable=False), sa.Column('due', sa.Date))\n"
        "sa.Table('tags', metadata, sa.Column('id', sa.Integer, primary_key=True))\n"
    )
    text = env.read_text()
    console = project.console()
    console.up(discard, Cancel(), without_backup=True)
    assert "nothing to compare" in console.models().says
    named = "connection=connection, target_metadata=metadata,"
    env.write_text(models + text.replace("connection=connection,", named))
    check = project.console().models()
    assert check.level == "warning"
    assert check.says.splitlines() == [
        "3 differences between models and database",
        "add table tags",
        "add column notes.due",
        "modify nullable notes.body: True → False",
    ]
