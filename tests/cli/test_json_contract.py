"""docs/json.md is the contract: the keys it lists are the keys the commands give."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from tests.cli.run_tarmac import ROOT, tarmac

DOCUMENT = (ROOT / "docs" / "json.md").read_text(encoding="utf-8")
EXAMPLE = ROOT / "examples" / "notes"


def documented(section: str) -> dict[str, set[str]]:
    """Return the keys that a section lists: {"data": {...}, "services[]": {...}}."""
    text = re.split(rf"^### {re.escape(section)}$", DOCUMENT, flags=re.MULTILINE)[1]
    text = text.split("\n### ")[0]
    lists = re.findall(r"`([\w\[\]]+)`: ((?:`\w+`(?:, )?)+)", text)
    return {name: set(re.findall(r"`(\w+)`", keys)) for name, keys in lists}


def check(section: str, data: dict[str, Any]) -> None:
    for name, keys in documented(section).items():
        found = data if name == "data" else _first(data, name.removesuffix("[]"))
        if found is not None:
            assert keys <= set(found), f"{section}: {name}"


def _first(value: Any, name: str) -> dict[str, Any] | None:
    """Return the first object of the first list called ``name``, wherever it stands."""
    if isinstance(value, dict):
        inner = value.get(name)
        if isinstance(inner, list) and inner and isinstance(inner[0], dict):
            return inner[0]
        parts: list[Any] = list(value.values())
    else:
        parts = value if isinstance(value, list) else []
    return next((found for part in parts if (found := _first(part, name)) is not None), None)


@pytest.mark.parametrize("words", [("detect",), ("doctor",)])
def test_commands_that_need_no_blueprint(words: tuple[str, ...]) -> None:
    ran = tarmac(*words, "--json", cwd=EXAMPLE)
    assert set(ran.envelope) == {"tarmac", "command", "ok", "data", "errors"}
    assert ran.envelope["command"] == " ".join(words)
    check(" ".join(words), ran.envelope["data"])


def test_lint(tmp_path: Path) -> None:
    (tmp_path / "a.sql").write_text("ALTER TABLE t ALTER c SET NOT NULL;\n", encoding="utf-8")
    ran = tarmac("migrate", "lint", "a.sql", "--json", cwd=tmp_path)
    assert ran.envelope["data"]["files"][0]["findings"]
    check("migrate lint", ran.envelope["data"])


def test_generate(tmp_path: Path) -> None:
    import shutil

    project = tmp_path / "notes"
    ignore = shutil.ignore_patterns("node_modules", "dist", ".venv")
    shutil.copytree(EXAMPLE, project, ignore=ignore)
    (project / "tarmac.toml").write_text("[service]\nname = 'notes'\n", encoding="utf-8")
    ran = tarmac("generate", "--check", "--json", cwd=project)
    assert ran.code == 3
    assert ran.envelope["ok"] is True
    check("generate", ran.envelope["data"])


def test_an_error_is_a_card(tmp_path: Path) -> None:
    ran = tarmac("plan", "--json", cwd=tmp_path)
    assert ran.code == 2
    assert set(ran.envelope["errors"][0]) == {"code", "message", "why", "next", "raw"}
    assert ran.envelope["errors"][0]["code"] == "blueprint-missing"


def test_the_demo_lists_what_is_documented() -> None:
    from wizards.demo.journey import StageOutcome

    assert documented("demo --check")["stages[]"] == set(
        StageOutcome("a", True, "b", 0.1).as_json()
    )
