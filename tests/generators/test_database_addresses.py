"""The address of the database as the project's own driver reads it."""

from __future__ import annotations

import pytest

from generators.artefacts.compose_environment import database_url
from generators.project import Service
from tests.generators.repository import deployment


@pytest.mark.parametrize(
    ("driver", "packages", "scheme"),
    [
        ("psycopg", ("sqlalchemy", "psycopg"), "postgresql+psycopg"),
        ("psycopg2-binary", ("flask-sqlalchemy", "psycopg2-binary"), "postgresql+psycopg2"),
        ("psycopg2", ("sqlmodel", "psycopg2"), "postgresql+psycopg2"),
        ("asyncpg", ("alembic", "asyncpg"), "postgresql+asyncpg"),
        ("asyncpg", ("asyncpg",), "postgresql"),
        ("psycopg", ("psycopg",), "postgresql"),
        (None, ("sqlalchemy",), "postgresql"),
    ],
)
def test_the_address_names_the_driver_where_sqlalchemy_reads_it(
    driver: str | None, packages: tuple[str, ...], scheme: str
) -> None:
    service = Service(
        path=".",
        language="python",
        framework="FastAPI",
        database_driver=driver,
        dependencies=dict.fromkeys(packages, ""),
    )
    address = database_url(deployment(service), "x", "db")
    assert address == f"{scheme}://notes:x@db:5432/notes"
