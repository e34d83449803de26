"""Repositories that are broken, huge, looping, foreign, or no application at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from generators.detect import detect
from tests.generators.repository import only_service, repository

FASTAPI = "from fastapi import FastAPI\napp = FastAPI()\n"


def test_links_that_loop_or_lead_out_are_not_followed(tmp_path: Path) -> None:
    outside = repository(tmp_path / "outside", {"main.py": FASTAPI})
    root = repository(
        tmp_path / "inside", {"requirements.txt": "fastapi\n", "app/main.py": FASTAPI}
    )
    (root / "app" / "loop").symlink_to(root)
    (root / "other").symlink_to(outside)
    (root / "gone.py").symlink_to(root / "nowhere.py")
    found = detect(root)
    assert [one.entrypoint for one in found.services] == ["app.main:app"]
    assert found.files == 2


def test_huge_files_are_left_alone(tmp_path: Path) -> None:
    huge = "from fastapi import FastAPI\nwrong = FastAPI()\n" + "x = 1\n" * 200_000
    files = {"requirements.txt": "fastapi\n", "main.py": FASTAPI, "data.py": huge}
    service = only_service(repository(tmp_path, files))
    assert (service.entrypoint, service.alternatives) == ("main:app", ())


@pytest.mark.parametrize(
    "noise",
    [
        b"print 'FastAPI', app\n",
        b"# -*- coding: latin-1 -*-\nname = '\xe9 FastAPI'\n",
        "from fastapi import FastAPI\napp = FastAPI(\n".encode("utf-16"),
        b"FastAPI\x00\x00\x00",
        b"x = " + b"(" * 3_000 + b"FastAPI()" + b")" * 3_000 + b"\n",
        b"{% if FastAPI %}\napp = {{ FastAPI() }}\n{% endif %}\n",
        b"async = FastAPI()\n",
    ],
)
def test_files_that_are_no_python_are_passed_over(tmp_path: Path, noise: bytes) -> None:
    files = {"requirements.txt": "fastapi\n", "main.py": FASTAPI, "noise.py": noise}
    assert only_service(repository(tmp_path, files)).entrypoint == "main:app"


@pytest.mark.parametrize("name", ["pyproject.toml", "Pipfile", "package.json", "alembic.ini"])
@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"[[[[", b"{" * 5_000, b""])
def test_broken_manifests_do_not_stop_the_search(tmp_path: Path, name: str, content: bytes) -> None:
    files = {"requirements.txt": "fastapi\n", "main.py": FASTAPI, name: content}
    assert only_service(repository(tmp_path, files)).entrypoint == "main:app"


@pytest.mark.parametrize(
    ("files", "kind"),
    [
        ({}, "nothing"),
        ({"cookiecutter.json": "{}", "{{cookiecutter.name}}/main.py": FASTAPI}, "template"),
        ({"copier.yml": "", "template/main.py.jinja": ""}, "template"),
        (
            {"pyproject.toml": '[project]\nname = "x"\n[build-system]\nrequires = []\n'},
            "library",
        ),
        (
            {
                "pyproject.toml": '[project]\nname = "x"\n[project.scripts]\nx = "x:main"\n'
                "[build-system]\nrequires = []\n"
            },
            "command-line",
        ),
        ({"package.json": '{"name": "x", "bin": {"x": "x.js"}}'}, "command-line"),
        ({"package.json": '{"name": "x", "main": "index.js"}'}, "library"),
        ({"one.ipynb": "{}", "two.ipynb": "{}", "plot.py": ""}, "notebooks"),
        ({"README.md": "x", "guide/start.md": "x"}, "documentation"),
        ({"go.mod": "module x", "main.go": ""}, "unsupported"),
        (
            {
                "requirements.txt": "tornado\n",
                "server.py": "from tornado import web\nweb.Application([])\n",
            },
            "unsupported",
        ),
    ],
)
def test_what_a_repository_without_a_service_is(
    tmp_path: Path, files: dict[str, str], kind: str
) -> None:
    found = detect(repository(tmp_path, files))
    assert found.services == ()
    assert found.verdict.kind == kind
    assert found.verdict.says
    assert not found.verdict.path or (tmp_path / found.verdict.path).is_file()


def test_every_piece_of_evidence_points_into_a_file(tmp_path: Path) -> None:
    files = {
        "pyproject.toml": '[project]\nname = "x"\nrequires-python = ">=3.11"\n'
        'dependencies = ["fastapi", "asyncpg"]\n',
        "uv.lock": "version = 1\n",
        "Dockerfile": "FROM python:3.12\nEXPOSE 9000\nCMD uvicorn x.main:app\n",
        "alembic.ini": "[alembic]\nscript_location = migrations\n",
        "migrations/env.py": "",
        "x/main.py": FASTAPI + "@app.get('/health')\ndef health(): ...\n",
    }
    service = only_service(repository(tmp_path, files))
    claims = {one.claim for one in service.evidence}
    assert claims >= {"entrypoint", "package_manager", "python_version", "port", "database"}
    assert claims >= {"migrations", "health_path"}
    for piece in service.evidence:
        lines = (tmp_path / piece.path).read_text(encoding="utf-8").splitlines()
        assert 1 <= piece.line <= len(lines), piece


@pytest.mark.parametrize("odd", ["5", "null", "[]", '"text"', '{"a": [1]}', "true"])
@pytest.mark.parametrize(
    "field",
    ["name", "scripts", "dependencies", "engines", "workspaces", "packageManager", "volta", "main"],
)
def test_fields_of_package_json_may_be_anything(tmp_path: Path, field: str, odd: str) -> None:
    fields = {
        "name": '"x"',
        "scripts": '{"start": "node server.js"}',
        "dependencies": '{"express": "5"}',
        field: odd,
    }
    text = "{" + ", ".join(f'"{key}": {value}' for key, value in fields.items()) + "}"
    files = {"package.json": text, "server.js": "express().listen(3000)\n"}
    found = detect(repository(tmp_path, files))
    assert all(one.framework == "Express" for one in found.services)
    if field != "dependencies":
        assert len(found.services) == 1


@pytest.mark.parametrize("odd", ["5", "[]", '"text"', "{ a = [1] }", "true"])
@pytest.mark.parametrize(
    "field", ["dependencies", "name", "requires-python", "scripts", "optional-dependencies"]
)
def test_fields_of_pyproject_may_be_anything(tmp_path: Path, field: str, odd: str) -> None:
    files = {"pyproject.toml": f"[project]\n{field} = {odd}\n", "main.py": FASTAPI}
    assert only_service(repository(tmp_path, files)).entrypoint == "main:app"
