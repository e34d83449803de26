"""What a machine's package index needs that the public one does not, in copied Dockerfiles only.

A mirror may answer in HTML only, where Poetry asks for JSON, and may be signed by an authority of
its own, where Poetry and Pipenv ask none but their own. Both get what they need beside their
installation; on a machine with the public index nothing is changed.
"""

from __future__ import annotations

import os
import re
import urllib.request
from functools import cache
from pathlib import Path

from pip._internal.models.index import PyPI

_JSON = "application/vnd.pypi.simple.v1+json"
_AUTHORITIES = "/etc/ssl/certs/ca-certificates.crt"
_INSTALL = re.compile(
    r"^(RUN (?:/usr/local/bin/)?pip install .*?)('?(?:poetry|pipenv)\b)", re.MULTILINE
)


@cache
def answers_json() -> bool:
    """Whether the index, as this machine reaches it, speaks the JSON that Poetry wants."""
    request = urllib.request.Request(f"{PyPI.simple_url}/idna/", headers={"Accept": _JSON})
    with urllib.request.urlopen(request, timeout=60) as answer:
        return str(answer.headers.get_content_type()) == _JSON


def adapt(dockerfile: Path) -> None:
    """Let Poetry and Pipenv in a copied Dockerfile use the index that this machine has."""
    text = dockerfile.read_text(encoding="utf-8")
    found = _INSTALL.search(text)
    if found is None:
        return
    settings, plugin = [], ""
    if os.environ.get("SSL_CERT_FILE"):
        settings.append(f"REQUESTS_CA_BUNDLE={_AUTHORITIES}")
    if "poetry" in found[2] and not answers_json():
        settings.append(f"POETRY_PYPI_MIRROR_URL={PyPI.simple_url}")
        plugin = "poetry-plugin-pypi-mirror "
    if settings:
        line = f"ENV {' '.join(settings)}\n"
        changed = _INSTALL.sub(rf"{line}\1{plugin}\2", text)
        dockerfile.write_text(changed, encoding="utf-8")
