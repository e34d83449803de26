"""Copies of backups away from this machine: made, verified, found again and brought back."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from generators.language import _
from wizards.cancel import Cancel
from wizards.disk import writing
from wizards.events import Emit, Event, Json
from wizards.failures import Failure
from wizards.journal import private_folder
from wizards.migrate import copy_places, dumps, manifest
from wizards.migrate.backup import damaged
from wizards.migrate.copy_places import Place
from wizards.migrate.model import Backup
from wizards.postgres.sandbox_address import SandboxAddress

_EVERY = 0.2  # seconds between two words about progress


@dataclass(frozen=True, slots=True, kw_only=True)
class Copies:
    """What ``backup_to`` of a stream asks for; "" asks for nothing."""

    to: str
    root: Path
    sandbox: SandboxAddress | None

    def keep(self, backup: Backup, emit: Emit, cancel: Cancel) -> Backup:
        """Return the backup with a copy in its place; one that is there already is left alone.

        The manifest goes last: what has one is whole. Whatever goes wrong is a Failure that says
        that the local backup is still there.
        """
        if not self.to or backup.copy == self._address(backup.path.name):
            return backup
        _phase(emit, "start", self.to)
        try:
            place = self._place(emit, cancel)
            copied = replace(backup, copy=self._address(backup.path.name))
            self._send(backup, place, emit)
            with tempfile.TemporaryDirectory(prefix="tarmac-") as folder:
                said = Path(folder) / "manifest"
                said.write_text(manifest.text(copied), encoding="utf-8")
                place.put(manifest.beside(backup.path).name, said, _silent)
            manifest.write(copied)
        except Failure as failure:
            _phase(emit, "failed", self.to)
            raise _not_copied(self.to, backup, failure) from failure
        _phase(emit, "done", self.to)
        return copied

    def names(self, emit: Emit, cancel: Cancel) -> list[str]:
        """Return the file names of the whole backups there, the newest first."""
        if not self.to:
            return []
        found = self._place(emit, cancel).names()
        ends = f".dump{manifest.SUFFIX}"
        whole = [one.removesuffix(manifest.SUFFIX) for one in found if one.endswith(ends)]
        return sorted((one for one in whole if "/" not in one), reverse=True)

    def bring_back(self, name: str, emit: Emit, cancel: Cancel) -> Backup | None:
        """Fetch the copy of a backup to where it was and verify it; None when there is none.

        A copy that is not what was backed up is a Failure and leaves nothing.
        """
        if not self.to or not name.endswith(".dump"):
            return None
        place, folder = self._place(emit, cancel), private_folder(self.root) / "backups"
        said = copy_places.read(place, name + manifest.SUFFIX)
        backup = manifest.of_text(folder / name, said) if said is not None else None
        if backup is None:
            return None
        _phase(emit, "start", self.to, back=True)
        with writing(folder):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        fresh = backup.path.with_name(f"{name}.fetched")
        dumps.remove(fresh)
        try:
            self._receive(backup, place, fresh, emit)
            if dumps.digest(fresh, cancel) != backup.sha256:
                raise damaged(backup)
            dumps.remove(backup.path)
            fresh.replace(backup.path)
        except BaseException:
            dumps.remove(fresh)
            _phase(emit, "failed", self.to, back=True)
            raise
        manifest.write(backup)
        _phase(emit, "done", self.to, back=True)
        return backup

    def _send(self, backup: Backup, place: Place, emit: Emit) -> None:
        before = 0
        for file in dumps.files(backup.path):
            place.put(self._name(backup, file), file, _progress(emit, "copying", backup, before))
            before += file.stat().st_size

    def _receive(self, backup: Backup, place: Place, fresh: Path, emit: Emit) -> None:
        name = backup.path.name
        below = (one for one in place.names() if one.startswith(f"{name}/"))
        parts = [one for one in below if _is_name(one.removeprefix(f"{name}/"))]
        if not parts:
            if not place.get(name, fresh, _progress(emit, "fetching", backup, 0)):
                raise damaged(backup)
            return
        with writing(fresh):
            fresh.mkdir(mode=0o700)
        before = 0
        for part in parts:
            file = fresh / part.removeprefix(f"{name}/")
            place.get(part, file, _progress(emit, "fetching", backup, before))
            before += file.stat().st_size

    def _name(self, backup: Backup, file: Path) -> str:
        return file.name if file == backup.path else f"{backup.path.name}/{file.name}"

    def _address(self, name: str) -> str:
        return f"{self.to.rstrip('/')}/{name}"

    def _place(self, emit: Emit, cancel: Cancel) -> Place:
        def says(text: str) -> None:
            emit(Event("migrate.log", {"line": text}))

        return copy_places.place_of(self.to, self.root, self.sandbox, cancel, says)


def _is_name(part: str) -> bool:
    """Whether a part of a dump is a file of its folder, not one of another place."""
    return part not in ("", ".", "..") and "/" not in part


def _not_copied(to: str, backup: Backup, failure: Failure) -> Failure:
    said = [one.strip() for one in (failure.message, failure.why) if one.strip()]
    kept = _("The local backup is still there: {file}").format(file=backup.path)
    ways = [one for one in failure.next if not one.startswith("tarmac apply")]
    return Failure(
        "backup-copy-failed",
        _("The backup was not copied to {place}.").format(place=to),
        why=" ".join([*(one if one[-1] in ".:?!" else f"{one}." for one in said), kept]),
        next=(
            *ways,
            f"tarmac migrate up --backup {backup.path.name}",
            "tarmac migrate up --no-copy",
        ),
        raw=failure.raw,
    )


def _progress(emit: Emit, state: str, backup: Backup, before: int) -> Callable[[int], None]:
    fields: dict[str, Json] = {"state": state, "file": backup.path.name}
    last = 0.0

    def tell(done: int) -> None:
        nonlocal last
        if time.monotonic() - last < _EVERY and before + done < backup.bytes:
            return
        last = time.monotonic()
        numbers: dict[str, Json] = {"bytes": before + done, "of_bytes": backup.bytes}
        emit(Event("migrate.backup", {**fields, **numbers}))

    return tell


def _phase(emit: Emit, state: str, to: str, *, back: bool = False) -> None:
    phase = "fetch" if back else "copy"
    emit(Event("migrate.phase", {"phase": phase, "state": state, "where": to}))


def _silent(_done: int) -> None:
    """Tell nobody."""
