"""Commands of frameworks that migrate: where they run, and what they know the application from."""

from __future__ import annotations

from pathlib import Path

import pytest

from generators.artefacts.python_image import python_image
from tests.generators.repository import deployment, only_service, repository

FACTORY = "from flask import Flask\ndef create_app(settings=None):\n    return Flask(__name__)\n"
LITESTAR = "from litestar import Litestar\ndef create_app() -> Litestar:\n    return Litestar([])\n"
BOTH = "import django\nfrom fastapi import FastAPI\ndjango.setup()\napp = FastAPI()\n"
ENVIRONMENT = "from alembic import context\n"


@pytest.mark.parametrize(
    ("folder", "directory", "command"),
    [
        ("migrations", ".", ("flask", "db", "upgrade")),
        ("schema", ".", ("flask", "db", "upgrade", "-d", "schema")),
        (
            "shop/storage/migrations",
            ".",
            ("flask", "db", "upgrade", "-d", "shop/storage/migrations"),
        ),
    ],
)
def test_flask_migrate_runs_where_its_application_can_be_imported(
    tmp_path: Path, folder: str, directory: str, command: tuple[str, ...]
) -> None:
    files = {
        "requirements.txt": "flask\nflask-migrate\npsycopg2-binary\n",
        "shop/__init__.py": "",
        "shop/web.py": "from shop import models\n" + FACTORY,
        "shop/models.py": "",
        f"{folder}/env.py": ENVIRONMENT,
        f"{folder}/alembic.ini": "[alembic]\n",
    }
    service = only_service(repository(tmp_path, files))
    assert service.migrations is not None
    assert (service.migrations.directory, service.migrations.command) == (directory, command)
    text = python_image(deployment(service), "en").text
    assert "FLASK_APP=shop.web:create_app" in text


def test_litestar_s_command_is_told_the_application(tmp_path: Path) -> None:
    files = {
        "requirements.txt": "litestar\nadvanced-alchemy\nuvicorn\n",
        "shop/__init__.py": "",
        "shop/asgi.py": LITESTAR,
        "shop/db/migrations/alembic.ini": "[alembic]\nscript_location = shop/db/migrations\n",
        "shop/db/migrations/env.py": "from advanced_alchemy import base\n" + ENVIRONMENT,
    }
    service = only_service(repository(tmp_path, files))
    assert service.migrations is not None
    assert service.migrations.command[0] == "litestar"
    assert "LITESTAR_APP=shop.asgi:create_app" in python_image(deployment(service), "en").text


def test_what_sets_django_up_is_migrated_by_django(tmp_path: Path) -> None:
    files = {
        "requirements.txt": "django\nfastapi\nuvicorn\n",
        "shop/main.py": BOTH,
        "shop/manage.py": "",
        "Dockerfile": 'FROM python:3.12\nCMD ["uvicorn", "shop.main:app"]\n',
    }
    service = only_service(repository(tmp_path, files))
    assert service.framework == "FastAPI"
    assert service.migrations is not None
    assert (service.migrations.provider, service.migrations.directory) == ("django", "shop")
