"""Workspaces and programs that start by another file: whose application, whose migrations."""

from __future__ import annotations

import json
from pathlib import Path

from generators.detect import detect
from generators.project import Confidence
from tests.generators.repository import repository


def package(name: str, **given: object) -> str:
    return json.dumps({"name": name, "private": True, **given})


def test_a_package_run_by_its_name_starts_what_its_main_file_names(tmp_path: Path) -> None:
    files = {
        "pyproject.toml": '[tool.poetry.dependencies]\npython = "^3.11"\nfastapi = "*"\n',
        "Dockerfile": 'FROM python:3.11\nCMD ["/usr/local/bin/python", "-m", "shop"]\n',
        "shop/__init__.py": "",
        "shop/__main__.py": (
            "import uvicorn\n\ndef main():\n"
            '    uvicorn.run("shop.web.application:get_app", factory=True, port=9001)\n\n'
            'if __name__ == "__main__":\n    main()\n'
        ),
        "shop/web/application.py": (
            "from fastapi import FastAPI\n\ndef get_app() -> FastAPI:\n    return FastAPI()\n"
        ),
        "shop/web/mock.py": "from fastapi import FastAPI\napp = FastAPI()\n",
    }
    [service] = detect(repository(tmp_path, files)).services
    assert (service.entrypoint, service.factory) == ("shop.web.application:get_app", True)
    assert service.port == 9001
    assert any(one.place == "Dockerfile:2" for one in service.evidence)


def test_channels_own_way_to_an_application_is_asgi(tmp_path: Path) -> None:
    settings = 'import os\nos.environ.setdefault("DJANGO_SETTINGS_MODULE", "chat.settings")\n'
    files = {
        "requirements.txt": "Django~=2.0.0\nchannels~=2.0\n",
        "manage.py": settings,
        "chat/__init__.py": "",
        "chat/settings.py": 'ASGI_APPLICATION = "chat.routing.application"\n',
        "chat/asgi.py": (
            "import django\nfrom channels.routing import get_default_application\n"
            f"{settings}django.setup()\napplication = get_default_application()\n"
        ),
        "chat/wsgi.py": (
            "from django.core.wsgi import get_wsgi_application\n"
            f"{settings}application = get_wsgi_application()\n"
        ),
    }
    [service] = detect(repository(tmp_path, files)).services
    assert (service.entrypoint, service.interface) == ("chat.asgi:application", "asgi")


def test_what_a_workspace_imports_is_a_part_and_no_site(tmp_path: Path) -> None:
    build = {"dev": "vite", "build": "vite build"}
    files = {
        "package.json": package("root", workspaces=["apps/*", "packages/*"]),
        "package-lock.json": "{}",
        "apps/site/package.json": package(
            "site",
            scripts=build,
            dependencies={"react": "19", "@shop/widgets": "workspace:*"},
            devDependencies={"vite": "6"},
        ),
        "apps/site/index.html": "<div id=root></div>",
        "apps/site/vite.config.ts": "export default {}\n",
        "packages/widgets/package.json": package(
            "@shop/widgets",
            scripts=build,
            exports={".": "./src/index.ts"},
            dependencies={"react": "19"},
            devDependencies={"vite": "6"},
        ),
        "packages/widgets/vite.config.ts": "export default {}\n",
    }
    found = detect(repository(tmp_path, files)).services
    assert [one.path for one in found] == ["apps/site"]


def test_migrations_of_a_package_belong_to_who_depends_on_it(tmp_path: Path) -> None:
    start = {"start": "node src/index.js"}
    files = {
        "package.json": package("root", workspaces=["apps/*", "packages/*"]),
        "bun.lock": "",
        "apps/api/package.json": package(
            "api", scripts=start, dependencies={"express": "5", "@shop/db": "workspace:*"}
        ),
        "apps/api/src/index.js": "const app = require('express')(); app.listen(process.env.PORT)\n",
        "apps/hooks/package.json": package("hooks", scripts=start, dependencies={"express": "5"}),
        "apps/hooks/src/index.js": "require('express')().listen(process.env.PORT)\n",
        "packages/db/package.json": package("@shop/db", dependencies={"drizzle-orm": "1"}),
        "packages/db/drizzle.config.ts": "export default {}\n",
        "packages/db/migrations/0000_first.sql": "create table a ();\n",
    }
    found = {one.path: one for one in detect(repository(tmp_path, files)).services}
    tool = found["apps/api"].migrations
    assert tool is not None
    assert (tool.provider, tool.tool, tool.directory) == ("other", "drizzle", "packages/db")
    assert found["apps/hooks"].migrations is None


def test_a_workspace_of_programs_that_end_says_so(tmp_path: Path) -> None:
    files = {
        "pyproject.toml": '[project]\nname = "all"\n[tool.uv.workspace]\nmembers = ["apps/*"]\n',
        "apps/say/pyproject.toml": '[project]\nname = "say"\n[project.scripts]\nsay = "say:main"\n',
        "apps/say/say.py": "def main():\n    print()\n",
    }
    found = detect(repository(tmp_path, files))
    assert (found.verdict.kind, found.verdict.path) == ("command-line", "apps/say/pyproject.toml")
    assert found.services == ()


def test_a_file_that_names_its_application_lets_a_command_be_sure(tmp_path: Path) -> None:
    files = {
        "requirements.txt": "fastapi\nuvicorn\n",
        "Procfile": "web: python run.py\n",
        "run.py": 'import uvicorn\nuvicorn.run("service.http:api")\n',
        "service/__init__.py": "",
        "service/http.py": "from fastapi import FastAPI\napi = FastAPI()\n",
        "service/admin.py": "from fastapi import FastAPI\napp = FastAPI()\n",
    }
    [service] = detect(repository(tmp_path, files)).services
    assert service.entrypoint == "service.http:api"
    assert service.confidences["entrypoint"] is Confidence.HIGH
