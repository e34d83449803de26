"""A restore into the database itself: only for roles without CREATEDB, whole or not at all."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from tests.migrate.alembic_project import AlembicProject, Rev
from tests.migrate.conftest import Make
from tests.migrate.test_backup_and_rehearsal import Sql
from wizards.cancel import Cancel
from wizards.events import discard
from wizards.failures import Failure, Refused
from wizards.migrate import contents, in_place, manifest, splice
from wizards.migrate.backup import Subject, take
from wizards.migrate.model import Backup
from wizards.postgres.address import Address

FILLED = """
CREATE TYPE mood AS ENUM ('good', 'bad');
CREATE DOMAIN short AS text CHECK (length(value) < 20);
CREATE TABLE items (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name short, mood mood);
INSERT INTO items (name, mood) SELECT 'item ' || n, 'good' FROM generate_series(1, 50) n;
CREATE TABLE parts (item bigint REFERENCES items, n int) PARTITION BY RANGE (n);
CREATE TABLE parts_low PARTITION OF parts FOR VALUES FROM (0) TO (100);
INSERT INTO parts SELECT n, n FROM generate_series(1, 20) n;
CREATE TYPE span AS RANGE (subtype = int);
CREATE TYPE pair AS (a int, b mood);
CREATE VIEW names AS SELECT name FROM items;
CREATE MATERIALIZED VIEW counted AS SELECT count(*) FROM items;
CREATE FUNCTION twice(n int) RETURNS int LANGUAGE sql AS 'select 2 * n';
CREATE SCHEMA side;
CREATE TABLE side.notes (id int, body text);
INSERT INTO side.notes VALUES (1, E'tab\\tand\\nline');
GRANT SELECT ON items TO reader;
CREATE TABLE alembic_version (version_num varchar(32) PRIMARY KEY);
INSERT INTO alembic_version VALUES ('a1');
SELECT lo_from_bytea(0, 'large');
"""


@pytest.fixture
def modest(sql: Sql, fresh_database: str) -> Iterator[Address]:
    """A role that owns the database's content and may not make databases."""
    name = Address.from_url(fresh_database).database
    sql("CREATE ROLE modest LOGIN PASSWORD 'modest-word'")
    sql("CREATE ROLE reader")
    sql(f'GRANT CREATE ON DATABASE "{name}" TO modest')
    sql("GRANT CREATE ON SCHEMA public TO modest")
    sql("CREATE EXTENSION pg_trgm")
    place = fresh_database.split("@")[1]
    address = Address.from_url(f"postgresql://modest:modest-word@{place}")
    with psycopg.connect(address.url(), autocommit=True) as connection:
        connection.execute(FILLED.encode())
    yield address
    sql("DROP OWNED BY modest, reader CASCADE")
    sql("DROP ROLE modest")
    sql("DROP ROLE reader")


@pytest.fixture
def run(modest: Address) -> Callable[[str], list[tuple[object, ...]]]:
    def done(statement: str) -> list[tuple[object, ...]]:
        with psycopg.connect(modest.url(), autocommit=True) as connection:
            cursor = connection.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []

    return done


def taken(address: Address, folder: Path) -> Backup:
    subject = Subject(address=address, target="prod", version_table="alembic_version")
    return take(subject, folder, discard, Cancel())


def test_everything_is_as_in_the_backup_again(
    modest: Address, run: Callable[[str], list[tuple[object, ...]]], tmp_path: Path
) -> None:
    backup = taken(modest, tmp_path)
    run(
        "DROP VIEW names; CREATE TABLE later (item bigint REFERENCES items);"
        "DELETE FROM parts; ALTER TABLE items DROP mood; CREATE SCHEMA newer;"
        "CREATE TABLE newer.t (id int); INSERT INTO items (name) VALUES ('more');"
        "UPDATE alembic_version SET version_num = 'b2'; CREATE EXTENSION citext"
    )
    way = in_place.preflight(modest, backup)
    assert (way.schemas, way.extensions, way.owners) == (("newer",), ("citext",), True)
    in_place.run(modest, backup, way, Cancel())
    again = taken(modest, tmp_path / "again")
    assert again.rows == backup.rows
    assert (again.schema, again.signature) == (backup.schema, backup.signature)
    assert again.current == ("a1",)
    assert run("SELECT body FROM side.notes") == [("tab\tand\nline",)]
    assert run("SELECT count(*) FROM pg_largeobject_metadata") == [(1,)]
    assert run("SELECT has_table_privilege('reader', 'items', 'SELECT')") == [(True,)]


def test_a_count_that_differs_takes_everything_back(
    modest: Address, run: Callable[[str], list[tuple[object, ...]]], tmp_path: Path
) -> None:
    from dataclasses import replace

    backup = taken(modest, tmp_path)
    run("INSERT INTO items (name) VALUES ('kept')")
    way = in_place.preflight(modest, backup)
    wrong = replace(backup, rows={**backup.rows, "public.items": 49})
    with pytest.raises(Failure) as caught:
        in_place.run(modest, wrong, way, Cancel())
    assert "public.items has 50 rows instead of 49" in f"{caught.value.why} {caught.value.raw}"
    assert run("SELECT count(*) FROM items") == [(51,)]


