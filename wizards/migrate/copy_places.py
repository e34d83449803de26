"""Where copies of backups go: a folder (another disk, a share) or a bucket of Cloud Storage."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from generators.language import _
from wizards.cancel import Cancel
from wizards.disk import writing
from wizards.failures import Failure, UsageFailure
from wizards.postgres.sandbox_address import SandboxAddress

if TYPE_CHECKING:
    from wizards.cloud.port import Cloud
    from wizards.cloud.storage_port import StoredObject

Told = Callable[[int], None]

_BUCKET = re.compile(r"gs://(?P<bucket>[a-z0-9][a-z0-9._-]{1,220}[a-z0-9])(?:/(?P<prefix>.*))?")
_BLOCK = 1 << 20


class Place(Protocol):
    """Files by name; "/" in a name makes folders. ``shown`` is what tarmac.toml calls it."""

    @property
    def shown(self) -> str:
        """The place in words a person wrote."""
        ...

    def put(self, name: str, file: Path, told: Told) -> None:
        """Copy a file there and see that it arrived; ``told`` gets the bytes so far."""
        ...

    def get(self, name: str, file: Path, told: Told) -> bool:
        """Copy it back into an absent file (0600); False when there is none of that name."""
        ...

    def names(self) -> list[str]:
        """Return the names of everything there."""
        ...


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder that is there already: an absent one may be a disk that is not mounted."""

    shown: str
    path: Path
    cancel: Cancel

    def put(self, name: str, file: Path, told: Told) -> None:
        """Copy, fsync, and hash what is read back from there."""
        if not self.path.is_dir():
            raise Failure(
                "copy-place-missing",
                _("There is no folder {folder}.").format(folder=self.path),
                why=_("It is not made by itself: a disk that belongs there may not be mounted."),
                next=(f"mkdir -p {self.path}",),
            )
        target = self.path / name
        with writing(target):
            target.parent.mkdir(mode=0o700, exist_ok=True)
            self._room(file)
            fresh = target.with_name(f"{target.name}.partial")
            fresh.unlink(missing_ok=True)
            try:
                sent = _copied(file, fresh, told, self.cancel)
                if _read_back(fresh, self.cancel) != sent:
                    raise Failure(
                        "copy-differs",
                        _("{url} is not what was sent.").format(url=target),
                        why=_("Its size or checksum differs from the file's."),
                    )
                fresh.replace(target)
            except BaseException:
                fresh.unlink(missing_ok=True)
                raise

    def get(self, name: str, file: Path, told: Told) -> bool:
        """Copy it back."""
        source = self.path / name
        if not source.is_file():
            return False
        with writing(file):
            _copied(source, file, told, self.cancel)
        return True

    def names(self) -> list[str]:
        """Return the names of everything there."""
        if not self.path.is_dir():
            return []
        found = (one for one in self.path.rglob("*") if one.is_file())
        return sorted(one.relative_to(self.path).as_posix() for one in found)

    def _room(self, file: Path) -> None:
        wanted, free = file.stat().st_size, shutil.disk_usage(self.path).free
        if free < wanted:
            raise Failure(
                "no-room-for-copy",
                _("There is too little room for the copy in {folder}.").format(folder=self.path),
                why=_("It has {size} MB, {free} MB are free.").format(
                    size=wanted >> 20, free=free >> 20
                ),
                next=(_("make room there"),),
            )


@dataclass(frozen=True, slots=True)
class Bucket:
    """Objects of a bucket below a prefix."""

    shown: str
    bucket: str
    prefix: str
    cloud: Cloud

    def put(self, name: str, file: Path, told: Told) -> None:
        """Upload; the port compares Google's checksums with the file's."""
        self.cloud.store(self.bucket, self._key(name), file, told)

    def get(self, name: str, file: Path, told: Told) -> bool:
        """Download; the port compares the checksums."""
        found = self.cloud.stored(self.bucket, self._key(name))
        if found is None:
            return False
        with writing(file):
            self.cloud.fetch(found, file, told)
        return True

    def names(self) -> list[str]:
        """Return the names of everything below the prefix."""
        below = self._key("")
        found: list[StoredObject] = self.cloud.stored_below(self.bucket, below)
        return [one.name.removeprefix(below) for one in found]

    def _key(self, name: str) -> str:
        return f"{self.prefix}/{name}" if self.prefix else name


def place_of(
    text: str,
    root: Path,
    sandbox: SandboxAddress | None,
    cancel: Cancel,
    says: Callable[[str], None],
) -> Place:
    """Return the place that ``backup_to`` names; relative folders are the project's."""
    named = _BUCKET.fullmatch(text)
    if named is not None:
        from wizards.cloud.opening import open_cloud

        prefix = (named["prefix"] or "").strip("/")
        return Bucket(text, named["bucket"], prefix, open_cloud(sandbox).until(cancel, says))
    if "://" in text:
        raise UsageFailure(
            "backup-to-unknown",
            _("backup_to names no place that Tarmac can copy to: {place}").format(place=text),
            why=_("It takes a folder or gs://bucket/prefix."),
            next=('backup_to = "gs://BUCKET/backups"', 'backup_to = "/mnt/backups"'),
        )
    return Folder(text, (root / Path(text).expanduser()).resolve(), cancel)


def read(place: Place, name: str) -> str | None:
    """Return a small text file of a place, None when there is none."""
    with tempfile.TemporaryDirectory(prefix="tarmac-") as folder:
        file = Path(folder) / "file"
        if not place.get(name, file, lambda _done: None):
            return None
        return file.read_text(encoding="utf-8")


def _copied(source: Path, target: Path, told: Told, cancel: Cancel) -> str:
    """Copy a file durably into an absent one (0600); return the SHA-256 of what was read."""
    seen, done = hashlib.sha256(), 0
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with source.open("rb") as reading, os.fdopen(descriptor, "wb") as kept:
        while block := reading.read(_BLOCK):
            cancel.check()
            kept.write(block)
            seen.update(block)
            done += len(block)
            told(done)
        kept.flush()
        os.fsync(descriptor)
        if hasattr(os, "posix_fadvise"):  # what is read back then comes from there, not from memory
            os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
    return seen.hexdigest()


def _read_back(path: Path, cancel: Cancel) -> str:
    seen = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            cancel.check()
            seen.update(block)
    return seen.hexdigest()
