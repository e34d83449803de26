"""A restore that a person asked for: a named backup becomes the database again."""

from __future__ import annotations

import time
from pathlib import Path

from generators.language import _
from wizards.cancel import Cancel
from wizards.events import Emit, Event
from wizards.failures import Refused
from wizards.migrate import swap
from wizards.migrate.model import Applied, Backup, Outcome
from wizards.migrate.providers.provider import Provider
from wizards.migrate.records import Recorder, new_id, process_facts
from wizards.migrate.session_lock import session_lock
from wizards.migrate.standing import standing


def restore(
    root: Path,
    provider: Provider,
    backup: Backup,
    emit: Emit,
    cancel: Cancel,
    name: str,
    confirmed: str,
) -> Applied:
    """Restore beside and swap; whatever was written since stays in the database put aside."""
    if confirmed != name:
        raise Refused(
            "confirmation-missing",
            _("Type the target's name to confirm: {name}.").format(name=name),
            why=_("Everything written since {moment} UTC goes out of sight with the swap.").format(
                moment=f"{backup.taken_at:%Y-%m-%d %H:%M:%S}"
            ),
            next=(f"tarmac migrate restore {backup.path.name} --confirm {name}",),
        )
    assert provider.target is not None
    address = provider.target.address
    recorder = Recorder(root, new_id(), emit)
    with session_lock(address, recorder.session):
        now = standing(address, backup.version_table)
        recorder.record(
            "session.start",
            {
                "kind": "rollback",
                "target": name,
                "address": address.shown,
                "application": f"tarmac {recorder.session}",
                **process_facts(),
                "version_table": backup.version_table,
                "start": now.as_json(),
                "goal": {
                    "heads": list(backup.current),
                    "signature": backup.signature,
                    "shape": backup.schema,
                },
                "backup": str(backup.path),
                "moment": {},
            },
        )
        recorder.emit(Event("migrate.phase", {"phase": "restore", "state": "start"}))
        begun = time.monotonic()
        done = swap.restore_and_swap(
            address,
            backup,
            still_allowed=lambda _inside: None,
            record=lambda step: recorder.record("session.swap", step),
            cancel=cancel,
        )
    after = standing(address, backup.version_table)
    milliseconds = round((time.monotonic() - begun) * 1000, 1)
    said = _("Restored {file}; the database as it was is kept as {name}.").format(
        file=backup.path.name, name=done.kept
    )
    recorder.emit(Event("migrate.phase", {"phase": "restore", "state": "done"}))
    recorder.record(
        "session.end",
        {
            "outcome": Outcome.APPLIED.value,
            "applied": [],
            "said": said,
            "now": after.as_json(),
            "kept": done.kept,
            "milliseconds": milliseconds,
        },
    )
    report = recorder.write_report(f"# {said}\n")
    return Applied(
        outcome=Outcome.APPLIED,
        session=recorder.session,
        current=after.heads,
        milliseconds=milliseconds,
        said=said,
        kept=done.kept,
        went_back=True,
        report=report,
    )
