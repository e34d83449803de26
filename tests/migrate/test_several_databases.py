"""One env.py with several databases, as `alembic init multidb` makes it: one session for each."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.migrate.alembic_project import AlembicProject, make_project
from wizards.cancel import Cancel
from wizards.events import discard
from wizards.failures import Failure
from wizards.migrate.console import Console
from wizards.migrate.model import Decision, Outcome

ENV = """
from alembic import context
from sqlalchemy import create_engine, pool

names = context.config.get_main_option("databases").split(", ")
engines = {name: create_engine(context.config.get_section(name)["sqlalchemy.url"],
                               poolclass=pool.NullPool) for name in names}
opened = {name: engine.connect() for name, engine in engines.items()}
begun = {name: connection.begin() for name, connection in opened.items()}
try:
    for name, connection in opened.items():
        context.configure(connection=connection, upgrade_token=name + "_upgrades",
                          downgrade_token=name + "_downgrades")
        context.run_migrations(engine_name=name)
    for transaction in begun.values():
        transaction.commit()
except BaseException:
    for transaction in begun.values():
        transaction.rollback()
    raise
finally:
    for connection in opened.values():
        connection.close()
"""
REVISION = '''"""first"""
from alembic import op

revision = "r1"
down_revision = None


def upgrade(engine_name):
    globals()["upgrade_" + engine_name]()


def downgrade(engine_name):
    globals()["downgrade_" + engine_name]()


def upgrade_users():
    op.execute("CREATE TABLE people (id int)")


def downgrade_users():
    op.execute("DROP TABLE people")


def upgrade_orders():
    op.execute("CREATE TABLE orders (id int)")


def downgrade_orders():
    op.execute("DROP TABLE orders")
'''
STREAMS = """
[migrations.users]
engine = "users"
[migrations.orders]
engine = "orders"
"""


@pytest.fixture
def other(fresh_database: str) -> Iterator[str]:
    """A second database on the same server."""
    name = fresh_database.rpartition("/")[2] + "_other"
    with psycopg.connect(fresh_database, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
        yield fresh_database.rpartition("/")[0] + "/" + name
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


@pytest.fixture
def several(
    tmp_path: Path, fresh_database: str, other: str, alembic_python: Path
) -> AlembicProject:
    project = make_project(tmp_path / "project", fresh_database, alembic_python)
    urls = (one.replace("postgresql:", "postgresql+psycopg:") for one in (fresh_database, other))
    users, orders = urls
    (project.folder / "alembic.ini").write_text(
        "[alembic]\nscript_location = migrations\ndatabases = users, orders\n"
        f"[users]\nsqlalchemy.url = {users}\n[orders]\nsqlalchemy.url = {orders}\n"
    )
    (project.folder / ".env").unlink()
    project.env(ENV)
    (project.folder / "migrations" / "versions" / "r1.py").write_text(REVISION)
    return project


def tables(url: str) -> set[str]:
    with psycopg.connect(url) as connection:
        found = connection.execute("SELECT relname FROM pg_class WHERE relkind = 'r' "
                                   "AND relnamespace = 'public'::regnamespace")  # fmt: skip
        return {str(name) for (name,) in found.fetchall()}


def test_several_databases_are_named_and_nothing_runs(several: AlembicProject, other: str) -> None:
    with pytest.raises(Failure) as caught:
        several.console().up(discard, Cancel(), accept=["*@*=x"])
    assert caught.value.code == "several-databases"
    assert "users, orders" in caught.value.message
    assert any('[migrations.users] engine = "users"' in one for one in caught.value.next)
    assert tables(several.url) == tables(other) == set()


@pytest.mark.slow
def test_each_database_is_migrated_and_taken_back_by_itself(
    several: AlembicProject, other: str
) -> None:
    (several.folder / "tarmac.toml").write_text(STREAMS)
    with pytest.raises(Failure, match="several") as caught:
        several.console().history()
    assert caught.value.code == "stream-unchosen"
    orders = Console(several.folder, None, stream="orders")
    assert orders.history().pending
    (preview,) = orders.preview()
    assert [one.sql for one in preview.statements] == ["CREATE TABLE orders (id int)"]
    done = orders.up(discard, Cancel(), accept=["*@*=x"])
    assert done.outcome is Outcome.APPLIED
    assert tables(other) == {"orders", "alembic_version"}
    assert tables(several.url) == set()
    users = Console(several.folder, None, stream="users")
    assert users.history().pending
    assert users.sessions() == []
    plan = orders.rollback_plan()
    assert plan.decision in (Decision.DOWNGRADE, Decision.RESTORE)
    orders.rollback(plan, discard, Cancel(), confirmed=orders.target_name)
    assert "orders" not in tables(other)
    assert tables(several.url) == set()


def test_an_engine_that_env_does_not_have_is_named(several: AlembicProject) -> None:
    (several.folder / "tarmac.toml").write_text('[migrations]\nengine = "payments"\n')
    with pytest.raises(Failure) as caught:
        several.console().history()
    assert caught.value.code == "engine-unknown"
    assert "users, orders" in caught.value.why
