"""What is found in a repository, and that nothing of it is executed."""

from __future__ import annotations

from pathlib import Path

import pytest

from generators.detect import detect
from generators.detection import modules
from generators.detection.python_source import read_module as real
from generators.project import Confidence
from tests.generators.repository import EXAMPLE, only_service, repository

FASTAPI = "from fastapi import FastAPI\napp = FastAPI()\n"


def codes(root: Path) -> set[str]:
    return {finding.code for finding in detect(root).findings}


def test_the_example_is_understood_whole() -> None:
    service = only_service(EXAMPLE)
    assert service.entrypoint == "app.main:app"
    assert (service.framework, service.package_manager) == ("FastAPI", "pip")
    assert service.lockfile == "requirements.txt"
    assert service.health_path == "/health"
    assert (service.database, service.database_driver) == ("postgresql", "psycopg")
    assert service.migrations is not None
    assert (service.migrations.provider, service.migrations.directory) == ("alembic", ".")
    assert service.frontend is not None
    assert (service.frontend.path, service.frontend.served_by) == ("web", ".")
    assert {"DATABASE_URL", "CLOUD_SQL_INSTANCE", "DB_PASSWORD"} <= set(service.variables)
    assert service.confidence is Confidence.HIGH


def test_every_claim_points_to_a_line_that_says_so() -> None:
    for piece in only_service(EXAMPLE).evidence:
        lines = (EXAMPLE / piece.path).read_text(encoding="utf-8").splitlines()
        assert 1 <= piece.line <= len(lines)
    entry = only_service(EXAMPLE).evidence[0]
    assert lines_at(EXAMPLE / entry.path, entry.line).startswith("app = FastAPI(")


def lines_at(path: Path, line: int) -> str:
    return path.read_text(encoding="utf-8").splitlines()[line - 1]


def test_nothing_of_the_project_is_executed(tmp_path: Path) -> None:
    trap = "from pathlib import Path\nPath(__file__).with_name('ran').touch()\n"
    repository(tmp_path, {"requirements.txt": "fastapi\n", "main.py": trap + FASTAPI})
    assert only_service(tmp_path).entrypoint == "main:app"
    assert not (tmp_path / "ran").exists()


def test_a_factory_without_an_instance_is_called_by_the_server(tmp_path: Path) -> None:
    code = """
        from fastapi import FastAPI

        def create_app(debug: bool = False) -> FastAPI:
            app = FastAPI(debug=debug)
            return app
    """
    repository(tmp_path, {"requirements.txt": "fastapi\nuvicorn\n", "shop/factory.py": code})
    service = only_service(tmp_path)
    assert (service.entrypoint, service.factory) == ("shop.factory:create_app", True)
    assert service.confidence is not Confidence.HIGH


def test_an_instance_made_by_a_factory_elsewhere_wins(tmp_path: Path) -> None:
    files = {
        "requirements.txt": "flask\ngunicorn\n",
        "shop/__init__.py": """
            from flask import Flask

            def create_app():
                app = Flask(__name__)
                return app
        """,
        "wsgi.py": "from shop import create_app\n\napp = create_app()\n",
    }
    service = only_service(repository(tmp_path, files))
    assert (service.entrypoint, service.framework, service.interface) == (
        "wsgi:app",
        "Flask",
        "wsgi",
    )


def test_a_src_layout_is_imported_from_src(tmp_path: Path) -> None:
    files = {
        "pyproject.toml": '[project]\nname = "shop"\nrequires-python = ">=3.12,<3.13"\n'
        'dependencies = ["fastapi[standard]>=0.115"]\n[build-system]\nrequires = []\n',
        "uv.lock": 'version = 1\n\n[[package]]\nname = "fastapi"\nversion = "0.120.1"\n',
        "src/shop/__init__.py": "",
        "src/shop/main.py": "from shop.routes import router\n" + FASTAPI,
        "src/shop/routes.py": "from fastapi import APIRouter\nrouter = APIRouter()\n",
    }
    service = only_service(repository(tmp_path, files))
    assert (service.entrypoint, service.import_root) == ("shop.main:app", "src")
    assert (service.package_manager, service.framework_version) == ("uv", "0.120.1")
    assert service.python_version == "3.12"


def test_src_as_a_namespace_is_imported_from_the_root(tmp_path: Path) -> None:
    files = {
        "requirements/prod.txt": "-r base.txt\ngunicorn\n",
        "requirements/base.txt": "fastapi==0.111.0\n",
        "src/config.py": "DEBUG = False\n",
        "src/main.py": "from src.config import DEBUG\n" + FASTAPI,
    }
    service = only_service(repository(tmp_path, files))
    assert (service.entrypoint, service.import_root) == ("src.main:app", ".")
    assert service.framework_version == "0.111.0"
    assert set(service.requirements) == {"requirements/prod.txt", "requirements/base.txt"}


