"""The checksums that Cloud Storage keeps of an object, computed here for comparison."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from wizards.cancel import Cancel
from wizards.cloud.crc32c import crc32c
from wizards.cloud.storage_port import StoredObject

if TYPE_CHECKING:
    from hashlib import _Hash

_BLOCK = 1 << 20
_SMALL = 4 << 20


@dataclass(slots=True)
class Checksum:
    """Size and MD5 of bytes that come in parts, CRC-32C too while there are few of them.

    CRC-32C in Python does some 10 MB in a second, so it is a second look at small objects and
    the only one where Google has no MD5 (an object that was composed of others).
    """

    size: int = 0
    md5: _Hash = field(default_factory=lambda: hashlib.md5(usedforsecurity=False))
    crc32c: int | None = 0

    @classmethod
    def of(cls, file: Path, cancel: Cancel) -> Checksum:
        """Return the checksum of a file."""
        made = cls()
        with file.open("rb") as source:
            while block := source.read(_BLOCK):
                cancel.check()
                made.add(block)
        return made

    def add(self, block: bytes) -> None:
        """Take in the next bytes."""
        self.size += len(block)
        self.md5.update(block)
        if self.crc32c is not None:
            self.crc32c = crc32c(block, self.crc32c) if self.size <= _SMALL else None


def differs(stored: StoredObject, seen: Checksum) -> bool:
    """Whether an object is something else than what was seen; without a checksum it is."""
    if stored.size != seen.size:
        return True
    compared = []
    if stored.md5:
        compared.append(stored.md5 == base64.b64encode(seen.md5.digest()).decode())
    if stored.crc32c and seen.crc32c is not None:
        told = base64.b64encode(seen.crc32c.to_bytes(4, "big")).decode()
        compared.append(stored.crc32c == told)
    return not compared or not all(compared)
