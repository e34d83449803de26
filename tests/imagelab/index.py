"""Package indexes that answer in HTML only: Poetry asks for JSON and has no other way.

A mirror may do that. Then Poetry gets a plugin that reads HTML, in the copy of the Dockerfile and
only there; on a machine with the public index nothing is changed.
"""

from __future__ import annotations

import re
import urllib.request
from functools import cache
from pathlib import Path

from pip._internal.models.index import PyPI

_JSON = "application/vnd.pypi.simple.v1+json"
_INSTALL = re.compile(r"^(RUN pip install .*?)('?poetry\b)", re.MULTILINE)


@cache
def answers_json() -> bool:
    """Whether the index, as this machine reaches it, speaks the JSON that Poetry wants."""
    request = urllib.request.Request(f"{PyPI.simple_url}/idna/", headers={"Accept": _JSON})
    with urllib.request.urlopen(request, timeout=60) as answer:
        return str(answer.headers.get_content_type()) == _JSON


def adapt(dockerfile: Path) -> None:
    """Let Poetry in a copied Dockerfile read an index that answers in HTML only."""
    text = dockerfile.read_text(encoding="utf-8")
    if _INSTALL.search(text) and not answers_json():
        plugin = rf"ENV POETRY_PYPI_MIRROR_URL={PyPI.simple_url}\n\1poetry-plugin-pypi-mirror \2"
        dockerfile.write_text(_INSTALL.sub(plugin, text), encoding="utf-8")
