"""Bytes of objects over HTTP: uploads whole or resumable in chunks, downloads whole or by range."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from sandbox.checksums import crc32c
from sandbox.errors import ApiError, bad_request, not_imitated
from sandbox.storage import buckets, objects, whole
from sandbox.world import World

Body = dict[str, Any]

UPLOAD = re.compile(r"(?:resumable/)?upload/storage/v1/b/(?P<bucket>[^/]+)/o")
OBJECT = re.compile(r"(?:download/)?storage/v1/b/(?P<bucket>[^/]+)/o/(?P<object>[^/]+)")
CONTENT_RANGE = re.compile(r"bytes (?:(?P<first>\d+)-(?P<last>\d+)|\*)/(?P<total>\d+|\*)")
RANGE = re.compile(r"bytes=(?P<first>\d+)-(?P<last>\d*)")
SESSION = "storage-upload"
UNIT = 256 * 1024
"""Every chunk but the last has to be a multiple of this many bytes."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A request for bytes; ``base`` is the address that upload sessions begin with."""

    http: str
    path: str
    query: Mapping[str, str]
    body: bytes
    identity: str
    headers: Mapping[str, str]
    base: str


@dataclass(frozen=True, slots=True)
class Given:
    """An answer: JSON, or bytes as they are."""

    status: int
    body: Body | None = None
    raw: bytes | None = None
    headers: tuple[tuple[str, str], ...] = ()


def wants(http: str, path: str, query: Mapping[str, str]) -> bool:
    """Whether a request to Storage is about bytes."""
    if UPLOAD.fullmatch(path):
        return True
    return http == "GET" and OBJECT.fullmatch(path) is not None and query.get("alt") == "media"


def answer(world: World, asked: Asked) -> Given:
    """Return the answer, or raise the ApiError that refuses it."""
    upload = UPLOAD.fullmatch(asked.path)
    if upload is None:
        return _download(world, asked)
    bucket = unquote(upload["bucket"])
    match asked.http, asked.query.get("uploadType"):
        case "POST", "resumable":
            return _begin(world, asked, bucket)
        case "POST", "media":
            kind = asked.headers.get("content-type", "")
            return _whole(world, asked, bucket, (b"", kind, asked.body))
        case "POST", "multipart":
            return _whole(world, asked, bucket, whole.parts(asked.headers, asked.body))
        case "PUT", "resumable":
            return _chunk(world, asked)
        case http, kind:
            raise not_imitated(f"{http} of an upload of type {kind}")


def _begin(world: World, asked: Asked, name: str) -> Given:
    session = _opened(world, asked, name, asked.body, "")
    where = f"{asked.base}/{asked.path}?uploadType=resumable&upload_id={session}"
    return Given(200, None, None, (("location", where), ("x-guploader-uploadid", session)))


def _whole(world: World, asked: Asked, name: str, given: tuple[bytes, str, bytes]) -> Given:
    about, kind, content = given
    session = _opened(world, asked, name, about, kind)
    (objects.folder(world) / f"{session}.part").write_bytes(content)
    opened = world.store.get(SESSION, session)
    assert opened is not None
    return _finished(world, session, {**opened, "size": len(content), "crc32c": crc32c(content)})


def _opened(world: World, asked: Asked, name: str, described: bytes, sent: str) -> str:
    """Return the session of a new upload; ``described`` is the object's metadata as JSON."""
    bucket = buckets.existing(world, name)
    buckets.require(world, asked.identity, "storage.objects.create", bucket, "object")
    try:
        about = json.loads(described) if described.strip() else {}
    except ValueError:
        raise bad_request("Parse Error") from None
    target = asked.query.get("name") or str(about.get("name", ""))
    if not target or len(target.encode()) > 1024 or "\n" in target or "\r" in target:
        raise ApiError("INVALID_ARGUMENT", "Required object name", legacy="required")
    if world.store.get(objects.KIND, f"{name}/{target}"):
        buckets.require(world, asked.identity, "storage.objects.delete", bucket, "object")
    session = secrets.token_urlsafe(24)
    kind = about.get("contentType") or sent or asked.headers.get("x-upload-content-type")
    world.store.put(
        SESSION,
        session,
        {
            "bucket": name,
            "name": target,
            "type": kind or "application/octet-stream",
            "md5": about.get("md5Hash", ""),
            "crc32c": 0,
            "size": 0,
        },
        name,
    )
    (objects.folder(world) / f"{session}.part").touch(mode=0o600)
    return session


