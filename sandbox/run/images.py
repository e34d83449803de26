"""Images: which of them stand for a command on this machine, and which are not there.

A mapping is a resource of the store: ``{"image", "folder", "entrypoint", "command", "env",
"path", "missing"}``. An image without one is imitated: it deploys, and nothing runs.
"""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import Any

from sandbox.errors import bad_request
from sandbox.store import Store

Body = dict[str, Any]

KIND = "run-image"
DIGESTS = "run-image-digest"
REPOSITORY = re.compile(r"([a-z0-9-]+)-docker\.pkg\.dev/([^/]+)/([^/]+)/.+")
LISTS = ("entrypoint", "command", "path")


def mapping(store: Store, image: str) -> Body | None:
    """Return what stands behind an image, named by tag, by digest, or not further than its name."""
    known = store.get(DIGESTS, image)
    image = known["image"] if known else image
    for name in (image, without_tag(image)):
        found = store.get(KIND, name)
        if found is not None:
            return found
    return None


def without_tag(image: str) -> str:
    """Return an image's name without tag and digest."""
    return re.sub(r":[\w][\w.-]*$", "", image.partition("@")[0])


def digest(store: Store, image: str) -> str:
    """Return the image by its digest, and remember which tag that was."""
    if "@" in image:
        return image
    made = f"{without_tag(image)}@sha256:{hashlib.sha256(image.encode()).hexdigest()}"
    store.put(DIGESTS, made, {"image": image})
    return made


def is_missing(store: Store, image: str) -> bool:
    """Whether an image cannot be pulled: marked so, or its repository is not there."""
    known = mapping(store, image)
    if known is not None:
        return bool(known.get("missing"))
    match = REPOSITORY.fullmatch(image)
    if match is None or store.get("project", match[2]) is None:
        return False
    name = f"projects/{match[2]}/locations/{match[1]}/repositories/{match[3]}"
    return store.get("repository", name) is None


def keep(store: Store, given: Body) -> Body:
    """Store a mapping and return it; a 400 says what is wrong with it."""
    image, folder = given.get("image"), given.get("folder", "")
    if not isinstance(image, str) or not image:
        raise bad_request("A mapping names an image.")
    made: Body = {"image": image, "folder": folder, "missing": bool(given.get("missing"))}
    for key in LISTS:
        made[key] = given.get(key, [])
        if not isinstance(made[key], list) or not all(isinstance(each, str) for each in made[key]):
            raise bad_request(f"{key} is a list of words.")
    made["env"] = given.get("env", {})
    if not isinstance(made["env"], dict):
        raise bad_request("env maps names to values.")
    if not made["missing"]:
        if not isinstance(folder, str) or not Path(folder).is_absolute():
            raise bad_request("folder is an absolute path.")
        if not Path(folder).is_dir():
            raise bad_request(f"There is no folder {folder}.")
        if not (made["entrypoint"] or made["command"]):
            raise bad_request("A mapping says which command runs.")
    store.put(KIND, image, made)
    return made