def test_a_monorepo_has_two_services_each_with_its_own_manager(tmp_path: Path) -> None:
    files = {
        "orders/pyproject.toml": '[tool.poetry]\nname = "orders"\n'
        '[tool.poetry.dependencies]\npython = "^3.11"\nfastapi = "^0.115"\nasyncpg = "*"\n',
        "orders/poetry.lock": '[[package]]\nname = "fastapi"\nversion = "0.115.9"\n',
        "orders/app/main.py": FASTAPI,
        "mail/Pipfile": '[packages]\nflask = "*"\n[requires]\npython_version = "3.12"\n',
        "mail/Pipfile.lock": "{}",
        "mail/app.py": "from flask import Flask\napplication = Flask(__name__)\n",
    }
    found = {service.path: service for service in detect(repository(tmp_path, files)).services}
    assert set(found) == {"orders", "mail"}
    assert found["orders"].package_manager == "poetry"
    assert found["orders"].framework_version == "0.115.9"
    assert found["orders"].entrypoint == "app.main:app"
    assert found["mail"].package_manager == "pipenv"
    assert (found["mail"].entrypoint, found["mail"].python_version) == ("app:application", "3.12")


def test_a_library_is_no_deployable_app(tmp_path: Path) -> None:
    files = {
        "pyproject.toml": '[project]\nname = "lib"\n',
        "lib/core.py": "def answer():\n    return 42\n",
        "tests/test_app.py": FASTAPI,
        "examples/demo/main.py": FASTAPI,
        "docs_src/first.py": FASTAPI,
        "node_modules/x/server.py": FASTAPI,
        "myenv/pyvenv.cfg": "home = /usr\n",
        "myenv/lib/app.py": FASTAPI,
    }
    assert detect(repository(tmp_path, files)).services == ()


def test_utf_16_requirements_are_read_and_reported(tmp_path: Path) -> None:
    text = "fastapi==0.115.2\r\npsycopg2==2.9.9\r\n".encode("utf-16")
    repository(tmp_path, {"requirements.txt": text, "main.py": FASTAPI})
    service = only_service(tmp_path)
    assert service.framework_version == "0.115.2"
    assert {"utf-16", "psycopg2-source"} <= codes(tmp_path)


def test_a_procfile_outranks_guesses(tmp_path: Path) -> None:
    files = {
        "requirements.txt": "fastapi\nuvicorn\n",
        "Procfile": "web: uvicorn service.web:site --host 0.0.0.0 --port 9000\n",
        "main.py": FASTAPI,
        "service/web.py": "from fastapi import FastAPI\nsite = FastAPI()\n",
    }
    service = only_service(repository(tmp_path, files))
    assert (service.entrypoint, service.port) == ("service.web:site", 9000)
    assert service.confidence is Confidence.HIGH
    assert "main:app" in service.alternatives


def test_two_equal_candidates_are_not_claimed_to_be_sure(tmp_path: Path) -> None:
    files = {"requirements.txt": "fastapi\n", "one.py": FASTAPI, "two.py": FASTAPI}
    service = only_service(repository(tmp_path, files))
    assert service.confidence is Confidence.LOW
    assert service.alternatives == ("two:app",)


def test_a_mounted_application_is_not_the_entry_point(tmp_path: Path) -> None:
    code = """
        from fastapi import FastAPI

        api = FastAPI()
        root = FastAPI()
        root.mount("/api", app=api)
    """
    repository(tmp_path, {"requirements.txt": "fastapi\n", "main.py": code})
    assert only_service(tmp_path).entrypoint == "main:root"


def test_the_health_path_has_every_prefix_in_front(tmp_path: Path) -> None:
    files = {
        "requirements.txt": "fastapi\n",
        "app/config.py": (
            "from pydantic_settings import BaseSettings\n"
            "class Settings(BaseSettings):\n    API: str = '/api/v2'\nsettings = Settings()\n"
        ),
        "app/main.py": """
            from fastapi import FastAPI
            from app.config import settings
            from app.routes import everything

            app = FastAPI()
            app.include_router(everything, prefix=settings.API)
        """,
        "app/routes.py": """
            from fastapi import APIRouter
            from app import probes

            everything = APIRouter()
            everything.include_router(probes.router, prefix="/probes")
        """,
        "app/probes.py": """
            from fastapi import APIRouter

            router = APIRouter()

            @router.get("/healthz")
            def alive(): ...
        """,
    }
    assert only_service(repository(tmp_path, files)).health_path == "/api/v2/probes/healthz"


def test_an_unknown_prefix_gives_no_health_path_rather_than_a_wrong_one(tmp_path: Path) -> None:
    code = """
        import os
        from fastapi import APIRouter, FastAPI

        app = FastAPI()
        router = APIRouter()

        @router.get("/health")
        def alive(): ...

        app.include_router(router, prefix=os.environ["PREFIX"])
    """
    repository(tmp_path, {"requirements.txt": "fastapi\n", "main.py": code})
    assert only_service(tmp_path).health_path is None
    assert "no-health-path" in codes(tmp_path)


