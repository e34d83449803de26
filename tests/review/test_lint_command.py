"""`tarmac migrate lint` as a real process: JSON shape, text, SARIF, annotations, exit codes."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import psycopg
import pytest

ROOT = Path(__file__).parents[2]
SQL = "SELECT 1;\nALTER TABLE t ALTER a SET NOT NULL;\nDROP TABLE u;\n"
KEYS = {
    "rule": str,
    "severity": str,
    "line": int,
    "column": int,
    "end_line": int,
    "statement": int,
    "message": str,
    "lock": str | None,
    "tables": list,
    "rewrites": bool,
    "scans": bool,
    "blocks": str,
    "fix": str | None,
    "facts": dict,
}


def lint(*words: str, cwd: Path, text: str | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tui", "migrate", "lint", *words],
        cwd=cwd,
        input=text,
        capture_output=True,
        text=True,
        timeout=60,
        env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin", "HOME": str(cwd), "LANG": "C.UTF-8"},
    )


def envelope(done: subprocess.CompletedProcess[str]) -> Any:
    return json.loads(done.stdout)


def test_json_has_the_shape_that_is_promised(tmp_path: Path) -> None:
    (tmp_path / "a.sql").write_text(SQL)
    done = lint("--json", "a.sql", cwd=tmp_path)
    data = envelope(done)
    assert (data["tarmac"], data["command"], data["ok"]) == (1, "migrate lint", False)
    assert data["errors"][0]["code"] == "findings"
    (file,) = data["data"]["files"]
    assert set(file) == {"path", "statements", "findings"}
    assert (file["path"], file["statements"]) == ("a.sql", 3)
    for finding in file["findings"]:
        assert set(finding) == set(KEYS)
        assert all(isinstance(finding[key], kind) for key, kind in KEYS.items())
    assert [(one["rule"], one["line"], one["statement"]) for one in file["findings"]] == [
        ("set-not-null", 2, 1),
        ("drop-table", 3, 2),
    ]
    assert done.returncode == 4


@pytest.mark.parametrize(
    ("sql", "fail_on", "code"),
    [
        ("SELECT 1", "notice", 0),
        ("CREATE INDEX i ON t (a)", "danger", 0),
        ("CREATE INDEX i ON t (a)", "caution", 4),
        ("CREATE TABLE n (id int PRIMARY KEY)", "caution", 0),
        ("CREATE TABLE n (id int PRIMARY KEY)", "notice", 4),
        ("DROP TABLE t", "danger", 4),
        ("DRP TABLE t", "danger", 4),
    ],
)
def test_the_exit_code_says_how_bad_it_is(
    tmp_path: Path, sql: str, fail_on: str, code: int
) -> None:
    done = lint("-", "--fail-on", fail_on, cwd=tmp_path, text=sql)
    assert done.returncode == code, done.stdout + done.stderr
    assert "Traceback" not in done.stderr


def test_text_reads_like_a_compiler(tmp_path: Path) -> None:
    (tmp_path / "a.sql").write_text(SQL)
    done = lint("a.sql", cwd=tmp_path)
    assert "a.sql:2:1 ▲ caution set-not-null: " in done.stdout
    assert "   2 │ ALTER TABLE t ALTER a SET NOT NULL;" in done.stdout
    assert "safer: ALTER TABLE t ADD CONSTRAINT" in done.stdout
    assert "3 statements read: 1 danger, 1 caution" in done.stdout


def test_sarif_and_annotations(tmp_path: Path) -> None:
    (tmp_path / "a.sql").write_text(SQL)
    log = json.loads(lint("a.sql", "--sarif", cwd=tmp_path).stdout)
    (run,) = log["runs"]
    assert log["version"] == "2.1.0"
    assert [(one["ruleId"], one["level"]) for one in run["results"]] == [
        ("set-not-null", "warning"),
        ("drop-table", "error"),
    ]
    region = run["results"][1]["locations"][0]["physicalLocation"]["region"]
    assert region == {"startLine": 3, "startColumn": 1, "endLine": 3}
    lines = lint("a.sql", "--github", cwd=tmp_path).stdout.splitlines()
    assert lines[0].startswith("::warning file=a.sql,line=2,endLine=2,col=1,title=set-not-null::")
    assert lines[1].startswith("::error file=a.sql,line=3,")
    assert len(lines) == 2


def test_folders_revision_files_and_the_transaction_flag(tmp_path: Path) -> None:
    versions = tmp_path / "versions"
    versions.mkdir()
    (versions / "a.py").write_text(
        "from alembic import op\ndef upgrade():\n    op.drop_table('t')\n"
    )
    (versions / "b.sql").write_text("CREATE INDEX CONCURRENTLY i ON t (a)")
    files = envelope(lint("--json", "versions", cwd=tmp_path))["data"]["files"]
    assert [(one["path"], [f["rule"] for f in one["findings"]]) for one in files] == [
        ("versions/a.py", ["drop-table"]),
        ("versions/b.sql", []),
    ]
    inside = envelope(lint("--json", "--in-transaction", "versions/b.sql", cwd=tmp_path))
    assert inside["data"]["files"][0]["findings"][0]["rule"] == "concurrently-in-transaction"


def test_levels_come_from_tarmac_toml(tmp_path: Path) -> None:
    (tmp_path / "tarmac.toml").write_text(
        '[project]\nid = "notes-prod"\n[service]\nname = "notes"\n'
        '[migrations]\n[migrations.rules]\ndrop-table = "notice"\n'
    )
    done = lint("-", cwd=tmp_path, text="DROP TABLE t")
    assert done.returncode == 0, done.stderr
    assert "● notice drop-table" in done.stdout


def test_bad_input_is_a_card_not_a_traceback(tmp_path: Path) -> None:
    for words in (["nosuch.sql"], ["."], ["-", "--also", "nosuch"]):
        done = lint(*words, cwd=tmp_path, text="SELECT 1")
        assert done.returncode == 2
        assert "✗" in done.stderr
        assert "Traceback" not in done.stderr
    done = lint("-", "--database", "postgresql://127.0.0.1:1/none", cwd=tmp_path, text="SELECT 1")
    assert done.returncode == 1
    assert "could not be asked for facts" in done.stderr


def test_bytes_that_are_not_utf8_are_not_understood(tmp_path: Path) -> None:
    (tmp_path / "a.sql").write_bytes(b"SELECT 1; DROP TABLE \xff\xfe; \0")
    done = lint("--json", "a.sql", cwd=tmp_path)
    rules = {one["rule"] for one in envelope(done)["data"]["files"][0]["findings"]}
    assert rules == {"not-understood"}
    assert done.returncode == 4


def test_a_database_adds_facts_and_checks(tmp_path: Path, fresh_database: str) -> None:
    with psycopg.connect(fresh_database, autocommit=True) as connection:
        connection.execute("CREATE TABLE t (id int PRIMARY KEY, a int)")
        connection.execute(
            "INSERT INTO t SELECT g, nullif(g % 4, 0) FROM generate_series(1, 100) g"
        )
        connection.execute("ANALYZE t")
    done = lint("--json", "-", "--database", fresh_database, cwd=tmp_path, text=SQL)
    findings = envelope(done)["data"]["files"][0]["findings"]
    by_rule = {one["rule"]: one for one in findings if one["statement"] == 1}
    assert by_rule["will-fail"]["facts"] == {
        "rows_failing": 25,
        "rows": 100,
        "sample": [4, 8, 12, 16, 20],
    }
    assert by_rule["set-not-null"]["severity"] == "danger"
    assert by_rule["set-not-null"]["facts"]["rows"] == 100
    assert "seconds_estimate" in by_rule["set-not-null"]["facts"]


def test_linting_imports_nothing_it_does_not_need() -> None:
    code = (
        "import sys; from wizards.migrate.review.lint import lint_texts;"
        "lint_texts([('x.sql', 'ALTER TABLE t ADD c int')]);"
        "print([n for n in ('psycopg', 'textual', 'tomlkit', 'postgast', 'asyncio', 'jinja2')"
        " if n in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert done.stdout.strip() == "[]"


def test_a_folder_is_read_for_scripts_and_revisions_only() -> None:
    folder = Path(__file__).parents[2] / "examples" / "notes" / "migrations"
    files = envelope(lint("--json", str(folder), cwd=folder))["data"]["files"]
    paths = [Path(file["path"]).name for file in files]
    assert len(paths) == 10
    assert "env.py" not in paths
