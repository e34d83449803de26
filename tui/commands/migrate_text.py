"""The migration engine's data and events as lines a person reads."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import click

from generators.language import _, ngettext
from tui.commands import migrate_cloud_text
from wizards.events import Event, Json
from wizards.migrate.graph import told
from wizards.migrate.model import (
    Applied,
    Decision,
    Finding,
    History,
    Interrupted,
    Outcome,
    Rehearsal,
    RevisionPreview,
    RollbackPlan,
    Severity,
    Statement,
)
from wizards.plan import Check

if TYPE_CHECKING:
    from wizards.migrate.drafting import Draft
    from wizards.migrate.situation import Situation
    from wizards.migrate.watching import Watched

_COLOURS = {"danger": "red", "caution": "yellow", "notice": "blue", "safe": "green"}


def history(found: History) -> Iterator[str]:
    """Say what is applied and what is pending."""
    pending = len(found.pending)
    count = ngettext("{count} pending", "{count} pending", pending).format(count=pending)
    known = bool(found.server_version)
    server = f"PostgreSQL {found.server_version} · {count}" if known else _("no database reached")
    yield f"{found.target} · {server}"
    for one in found.revisions:
        mark = click.style("✓", fg="green") if one.applied else "○" if known else "?"
        notes = [] if one.downgrade == "ops" else [_downgrade(one.downgrade)]
        if one.branch:
            notes.append(one.branch)
        yield f"  {mark} {one.id}  {one.message}" + (f"  ({', '.join(notes)})" if notes else "")
    for warning in found.warnings:
        yield click.style(f"  ● {warning}", fg="blue")


def _downgrade(kind: str) -> str:
    return {
        "empty": _("empty downgrade"),
        "raises": _("downgrade refuses"),
        "missing": _("no downgrade"),
    }.get(kind, _("downgrade not understood"))


def previews(found: tuple[RevisionPreview, ...], *, whole: bool = False) -> Iterator[str]:
    """Show SQL and findings of pending revisions; several notices as one line, unless ``whole``."""
    if not found:
        yield _("Nothing is pending.")
    for revision in found:
        yield click.style(f"{revision.id}  {revision.message}", bold=True)
        if not revision.transactional:
            yield "  " + _("not one transaction: what ran before a failure stays")
        for statement in revision.statements:
            yield from _statement(statement, whole)
        yield ""


def _statement(statement: Statement, whole: bool = False) -> Iterator[str]:
    first, *rest = statement.sql.strip().splitlines()
    more = f" … {len(rest)}" if rest else ""
    measured = "" if statement.milliseconds is None else f"  {statement.milliseconds:.1f} ms"
    yield f"    {first.strip()}{more}{measured}"
    for lock in statement.locks:
        yield click.style(
            f"      {lock['mode']} {lock['relation']}, {lock['held_ms']} ms", dim=True
        )
    for name in statement.rewrote:
        yield click.style("      " + _("rewrote {table}").format(table=name), dim=True)
    notices = [one for one in statement.findings if one.severity is Severity.NOTICE and not one.fix]
    folded = notices if len(notices) > 1 and not whole else []
    for finding in statement.findings:
        if finding in folded:
            continue
        yield "      " + _finding(finding)
        if finding.fix:
            first, *rest = finding.fix.strip().splitlines()
            yield "        " + _("safer: {sql}").format(sql=first)
            yield from (f"          {line}" for line in rest)
    if folded:
        yield f"      {_mark(Severity.NOTICE)} {_counted(one.rule for one in folded)}"


def _counted(rules: Iterable[str]) -> str:
    return ", ".join(
        f"{rule} ×{count}" if count > 1 else rule for rule, count in Counter(rules).items()
    )


def _mark(severity: Severity) -> str:
    return click.style(severity.mark, fg=_COLOURS[severity.value])


def _finding(finding: Finding) -> str:
    return f"{_mark(finding.severity)} {finding.message}" + click.style(
        f"  {finding.rule}", dim=True
    )


def rehearsal(found: Rehearsal) -> Iterator[str]:
    """Say how a rehearsal went."""
    for revision in found.revisions:
        yield click.style(f"{revision.id}  {revision.message}", bold=True)
        for statement in revision.statements:
            yield from _statement(statement)
    if found.ok:
        yield _("✓ rehearsed on {place} in {seconds:.2f} s").format(
            place=found.on, seconds=found.milliseconds / 1000
        )
    else:
        yield click.style(
            _("✗ {revision} failed there: {error}").format(
                revision=found.failed_revision, error=_first(found.error)
            ),
            fg="red",
        )
    if found.reverts_clean is not None:
        yield from _way_back(found)


def draft(found: Draft) -> Iterator[str]:
    """Say what was written and what the review says of it."""
    from tui.commands.lint_text import finding_lines

    yield _("✓ wrote {path}").format(path=found.judged.path)
    for one in found.judged.findings:
        yield from finding_lines(found.judged, one)
    if found.empty:
        yield "  " + _("it runs no SQL yet: write its upgrade() and downgrade()")
        yield "  " + _("next: {command}").format(command=f"tarmac migrate lint {found.judged.path}")
    else:
        if not found.judged.findings:
            yield "  " + _("✓ no findings")
        yield "  " + _("next: {command}").format(command="tarmac migrate rehearse")


def proof(found: Rehearsal) -> Iterator[str]:
    """Say how up, down and up again went."""
    if not found.revisions:
        yield _("Nothing is pending.")
        return
    yield from rehearsal(found)
    if found.again:
        yield _("✓ and up again: the same structure as the first time")
        if found.again_data is False:
            yield _("● some rows differ from the first time: values made when it runs")


def _way_back(found: Rehearsal) -> Iterator[str]:
    if found.reverts_clean and found.reverts_data:
        yield _("✓ and all the way back: structure and rows are the start's again")
        return
    if found.revert_error:
        yield _("▲ the downgrade fails: {error}").format(error=_first(found.revert_error))
    elif not found.reverts_clean:
        yield _("▲ the downgrade does not give back the structure:")
        for line in found.differences[:8]:
            yield f"    {line}"
    else:
        yield _("▲ the downgrade gives back the structure, not the rows")
    yield "  " + _("a rollback will restore the backup")


def applied(found: Applied, *, recovered: bool = False) -> Iterator[str]:
    """Say how an apply ended, or what bringing a cut-off session to its end did."""
    good = found.outcome in (Outcome.APPLIED, Outcome.NOTHING) or (
        recovered and found.outcome is not Outcome.STOPPED
    )
    mark = click.style("✓", fg="green") if good else click.style("✗", fg="red")
    yield f"{mark} {found.said}"
    yield from checks(list(found.checks))
    if found.outcome is Outcome.APPLIED and found.milliseconds:
        yield "  " + _("{seconds:.2f} s, now at {heads}").format(
            seconds=found.milliseconds / 1000, heads=told(found.current) or _("empty")
        )
    if found.report:
        yield "  " + _("report: {path}").format(path=found.report)


def watched(found: Watched) -> Iterator[str]:
    """Say what a watch saw."""
    yield from checks(list(found.checks))
    yield "  " + _(
        "{looks} looks in {seconds:.0f} s; {rollbacks} transactions rolled back, "
        "{deadlocks} deadlocks"
    ).format(
        looks=found.looks,
        seconds=found.seconds,
        rollbacks=found.rollbacks,
        deadlocks=found.deadlocks,
    )
    if found.red:
        yield "  ▲ " + _("red at times: {names}").format(names=", ".join(found.red))


def checks(found: list[Check]) -> Iterator[str]:
    """Show verdicts."""
    marks = {"ok": ("✓", "green"), "warning": ("▲", "yellow"), "red": ("✗", "red")}
    for check in found:
        mark, colour = marks.get(check.level, ("●", "blue"))
        first, *more = check.says.splitlines() or [""]
        yield f"  {click.style(mark, fg=colour)} {check.title}: {first}"
        yield from (f"      {line}" for line in more)
        if check.fix:
            yield f"      {check.fix}"


def _decision(decision: Decision) -> str:
    return {
        Decision.NOTHING: _("nothing to do"),
        Decision.DOWNGRADE: _("run the downgrades"),
        Decision.RESTORE: _("restore the backup"),
        Decision.REFUSE: _("refuse"),
    }[decision]


def rollback(plan: RollbackPlan) -> Iterator[str]:
    """Show the decision, why, what it runs and what it loses."""
    yield click.style(_decision(plan.decision), bold=True) + f": {plan.why}"
    for sql in plan.sql:
        yield f"    {sql.strip().splitlines()[0]}"
    for one in plan.loses:
        columns = f" ({', '.join(one.columns)})" if one.columns else ""
        words = _("loses {rows} rows of {table}{columns}")
        if not one.exact:
            words = _(
                "may lose rows of {table} (cannot be counted exactly: the session rewrote this "
                "table); the server counts {rows} changes"
            )
        lost = words.format(rows=one.rows, table=one.table, columns=columns)
        yield click.style(f"  ✗ {lost}", fg="red")
    if plan.decision in (Decision.DOWNGRADE, Decision.RESTORE):
        if not plan.loses:
            yield "  " + _("nothing that others wrote is lost")
        yield "  " + _("about {seconds:.1f} s").format(seconds=plan.seconds_estimate)
    yield from migrate_cloud_text.other_ways(plan.others)


def situation(found: Situation) -> Iterator[str]:
    """Say what a careful person would wait for; nothing where nothing is in the way."""
    for check in found.checks():
        yield click.style(f"▲ {check.title}: {check.says}", fg=_COLOURS["caution"])
        if check.fix:
            yield f"    {check.fix}"


def interrupted(found: Interrupted) -> Iterator[str]:
    """Say what became of a session that never ended."""
    yield click.style(
        "▲ " + _("Session {session} never ended.").format(session=found.session), fg="yellow"
    )
    yield f"  {found.says}"
    yield "  " + _("next: {command}").format(command=found.next[0])


def event(one: Event) -> str | None:
    """Return the line of an event, None for what only programs want."""
    fields = one.fields
    state, where = str(fields.get("state", "")), str(fields.get("where", ""))
    if one.event in migrate_cloud_text.EVENTS:
        return migrate_cloud_text.event(one)
    if one.event == "migrate.phase" and state in ("start", "failed"):
        return _phase(str(fields.get("phase")), state, where)
    if one.event == "migrate.statement" and where == "target":
        return _live(fields.get("sql"), state, fields)
    if one.event == "migrate.revision" and where == "target" and state == "start":
        return click.style(f"  ▶ {fields.get('revision')}", bold=True)
    if one.event == "migrate.backup" and state == "outdated":
        return _outdated(fields.get("file"), fields.get("rows"))
    if one.event == "migrate.locks":
        return _blocked(fields.get("blockers"), fields.get("victims"))
    if one.event == "migrate.rollback" and state == "start":
        return "  " + _("going back: {decision}").format(
            decision=_decision(Decision(str(fields["decision"])))
        )
    return None


def _outdated(file: Json, rows: Json) -> str:
    why = _("The database is not the one that {file} was taken from: a fresh backup first.")
    if isinstance(rows, int):
        why = ngettext(
            "{rows} row was written since the backup {file}: a fresh one first.",
            "{rows} rows were written since the backup {file}: a fresh one first.",
            rows,
        )
    return "· " + why.format(rows=rows, file=file)


def _phase(phase: str, state: str, where: str) -> str | None:
    words = {
        "backup": _("Backing up"),
        "verify": _("Verifying"),
        "copy": _("Copying the backup to {place}").format(place=where),
        "fetch": _("Fetching the copy of the backup from {place}").format(place=where),
        "rehearse": _("Rehearsing on {place}").format(place=where or _("the scratch")),
        "apply": _("Applying"),
        "recover": _("Going back to the start"),
        "restore": _("Restoring"),
        "rollback": _("Rolling back"),
        "retry": _("A lock was not granted in time; trying again"),
    }
    if phase not in words:
        return None
    if state == "failed":
        return click.style(f"✗ {words[phase]}", fg="red")
    return f"· {words[phase]}"


def _live(sql: Json, state: str, fields: object) -> str | None:
    first = _first(str(sql))
    if state == "failed":
        return click.style(f"    ✗ {first}", fg="red")
    if state == "done" and isinstance(fields, dict):
        return f"    ✓ {first}  {fields.get('ms')} ms"
    return None


def _blocked(blockers: Json, victims: Json) -> str | None:
    parts = []
    if isinstance(blockers, list) and blockers:
        parts.append(_("waits for {people}").format(people=_people(blockers)))
    if isinstance(victims, list) and victims:
        parts.append(_("{people} wait for us").format(people=_people(victims)))
    return click.style("    ▲ " + "; ".join(parts), fg="yellow") if parts else None


def _people(found: list[Json]) -> str:
    return ", ".join(
        f"{one.get('application') or one.get('user')} ({one.get('pid')})"
        for one in found
        if isinstance(one, dict)
    )


def worst(found: tuple[RevisionPreview, ...]) -> str:
    """Return "✗ 2 danger  ▲ 1 caution": how many findings of which severity."""
    counts = dict.fromkeys(Severity, 0)
    for revision in found:
        for finding in revision.findings:
            counts[finding.severity] += 1
    from tui.commands.lint_text import severity_word

    return "  ".join(
        f"{_mark(level)} {count} {severity_word(level.value)}"
        for level, count in counts.items()
        if count
    )


def _first(text: str) -> str:
    lines = text.strip().splitlines()
    return lines[0] if lines else ""
