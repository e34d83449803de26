"""Whatever stands in a file: lint never crashes, and never is silent about what does not parse.

``PG_REGRESS_DIR`` names a folder with the SQL files of PostgreSQL's regression suite
(``src/test/regress/sql``, or libpg_query's copy of it); they are not part of this project.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.review.rule_cases import CASES
from wizards.migrate.model import Severity
from wizards.migrate.review.lint import JudgedFile, judge_file

REGRESS = os.environ.get("PG_REGRESS_DIR", "")
ROOT = Path(__file__).parents[2]
REFUSED = 4
BYTES = (b"\xff\xfe\x00DROP", b"\x00" * 50, b"", b"\xef\xbb\xbfDROP TABLE t;")
PIECES = [
    *";'\"()[]{}$\\\0\n\r\t,.:*%@&|-/é\u2028\ufeff\U0001f600",
    *("$$", "$a$", "--", "/*", "*/", "E'", "U&'", "\\.", "\\i x", "BEGIN", "COMMIT", "DO", "COPY"),
    *(" FROM stdin;\n", "CREATE", "ALTER TABLE", "NOT", "NULL", "CONCURRENTLY", "$1", ":x", "%s"),
    *("999999999999999999999999", "1e999", "'\\'", "-- tarmac: allow", "\\gexec", "{{ x }}"),
]
REVISION = '''"""noise"""
from alembic import op
import sqlalchemy as sa

revision = "b2"
down_revision = "a1"


def upgrade():
    op.add_column("items", sa.Column("x", sa.Integer(), nullable=False))
    with op.get_context().autocommit_block():
        op.execute("CREATE INDEX CONCURRENTLY i ON items (x)")
    op.execute(f"UPDATE items SET x = {1 + 1}")


def downgrade():
    op.drop_column("items", "x")
'''


def never_silent(result: JudgedFile) -> None:
    """Each statement that was not understood has a finding of danger."""
    unread = {number for number, one in enumerate(result.statements) if not one.kind}
    told = {
        one.statement
        for one in result.findings
        if one.rule == "not-understood" and one.severity is Severity.DANGER
    }
    assert unread <= told, [result.statements[number].sql[:200] for number in unread - told]


def mutated(text: str, dice: random.Random) -> str:
    """Change a few places: pieces put in, taken out, doubled, swapped, cut off."""
    for _time in range(dice.randint(1, 4)):
        at = dice.randrange(len(text) + 1)
        until = min(len(text), at + dice.randint(0, 12))
        act = dice.randrange(5)
        if act == 0:
            text = text[:at] + dice.choice(PIECES) + text[at:]
        elif act == 1:
            text = text[:at] + text[until:]
        elif act == 2:
            text = text[:until] + text[at:until] * 2 + text[until:]
        elif act == 3:
            text = text[:at] + dice.choice(PIECES) + text[until:]
        else:
            text = text[: max(at, 3)]
    return text


def sources() -> list[str]:
    return [case[1] for case in CASES]


def of_suite() -> list[Path]:
    return sorted(Path(REGRESS).rglob("*.sql")) if REGRESS else []


@pytest.mark.parametrize(
    ("seed", "runs"), [(1, 250), pytest.param(2, 20_000, marks=pytest.mark.slow)]
)
def test_mutated_sql_is_never_silently_safe(seed: int, runs: int) -> None:
    dice = random.Random(seed)
    for _run in range(runs):
        text = mutated(";\n".join(dice.sample(sources(), 3)), dice)
        never_silent(judge_file(text, in_transaction=dice.random() < 0.5))


@pytest.mark.parametrize(
    ("seed", "runs"), [(1, 250), pytest.param(2, 20_000, marks=pytest.mark.slow)]
)
def test_pieces_in_any_order_and_bytes_are_never_silently_safe(seed: int, runs: int) -> None:
    dice = random.Random(seed)
    for _run in range(runs):
        pieces = "".join(dice.choice(PIECES) + dice.choice(["", " "]) for _n in range(20))
        noise = dice.randbytes(dice.randrange(200)).decode("utf-8", "replace")
        never_silent(judge_file(pieces))
        never_silent(judge_file(noise))


@pytest.mark.parametrize(
    ("seed", "runs"), [(1, 150), pytest.param(2, 10_000, marks=pytest.mark.slow)]
)
@pytest.mark.filterwarnings("ignore::SyntaxWarning", "ignore::DeprecationWarning")
def test_mutated_revision_files_are_judged_or_called_not_understood(seed: int, runs: int) -> None:
    dice = random.Random(seed)
    for _run in range(runs):
        text = mutated(REVISION, dice)
        result = judge_file(text, path="b2.py")
        never_silent(result)
        try:
            compile(text, "b2.py", "exec")
        except (SyntaxError, ValueError):
            assert "not-understood" in {one.rule for one in result.findings}, text


@pytest.mark.parametrize("content", BYTES, ids=["odd", "nul", "empty", "marked"])
@pytest.mark.parametrize("name", ["noise.sql", "noise.py"])
def test_the_command_answers_in_json_about_bytes_that_are_no_text(
    tmp_path: Path, name: str, content: bytes
) -> None:
    (tmp_path / name).write_bytes(content)
    done = subprocess.run(
        [sys.executable, "-m", "tui", "--json", "migrate", "lint", name],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT), "TARMAC_LANG": "en"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Traceback" not in done.stderr + done.stdout
    answer = json.loads(done.stdout.strip().splitlines()[-1])
    rules = {one["rule"] for file in answer["data"]["files"] for one in file["findings"]}
    if name == "noise.sql" and not content:
        assert (done.returncode, rules) == (0, set())
    else:
        assert done.returncode == REFUSED
        assert rules & {"not-understood", "drop-table"}


@pytest.mark.slow
@pytest.mark.skipif(not REGRESS, reason="PG_REGRESS_DIR names no folder")
def test_the_regression_suite_of_postgresql_is_read(
    record_property: Callable[[str, object], None],
) -> None:
    files, total, unread = of_suite(), 0, 0
    assert files
    for path in files:
        text = path.read_bytes().decode("utf-8", "replace")
        for in_transaction in (False, True):
            result = judge_file(text, path=path.name, in_transaction=in_transaction)
            never_silent(result)
        total += len(result.statements)
        unread += sum(not one.kind for one in result.statements)
    record_property("statements", total)
    record_property("not understood", unread)
    assert unread < total // 10


@pytest.mark.slow
@pytest.mark.skipif(not REGRESS, reason="PG_REGRESS_DIR names no folder")
def test_the_mutated_regression_suite_is_never_silently_safe() -> None:
    dice = random.Random(3)
    for path in of_suite():
        text = path.read_bytes().decode("utf-8", "replace")
        at = dice.randrange(max(1, len(text) - 4000))
        for _run in range(6):
            never_silent(judge_file(mutated(text[at : at + 4000], dice), path=path.name))
