"""The part of the port that keeps files in Cloud Storage."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

Told = Callable[[int], None]
"""Gets the bytes that are through so far."""


@dataclass(frozen=True, slots=True)
class StoredObject:
    """An object: its name, its bytes, and the checksums Google computed (base64, "" for none)."""

    bucket: str
    name: str
    size: int
    md5: str = ""
    crc32c: str = ""

    @property
    def url(self) -> str:
        """The object as ``gs://bucket/name``."""
        return f"gs://{self.bucket}/{self.name}"


class Storage(Protocol):
    """Cloud Storage: objects of an existing bucket."""

    def stored(self, bucket: str, name: str) -> StoredObject | None:
        """Return what is known of an object; None where there is none (or no bucket)."""
        ...

    def stored_below(self, bucket: str, prefix: str) -> list[StoredObject]:
        """Return the objects whose names begin with a prefix, by name."""
        ...

    def store(self, bucket: str, name: str, file: Path, told: Told) -> StoredObject:
        """Upload a file, in chunks that go on where a lost one ended, and compare the checksums.

        Raises "copy-differs" when Google's size or checksum is not the file's.
        """
        ...

    def fetch(self, found: StoredObject, file: Path, told: Told) -> None:
        """Download an object into an absent file (0600) and compare the checksums."""
        ...

    def remove_stored(self, found: StoredObject) -> None:
        """Delete an object; an absent one is fine."""
        ...
