"""Where failures are provoked: a sandbox, clients that reach it, and ways to be answered badly."""

from __future__ import annotations

import contextlib
import os
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.setup.sandboxed import ask
from wizards.cloud.clients import Clients
from wizards.cloud.google_cloud import GoogleCloud
from wizards.cloud.pace import Pace
from wizards.cloud.retrying import Caller, Effect
from wizards.failures import Failure
from wizards.postgres.sandbox_address import SandboxAddress

FAST = Pace(1_000_000)
OWNER = "owner@sandbox.example"
BILLING = "01A2B3-C4D5E6-F7A8B9"


@dataclass
class Stage:
    """A furnished project in a sandbox, and everything to make calls fail with."""

    address: SandboxAddress
    folder: Path
    project: str
    account: str = "notes-run"
    _opened: list[GoogleCloud] = field(default_factory=list)

    def cloud(self, who: str = OWNER, address: SandboxAddress | None = None) -> GoogleCloud:
        """Return a cloud whose waits take no time, for an identity of the sandbox."""
        return self._made(Clients(address or self.address, who))

    def google(self, **environment: str) -> GoogleCloud:
        """Return the cloud as it is used against Google, led to the sandbox by environment."""
        for name, value in environment.items():
            if value:
                os.environ[name] = value
            else:
                os.environ.pop(name, None)
        return self._made(Clients(None))

    def proxied(self, credentials: Path | str = "", **environment: str) -> GoogleCloud:
        """Return that cloud with a login, trusting the sandbox's certificate."""
        return self.google(
            HTTPS_PROXY=self.address.proxy,
            REQUESTS_CA_BUNDLE=self.address.ca,
            GOOGLE_APPLICATION_CREDENTIALS=str(credentials or self.login()),
            **environment,
        )

    def login(self, **more: Any) -> Path:
        """Write application default credentials of a person."""
        return self.file(
            "login.json",
            {
                "type": "authorized_user",
                "client_id": "c.apps.googleusercontent.com",
                "client_secret": "hidden-secret-of-client",
                "refresh_token": "1//0hidden-refresh-token",
                **more,
            },
        )

    def file(self, name: str, content: Any) -> Path:
        """Write a file of the stage, JSON unless it is text."""
        import json

        path = self.folder / name
        path.write_text(content if isinstance(content, str) else json.dumps(content))
        return path

    def send(
        self, verb: str, service: str, path: str, body: Any = None, call: str = "x", **more: Any
    ) -> Any:
        """Send a request over the clients' own session, in their own ways of trying again."""
        cloud = more.pop("cloud", None) or self.cloud()
        plain = cloud._clients.plain(service)
        sends: dict[str, Callable[[], Any]] = {
            "GET": lambda: plain.get(path, **more),
            "POST": lambda: plain.post(path, body, **more),
            "PATCH": lambda: plain.patch(path, body, **more),
            "PUT": lambda: plain.put(path, body, **more),
            "DELETE": lambda: plain.delete(path),
        }
        return cloud._caller.call(call, Effect.SAME, sends[verb])

    def fault(self, method: str, **parts: Any) -> None:
        """Let every call that matches be answered so."""
        whole = {"method": method, "kind": "status", "times": 0, **parts}
        ask(self.address, "POST", "faults", whole)

    def policy(self, constraint: str, *allow: str) -> None:
        """Put an organisation policy in force for the stage's project."""
        wanted = {"constraint": constraint, "project": self.project, "allow": list(allow)}
        ask(self.address, "POST", "policies", wanted)

    def clear(self) -> None:
        """Take faults, policies and clients away."""
        ask(self.address, "DELETE", "faults")
        ask(self.address, "DELETE", "policies")
        for cloud in self._opened:
            cloud.close()
        self._opened.clear()

    def _made(self, clients: Clients) -> GoogleCloud:
        made = GoogleCloud(clients, Caller(FAST, member=lambda: clients.member))
        self._opened.append(made)
        return made


@contextlib.contextmanager
def one_answer(answer: bytes, tls: ssl.SSLContext | None = None) -> Iterator[str]:
    """Serve a proxy on loopback that answers every CONNECT so, or begins TLS of its own."""
    listener = socket.create_server(("127.0.0.1", 0))
    done = threading.Event()

    def serve() -> None:
        listener.settimeout(0.1)
        while not done.is_set():
            try:
                client, _from = listener.accept()
            except TimeoutError:
                continue
            with client, contextlib.suppress(OSError, ssl.SSLError):
                client.settimeout(5)
                client.recv(65536)
                client.sendall(answer)
                if tls is not None:
                    tls.wrap_socket(client, server_side=True).close()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        done.set()
        thread.join(10)
        listener.close()


def early_certificate(folder: Path) -> tuple[ssl.SSLContext, Path]:
    """Return TLS with a certificate that is valid from the day after tomorrow, and its authority.

    That is how every certificate looks to a machine whose clock is behind.
    """
    import datetime

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "*.googleapis.com")])
    start = datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=2)
    names = [x509.DNSName("*.googleapis.com")]
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + datetime.timedelta(days=30))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    plain = serialization.NoEncryption()
    pem = serialization.Encoding.PEM
    own = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain)
    file = folder / "early.pem"
    file.write_bytes(made.public_bytes(pem) + own)
    authority = folder / "early-authority.pem"
    authority.write_bytes(made.public_bytes(pem))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context, authority


@dataclass(frozen=True)
class Provocation:
    """One failure: how it is brought about, and what its card has to say.

    ``do`` returns when nothing failed; ``says`` are words that stand somewhere in message, why or
    next; ``google`` says that only Google itself can cause it: its recorded body is served.
    """

    code: str
    do: Callable[[Stage], Any]
    says: tuple[str, ...] = ()
    id: str = ""
    google: bool = False


class Unprovoked(Exception):
    """Nothing failed where something should have."""


def failure_of(provocation: Provocation, stage: Stage) -> Failure:
    """Bring a failure about and return its card; the environment is as before afterwards."""
    before = dict(os.environ)
    for name in ("GOOGLE_APPLICATION_CREDENTIALS", "CLOUDSDK_CONFIG", "NO_PROXY", "no_proxy"):
        os.environ.pop(name, None)
    try:
        returned = provocation.do(stage)
    except Failure as failure:
        return failure
    finally:
        os.environ.clear()
        os.environ.update(before)
        stage.clear()
    if isinstance(returned, Failure):
        return returned
    raise Unprovoked(f"{provocation.code}: {returned!r}")
