"""The review: statements in, the same statements with their findings out.

Nothing here touches a database; live facts come in as data (wizards.migrate.facts).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from wizards.migrate.model import Finding, RevisionPreview, Severity, Statement
from wizards.migrate.review.case import Case
from wizards.migrate.review.catalogue import Facts
from wizards.migrate.review.context import Context
from wizards.migrate.review.levels import settle
from wizards.migrate.review.rules import inheritance, opaque, type_objects, windows
from wizards.migrate.review.rules.dispatch import JUDGES
from wizards.migrate.review.rules.idempotence import not_idempotent
from wizards.migrate.review.rules.sessions import missing_timeouts
from wizards.migrate.review.rules.transactions import still_open
from wizards.migrate.review.severities import ASKED_FOR_RULES, TIMEOUT_RULES
from wizards.migrate.review.sql import Parsed, parameters_filled, statements

Levels = Mapping[str, Severity | None]


@dataclass
class Reviewer:
    """Judges a plan of one or more revisions in order, remembering what they make true.

    ``levels`` sets a rule's severity, None = off; ``asked_for`` names rules that are off unless
    somebody asks (the timeout rules, not-idempotent). ``by_hand``: a person wrote the SQL and could
    combine statements; a tool's SQL is as it is. With ``facts`` sizes and types are exact. Parse
    trees are most of the memory: ``keep_trees`` False lets each go once it is judged.
    """

    postgres: int = 16
    facts: Facts | None = None
    levels: Levels = field(default_factory=dict)
    asked_for: frozenset[str] = frozenset()
    by_hand: bool = True
    keep_trees: bool = True

    def __post_init__(self) -> None:
        self._context = Context(postgres=self.postgres, facts=self.facts, by_hand=self.by_hand)
        self._timeouts = bool(self.asked_for & TIMEOUT_RULES)

    def add(
        self,
        parsed: Iterable[tuple[int, Parsed]],
        *,
        transactional: bool,
        commits: Sequence[int] = (),
        keep_open: bool = False,
    ) -> list[Case]:
        """Judge (statement index, parsed) pairs of one file or revision."""
        context = self._context
        ends = set(commits)
        if transactional and not context.transaction:
            context.begin()
        elif not transactional:
            context.end()
        cases = []
        before = 0
        for index, one in parsed:
            for passed in range(before, index):
                if passed in ends and transactional:
                    context.begin()
            before = max(before, index)
            alone = index in ends and (index == 0 or index - 1 in ends)
            if alone and transactional:
                context.end()
            cases.append(self._judge(index, one))
            if alone and transactional:
                context.begin()
        if context.opened is not None and cases:
            still_open(cases[-1])
        if not keep_open:
            context.end()
        return cases

    def _judge(self, index: int, parsed: Parsed) -> Case:
        case = Case(parsed, self._context, index)
        for hint in parsed.hints:
            self._context.take(hint)
        if self._context.enum_values:
            type_objects.uses_new_values(case)
        rule = JUDGES.get(parsed.kind)
        if rule is not None:
            rule(case, parsed.node)
        elif not parsed.kind:
            opaque.refused(case)
        inheritance.spread(case)
        windows.follow(case)
        if self._timeouts:
            missing_timeouts(case)
        if "not-idempotent" in self.asked_for:
            not_idempotent(case)
        if not self.keep_trees:
            case.parsed = parsed._replace(node=None)
        return case

    def findings(self, case: Case) -> tuple[Finding, ...]:
        """Return a case's findings after everything that follows it has been added."""
        return settle(case, self.facts, self.levels, ASKED_FOR_RULES - self.asked_for)


def judge(
    given: Sequence[Statement],
    *,
    transactional: bool,
    commits: Sequence[int] = (),
    facts: Facts | None = None,
    postgres: int = 16,
    levels: Levels | None = None,
) -> tuple[Statement, ...]:
    """Return the statements of one revision with their findings."""
    preview = RevisionPreview(
        id="", statements=tuple(given), transactional=transactional, commits=tuple(commits)
    )
    return judge_plan((preview,), facts=facts, postgres=postgres, levels=levels)[0].statements


def judge_plan(
    revisions: Sequence[RevisionPreview],
    *,
    facts: Facts | None = None,
    postgres: int = 16,
    levels: Levels | None = None,
    one_transaction: bool = False,
) -> tuple[RevisionPreview, ...]:
    """Return revisions with findings; later ones know what earlier ones made.

    ``one_transaction``: the whole run is one transaction (Alembic's default), so that locks of an
    earlier revision are still held in a later one.
    """
    reviewer = Reviewer(postgres=postgres, facts=facts, levels=levels or {}, by_hand=False)
    judged: list[dict[int, list[Case]]] = []
    for revision in revisions:
        parsed = [
            (index, one)
            for index, statement in enumerate(revision.statements)
            for one in parsed_statement(statement)
        ]
        cases = reviewer.add(
            parsed,
            transactional=revision.transactional,
            commits=revision.commits,
            keep_open=one_transaction and revision.transactional,
        )
        by_statement: dict[int, list[Case]] = {}
        for case in cases:
            by_statement.setdefault(case.index, []).append(case)
        judged.append(by_statement)
    return tuple(
        replace(
            revision,
            statements=tuple(
                replace(
                    statement,
                    findings=tuple(
                        found
                        for case in cases_of.get(index, ())
                        for found in reviewer.findings(case)
                    ),
                )
                for index, statement in enumerate(revision.statements)
            ),
        )
        for revision, cases_of in zip(revisions, judged, strict=True)
    )


def parsed_statement(statement: Statement) -> list[Parsed]:
    """Parse one statement of a revision, driver placeholders included; its line is kept."""
    found = statements(statement.sql)
    if any(not one.kind for one in found):
        filled = statements(parameters_filled(statement.sql))
        if all(one.kind for one in filled):
            found = filled
    line = statement.line
    return [one._replace(line=line, column=1, end_line=line) for one in found]
