"""Several Python services in one repository, their workers, and what names them."""

from __future__ import annotations

from pathlib import Path

import pytest

from generators.detect import detect
from generators.project import Confidence
from tests.generators.repository import only_service, repository

FASTAPI = "from fastapi import FastAPI\napp = FastAPI()\n"
CELERY = "from celery import Celery\napp = Celery('shop')\n"


def wsgi(settings: str) -> str:
    return (
        "import os\nfrom django.core.wsgi import get_wsgi_application\n"
        f'os.environ.setdefault("DJANGO_SETTINGS_MODULE", "{settings}")\n'
        "application = get_wsgi_application()\n"
    )


def test_two_django_sites_with_settings_of_their_own_are_two_services(tmp_path: Path) -> None:
    files = {
        "requirements.txt": "django\n",
        "manage.py": "",
        "site/origin/wsgi.py": wsgi("site.origin.settings"),
        "site/origin/settings.py": "",
        "site/target/wsgi.py": wsgi("site.target.settings"),
        "site/target/settings.py": "STATIC_ROOT = 'x'\n",
    }
    services = detect(repository(tmp_path, files)).services
    assert [one.entrypoint for one in services] == [
        "site.origin.wsgi:application",
        "site.target.wsgi:application",
    ]
    assert [one.django_settings for one in services] == [
        "site.origin.settings",
        "site.target.settings",
    ]
    assert len({one.name for one in services}) == 2


def test_programs_that_one_compose_file_starts_are_services(tmp_path: Path) -> None:
    compose = """
        services:
          api:
            command: uvicorn api.main:app --port 8000
          admin:
            command: ["uvicorn", "admin.main:app", "--port", "8001"]
    """
    files = {
        "requirements.txt": "fastapi\nuvicorn\n",
        "docker-compose.yml": compose,
        "api/main.py": FASTAPI,
        "admin/main.py": FASTAPI,
    }
    found = {one.name: one for one in detect(repository(tmp_path, files)).services}
    assert {one.entrypoint for one in found.values()} == {"api.main:app", "admin.main:app"}
    assert {one.port for one in found.values()} == {8000, 8001}


def test_streamlit_beside_an_api_is_a_service_of_its_own(tmp_path: Path) -> None:
    files = {
        "requirements.txt": "fastapi\nstreamlit\n",
        "api/main.py": FASTAPI,
        "streamlit_app.py": "import streamlit as st\nst.title('x')\n",
        "pages/two.py": "import streamlit as st\nst.title('y')\n",
    }
    services = detect(repository(tmp_path, files)).services
    assert [(one.framework, one.entrypoint, one.interface) for one in services] == [
        ("FastAPI", "api.main:app", "asgi"),
        ("Streamlit", "streamlit_app.py", "streamlit"),
    ]
    assert (services[1].port, services[1].health_path) == (8501, "/_stcore/health")


def test_a_streamlit_script_may_draw_in_its_main_function(tmp_path: Path) -> None:
    code = "import streamlit as st\n\n\ndef main():\n    st.title('x')\n\n\n"
    code += "if __name__ == '__main__':\n    main()\n"
    files = {"Pipfile": '[packages]\nstreamlit = "*"\n', "app.py": code}
    assert only_service(repository(tmp_path, files)).entrypoint == "app.py"


@pytest.mark.parametrize(
    ("files", "kind", "command"),
    [
        (
            {"Procfile": "web: uvicorn main:app\nworker: celery -A shop worker -l info\n"},
            "celery",
            ("celery", "-A", "shop", "worker", "-l", "info"),
        ),
        (
            {
                "docker-compose.yml": "services:\n  jobs:\n"
                '    command: ["arq", "shop.jobs.WorkerSettings"]\n'
            },
            "arq",
            ("arq", "shop.jobs.WorkerSettings"),
        ),
        (
            {"Procfile": "worker: rq worker high low\n"},
            "rq",
            ("rq", "worker", "high", "low"),
        ),
        (
            {"scripts/start.sh": 'exec celery --app=shop worker -c "${N:-1}" &\n'},
            "celery",
            ("sh", "-c", "exec celery --app=shop worker -c ${N:-1}"),
        ),
        (
            {"shop/celery.py": CELERY},
            "celery",
            ("celery", "-A", "shop", "worker", "--loglevel=info"),
        ),
        (
            {"shop/jobs.py": "class WorkerSettings:\n    functions = []\n"},
            "arq",
            ("arq", "shop.jobs.WorkerSettings"),
        ),
    ],
)
def test_workers_are_what_starts_them_else_what_the_code_defines(
    tmp_path: Path, files: dict[str, str], kind: str, command: tuple[str, ...]
) -> None:
    given = {"requirements.txt": "fastapi\ncelery[redis]\narq\nrq\n", "main.py": FASTAPI, **files}
    service = only_service(repository(tmp_path, given))
    assert [(one.kind, one.command) for one in service.workers] == [(kind, command)]
    assert (service.redis, service.broker) == (True, "redis")