def test_django_starts_by_wsgi_and_migrates_by_manage(tmp_path: Path) -> None:
    files = {
        "requirements.txt": "Django==5.2\npsycopg[binary]\n",
        "manage.py": "",
        "shop/wsgi.py": "from django.core.wsgi import get_wsgi_application\n"
        "application = get_wsgi_application()\n",
        "shop/asgi.py": "from django.core.asgi import get_asgi_application\n"
        "application = get_asgi_application()\n",
    }
    service = only_service(repository(tmp_path, files))
    assert service.entrypoint == "shop.wsgi:application"
    assert service.migrations is not None
    assert service.migrations.provider == "django"


@pytest.mark.parametrize(
    ("files", "manager"),
    [
        ({"pdm.lock": ""}, "pdm"),
        ({"uv.lock": ""}, "uv"),
        ({"poetry.lock": ""}, "poetry"),
        ({}, "pip"),
    ],
)
def test_the_lockfile_names_the_manager(
    tmp_path: Path, files: dict[str, str], manager: str
) -> None:
    project = '[project]\nname = "x"\ndependencies = ["fastapi"]\n'
    repository(tmp_path, {"pyproject.toml": project, "main.py": FASTAPI, **files})
    assert only_service(tmp_path).package_manager == manager


@pytest.mark.parametrize(
    ("lockfile", "manager"),
    [("package-lock.json", "npm"), ("pnpm-lock.yaml", "pnpm"), ("yarn.lock", "yarn")],
)
def test_the_front_end_has_its_manager_and_node(
    tmp_path: Path, lockfile: str, manager: str
) -> None:
    package = (
        '{"name": "web", "engines": {"node": ">=20 <21"}, "scripts": {"build": "vite build"},'
        ' "dependencies": {"react": "19"}, "devDependencies": {"vite": "8"}}'
    )
    files = {
        "api/requirements.txt": "fastapi\n",
        "api/main.py": FASTAPI,
        "web/package.json": package,
        f"web/{lockfile}": "",
        "web/vite.config.ts": "export default { build: { outDir: './out' } }",
    }
    front = only_service(repository(tmp_path, files)).frontend
    assert front is not None
    assert (front.package_manager, front.node_version, front.output) == (manager, "20", "out")
    assert front.served_by is None


def test_a_server_that_is_only_for_development_is_reported(tmp_path: Path) -> None:
    project = (
        '[project]\nname = "x"\ndependencies = ["fastapi"]\n'
        '[dependency-groups]\ndev = ["uvicorn>=0.30"]\n'
    )
    repository(tmp_path, {"pyproject.toml": project, "main.py": FASTAPI})
    found = [one for one in detect(tmp_path).findings if one.code == "no-server"]
    assert [one.level for one in found] == ["warning"]


def test_reload_in_the_image_and_a_bare_env_file_are_reported(tmp_path: Path) -> None:
    files = {
        "requirements.txt": "fastapi\nuvicorn\njose\n",
        "main.py": FASTAPI,
        "Dockerfile": "FROM python:3.9-slim\nCMD uvicorn main:app --reload\n",
        ".env": "TOKEN=x\n",
    }
    assert {"reload", "env-not-ignored", "jose", "python-end-of-life"} <= codes(
        repository(tmp_path, files)
    )
    (tmp_path / ".gitignore").write_text(".env\n", encoding="utf-8")
    assert "env-not-ignored" not in codes(tmp_path)


def test_broken_files_do_not_stop_the_search(tmp_path: Path) -> None:
    files = {
        "requirements.txt": "fastapi\n",
        "main.py": FASTAPI,
        "broken.py": "from fastapi import FastAPI\ndef (:\n",
        "latin.py": b"# FastAPI \xe9\n",
        "pyproject.toml": "this is = not [toml",
        "web/package.json": "{",
    }
    assert only_service(repository(tmp_path, files)).entrypoint == "main:app"


def test_of_five_thousand_files_only_those_that_could_say_something_are_parsed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    noise = "import os\n\n\ndef work(value):\n    return os.environ.get('X', value)\n" * 8
    for number in range(4_990):
        folder = tmp_path / f"pkg{number % 50}" / f"sub{number % 10}"
        folder.mkdir(parents=True, exist_ok=True)
        name = f"m{number}.py" if number % 2 else f"m{number}.dat"
        (folder / name).write_text(noise if number % 10 == 1 else "x = 1\n" * 60)
    repository(tmp_path, {"requirements.txt": "fastapi\n", "main.py": FASTAPI})
    parsed = []
    monkeypatch.setattr(
        modules, "read_module", lambda *given: parsed.append(given[0]) or real(*given)
    )
    found = detect(tmp_path)
    assert found.services[0].entrypoint == "main:app"
    assert found.services[0].variables == ("X",)
    assert found.files == 4_992
    assert found.read <= 2_495 + 10
    assert parsed == ["main.py"]
