"""The address of the database as the project's own driver reads it."""

from __future__ import annotations

import pytest

from generators.artefacts.compose_environment import address_parts, database_url
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


@pytest.mark.parametrize(
    ("framework", "read", "told"),
    [
        ("FastAPI", ("DB_HOST", "DB_NAME"), {"DB_HOST": "db", "DB_NAME": "notes"}),
        (
            "Django",
            ("SHOP_DB_ENGINE", "SHOP_DB_HOST", "SHOP_DB_USER", "MONGO_DB_HOST"),
            {
                "SHOP_DB_ENGINE": "django.db.backends.postgresql",
                "SHOP_DB_HOST": "db",
                "SHOP_DB_USER": "notes",
            },
        ),
        ("FastAPI", ("A_DB_HOST", "B_DB_HOST"), {}),
        ("FastAPI", ("DB_HOST", "B_DB_HOST"), {"DB_HOST": "db"}),
        ("FastAPI", ("DB_USER",), {}),
    ],
)
def test_parts_of_the_address_may_begin_with_the_program_s_own_name(
    framework: str, read: tuple[str, ...], told: dict[str, str]
) -> None:
    service = Service(path=".", language="python", framework=framework, variables=read)
    assert address_parts(deployment(service), "x", "db") == told
