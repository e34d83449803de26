"""What `tarmac detect` prints: within the terminal, with the places and the fixes."""

from __future__ import annotations

from pathlib import Path

import click
import pytest
from rich.cells import cell_len

from generators.detect import detect
from tests.generators.repository import EXAMPLE, repository
from tui.commands.detection_text import lines_of


def plain(root: Path, columns: int) -> list[str]:
    return [click.unstyle(line) for line in lines_of(detect(root), columns)]


@pytest.mark.parametrize("columns", [60, 80, 100])
def test_no_line_is_wider_than_the_terminal(tmp_path: Path, columns: int) -> None:
    deep = "apps/" + "very-long-folder-name/" * 4
    files = {
        f"{deep}requirements.txt": "fastapi\njose\npsycopg2\n",
        f"{deep}서비스/main.py": "from fastapi import FastAPI\napp = FastAPI()\nb = FastAPI()\n",
        f"{deep}Dockerfile": "CMD uvicorn 서비스.main:app --host 0.0.0.0 --port 9000 "
        + "--x " * 40,
    }
    for root in (EXAMPLE, repository(tmp_path, files)):
        for line in plain(root, columns):
            assert cell_len(line) <= columns, line


def test_each_claim_stands_beside_its_place() -> None:
    lines = plain(EXAMPLE, 80)
    words = [line.split() for line in lines]
    [start] = [line for line in words if line[:3] == ["✓", "starts", "app.main:app"]]
    path, _colon, number = start[3].partition(":")
    code = (EXAMPLE / path).read_text(encoding="utf-8").splitlines()
    assert code[int(number) - 1].startswith("app = FastAPI(")
    assert lines[0].startswith("✓ . · FastAPI")
    assert "nothing was run" in lines[-1]


def test_each_claim_says_how_sure_it_is(tmp_path: Path) -> None:
    files = {
        "Pipfile": '[packages]\nflask = "*"\n',
        "uv.lock": "version = 1\n",
        "requirements.txt": "flask\n",
        "a.py": "from flask import Flask\napp = Flask(__name__)\n",
        "b.py": "from flask import Flask\napp = Flask(__name__)\n",
    }
    found = detect(repository(tmp_path, files))
    [service] = found.services
    marks = {"high": "✓", "medium": "●", "low": "▲"}
    words = {"high": "", "medium": "· likely", "low": "· please confirm"}
    lines = plain(tmp_path, 80)
    names = {"entrypoint": "starts", "package_manager": "installed by", "version": "Python"}
    assert len({service.confidences[claim] for claim in names}) > 1
    for claim, name in names.items():
        sure = service.confidences[claim].value
        line = next(line for line in lines if line[3:].startswith(name))
        assert line[1] == marks[sure]
        assert words[sure] in line
    assert next(line for line in lines if line[3:].startswith("port"))[1] == " "


def test_a_finding_says_what_to_do_and_where(tmp_path: Path) -> None:
    files = {
        "requirements.txt": "fastapi\njose\n",
        "main.py": "from fastapi import FastAPI\napp = FastAPI()\n",
    }
    lines = plain(repository(tmp_path, files), 80)
    start = next(number for number, line in enumerate(lines) if line.startswith("▲ jose"))
    assert lines[start + 1 : start + 3] == [
        "  → write python-jose instead of jose",
        "  requirements.txt:2",
    ]


def test_nothing_deployable_says_what_it_is_instead(tmp_path: Path) -> None:
    project = '[project]\nname = "x"\n[build-system]\nrequires = []\n'
    lines = plain(repository(tmp_path, {"pyproject.toml": project}), 80)
    assert lines[0] == "There is no deployable application here."
    assert lines[1].strip().startswith("It is a library")
    assert lines[2].strip() == "pyproject.toml:1"
