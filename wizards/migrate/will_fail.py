"""Will it fail on today's data? Each doubt of a plan asked of the database, bounded in time.

Read-only, on the connection of wizards.migrate.facts. A table too large to read within the limit
is sampled, and the finding says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from generators.language import _
from wizards.events import Json
from wizards.migrate.facts import bounded
from wizards.migrate.model import Finding, RevisionPreview, Severity, Statement
from wizards.migrate.review.catalogue import Facts
from wizards.migrate.review.checks.doubt import Doubt, Kind
from wizards.migrate.review.checks.plan import doubts
from wizards.migrate.review.judge import parsed_statement
from wizards.migrate.review.names import quoted
from wizards.migrate.review.sql import UNKNOWN, Parsed

if TYPE_CHECKING:
    from psycopg import Connection

    Server = Connection[tuple[Any, ...]]

SAMPLE_KEYS = 5
SAMPLED_ROWS = 100_000
_BROKEN_BY_ROWS = frozenset(
    {"set-not-null", "add-unique", "add-pk", "check-not-valid", "fk-not-valid"}
    | {"domain-constraint", "create-index-nonconcurrent"}
)


def checks(
    statements: Sequence[Statement], connection: Server, facts: Facts
) -> tuple[Finding, ...]:
    """Return what will fail in one revision, each with counts and up to five sample keys."""
    parsed = [
        (index, one)
        for index, statement in enumerate(statements)
        for one in parsed_statement(statement)
    ]
    return check_parsed(parsed, connection, facts)


def check_plan(
    revisions: Sequence[RevisionPreview], connection: Server, facts: Facts
) -> tuple[RevisionPreview, ...]:
    """Return the revisions with ``will-fail`` findings before the others of each statement.

    What an earlier statement or revision changes is not asked, but said to be uncheckable; after
    a revision whose SQL is not known nothing is certain.
    """
    places: list[tuple[int, int]] = []
    parsed: list[tuple[int, Parsed]] = []
    for number, revision in enumerate(revisions):
        for place, statement in enumerate(revision.statements):
            parsed += [(len(places), one) for one in parsed_statement(statement)]
            places.append((number, place))
        if revision.reason and revision.source == "offline":
            parsed.append((len(places), UNKNOWN))
    failing: dict[tuple[int, int], list[Finding]] = {}
    for found in check_parsed(parsed, connection, facts):
        at = places[found.statement]
        failing.setdefault(at, []).append(replace(found, statement=at[1]))
    return tuple(
        replace(
            revision,
            statements=tuple(
                replace(
                    statement,
                    findings=with_failures(failing.get((number, place), ()), statement.findings),
                )
                for place, statement in enumerate(revision.statements)
            ),
        )
        for number, revision in enumerate(revisions)
    )


def with_failures(failing: Iterable[Finding], others: Iterable[Finding]) -> tuple[Finding, ...]:
    """Put failures first; what rows break is danger for the rule that reads those rows, too."""
    first = tuple(failing)
    broken = any("rows_failing" in one.facts for one in first)
    return (
        *first,
        *(
            replace(one, severity=Severity.DANGER)
            if broken and one.rule in _BROKEN_BY_ROWS and one.severity is Severity.CAUTION
            else one
            for one in others
        ),
    )


def check_parsed(
    parsed: Sequence[tuple[int, Parsed]], connection: Server, facts: Facts
) -> tuple[Finding, ...]:
    """Return the findings of (statement index, parsed) pairs, in their order."""
    asked = _Asked(connection, facts)
    found = (asked.settle(doubt) for doubt in doubts(parsed, facts))
    return tuple(one for one in found if one is not None)


class _Asked:
    """Asks the database; a query that takes too long becomes a sample, then an open question."""

    def __init__(self, connection: Server, facts: Facts) -> None:
        self._connection = connection
        self._facts = facts

    def settle(self, doubt: Doubt) -> Finding | None:
        import psycopg

        match doubt.kind:
            case Kind.CERTAIN:
                return _fails(doubt, doubt.message, {})
            case Kind.UNCHECKED:
                return _open(doubt, doubt.message)
        try:
            match doubt.kind:
                case Kind.ROWS:
                    return self._rows(doubt)
                case Kind.DUPLICATES:
                    return self._duplicates(doubt)
                case Kind.ANY_ROW:
                    return self._any_row(doubt)
                case Kind.ANSWER:
                    return self._answer(doubt)
                case Kind.CASTS:
                    return self._casts(doubt)
                case _:
                    return self._tries(doubt)
        except psycopg.errors.QueryCanceled:
            return self._sampled(doubt)
        except (psycopg.errors.UndefinedColumn, psycopg.errors.UndefinedFunction) as error:
            reason = str(error).splitlines()[0]
            return _fails(doubt, _("will fail: {error}").format(error=reason), {})
        except psycopg.Error as error:
            return _open(
                doubt,
                _("could not be checked on {table}: {why}").format(
                    table=doubt.table.shown, why=str(error).splitlines()[0]
                ),
            )

    def _rows(self, doubt: Doubt) -> Finding | None:
        table = doubt.table.sql
        failing, total = self._one(
            f"SELECT (SELECT count(*) FROM {table} AS r WHERE {doubt.failing}), "
            f"(SELECT count(*) FROM {table})"
        )
        if not failing:
            return None
        keys = self._keys(doubt)
        sample = self._all(
            f"SELECT {keys} FROM {table} AS r WHERE {doubt.failing} ORDER BY 1 LIMIT {SAMPLE_KEYS}"
        )
        return _counted(doubt, failing, total, sample)

    def _keys(self, doubt: Doubt) -> str:
        """The primary key's columns, or the row's place where there is no key."""
        live = self._facts.tables.get(doubt.table)
        for index in live.indexes if live else ():
            if index.primary and all(index.columns):
                return ", ".join(f"r.{quoted(column)}" for column in index.columns)
        return "r.ctid::text"

    def _duplicates(self, doubt: Doubt) -> Finding | None:
        table = doubt.table.sql
        columns = ", ".join(doubt.keys or (f"r.{quoted(one)}" for one in doubt.columns))
        groups = (
            f"SELECT {columns}, count(*) AS times FROM {table} AS r WHERE {doubt.failing} "
            f"GROUP BY {columns} HAVING count(*) > 1"
        )
        count, failing, total = self._one(
            f"SELECT count(*), coalesce(sum(times), 0)::bigint, (SELECT count(*) FROM {table}) "
            f"FROM ({groups}) AS groups"
        )
        if not count:
            return None
        sample = self._all(f"{groups} ORDER BY times DESC LIMIT {SAMPLE_KEYS}")
        return _counted(doubt, failing, total, [row[:-1] for row in sample], groups=count)

    def _any_row(self, doubt: Doubt) -> Finding | None:
        (total,) = self._one(f"SELECT count(*) FROM {doubt.table.sql}")
        if not total:
            return None
        return _counted(doubt, total, total, [])

    def _answer(self, doubt: Doubt) -> Finding | None:
        answers = [str(row[0]) for row in self._all(doubt.failing)]
        if not answers:
            return None
        listed = ", ".join(answers[:SAMPLE_KEYS]) + (", …" if len(answers) > SAMPLE_KEYS else "")
        return _fails(doubt, doubt.message.replace("{answer}", listed), {})

    def _casts(self, doubt: Doubt) -> Finding | None:
        old, new = doubt.failing.split("\t")
        (possible,) = self._one(
            "SELECT %(old)s::regtype = %(new)s::regtype OR EXISTS (SELECT 1 FROM pg_cast "
            "WHERE castsource = %(old)s::regtype AND casttarget = %(new)s::regtype "
            "AND castcontext IN ('i', 'a')) OR EXISTS (SELECT 1 FROM pg_type "
            "WHERE oid = %(new)s::regtype AND (typcategory = 'S' OR typtype = 'd' "
            "OR typcategory = 'A'))",
            {"old": _without_size(old), "new": _without_size(new)},
        )
        return None if possible else _fails(doubt, doubt.message, {})

    def _tries(self, doubt: Doubt) -> Finding | None:
        """Compute every new value; PostgreSQL names the first that cannot be."""
        import psycopg

        try:
            self._one(f"SELECT count({doubt.failing}) FROM {doubt.table.sql}")
        except (psycopg.errors.DataError, psycopg.errors.IntegrityError) as error:
            reason = str(error).splitlines()[0]
            return _fails(doubt, doubt.message.replace("{error}", reason), {})
        return None

    def _sampled(self, doubt: Doubt) -> Finding | None:
        import psycopg

        live = self._facts.tables.get(doubt.table)
        late = _("{table} is too large to be checked here").format(table=doubt.table.shown)
        if doubt.kind is not Kind.ROWS or live is None or not live.rows:
            return _open(doubt, late)
        share = min(100.0, 100.0 * SAMPLED_ROWS / live.rows)
        sampled = f"{doubt.table.sql} AS r TABLESAMPLE SYSTEM ({share:.4f})"
        try:
            failing, total = self._one(
                f"SELECT count(*) FILTER (WHERE {doubt.failing}), count(*) FROM {sampled}"
            )
        except psycopg.Error:
            return _open(doubt, late)
        if failing:
            return _counted(doubt, failing, total, [], sampled=True)
        return _open(
            doubt,
            _("none of {count} sampled rows of {table} fails; the others were not read").format(
                count=f"{total:,}", table=doubt.table.shown
            ),
        )

    def _one(self, query: str, values: dict[str, str] | None = None) -> tuple[Any, ...]:
        with bounded(self._connection):
            row = self._connection.execute(query.encode(), values).fetchone()
        return row if row is not None else ()

    def _all(self, query: str) -> list[tuple[Any, ...]]:
        with bounded(self._connection):
            return self._connection.execute(query.encode()).fetchall()


def _without_size(type_: str) -> str:
    head, _bracket, tail = type_.partition("(")
    return head.strip() + (tail.partition(")")[2] if tail else "")


def _counted(
    doubt: Doubt,
    failing: int,
    rows: int,
    sample: Iterable[tuple[Any, ...]],
    *,
    groups: int | None = None,
    sampled: bool = False,
) -> Finding:
    facts: dict[str, Json] = {
        "rows_failing": failing,
        "rows": rows,
        "sample": [_key(row) for row in sample],
    }
    if groups is not None:
        facts["groups"] = groups
    if sampled:
        facts["sampled"] = True
    message = doubt.message
    for word, value in (("failing", failing), ("rows", rows), ("groups", groups or 0)):
        message = message.replace("{" + word + "}", f"{value:,}")
    message = message.replace("{table}", doubt.table.shown)
    if sampled:
        message += " " + _("(in a sample)")
    return _fails(doubt, message, facts)


def _key(row: tuple[Any, ...]) -> Json:
    values: list[Json] = [
        value if isinstance(value, int | str | bool) or value is None else str(value)
        for value in row
    ]
    return values[0] if len(values) == 1 else values


def _fails(doubt: Doubt, message: str, facts: dict[str, Json]) -> Finding:
    return _finding(doubt, "will-fail", Severity.DANGER, message, facts)


def _open(doubt: Doubt, message: str) -> Finding:
    return _finding(doubt, "not-checked", Severity.NOTICE, message, {})


def _finding(
    doubt: Doubt, rule: str, severity: Severity, message: str, facts: dict[str, Json]
) -> Finding:
    parsed = doubt.parsed
    return Finding(
        rule=rule,
        severity=severity,
        message=message,
        statement=doubt.statement,
        line=parsed.line,
        column=parsed.column,
        end_line=parsed.end_line,
        tables=(doubt.table.shown,),
        fix=doubt.fix,
        facts=facts,
    )
