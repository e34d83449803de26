import socket
import ssl
import stat
from pathlib import Path

import pytest

from tests.sandbox.client import Client, project
from wizards.postgres.sandbox_address import SandboxAddress


def _speak(address: SandboxAddress, text: str) -> bytes:
    port = int(address.url.rsplit(":", 1)[1])
    with socket.create_connection(("127.0.0.1", port), timeout=10) as raw:
        raw.sendall(text.encode())
        raw.shutdown(socket.SHUT_WR)
        said = b""
        while part := raw.recv(65536):
            said += part
        return said


def test_hosts_other_than_google_s_are_refused(sandbox: SandboxAddress) -> None:
    for host in ("example.com:443", "evilgoogleapis.com:443", "googleapis.com.evil.io:443"):
        said = _speak(sandbox, f"CONNECT {host} HTTP/1.1\r\nHost: {host}\r\n\r\n")
        assert said.startswith(b"HTTP/1.1 403")
    said = _speak(sandbox, "GET /sandbox/v1/health HTTP/1.1\r\nHost: evil.example\r\n\r\n")
    assert said.startswith(b"HTTP/1.1 403")


def test_a_web_page_cannot_use_it(client: Client) -> None:
    said = client.call("POST", "/sandbox/v1/stop", {}, headers={"Origin": "https://evil.example"})
    assert said.status == 403
    assert client.get("/sandbox/v1/health").body["ok"] is True


def test_the_service_is_found_by_host_too_plain_and_regional(client: Client) -> None:
    project(client, "notes-prod", "secretmanager")
    for host in (
        "secretmanager.googleapis.com",
        "secretmanager.asia-northeast3.rep.googleapis.com",
    ):
        said = client.call("GET", "/v1/projects/notes-prod/secrets", headers={"Host": host})
        assert said.status == 200


def test_tls_is_spoken_with_a_certificate_of_the_throwaway_authority_only(
    sandbox: SandboxAddress,
) -> None:
    port = int(sandbox.url.rsplit(":", 1)[1])
    name = "cloudresourcemanager.googleapis.com"
    context = ssl.create_default_context(cafile=sandbox.ca)
    with socket.create_connection(("127.0.0.1", port), timeout=10) as raw:
        raw.sendall(f"CONNECT {name}:443 HTTP/1.1\r\nHost: {name}:443\r\n\r\n".encode())
        assert raw.recv(4096).startswith(b"HTTP/1.1 200")
        with context.wrap_socket(raw, server_hostname=name) as tls:
            tls.sendall(f"GET /v3/projects:search HTTP/1.1\r\nHost: {name}\r\n\r\n".encode())
            assert b"200" in tls.recv(4096).split(b"\r\n")[0]
    with socket.create_connection(("127.0.0.1", port), timeout=10) as raw:
        raw.sendall(f"CONNECT {name}:443 HTTP/1.1\r\nHost: {name}:443\r\n\r\n".encode())
        raw.recv(4096)
        with pytest.raises(ssl.SSLCertVerificationError):
            ssl.create_default_context().wrap_socket(raw, server_hostname=name)


def test_keys_and_state_are_private_and_the_authority_keeps_no_key(sandbox: SandboxAddress) -> None:
    def mode(path: Path) -> int:
        return stat.S_IMODE(path.stat().st_mode)

    assert mode(sandbox.state) == 0o700
    for name in ("sandbox.json", "sandbox.db", "requests.jsonl", "tls/server.pem"):
        assert mode(sandbox.state / name) == 0o600
    keys = [
        path
        for path in sandbox.state.rglob("*")
        if path.is_file() and b"PRIVATE KEY" in path.read_bytes()
    ]
    assert keys == [sandbox.state / "tls" / "server.pem"]


@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="reads Linux's socket table")
def test_nothing_listens_beyond_loopback(sandbox: SandboxAddress) -> None:
    mine = {
        descriptor.readlink().name.removeprefix("socket:[").rstrip("]")
        for descriptor in Path("/proc/self/fd").iterdir()
        if descriptor.is_symlink()
    }
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        fields = line.split()
        if fields[3] == "0A" and fields[9] in mine:
            assert fields[1].startswith("0100007F:")


def test_unknown_methods_and_broken_bodies_never_give_a_server_error(client: Client) -> None:
    for http, path in (
        ("GET", "bigquery/v2/projects/p/datasets"),
        ("GET", "nonsense/v1/x"),
        ("DELETE", "cloudresourcemanager/v3/projects"),
        ("GET", "cloudresourcemanager/v9/projects"),
        ("GET", "/sandbox/v1/nothing"),
    ):
        said = client.call(http, path)
        assert said.status == 404
        assert said.body["error"]["status"] == "NOT_FOUND"
    for body in (b"{", b"[]", b'"x"'):
        port = int(client.url.rsplit(":", 1)[1])
        with socket.create_connection(("127.0.0.1", port), timeout=5) as raw:
            raw.sendall(
                b"POST /_/cloudresourcemanager/v3/projects HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                b"Content-Length: %d\r\n\r\n%s" % (len(body), body)
            )
            assert raw.recv(4096).startswith(b"HTTP/1.1 400")
