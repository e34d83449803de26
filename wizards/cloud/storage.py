"""Cloud Storage over its JSON API: resumable uploads, ranged downloads, compared checksums."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from generators.language import _
from wizards.cloud.calls import Calls
from wizards.cloud.checksum import Checksum, differs
from wizards.cloud.failing import CloudFailure
from wizards.cloud.plain_rest import PlainRest
from wizards.cloud.storage_port import StoredObject, Told
from wizards.failures import Failure

if TYPE_CHECKING:
    from requests import Response

SERVICE = "storage"
CHUNK = 8 << 20  # bytes; Google wants multiples of 256 KiB
_GONE = (404, 410)
_RESTARTS = 2
_REACHED = re.compile(r"bytes=0-(\d+)")


class StorageCalls(Calls):
    """The part of the port that is :class:`wizards.cloud.storage_port.Storage`."""

    def _storage(self) -> PlainRest:
        return self._clients.plain(SERVICE)

    def stored(self, bucket: str, name: str) -> StoredObject | None:
        """Return what is known of an object; None where there is none (or no bucket)."""
        path = object_path(bucket, name)
        found = self._find("stored", lambda: self._storage().get(path))
        return None if found is None else _object(found)

    def stored_below(self, bucket: str, prefix: str) -> list[StoredObject]:
        """Return the objects whose names begin with a prefix, by name."""
        path = f"storage/v1/b/{quote(bucket, safe='')}/o"
        found: list[StoredObject] = []
        token = ""
        while True:
            query = {"prefix": prefix, **({"pageToken": token} if token else {})}
            page = self._read("stored_below", lambda: self._storage().get(path, **query))  # noqa: B023
            found += [_object(each) for each in page.get("items", ())]
            token = str(page.get("nextPageToken", ""))
            if not token:
                return sorted(found, key=lambda each: each.name)

    def store(self, bucket: str, name: str, file: Path, told: Told) -> StoredObject:
        """Upload a file, in chunks that go on where a lost one ended, and compare the checksums."""
        for left in reversed(range(_RESTARTS + 1)):
            try:
                made = self._uploaded(bucket, name, file, told)
            except CloudFailure as failure:
                if failure.status in _GONE and left and self._reachable(bucket):
                    continue  # the session was forgotten: from the start again
                raise
            break
        if differs(made, Checksum.of(file, self._caller.cancel)):
            raise _unlike(made.url)
        return made

    def fetch(self, found: StoredObject, file: Path, told: Told) -> None:
        """Download an object into an absent file (0600) and compare the checksums."""
        path = object_path(found.bucket, found.name)
        seen = Checksum()
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as kept:
            while seen.size < found.size:
                self._caller.cancel.check()
                last = min(seen.size + CHUNK, found.size) - 1
                part = self._read("fetch", lambda: self._range(path, seen.size, last))  # noqa: B023
                kept.write(part)
                seen.add(part)
                told(seen.size)
            kept.flush()
            os.fsync(descriptor)
        if differs(found, seen):
            raise _unlike(found.url)

    def remove_stored(self, found: StoredObject) -> None:
        """Delete an object; an absent one is fine."""
        path = object_path(found.bucket, found.name)
        try:
            self._write("remove_stored", lambda: self._storage().delete(path))
        except CloudFailure as failure:
            if failure.status != 404:
                raise

    def _range(self, path: str, first: int, last: int) -> bytes:
        headers = {"Range": f"bytes={first}-{last}", "Accept-Encoding": "identity"}
        answer = self._storage().raw("GET", path, headers=headers, alt="media")
        return bytes(answer.content)[: last - first + 1]

    def _reachable(self, bucket: str) -> bool:
        """Whether the bucket itself is there, so that a 404 was the session's."""
        path = f"storage/v1/b/{quote(bucket, safe='')}/o"
        look = self._find("bucket", lambda: self._storage().get(path, maxResults="1"))
        return look is not None

    def _uploaded(self, bucket: str, name: str, file: Path, told: Told) -> StoredObject:
        """Upload once through one session."""
        total = file.stat().st_size
        session = self._write("store", lambda: self._session(bucket, name, total))
        reached, unsure = 0, False
        with file.open("rb") as source:

            def send() -> Response:
                nonlocal reached, unsure
                if unsure:  # an answer was lost: Google knows how much it has
                    answer = self._put(session, b"", f"bytes */{total}")
                    if answer.status_code != 308:
                        return answer
                    reached = _reached(answer)
                unsure = True
                source.seek(reached)
                block = source.read(CHUNK)
                last = f"{reached}-{reached + len(block) - 1}" if block else "*"
                answer = self._put(session, block, f"bytes {last}/{total}")
                unsure = False
                return answer

            while True:
                self._caller.cancel.check()
                answer = self._write("store", send)
                if answer.status_code != 308:
                    told(total)
                    return _object(dict(answer.json()))
                reached = _reached(answer)
                told(reached)

    def _session(self, bucket: str, name: str, total: int) -> str:
        answer = self._storage().raw(
            "POST",
            f"upload/storage/v1/b/{quote(bucket, safe='')}/o",
            headers={
                "X-Upload-Content-Type": "application/octet-stream",
                "X-Upload-Content-Length": str(total),
            },
            body={"name": name, "contentType": "application/octet-stream"},
            uploadType="resumable",
        )
        return str(answer.headers["Location"])

    def _put(self, session: str, block: bytes, content_range: str) -> Response:
        return self._storage().raw(
            "PUT", session, headers={"Content-Range": content_range}, data=block
        )


def object_path(bucket: str, name: str) -> str:
    """Return the path of an object in the JSON API."""
    return f"storage/v1/b/{quote(bucket, safe='')}/o/{quote(name, safe='')}"


def _reached(answer: Response) -> int:
    """Return how many bytes Google has, as a 308 says it."""
    told = _REACHED.fullmatch(answer.headers.get("Range", ""))
    return int(told[1]) + 1 if told else 0


def _object(found: dict[str, Any]) -> StoredObject:
    return StoredObject(
        bucket=str(found["bucket"]),
        name=str(found["name"]),
        size=int(found.get("size", 0)),
        md5=str(found.get("md5Hash", "")),
        crc32c=str(found.get("crc32c", "")),
    )


def _unlike(url: str) -> Failure:
    return Failure(
        "copy-differs",
        _("{url} is not what was sent.").format(url=url),
        why=_("Its size or checksum differs from the file's."),
    )
