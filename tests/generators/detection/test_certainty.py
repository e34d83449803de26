"""How sure each claim is, and which versions the pipelines prove."""

from __future__ import annotations

from pathlib import Path

import pytest

from generators.project import Confidence
from tests.generators.repository import only_service, repository

APP = "from fastapi import FastAPI\napp = FastAPI()\n"


def test_a_version_that_no_file_names_is_a_choice_and_no_claim(tmp_path: Path) -> None:
    files = {"requirements.txt": "fastapi\nuvicorn\n", "main.py": APP}
    service = only_service(repository(tmp_path, files))
    assert service.confidences["version"] is Confidence.LOW
    assert service.confidence is Confidence.HIGH


def test_a_version_concluded_from_old_packages_makes_the_whole_less_sure(tmp_path: Path) -> None:
    files = {"requirements.txt": "fastapi\nuvicorn\nnumpy==1.17.0\n", "main.py": APP}
    service = only_service(repository(tmp_path, files))
    assert (service.python_version, service.confidence) == ("3.7", Confidence.MEDIUM)


def test_a_lock_that_the_image_does_not_use_is_no_sure_manager(tmp_path: Path) -> None:
    files = {
        "pyproject.toml": '[project]\nname = "x"\ndependencies = ["fastapi"]\n',
        "uv.lock": "",
        "requirements.txt": "fastapi==0.115.0\n",
        "Dockerfile": "FROM python:3.12\nRUN pip install -r requirements.txt\n",
        "main.py": APP,
    }
    service = only_service(repository(tmp_path, files))
    assert service.package_manager == "uv"
    assert service.confidences["package_manager"] is Confidence.MEDIUM


@pytest.mark.parametrize(
    ("path", "text", "version"),
    [
        (".github/workflows/t.yml", "python-version:\n  - '3.11'\n", "3.11"),
        (".github/workflows/t.yml", "python-version: ['3.10', '3.11']\n", "3.13"),
        (".circleci/config.yml", "- image: cimg/python:3.10\n", "3.10"),
        (".travis.yml", "python:\n  - '3.9'\n", "3.9"),
    ],
)
def test_a_pipeline_proves_a_version_only_when_it_names_one(
    tmp_path: Path, path: str, text: str, version: str
) -> None:
    files = {"requirements.txt": "fastapi\n", "main.py": APP, path: text}
    assert only_service(repository(tmp_path, files)).python_version == version


@pytest.mark.parametrize(
    ("image", "version"),
    [
        ("FROM rockylinux:9\nRUN yum install -y \\\n  python3.12-devel python3.12-pip\n", "3.12"),
        ('FROM debian:12\nCMD ["/usr/bin/python3.11", "main.py"]\n', "3.11"),
        ("FROM debian:12\nRUN apt install python3.9 && python3.11 -m venv v\n", "3.13"),
        ("FROM debian:12\nCOPY a /usr/lib/python3.9/site-packages/a\n", "3.13"),
    ],
)
def test_an_image_of_another_kind_says_which_python_it_calls(
    tmp_path: Path, image: str, version: str
) -> None:
    files = {"requirements.txt": "fastapi\n", "main.py": APP, "Dockerfile": image}
    assert only_service(repository(tmp_path, files)).python_version == version