def _chunk(world: World, asked: Asked) -> Given:
    """Take a chunk in, or say how far the upload is."""
    session = asked.query.get("upload_id", "")
    state = world.store.get(SESSION, session)
    part = objects.folder(world) / f"{session}.part"
    if state is None or not ("done" in state or part.exists()):
        raise ApiError("NOT_FOUND", "The upload session is gone.", legacy="notFound")
    if "done" in state:
        stored = objects.existing(world, state["bucket"], state["name"])
        return Given(200, objects.shown(stored))
    given = CONTENT_RANGE.fullmatch(asked.headers.get("content-range", "bytes */*"))
    if given is None:
        raise bad_request("Failed to parse Content-Range header.")
    if given["first"] is not None:
        state = _taken(world, asked, session, state, given)
    if given["total"] == "*" or state["size"] < int(given["total"]):
        return _more(state)
    return _finished(world, session, state)


def _taken(world: World, asked: Asked, session: str, state: Body, given: re.Match[str]) -> Body:
    first, last = int(given["first"]), int(given["last"])
    if len(asked.body) != last - first + 1:
        raise bad_request("Content-Range does not fit the length of the body.")
    if first > state["size"]:
        raise ApiError("UNAVAILABLE", "Invalid request: bytes before it are missing.", code=503)
    whole = given["total"] != "*" and last + 1 == int(given["total"])
    if len(asked.body) % UNIT and not whole:
        raise bad_request(f"Every chunk but the last must be a multiple of {UNIT} bytes.")
    fresh = asked.body[state["size"] - first :]
    with (objects.folder(world) / f"{session}.part").open("r+b") as file:
        file.seek(state["size"])
        file.write(fresh)
        file.truncate()
    state = {
        **state,
        "size": state["size"] + len(fresh),
        "crc32c": crc32c(fresh, state["crc32c"]),
    }
    world.store.put(SESSION, session, state, state["bucket"])
    return state


def _more(state: Body) -> Given:
    reached = (("range", f"bytes=0-{state['size'] - 1}"),) if state["size"] else ()
    return Given(308, None, None, reached)


def _finished(world: World, session: str, state: Body) -> Given:
    file = objects.folder(world) / f"{session}.part"
    with file.open("rb") as opened:
        md5 = hashlib.file_digest(opened, "md5").digest()
    if state["md5"] and state["md5"] != base64.b64encode(md5).decode():
        raise ApiError(
            "INVALID_ARGUMENT",
            f'Provided MD5 hash "{state["md5"]}" doesn\'t match calculated MD5 hash '
            f'"{base64.b64encode(md5).decode()}".',
            legacy="invalid",
        )
    bucket, name, kind = state["bucket"], state["name"], state["type"]
    stored = objects.keep(world, bucket, name, kind, file, md5=md5, crc32c=state["crc32c"])
    world.store.put(SESSION, session, {**state, "done": True}, bucket)
    return Given(200, objects.shown(stored))


def _download(world: World, asked: Asked) -> Given:
    named = OBJECT.fullmatch(asked.path)
    assert named is not None
    bucket = buckets.existing(world, unquote(named["bucket"]))
    buckets.require(world, asked.identity, "storage.objects.get", bucket, "object")
    stored = objects.existing(world, bucket["name"], unquote(named["object"]))
    size = stored["size"]
    about = (
        ("content-type", stored["type"]),
        ("x-goog-generation", str(stored["generation"])),
        ("x-goog-hash", f"crc32c={stored['crc32c']},md5={stored['md5']}"),
    )
    wanted = RANGE.fullmatch(asked.headers.get("range", ""))
    with objects.content(world, stored).open("rb") as file:
        if wanted is None:
            return Given(200, None, file.read(), about)
        first = int(wanted["first"])
        last = min(int(wanted["last"] or size - 1), size - 1)
        if first > last:
            raise ApiError("OUT_OF_RANGE", "The requested range cannot be satisfied.", code=416)
        file.seek(first)
        shown = ("content-range", f"bytes {first}-{last}/{size}")
        return Given(206, None, file.read(last - first + 1), (*about, shown))
