"""Objects (Storage v1): what is known of them; their bytes are files in the state folder."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sandbox.call import Api, Call
from sandbox.clock import stamp
from sandbox.errors import ApiError
from sandbox.paging import sliced
from sandbox.storage import buckets
from sandbox.world import World

Body = dict[str, Any]

api = Api("storage", "v1", enabled=False)
KIND = "storage-object"


def folder(world: World) -> Path:
    """Return the folder that holds the bytes (0700)."""
    found = world.state / "storage"
    found.mkdir(mode=0o700, exist_ok=True)
    return found


def content(world: World, stored: Body) -> Path:
    """Return the file with an object's bytes."""
    key = f"{stored['bucket']}/{stored['name']}#{stored['generation']}"
    return folder(world) / hashlib.sha256(key.encode()).hexdigest()


def existing(world: World, bucket: str, name: str) -> Body:
    """Return an object of an existing bucket, or refuse as Google does."""
    buckets.existing(world, bucket)
    stored = world.store.get(KIND, f"{bucket}/{name}")
    if stored is None:
        raise ApiError("NOT_FOUND", f"No such object: {bucket}/{name}", legacy="notFound")
    return stored


def keep(
    world: World, bucket: str, name: str, kind: str, file: Path, *, md5: bytes, crc32c: int
) -> Body:
    """Make an object (or its next generation) of a file, which is moved to its place."""
    before = world.store.get(KIND, f"{bucket}/{name}")
    now = world.clock.now()
    stored = {
        "bucket": bucket,
        "name": name,
        "type": kind,
        "generation": int(now * 1_000_000) + world.store.next("storage-generations"),
        "size": file.stat().st_size,
        "md5": base64.b64encode(md5).decode(),
        "crc32c": base64.b64encode(crc32c.to_bytes(4, "big")).decode(),
        "created": now,
    }
    file.replace(content(world, stored))
    if before is not None:
        content(world, before).unlink(missing_ok=True)
    world.store.put(KIND, f"{bucket}/{name}", stored, bucket)
    return stored


@api.method("objects.get")
def get(call: Call) -> Body:
    """Return what is known of an object."""
    bucket = buckets.existing(call.world, call.text("bucket"))
    buckets.require(call.world, call.identity, "storage.objects.get", bucket, "object")
    return shown(existing(call.world, bucket["name"], call.text("object")))


@api.method("objects.list")
def list_(call: Call) -> Body:
    """Return the objects below a prefix by name; a delimiter cuts off what lies deeper."""
    bucket = buckets.existing(call.world, call.text("bucket"))
    buckets.require(call.world, call.identity, "storage.objects.list", bucket, "bucket")
    if call.text("matchGlob") or call.text("filter"):
        raise ApiError(
            "INVALID_ARGUMENT",
            "The sandbox lists by prefix and delimiter only.",
            legacy="invalidParameter",
        )
    stored = sorted(call.world.store.all(KIND, bucket["name"]), key=lambda each: str(each["name"]))
    page = sliced(call, "items", _level(call, stored), size_name="maxResults", default=1000)
    entries = page.pop("items", [])
    parts: dict[str, list[Any]] = {
        "items": [shown(each) for each in entries if "deeper" not in each],
        "prefixes": [each["deeper"] for each in entries if "deeper" in each],
    }
    return {"kind": "storage#objects", **{key: part for key, part in parts.items() if part}, **page}


def _level(call: Call, stored: list[Body]) -> list[Body]:
    """Return what a list shows in its order: objects, and ``{"deeper": prefix}`` for the others."""
    prefix, delimiter = call.text("prefix"), call.text("delimiter")
    trailing = call.text("includeTrailingDelimiter").lower() == "true"
    entries: list[Body] = []
    for each in stored:
        name = str(each["name"])
        if not name.startswith(prefix):
            continue
        step, found, rest = name.removeprefix(prefix).partition(delimiter or "\0")
        if not found or (trailing and not rest):
            entries.append(each)
        deeper = {"deeper": f"{prefix}{step}{found}"}
        if found and deeper not in entries[-2:]:
            entries.append(deeper)
    return entries


@api.method("objects.delete")
def delete(call: Call) -> Body:
    """Delete an object."""
    bucket = buckets.existing(call.world, call.text("bucket"))
    buckets.require(call.world, call.identity, "storage.objects.delete", bucket, "object")
    stored = existing(call.world, bucket["name"], call.text("object"))
    content(call.world, stored).unlink(missing_ok=True)
    call.world.store.delete(KIND, f"{bucket['name']}/{stored['name']}")
    return {}


def shown(stored: Body) -> Body:
    """Return an object as Google writes it."""
    bucket, name, generation = stored["bucket"], stored["name"], str(stored["generation"])
    place = f"https://storage.googleapis.com/{{}}storage/v1/b/{bucket}/o/{quote(name, safe='')}"
    etag = hashlib.sha256(f"{bucket}/{name}{generation}".encode()).digest()[:6]
    moment = stamp(stored["created"])
    return {
        "kind": "storage#object",
        "id": f"{bucket}/{name}/{generation}",
        "selfLink": f"https://www.googleapis.com/storage/v1/b/{bucket}/o/{quote(name, safe='')}",
        "mediaLink": f"{place.format('download/')}?generation={generation}&alt=media",
        "name": name,
        "bucket": bucket,
        "generation": generation,
        "metageneration": "1",
        "contentType": stored["type"],
        "storageClass": "STANDARD",
        "size": str(stored["size"]),
        "md5Hash": stored["md5"],
        "crc32c": stored["crc32c"],
        "etag": base64.b64encode(etag).decode(),
        "timeCreated": moment,
        "updated": moment,
        "timeFinalized": moment,
    }
