"""A certificate for ``*.googleapis.com`` by an authority that is thrown away at once.

The authority's key lives only while the certificate is signed: nothing on disk can sign another.
Clients trust the authority by an environment variable, never the whole system.
"""

from __future__ import annotations

import datetime
import os
import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cryptography import x509

NAMES = (
    "googleapis.com",
    "*.googleapis.com",
    "*.mtls.googleapis.com",
    "*.rep.googleapis.com",
    *(f"*.{region}.rep.googleapis.com" for region in ("asia-northeast3", "us-central1")),
    "localhost",
)
VALID_DAYS = 90
RENEW_DAYS = 14


@dataclass(frozen=True, slots=True)
class Certificates:
    """The files of a state folder; only ``server`` (0600) holds a key."""

    authority: Path
    server: Path

    def context(self) -> ssl.SSLContext:
        """Return what the front speaks TLS with."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.server)
        context.set_alpn_protocols(["http/1.1"])
        return context


def ensure(folder: Path) -> Certificates:
    """Return the certificates of a folder, made anew when they are missing or nearly too old."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    made = Certificates(folder / "ca.pem", folder / "server.pem")
    if not (made.authority.exists() and _is_fresh(made.server)):
        _make(made)
    return made


def _is_fresh(server: Path) -> bool:
    if not server.exists():
        return False
    age = datetime.datetime.now().timestamp() - server.stat().st_mtime
    return 0 <= age < (VALID_DAYS - RENEW_DAYS) * 86400


def _make(certificates: Certificates) -> None:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

    now = datetime.datetime.now(datetime.UTC)
    issuer = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Tarmac sandbox (throwaway)")])
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "*.googleapis.com")])
    authority_key, server_key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))

    def begun(name: x509.Name, key: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
        return (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(issuer)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(days=1))
            .not_valid_after(now + datetime.timedelta(days=VALID_DAYS))
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key()),
                critical=False,
            )
        )

    authority = (
        begun(issuer, authority_key.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs=True), critical=True)
        .sign(authority_key, hashes.SHA256())
    )
    names = x509.SubjectAlternativeName([x509.DNSName(name) for name in NAMES])
    server = (
        begun(subject, server_key.public_key())
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(names, critical=False)
        .sign(authority_key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    key = server_key.private_bytes(
        pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    _write(certificates.authority, authority.public_bytes(pem), 0o644)
    _write(certificates.server, key + server.public_bytes(pem), 0o600)


def _usage(*, signs: bool) -> x509.KeyUsage:
    from cryptography import x509

    return x509.KeyUsage(
        digital_signature=not signs,
        key_cert_sign=signs,
        crl_sign=signs,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _write(path: Path, content: bytes, mode: int) -> None:
    fresh = path.with_suffix(".new")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
    fresh.chmod(mode)
    fresh.rename(path)
