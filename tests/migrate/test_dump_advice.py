"""Where a role cannot read everything, the card says which right is missing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from wizards.cancel import Cancel
from wizards.events import discard
from wizards.failures import Failure
from wizards.migrate.console import Console
from wizards.migrate.dump_advice import advice as advice_on
from wizards.postgres.address import Address

Sql = Callable[..., list[tuple[object, ...]]]
FORCED = """CREATE TABLE mine (id int);
ALTER TABLE mine OWNER TO plain_role;
ALTER TABLE mine ENABLE ROW LEVEL SECURITY;
ALTER TABLE mine FORCE ROW LEVEL SECURITY"""


@pytest.mark.parametrize(
    ("made", "advice"),
    [
        ("CREATE TABLE secret (id int)", 'GRANT pg_read_all_data TO "plain_role"'),
        (
            FORCED,
            'ALTER ROLE "plain_role" BYPASSRLS',
        ),
    ],
)
def test_a_backup_that_may_not_read_everything_names_the_right(
    plain_role: Address,
    sql: Sql,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    made: str,
    advice: str,
) -> None:
    sql(made)
    (tmp_path / "migrations").mkdir()
    (tmp_path / "migrations" / "001_a.up.sql").write_text("select 1;")
    monkeypatch.setenv("DATABASE_URL", plain_role.url())
    with pytest.raises(Failure) as stopped:
        Console(tmp_path, None).backup(discard, Cancel())
    assert stopped.value.code == "backup-failed"
    assert advice in stopped.value.next


@pytest.mark.parametrize(
    ("said", "cause"),
    [
        (
            'ERROR:  insert or update on table "pages" violates foreign key constraint "pages_fk"',
            "break a foreign key",
        ),
        ('ERROR:  could not create unique index "name_key"', "doubles"),
    ],
)
def test_a_dump_that_breaks_the_databases_own_constraints_says_so(said: str, cause: str) -> None:
    assert cause in advice_on(f"pg_restore: error: could not execute query: {said}")[0]
