"""What is migrated in a fault run: two Alembic projects that commit differently, and a Prisma one.

Statements carry their name and their table in a comment; triggers of the baseline make the server
pause where a run asks for it, so that "in the middle" is no matter of luck.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.migrate.alembic_project import Rev, make_project

BASELINE = """
CREATE TABLE items (id bigint PRIMARY KEY, name text, size int);
INSERT INTO items SELECT n, 'item ' || n, n FROM generate_series(1, 400) n;
CREATE TABLE notes (id bigint PRIMARY KEY, body text);
INSERT INTO notes SELECT n, repeat('note ', 4) || n FROM generate_series(1, 300) n;
CREATE FUNCTION public.pause_in(what text) RETURNS void LANGUAGE plpgsql AS $$ BEGIN
  IF current_setting('fault.pause', true) = what THEN
    PERFORM set_config('fault.pause', '', false);
    PERFORM pg_sleep(30);
  END IF;
END $$;
CREATE FUNCTION public.pause_ddl() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN
  PERFORM public.pause_in('statement');
END $$;
CREATE FUNCTION public.pause_row() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  PERFORM public.pause_in(TG_ARGV[0]);
  RETURN NULL;
END $$;
CREATE TRIGGER pauses AFTER UPDATE OR DELETE ON items FOR EACH STATEMENT
  EXECUTE FUNCTION public.pause_row('statement');
CREATE TRIGGER pauses AFTER UPDATE OR DELETE ON notes FOR EACH STATEMENT
  EXECUTE FUNCTION public.pause_row('statement');
"""
VERSION_PAUSES = """
CREATE TRIGGER pauses_stamp AFTER INSERT OR UPDATE ON "{table}" FOR EACH STATEMENT
  EXECUTE FUNCTION public.pause_row('stamp');
CREATE CONSTRAINT TRIGGER pauses_commit AFTER INSERT OR UPDATE ON "{table}"
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.pause_row('commit');
CREATE EVENT TRIGGER pauses ON ddl_command_start EXECUTE FUNCTION public.pause_ddl();
"""
ADD = "ALTER TABLE /*s1 items*/ items ADD COLUMN state text"
FILL = "UPDATE /*s2 items*/ items SET state = 'old' WHERE id % 2 = 0"
INDEX = "CREATE INDEX CONCURRENTLY /*s3 items*/ by_size ON items (size)"
TAGS = "CREATE TABLE /*s4 tags*/ tags (id bigint PRIMARY KEY, name text)"
SWEEP = "DELETE FROM /*s5 notes*/ notes WHERE id % 10 = 0"
FIRST = Rev("a1", None, "pass")
REVISIONS = (
    FIRST,
    Rev("b2", "a1", f"op.execute({ADD!r})\nop.execute({FILL!r})",
        "op.execute('ALTER TABLE items DROP COLUMN state')"),
    Rev("c3", "b2", f"with op.get_context().autocommit_block():\n    op.execute({INDEX!r})",
        "op.execute('DROP INDEX by_size')"),
    Rev("d4", "c3", f"op.execute({TAGS!r})\nop.execute({SWEEP!r})",
        "op.execute('DROP TABLE tags')"),
)  # fmt: skip
BROKEN = (
    FIRST,
    Rev("b2", "a1", f"op.execute({ADD!r})"),
    Rev("c3", "b2", f"op.execute({TAGS!r})\nop.execute('SELECT 1 / 0')"),
)
FAILING = "alembic, taken back"
PRISMA = {"m1_first": "SELECT 1;", "m2_state": f"{ADD};\n{FILL};\n", "m3_index": f"{INDEX};\n",
          "m4_tags": f"{TAGS};\n{SWEEP};\n"}  # fmt: skip
SETTINGS = """
[migrations]
provider = "{provider}"
lock_timeout = "300ms"
lock_retries = 1
"""


@dataclass(frozen=True, slots=True)
class Subject:
    """A project to migrate: how its folder is written, and where it keeps its version."""

    name: str
    table: str
    write: Callable[[Path, str, Path], None]
    first: str


def _alembic(
    *, per_migration: bool, revisions: tuple[Rev, ...] = REVISIONS
) -> Callable[[Path, str, Path], None]:
    def write(folder: Path, url: str, python: Path) -> None:
        target = url.replace("postgresql://", "postgresql+psycopg://")
        make_project(folder, target, python, revisions, per_migration=per_migration)
        (folder / "tarmac.toml").write_text(SETTINGS.format(provider="alembic"))

    return write


def _prisma(folder: Path, url: str, _python: Path) -> None:
    files = {"schema.prisma": 'datasource db { url = env("DATABASE_URL") }'}
    files |= {f"migrations/{name}/migration.sql": text for name, text in PRISMA.items()}
    for name, text in files.items():
        path = folder / "prisma" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    (folder / ".env").write_text(f"DATABASE_URL={url}\n")
    (folder / "tarmac.toml").write_text(SETTINGS.format(provider="prisma"))


SUBJECTS = {
    one.name: one
    for one in (
        Subject("alembic, one transaction", "alembic_version", _alembic(per_migration=False), "a1"),
        Subject("alembic, one per revision", "alembic_version", _alembic(per_migration=True), "a1"),
        Subject(FAILING, "alembic_version", _alembic(per_migration=True, revisions=BROKEN), "a1"),
        Subject("prisma", "_prisma_migrations", _prisma, "m1_first"),
    )
}
