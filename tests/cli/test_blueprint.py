"""tarmac.toml: what is wrong at which line, and what survives a rewrite."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.cli.run_tarmac import tarmac
from wizards.blueprint_reading import load, parse
from wizards.blueprint_writing import rendered, write
from wizards.failures import Failure

WHOLE = """\
# ours
[project]
id = "notes-demo-1"      # keep this
region = "asia-northeast3"

[service]
name = "notes"
port = 8080

[migrations]
directory = "."

[migrations.rules]
create-index-nonconcurrent = "danger"

[environments.prod]
cloud_sql = true
protected = true
checks = [{path = "/health"}]
"""


def refused(text: str) -> Failure:
    with pytest.raises(Failure) as caught:
        parse(text, Path("tarmac.toml"))
    return caught.value


def test_a_whole_file_is_read_with_its_defaults() -> None:
    blueprint = parse(WHOLE, Path("tarmac.toml"))
    assert blueprint.project.id == "notes-demo-1"
    assert blueprint.service.health_path == "/health"
    assert blueprint.database is None
    assert blueprint.migrations[""].rules == {"create-index-nonconcurrent": "danger"}
    assert blueprint.environments["prod"].checks[0].status == 200


def test_several_migration_streams_are_told_apart() -> None:
    blueprint = parse('[migrations.a]\ndirectory = "a"\n[migrations.b]\n', Path("tarmac.toml"))
    assert {name: part.directory for name, part in blueprint.migrations.items()} == {
        "a": "a",
        "b": ".",
    }


def test_an_unknown_key_names_line_key_and_suggestion() -> None:
    wrong = refused(WHOLE.replace("port = 8080", "prot = 8080"))
    assert "line 8" in wrong.message
    assert "prot" in wrong.message
    assert "“port”" in wrong.message


def test_an_unknown_table_is_an_error_with_a_suggestion() -> None:
    wrong = refused("[projet]\nid = 'x'\n")
    assert "line 1" in wrong.message
    assert "“project”" in wrong.message


def test_a_project_of_a_domain_is_refused_by_its_name() -> None:
    wrong = refused('[project]\nid = "example.com:shop"\n')
    assert "project of a domain" in wrong.message


def test_every_complaint_is_listed() -> None:
    wrong = refused('[service]\nport = "eighty"\ncpu = "3"\nroot = "../up"\n')
    assert wrong.raw.count("line ") == 3


def test_broken_toml_names_the_line() -> None:
    wrong = refused('[project]\nid = "open\n')
    assert wrong.code == "blueprint-not-toml"
    assert "line 2" in wrong.message


def test_a_rewrite_keeps_comments_and_order_and_changes_only_what_differs(tmp_path: Path) -> None:
    path = tmp_path / "tarmac.toml"
    path.write_text(WHOLE, encoding="utf-8")
    assert write(path, {"service.port": 9000, "database.instance": "notes-db"}) is True
    text = path.read_text(encoding="utf-8")
    assert text.startswith("# ours\n")
    assert "# keep this" in text
    assert text.replace("port = 9000", "port = 8080").startswith(WHOLE.rstrip("\n"))
    assert load(path).database is not None
    assert write(path, {"service.port": 9000, "database.instance": "notes-db"}) is False


def test_a_value_that_would_not_be_read_back_is_not_written(tmp_path: Path) -> None:
    path = tmp_path / "tarmac.toml"
    path.write_text(WHOLE, encoding="utf-8")
    with pytest.raises(Failure):
        write(path, {"service.port": 99999})
    assert path.read_text(encoding="utf-8") == WHOLE


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused_with_a_card(text: str) -> None:
    try:
        parse(text, Path("tarmac.toml"))
    except Failure as wrong:
        assert wrong.message
        assert wrong.exit_code == 2


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=40))
def test_any_name_is_read_back_as_it_was_written(name: str) -> None:
    made = rendered(Path("/nonexistent/tarmac.toml"), {"project.name": name})
    assert parse(made, Path("tarmac.toml")).project.name == name


def test_the_command_line_shows_a_broken_blueprint_as_a_card(tmp_path: Path) -> None:
    (tmp_path / "tarmac.toml").write_text("[service]\nprot = 1\n", encoding="utf-8")
    ran = tarmac("plan", cwd=tmp_path)
    assert ran.code == 2
    assert "line 2" in ran.err
    assert "did you mean “port”" in ran.err
    assert "Traceback" not in ran.err
