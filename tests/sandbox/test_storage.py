"""Objects of Cloud Storage: the imitation, and the port's own calls against it."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.errors import ApiError
from sandbox.storage import whole
from tests.sandbox.client import DIRECT, Client, project
from wizards.cloud import storage
from wizards.cloud.failing import CloudFailure
from wizards.cloud.google_cloud import GoogleCloud
from wizards.cloud.storage_port import StoredObject
from wizards.failures import Failure
from wizards.postgres.sandbox_address import SandboxAddress

UNIT = 256 << 10


@pytest.fixture
def bucket(client: Client) -> str:
    project(client, "notes-prod")
    client.ok("POST", "storage/storage/v1/b?project=notes-prod", {"name": "notes-backups"})
    return "notes-backups"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    made = tmp_path / "a.dump"
    made.write_bytes(bytes(number * number % 251 for number in range(3 * UNIT + 77)))
    return made


def struck(client: Client, **fault: Any) -> None:
    client.ok("POST", "/sandbox/v1/faults", fault)


def test_a_file_goes_up_in_chunks_and_comes_back_the_same(
    sandbox: SandboxAddress, bucket: str, file: Path, tmp_path: Path, monkeypatch: Any
) -> None:
    monkeypatch.setattr(storage, "CHUNK", UNIT)
    cloud = GoogleCloud.of(sandbox)
    told: list[int] = []
    made = cloud.store(bucket, "prod/a b?#.dump", file, told.append)
    assert told == [UNIT, 2 * UNIT, 3 * UNIT, 3 * UNIT + 77]
    assert (made.size, made.url) == (3 * UNIT + 77, "gs://notes-backups/prod/a b?#.dump")
    assert cloud.stored(bucket, "prod/a b?#.dump") == made
    assert cloud.stored_below(bucket, "prod/") == [made]
    assert cloud.stored_below(bucket, "other/") == []
    cloud.fetch(made, tmp_path / "back", told.append)
    assert (tmp_path / "back").read_bytes() == file.read_bytes()
    cloud.remove_stored(made)
    cloud.remove_stored(made)
    assert cloud.stored(bucket, "prod/a b?#.dump") is None


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "status", "status": 503, "skip": 1},
        {"kind": "reset", "skip": 1, "after": True},
        {"kind": "status", "status": 503, "skip": 3, "after": True, "times": 2},
    ],
)
def test_an_upload_goes_on_where_it_was_cut_off(
    sandbox: SandboxAddress,
    client: Client,
    bucket: str,
    file: Path,
    monkeypatch: Any,
    fault: dict[str, Any],
) -> None:
    monkeypatch.setattr(storage, "CHUNK", UNIT)
    struck(client, method="PUT upload", **fault)
    told: list[int] = []
    made = GoogleCloud.of(sandbox).store(bucket, "a.dump", file, told.append)
    assert made.size == file.stat().st_size
    assert told == sorted(told)


def test_a_forgotten_session_is_begun_again(
    sandbox: SandboxAddress, client: Client, bucket: str, file: Path
) -> None:
    struck(client, method="PUT upload", kind="status", status=410)
    assert GoogleCloud.of(sandbox).store(bucket, "a.dump", file, lambda _done: None).size


def test_an_empty_file_is_stored_too(sandbox: SandboxAddress, bucket: str, tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    cloud = GoogleCloud.of(sandbox)
    made = cloud.store(bucket, "empty", tmp_path / "empty", lambda _done: None)
    cloud.fetch(made, tmp_path / "back", lambda _done: None)
    assert (made.size, (tmp_path / "back").read_bytes()) == (0, b"")


def test_what_differs_is_no_copy(
    sandbox: SandboxAddress, bucket: str, file: Path, tmp_path: Path
) -> None:
    cloud = GoogleCloud.of(sandbox)
    made = cloud.store(bucket, "a.dump", file, lambda _done: None)
    other = StoredObject(bucket, "a.dump", made.size, "AAAA", made.crc32c)
    with pytest.raises(Failure) as caught:
        cloud.fetch(other, tmp_path / "back", lambda _done: None)
    assert caught.value.code == "copy-differs"


def test_an_absent_bucket_and_a_missing_permission_are_told_apart(
    sandbox: SandboxAddress, bucket: str, file: Path
) -> None:
    with pytest.raises(CloudFailure) as caught:
        GoogleCloud.of(sandbox).store("no-such-bucket", "a.dump", file, lambda _done: None)
    assert (caught.value.status, caught.value.code) == (404, "absent")
    stranger = GoogleCloud.of(sandbox, "ann@example.com")
    with pytest.raises(CloudFailure) as caught:
        stranger.store(bucket, "a.dump", file, lambda _done: None)
    assert (caught.value.status, caught.value.code) == (403, "permission-denied")
    assert "storage.objects.create" in f"{caught.value.message} {caught.value.why}"


def test_a_chunk_of_an_odd_size_and_a_wrong_checksum_are_refused(
    client: Client, sandbox: SandboxAddress, bucket: str
) -> None:
    begun = urllib.request.Request(
        f"{sandbox.url}/_/storage/upload/storage/v1/b/{bucket}/o?uploadType=resumable",
        method="POST",
        data=b'{"name": "x", "md5Hash": "AAAA"}',
    )
    with urllib.request.urlopen(begun) as answer:
        session = answer.headers["Location"].removeprefix(f"{sandbox.url}/_/")

    def put(data: bytes, content_range: str) -> int:
        wanted = urllib.request.Request(
            f"{sandbox.url}/_/{session}",
            method="PUT",
            data=data,
            headers={"Content-Range": content_range},
        )
        try:
            with urllib.request.urlopen(wanted) as given:
                return int(given.status)
        except urllib.error.HTTPError as refused:
            return refused.code

    assert put(b"abc", "bytes 0-2/9") == 400
    assert put(b"", "bytes */9") == 308
    assert put(b"abcdefghi", "bytes 0-8/9") == 400
    assert client.get(f"storage/storage/v1/b/{bucket}/o/x").status == 404


@given(content=st.binary(max_size=5000), eol=st.sampled_from(["\r\n", "\n"]))
def test_the_bytes_of_a_multipart_upload_are_kept_as_they_are(content: bytes, eol: str) -> None:
    lines = [
        "--=x1=",
        "Content-Type: application/json",
        "",
        '{"name": "한국"}',
        "--=x1=",
        "Content-Type: application/gzip",
        "Content-Transfer-Encoding: binary",
        "",
        "",
    ]
    body = eol.join(lines).encode() + content + f"{eol}--=x1=--{eol}".encode()
    for quote in ("'", '"'):
        headers = {"content-type": f"multipart/related; boundary={quote}=x1={quote}"}
        about, kind, back = whole.parts(headers, body)
        assert (json.loads(about), kind, back) == ({"name": "한국"}, "application/gzip", content)


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("multipart/related; boundary=x", b"no parts"),
        ("multipart/related; boundary=x", b"--x\r\n\r\n{}\r\n--x--"),
        ("application/json", b"{}"),
        ("", b""),
    ],
)
def test_a_malformed_multipart_upload_is_refused(kind: str, body: bytes) -> None:
    with pytest.raises(ApiError, match="Malformed"):
        whole.parts({"content-type": kind}, body)


def test_an_upload_in_one_request_makes_the_object(
    sandbox: SandboxAddress, client: Client, bucket: str
) -> None:
    wanted = urllib.request.Request(
        f"{sandbox.url}/_/storage/upload/storage/v1/b/{bucket}/o?uploadType=media&name=a%2Fb",
        method="POST",
        data=b"\x00\xff",
        headers={"Content-Type": "application/gzip"},
    )
    with DIRECT.open(wanted) as given_back:
        made = json.load(given_back)
    assert (made["name"], made["size"], made["contentType"]) == ("a/b", "2", "application/gzip")
    assert client.get(f"storage/storage/v1/b/{bucket}/o/a%2Fb").body["md5Hash"] == made["md5Hash"]
    stored = GoogleCloud.of(sandbox).stored(bucket, "a/b")
    assert stored is not None
    assert (stored.size, stored.md5) == (2, made["md5Hash"])


def test_a_bucket_with_objects_in_it_is_not_deleted(
    client: Client, sandbox: SandboxAddress, bucket: str, file: Path
) -> None:
    cloud = GoogleCloud.of(sandbox)
    made = cloud.store(bucket, "a.dump", file, lambda _done: None)
    assert client.call("DELETE", f"storage/storage/v1/b/{bucket}").status == 409
    cloud.remove_stored(made)
    assert client.call("DELETE", f"storage/storage/v1/b/{bucket}").status == 200
    assert client.get(f"storage/storage/v1/b/{bucket}").status == 404


def test_a_delimiter_shows_one_level_as_folders_and_pages_count_both(
    sandbox: SandboxAddress, client: Client, bucket: str, tmp_path: Path
) -> None:
    cloud = GoogleCloud.of(sandbox)
    (tmp_path / "x").write_text("x")
    for name in ("a", "a-b", "a/b", "a/c/d", "a/e", "z/"):
        cloud.store(bucket, name, tmp_path / "x", lambda _done: None)
    place = f"storage/storage/v1/b/{bucket}/o?delimiter=/"

    def level(more: str) -> tuple[list[str], list[str], str]:
        page = client.get(f"{place}{more}").body
        names = [str(each["name"]) for each in page.get("items", [])]
        return names, page.get("prefixes", []), page.get("nextPageToken", "")

    assert level("") == (["a", "a-b"], ["a/", "z/"], "")
    assert level("&prefix=a/") == (["a/b", "a/e"], ["a/c/"], "")
    assert level("&prefix=z&includeTrailingDelimiter=true") == (["z/"], ["z/"], "")
    names, prefixes, token = level("&maxResults=3")
    assert (names, prefixes) == (["a", "a-b"], ["a/"])
    assert level(f"&maxResults=3&pageToken={token}") == ([], ["z/"], "")
    assert client.get(f"{place}&matchGlob=**").status == 400
    layout = client.get(f"storage/storage/v1/b/{bucket}/storageLayout").body
    assert layout["hierarchicalNamespace"] == {"enabled": False}
