"""The second half of the journey: real migrations on a real database, and the way back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from generators.language import N_, _, ngettext
from wizards.demo.database import ROWS, fill, run_sql
from wizards.demo.journey import Journey, Stage, expect
from wizards.events import discard
from wizards.migrate.console import Console
from wizards.migrate.model import Backup, Decision, Outcome, RevisionPreview, Severity
from wizards.postgres.address import Address

NULLS = 1_204
UNREADY = "8d2f4b6a1c3e"
ENVIRONMENT = "prod"


@dataclass(frozen=True)
class Picture:
    """A database as it is: the digest of its structure, a count and a checksum per table."""

    structure: str
    rows: Mapping[str, str]


@dataclass
class Migrating:
    """What the migration stages share: the console and what they learnt."""

    work: Console | None = None
    backup: Backup | None = None
    start: Picture | None = None
    dangers: tuple[str, ...] = ()

    def console(self, journey: Journey) -> Console:
        """Return the migration console of the protected target."""
        if self.work is None:
            self.work = Console(journey.folder, ENVIRONMENT, sandbox=journey.need_address())
        return self.work

    def address(self, journey: Journey) -> Address:
        """Return where the target is."""
        return self.console(journey).project.target(discard).address

    def picture(self, journey: Journey) -> Picture:
        """Read the database whole."""
        from wizards.migrate import catalogue, rows
        from wizards.postgres.connection import connect

        with connect(self.address(journey), "tarmac demo") as connection:
            return Picture(
                catalogue.read(connection).signature,
                rows.checksums(connection, journey.cancel),
            )


def stages() -> tuple[Stage, ...]:
    """Return the stages with a memory of their own."""
    memory = Migrating()

    def with_memory(name: str, title: str, act: Callable[[Journey, Migrating], str]) -> Stage:
        return Stage(name, title, lambda journey: act(journey, memory))

    return (
        with_memory("data", N_("Load production data"), data),
        with_memory("history", N_("Compare files and database"), history),
        with_memory("preview", N_("Preview and judge the SQL"), preview),
        with_memory("backup", N_("Back up and prove it"), backup),
        with_memory("rehearse", N_("Rehearse on the restored backup"), rehearse),
        with_memory("apply-fails", N_("Apply over bad data"), apply_fails),
        with_memory("repair", N_("Repair the data"), repair),
        with_memory("migrate", N_("Apply everything"), migrate),
        with_memory("verify", N_("Verify"), verify),
        with_memory("rollback", N_("Roll back"), roll_back),
        with_memory("status", N_("Look at the panels"), status),
    )


def data(journey: Journey, memory: Migrating) -> str:
    """Bring the fresh Cloud SQL database to where production stands: three revisions, full."""
    fill(journey.folder, memory.address(journey).url())
    memory.start = memory.picture(journey)
    count = int(memory.start.rows["public.notes"].split(":")[0])
    expect(count == ROWS, _("{rows} notes were loaded").format(rows=count))
    return _("{rows} notes, three revisions applied").format(rows=f"{count:,}")


def history(journey: Journey, memory: Migrating) -> str:
    """Read both histories."""
    found = memory.console(journey).history(journey.emit)
    applied = [revision for revision in found.revisions if revision.applied]
    expect(len(applied) == 3, _("three applied revisions were expected"))
    expect(len(found.pending) >= 5, _("more pending revisions were expected"))
    return _("{applied} applied, {pending} pending on PostgreSQL {version}").format(
        applied=len(applied), pending=len(found.pending), version=found.server_version
    )


def preview(journey: Journey, memory: Migrating) -> str:
    """Judge every pending statement against the live database."""
    parts = memory.console(journey).preview(journey.emit)
    found = [one for part in parts for one in part.findings]
    fails = [one for one in found if one.rule == "will-fail"]
    expect(len(fails) == 1, _("one statement that will fail was expected"))
    expect(f"{NULLS:,}" in fails[0].message, fails[0].message)
    memory.dangers = _dangers(parts)
    danger = sum(one.severity is Severity.DANGER for one in found)
    caution = sum(one.severity is Severity.CAUTION for one in found)
    return f"✗ {danger} ▲ {caution} · {fails[0].message}"


def backup(journey: Journey, memory: Migrating) -> str:
    """Dump, restore to scratch, compare."""
    taken = memory.console(journey).backup(journey.emit, journey.cancel)
    expect(taken.verified, _("the backup was not verified"))
    memory.backup = taken
    return _("{size} MB in {seconds} s, restored to scratch and compared").format(
        size=f"{taken.bytes / 1e6:.1f}", seconds=f"{taken.seconds:.1f}"
    )


def rehearse(journey: Journey, memory: Migrating) -> str:
    """Run the pending revisions on the scratch: the one over NULLs must fail there first."""
    found = memory.console(journey).rehearse(journey.emit, journey.cancel, backup=memory.backup)
    expect(not found.ok, _("the rehearsal should have met the missing values"))
    expect(found.failed_revision == UNREADY, _("another revision failed"), found.error)
    return _("{revision} fails there, not on production: {error}").format(
        revision=found.failed_revision, error=found.error.splitlines()[0]
    )


def apply_fails(journey: Journey, memory: Migrating) -> str:
    """Apply all the same: it fails on the data and goes back to the start by itself."""
    done = memory.console(journey).up(
        journey.emit, journey.cancel, backup=memory.backup, accept=memory.dangers
    )
    expect(
        done.outcome in (Outcome.RECOVERED, Outcome.UNCHANGED),
        _("the failed apply ended as {outcome}").format(outcome=done.outcome.value),
        done.error,
    )
    expect(done.failed_revision == UNREADY, _("another revision failed"), done.error)
    _same_as_start(journey, memory)
    return done.said


def repair(journey: Journey, memory: Migrating) -> str:
    """Fill in what the revision needs."""
    run_sql(memory.address(journey).url(), journey.folder / "backfill.sql")
    parts = memory.console(journey).preview(journey.emit)
    left = [one for part in parts for one in part.findings if one.rule == "will-fail"]
    expect(not left, _("a statement would still fail"))
    memory.dangers = _dangers(parts)
    memory.start = memory.picture(journey)
    words = ngettext(
        "backfill.sql filled {count} row; nothing fails any more",
        "backfill.sql filled {count} rows; nothing fails any more",
        NULLS,
    )
    return words.format(count=f"{NULLS:,}")


def migrate(journey: Journey, memory: Migrating) -> str:
    """Apply every pending revision; a fresh backup is taken and proved first."""
    work = memory.console(journey)
    taken = work.backup(journey.emit, journey.cancel)
    done = work.up(journey.emit, journey.cancel, backup=taken, accept=memory.dangers)
    expect(done.outcome is Outcome.APPLIED, done.said or done.outcome.value, done.error)
    expect(not work.history(journey.emit).pending, _("revisions are still pending"))
    words = ngettext(
        "{count} revision in {seconds} s", "{count} revisions in {seconds} s", len(done.applied)
    )
    return words.format(count=len(done.applied), seconds=f"{done.milliseconds / 1000:.1f}")


def verify(journey: Journey, memory: Migrating) -> str:
    """Check version, structure and rows once more."""
    checks = memory.console(journey).verify()
    red = [check for check in checks if check.level == "red"]
    expect(bool(checks) and not red, "; ".join(check.says for check in red))
    return ", ".join(check.title for check in checks)


def roll_back(journey: Journey, memory: Migrating) -> str:
    """Take the session back: a column with data was dropped, so only the backup will do."""
    work = memory.console(journey)
    plan = work.rollback_plan()
    expect(
        plan.decision is Decision.RESTORE,
        _("a restore was expected, not {decision}").format(decision=plan.decision.value),
        plan.why,
    )
    done = work.rollback(plan, journey.emit, journey.cancel, confirmed=work.target_name)
    expect(done.outcome is Outcome.APPLIED, done.said or done.outcome.value, done.error)
    _same_as_start(journey, memory)
    return _("restored: {why}").format(why=plan.why)


def status(journey: Journey, memory: Migrating) -> str:
    """Read the panels."""
    from wizards.cloud.opening import open_cloud
    from wizards.status.panels import panels

    memory.console(journey).close()
    address = journey.need_address()
    found = panels(journey.folder, journey.need_blueprint(), open_cloud(address), address)
    unknown = [panel.title for panel in found if panel.state == "unknown"]
    expect(
        bool(found) and not unknown, _("not readable: {panels}").format(panels=", ".join(unknown))
    )
    return " · ".join(f"{panel.title}: {panel.state}" for panel in found)


def _dangers(parts: Sequence[RevisionPreview]) -> tuple[str, ...]:
    """Return an acknowledgement for every danger, as a person would give with --accept."""
    named = {
        (found.rule, part.id)
        for part in parts
        for found in part.findings
        if found.severity is Severity.DANGER
    }
    reason = _("seen in the demo")
    return tuple(f"{rule}@{revision}={reason}" for rule, revision in sorted(named))


def _same_as_start(journey: Journey, memory: Migrating) -> None:
    """Compare the structure and every row with the picture taken before."""
    from wizards.migrate.rows import differing

    now, start = memory.picture(journey), memory.start
    expect(start is not None, _("no picture of the start was taken"))
    if start is not None:
        expect(now.structure == start.structure, _("the structure is not what it was at the start"))
        changed = ", ".join(differing(start.rows, now.rows))
        expect(not changed, _("rows are not what they were: {tables}").format(tables=changed))
