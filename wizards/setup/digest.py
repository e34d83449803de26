"""Telling whether a secret's value changed without keeping it: a digest under a private key."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
import tempfile
import threading
from pathlib import Path

from wizards.disk import writing

_KEY_BYTES = 32
_making = threading.Lock()


def key_file() -> Path:
    """Return where the key is: the XDG state folder of this person."""
    from platformdirs import user_state_path

    return user_state_path("tarmac") / "digest.key"


def digest(value: str, file: Path | None = None) -> str:
    """Return 64 hex digits of HMAC-SHA256; useless to whoever lacks the key."""
    return hmac.new(_key(file or key_file()), value.encode(), hashlib.sha256).hexdigest()[:63]


def _key(file: Path) -> bytes:
    with _making, writing(file):
        try:
            known = file.read_bytes()
        except FileNotFoundError:
            known = b""
        return known if len(known) == _KEY_BYTES else _new_key(file)


def _new_key(file: Path) -> bytes:
    """Make the key; when another process is quicker, its key is the one."""
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor, name = tempfile.mkstemp(dir=file.parent)
    made = Path(name)
    with os.fdopen(descriptor, "wb") as out:
        out.write(secrets.token_bytes(_KEY_BYTES))
    try:
        os.link(made, file)
    except FileExistsError:
        if file.stat().st_size != _KEY_BYTES:
            made.replace(file)
    made.unlink(missing_ok=True)
    return file.read_bytes()
