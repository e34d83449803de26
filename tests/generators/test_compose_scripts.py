"""Services that compose starts by scripts, and what two services of one manifest share."""

from __future__ import annotations

from pathlib import Path

import pytest

from generators.detect import detect
from generators.project import Confidence
from tests.generators.repository import only_service, repository
from tests.generators.test_services_and_workers import CELERY, FASTAPI, wsgi

IMAGE = "FROM python:3.12-slim\nCOPY ./compose/production/django/{0} /start{1}\n"
COMPOSE = """
    services:
      django: &django
        build:
          context: .
          dockerfile: ./compose/production/django/Dockerfile
        command: /start
      links:
        build:
          context: .
          dockerfile: ./compose/production/links/Dockerfile
        command: /start-links
      worker:
        <<: *django
        command: celery -A config.celery_app worker
      beat:
        <<: *django
        command: celery -A config.celery_app beat
"""
SCRIPT = "#!/bin/bash\nset -o errexit\npython manage.py migrate\n{}\n"


def two_in_one() -> dict[str, str]:
    """Return a Django site and a FastAPI program that ``production.yml`` starts by scripts."""
    return {
        "requirements.txt": "django\nfastapi\ncelery\ngunicorn\nuvicorn\n",
        "manage.py": "",
        "production.yml": COMPOSE,
        "config/__init__.py": "",
        "config/settings.py": "",
        "config/urls.py": "urlpatterns = [path('health/', ok)]\n",
        "config/celery_app.py": CELERY,
        "config/wsgi.py": wsgi("config.settings"),
        "config/asgi.py": wsgi("config.settings").replace("wsgi", "asgi"),
        "links/__init__.py": "",
        "links/app.py": FASTAPI,
        "compose/production/django/Dockerfile": IMAGE.format("start", ""),
        "compose/production/django/start": SCRIPT.format("gunicorn config.wsgi --bind :5000"),
        "compose/production/links/Dockerfile": IMAGE.format("start-links", "-links"),
        "compose/production/django/start-links": SCRIPT.format("uvicorn links.app:app --port 3000"),
    }


def test_scripts_that_one_compose_file_starts_are_services(tmp_path: Path) -> None:
    found = {one.entrypoint: one for one in detect(repository(tmp_path, two_in_one())).services}
    assert set(found) == {"config.wsgi:application", "links.app:app"}
    assert found["config.wsgi:application"].port == 5000


def test_each_worker_runs_beside_one_service_only(tmp_path: Path) -> None:
    found = {one.entrypoint: one for one in detect(repository(tmp_path, two_in_one())).services}
    assert len(found["config.wsgi:application"].workers) == 2
    assert found["links.app:app"].workers == ()


def test_a_path_of_django_says_nothing_of_a_program_beside_it(tmp_path: Path) -> None:
    found = {one.entrypoint: one for one in detect(repository(tmp_path, two_in_one())).services}
    assert found["config.wsgi:application"].health_path == "/health/"
    assert found["links.app:app"].health_path is None


def test_a_start_script_without_an_ending_names_the_server(tmp_path: Path) -> None:
    files = two_in_one()
    del files["production.yml"], files["links/app.py"]
    files["compose/production/django/start"] = SCRIPT.format(
        "gunicorn config.asgi -k uvicorn.workers.UvicornWorker --bind :5000"
    )
    service = only_service(repository(tmp_path, files))
    assert service.entrypoint == "config.asgi:application"
    assert service.confidence is Confidence.HIGH


@pytest.mark.parametrize("image", ["FROM nginx:1.27\nEXPOSE 8000\n", "FROM ubuntu\nEXPOSE 80\n"])
def test_an_image_of_a_proxy_does_not_say_the_port_of_the_program(
    tmp_path: Path, image: str
) -> None:
    files = {"requirements.txt": "fastapi\n", "main.py": FASTAPI, "proxy/Dockerfile": image}
    assert only_service(repository(tmp_path, files)).port == 8080


def test_the_port_of_the_image_above_is_not_that_of_a_service_with_its_own(tmp_path: Path) -> None:
    files = {
        "Dockerfile": "FROM python:3.12\nEXPOSE 4242\n",
        "api/requirements.txt": "fastapi\n",
        "api/main.py": FASTAPI,
        "api/Dockerfile": "FROM python:3.12\n",
    }
    assert only_service(repository(tmp_path, files)).port == 8080


def test_a_folder_called_src_above_a_manifest_is_no_src_layout(tmp_path: Path) -> None:
    files = {
        "pyproject.toml": "[project]\nname = 'x'\nversion = '1'\n",
        "src/usage/requirements.txt": "fastapi\n",
        "src/usage/usage.py": FASTAPI,
    }
    service = only_service(repository(tmp_path, files))
    assert (service.path, service.entrypoint) == ("src/usage", "usage:app")


@pytest.mark.parametrize(
    ("image", "version"),
    [("ubuntu:jammy", "3.10"), ("ubuntu:24.04", "3.12"), ("debian:bookworm-slim", "3.11")],
)
def test_the_python_of_a_system_s_packages_is_known(
    tmp_path: Path, image: str, version: str
) -> None:
    files = {
        "requirements.txt": "fastapi\n",
        "main.py": FASTAPI,
        "Dockerfile": f"FROM {image}\nRUN apt-get update && apt-get install -y python3-pip\n",
    }
    assert only_service(repository(tmp_path, files)).python_version == version


def test_a_pipfile_that_the_image_installs_beats_requirements_beside_it(tmp_path: Path) -> None:
    files = {
        "pyproject.toml": "[project]\nname = 'x'\nversion = '1'\n",
        "requirements.txt": "fastapi==0.100\n",
        "Pipfile": "[packages]\nfastapi = '*'\n[requires]\npython_version = '3.12'\n",
        "main.py": FASTAPI,
        "Dockerfile": "FROM python:3.12\nRUN pipenv install --system --deploy\n",
    }
    service = only_service(repository(tmp_path, files))
    assert (service.package_manager, service.manifest) == ("pipenv", "Pipfile")
    assert "fastapi" in service.dependencies


def test_what_a_script_says_aloud_is_no_worker(tmp_path: Path) -> None:
    files = {
        "requirements.txt": "fastapi\ncelery\n",
        "main.py": FASTAPI,
        "tasks.py": CELERY,
        "run_beat.sh": "#!/bin/sh\necho Starting celery beat service...\ncelery -A tasks beat\n",
    }
    (worker,) = only_service(repository(tmp_path, files)).workers
    assert worker.command == ("celery", "-A", "tasks", "beat")
