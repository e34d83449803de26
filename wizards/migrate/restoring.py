"""A restore that a person asked for: a named backup becomes the database again."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from generators.language import _
from wizards.cancel import Cancel
from wizards.events import Emit, Event
from wizards.failures import Refused
from wizards.migrate import in_place, swap
from wizards.migrate.model import Applied, Backup, Outcome
from wizards.migrate.providers.provider import Provider
from wizards.migrate.records import Recorder, new_id, process_facts
from wizards.migrate.session_lock import session_lock
from wizards.migrate.standing import standing
from wizards.postgres.address import Address


def restore(
    root: Path,
    provider: Provider,
    backup: Backup,
    emit: Emit,
    cancel: Cancel,
    name: str,
    confirmed: str,
    take: Callable[[], Backup] | None = None,
) -> Applied:
    """Restore beside and swap; whatever was written since stays in the database put aside.

    With ``take``, which makes and proves a backup of what is there now, it is done in place.
    """
    if take is not None:
        return _in_place(root, provider, backup, emit, cancel, name, confirmed, take)
    _require_name(backup, name, confirmed, "")
    assert provider.target is not None
    address = provider.target.address
    recorder = Recorder(root, new_id(), emit)
    with session_lock(address, recorder.session):
        _begin(recorder, address, backup, name)
        recorder.emit(Event("migrate.phase", {"phase": "restore", "state": "start"}))
        begun = time.monotonic()
        done = swap.restore_and_swap(
            address,
            backup,
            still_allowed=lambda _inside: None,
            record=lambda step: recorder.record("session.swap", step),
            cancel=cancel,
        )
    said = _("Restored {file}; the database as it was is kept as {name}.").format(
        file=backup.path.name, name=done.kept
    )
    return _ended(recorder, address, backup, said, begun, kept=done.kept)


def _in_place(
    root: Path,
    provider: Provider,
    backup: Backup,
    emit: Emit,
    cancel: Cancel,
    name: str,
    confirmed: str,
    take: Callable[[], Backup],
) -> Applied:
    """Empty the database and restore into it, in one transaction; only where nothing else may be.

    What ``take`` makes is the only way back from it.
    """
    _require_name(backup, name, confirmed, " --in-place")
    assert provider.target is not None
    address = provider.target.address
    in_place.preflight(address, backup)
    before = take()
    recorder = Recorder(root, new_id(), emit)
    with session_lock(address, recorder.session):
        way = in_place.preflight(address, backup)
        _begin(recorder, address, backup, name)
        recorder.emit(Event("migrate.phase", {"phase": "restore", "state": "start"}))
        begun = time.monotonic()
        in_place.run(address, backup, way, cancel)
    said = _("Restored {file} in place; the database as it was is in the backup {name}.").format(
        file=backup.path.name, name=before.path.name
    )
    return _ended(recorder, address, backup, said, begun)


def _require_name(backup: Backup, name: str, confirmed: str, more: str) -> None:
    if confirmed == name:
        return
    why = _("Everything written since {moment} UTC goes out of sight with the swap.")
    if more:
        why = _(
            "Everything in the database is dropped, what was written since {moment} UTC too; "
            "before that a backup is taken."
        )
    raise Refused(
        "confirmation-missing",
        _("Type the target's name to confirm: {name}.").format(name=name),
        why=why.format(moment=f"{backup.taken_at:%Y-%m-%d %H:%M:%S}"),
        next=(f"tarmac migrate restore {backup.path.name}{more} --confirm {name}",),
    )


def _begin(recorder: Recorder, address: Address, backup: Backup, name: str) -> None:
    recorder.record(
        "session.start",
        {
            "kind": "rollback",
            "target": name,
            "address": address.shown,
            "application": f"tarmac {recorder.session}",
            **process_facts(),
            "version_table": backup.version_table,
            "start": standing(address, backup.version_table).as_json(),
            "goal": {
                "heads": list(backup.current),
                "signature": backup.signature,
                "shape": backup.schema,
            },
            "backup": str(backup.path),
            "moment": {},
        },
    )


def _ended(
    recorder: Recorder,
    address: Address,
    backup: Backup,
    said: str,
    begun: float,
    kept: str = "",
) -> Applied:
    after = standing(address, backup.version_table)
    milliseconds = round((time.monotonic() - begun) * 1000, 1)
    recorder.emit(Event("migrate.phase", {"phase": "restore", "state": "done"}))
    recorder.record(
        "session.end",
        {
            "outcome": Outcome.APPLIED.value,
            "applied": [],
            "said": said,
            "now": after.as_json(),
            "kept": kept,
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
        kept=kept,
        went_back=True,
        report=report,
    )