def test_every_reason_against_it_is_named(
    modest: Address, sql: Sql, run: Callable[[str], list[tuple[object, ...]]], tmp_path: Path
) -> None:
    backup = taken(modest, tmp_path)
    sql("CREATE TABLE foreign_one (id int)")
    sql("CREATE VIEW foreign_view AS SELECT 1")
    sql("CREATE PUBLICATION feed FOR TABLE foreign_one")
    sql("DROP EXTENSION pg_trgm")
    with psycopg.connect(modest.url()) as other:
        other.execute("SELECT 1")
        with pytest.raises(Failure) as caught:
            in_place.preflight(modest, backup)
    said = caught.value.raw
    assert caught.value.code == "restore-in-place-refused"
    for part in ("others are connected", "table public.foreign_one", "publication feed", "pg_trgm"):
        assert part in said
    assert "view public.foreign_view" in said
    assert run("SELECT count(*) FROM items") == [(50,)]


def test_a_role_that_may_make_databases_is_sent_to_the_better_way(
    fresh_database: str, tmp_path: Path
) -> None:
    address = Address.from_url(fresh_database)
    with pytest.raises(Refused) as caught:
        in_place.preflight(address, taken(address, tmp_path))
    assert caught.value.code == "restore-beside-is-better"


@pytest.mark.slow
def test_it_is_never_done_without_the_typed_name_and_a_backup_of_what_is_there(
    make: Make, modest: Address, run: Callable[[str], list[tuple[object, ...]]], sql: Sql
) -> None:
    made: AlembicProject = make(Rev("a1", None, "pass"))
    (made.folder / ".env").write_text(f"DATABASE_URL={modest.url('psycopg')}\n")
    folder = made.folder / ".tarmac" / "backups"
    folder.parent.mkdir(mode=0o700, exist_ok=True)
    console = made.console()
    backup = taken(modest, folder)
    run("DELETE FROM parts")
    with pytest.raises(Failure) as beside:
        console.restore(backup, discard, Cancel(), confirmed=console.target_name)
    assert beside.value.code == "restore-not-allowed"
    assert f"tarmac migrate restore {backup.path.name} --in-place" in beside.value.next
    with pytest.raises(Refused) as caught:
        console.restore(backup, discard, Cancel(), confirmed="", in_place=True)
    assert caught.value.code == "confirmation-missing"
    assert run("SELECT count(*) FROM parts") == [(0,)]
    done = console.restore(backup, discard, Cancel(), confirmed=console.target_name, in_place=True)
    assert run("SELECT count(*) FROM parts") == [(20,)]
    before = max(manifest.all_in(folder), key=lambda one: one.taken_at)
    assert (before.verified, before.rows["public.parts_low"]) == (True, 0)
    assert before.path.name in done.said


def test_lines_of_a_list_are_told_apart() -> None:
    found = contents.entries(
        "; a comment\n"
        "5; 2615 2200 SCHEMA - public pg_database_owner\n"
        "3450; 0 0 COMMENT - SCHEMA public pg_database_owner\n"
        "2; 3079 16400 EXTENSION - pg_trgm \n"
        "3461; 0 0 COMMENT - EXTENSION pg_trgm \n"
        "217; 1255 16500 FUNCTION public add(integer, integer) ann\n"
        "3300; 2606 16510 FK CONSTRAINT public parts parts_item_fkey ann\n"
        "9; 2617 16600 OPERATOR public === ann\n"
    )
    assert [one.kind for one in found] == [
        "SCHEMA", "COMMENT", "EXTENSION", "COMMENT", "FUNCTION", "FK CONSTRAINT", "",
    ]  # fmt: skip
    assert contents.extensions(found) == {"pg_trgm"}
    assert contents.unknown(found) == ["OPERATOR public === ann"]
    left = contents.kept(found, {"public"}, set())
    assert [one.tag for one in left][:2] == ["add(integer, integer)", "parts parts_item_fkey"]
    assert contents.owners(left) == {"ann"}


@pytest.mark.parametrize("size", [0, 5000, 3_000_000])
def test_more_sql_stands_inside_the_transaction_of_a_script(size: int) -> None:
    body = b"COPY t FROM stdin;\n" + b"\nCOMMIT;\n" * (size // 9) + b"\\.\n"
    script = b"-- dump\n\nBEGIN;\n\n" + body + b"\nCOMMIT;\n\n-- complete\n"
    made = b"".join(splice.spliced(io.BytesIO(script), "first;\n", "last;\n", lambda: True))
    assert made == (
        b"-- dump\n\nBEGIN;\nfirst;\n\n" + body + b"\nlast;\n\nCOMMIT;\n\n-- complete\n"
    )
    cut = b"".join(splice.spliced(io.BytesIO(script), "first;\n", "last;\n", lambda: False))
    assert not cut.endswith(b"COMMIT;\n\n-- complete\n")
    with pytest.raises(splice.NotInOneTransaction):
        list(splice.spliced(io.BytesIO(body), "", "", lambda: True))