def test_a_requirement_is_no_command(tmp_path: Path) -> None:
    project = (
        '[project]\nname = "x"\ndependencies = [\n  "fastapi",\n  "dramatiq[redis,watch]>=1",\n]\n'
    )
    files = {"pyproject.toml": project, "main.py": FASTAPI}
    assert only_service(repository(tmp_path, files)).workers == ()


def test_beat_and_two_queues_are_three_workers(tmp_path: Path) -> None:
    procfile = (
        "web: uvicorn main:app\nfast: celery -A shop worker -Q fast\n"
        "slow: celery -A shop worker -Q slow\nbeat: celery -A shop beat\n"
    )
    files = {"requirements.txt": "fastapi\ncelery\n", "main.py": FASTAPI, "Procfile": procfile}
    found = only_service(repository(tmp_path, files)).workers
    assert {(one.name, one.kind) for one in found} == {
        ("fast", "celery"),
        ("slow", "celery"),
        ("beat", "celery-beat"),
    }


@pytest.mark.parametrize(
    ("files", "entrypoint", "root"),
    [
        ({"Procfile": "web: gunicorn wsgi --chdir ./src/\n"}, "wsgi:application", "src"),
        (
            {"Procfile": "web: cd src && waitress-serve wsgi:application\n"},
            "wsgi:application",
            "src",
        ),
        ({"etc/uwsgi.ini": "[uwsgi]\nmodule = wsgi:application\n"}, "wsgi:application", "src"),
    ],
)
def test_a_command_names_what_a_file_only_imports(
    tmp_path: Path, files: dict[str, str], entrypoint: str, root: str
) -> None:
    given = {
        "requirements.txt": "flask\ngunicorn\n",
        "src/wsgi.py": "from app import app as application\n",
        "src/app.py": "from flask import Flask\napp = Flask(__name__)\n",
        **files,
    }
    service = only_service(repository(tmp_path, given))
    assert (service.entrypoint, service.import_root, service.framework) == (
        entrypoint,
        root,
        "Flask",
    )


def test_a_wrapped_wsgi_application_is_the_wrapping_function(tmp_path: Path) -> None:
    code = wsgi("shop.settings").replace("application =", "_application =")
    code += "def application(environ, start_response):\n    return _application()\n"
    files = {"requirements.txt": "django\n", "shop/wsgi.py": code, "shop/settings.py": ""}
    assert only_service(repository(tmp_path, files)).entrypoint == "shop.wsgi:application"


def test_a_start_command_that_cannot_import_its_settings_is_doubted(tmp_path: Path) -> None:
    files = {
        "requirements.txt": "django\ngunicorn\n",
        "Procfile": "web: gunicorn shop.shop.wsgi:application\n",
        "shop/shop/wsgi.py": wsgi("shop.settings"),
        "shop/shop/settings.py": "",
    }
    service = only_service(repository(tmp_path, files))
    assert (service.entrypoint, service.import_root) == ("shop.wsgi:application", "shop")
    assert service.confidence is Confidence.MEDIUM


def test_settings_for_production_are_named(tmp_path: Path) -> None:
    files = {
        "requirements.txt": "django\n",
        "manage.py": "",
        "config/wsgi.py": wsgi("config.settings.local"),
        "config/settings/local.py": "",
        "config/settings/production.py": "STATIC_ROOT = '/static'\n",
    }
    service = only_service(repository(tmp_path, files))
    assert (service.django_settings, service.collects_static) == (
        "config.settings.production",
        True,
    )


def test_a_framework_that_only_tests_install_is_no_service_of_a_library(tmp_path: Path) -> None:
    project = (
        '[project]\nname = "lib"\ndependencies = ["httpx"]\n[build-system]\nrequires = []\n'
        '[dependency-groups]\ntest = ["fastapi"]\n'
    )
    files = {"pyproject.toml": project, "lib/_server.py": FASTAPI}
    found = detect(repository(tmp_path, files))
    assert found.services == ()
    assert found.verdict.kind == "library"


def test_channels_are_started_by_asgi(tmp_path: Path) -> None:
    asgi = wsgi("shop.settings").replace("wsgi", "asgi")
    files = {
        "requirements.txt": "django\nchannels\ndaphne\n",
        "manage.py": "",
        "shop/settings.py": "",
        "shop/wsgi.py": wsgi("shop.settings"),
        "shop/asgi.py": asgi,
    }
    service = only_service(repository(tmp_path, files))
    assert (service.entrypoint, service.interface) == ("shop.asgi:application", "asgi")
    assert (service.server, service.websockets) == ("daphne", True)
    assert service.alternatives == ("shop.wsgi:application",)


def test_what_wsgi_passes_on_is_what_servers_are_pointed_at(tmp_path: Path) -> None:
    files = {
        "requirements.txt": "flask\n",
        "photos.py": "from flask import Flask\napp = Flask(__name__)\n",
        "wsgi.py": "from photos import app\n\napplication = app\n",
    }
    service = only_service(repository(tmp_path, files))
    assert (service.entrypoint, service.framework) == ("wsgi:application", "Flask")
