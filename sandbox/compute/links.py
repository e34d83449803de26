"""How Compute names things: full links, paths inside a project, fingerprints."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from typing import Any

from sandbox.call import Call

ROOT = "https://www.googleapis.com/compute/v1"
VARIABLE = re.compile(r"\{(\w+)\}")


def link(path: str) -> str:
    """Return the full link of ``projects/p/zones/z/…``."""
    return f"{ROOT}/{path}"


def scoped(project: str, scope: str, *rest: str) -> str:
    """Return the full link of something in ``global``, ``zones/z`` or ``regions/r``."""
    return link("/".join(("projects", project, scope, *rest)))


def path_of(call: Call) -> str:
    """Return the path of what a call is about, as Compute's errors name it."""
    template = call.method.template.removeprefix("compute/v1/")
    return VARIABLE.sub(lambda match: call.text(match[1]), template)


def last(reference: str) -> str:
    """Return the name at the end of a full or partial link."""
    return reference.rstrip("/").rpartition("/")[2]


def fingerprint(content: Any) -> str:
    """Return the fingerprint of a part of a resource that is changed under a lock."""
    digest = hashlib.sha256(json.dumps(content, sort_keys=True).encode()).digest()
    return base64.b64encode(digest[:8]).decode()


def shortened(fingerprint_given: str) -> str:
    """Return a fingerprint in one spelling: both base64 alphabets, padded or not."""
    return fingerprint_given.rstrip("=").translate(str.maketrans("-_", "+/"))
