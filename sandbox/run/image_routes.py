"""The sandbox's own routes about images: ``/sandbox/v1/images``.

Mapping an image means that a command will run on this machine, so it takes the key in the state
folder (0600): nobody else who can reach the port may do it.
"""

from __future__ import annotations

import hmac
import json
import os
import secrets
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sandbox.errors import ApiError, bad_request, not_found
from sandbox.run import images

if TYPE_CHECKING:
    from sandbox.application import Application, Request

Body = dict[str, Any]

KEY = "key"


def key(state: Path) -> str:
    """Return the key of a state folder, made when there is none."""
    path = state / KEY
    if not path.exists():
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(24))
    return path.read_text(encoding="utf-8")


async def list_images(application: Application, _request: Request, _rest: list[str]) -> Body:
    """Return every mapping."""
    return {"images": application.world.store.all(images.KIND)}


async def map_image(application: Application, request: Request, _rest: list[str]) -> Body:
    """Let an image stand for a command in a folder (see ``images``) and return the mapping."""
    _require_key(application, request)
    try:
        given = json.loads(request.body)
    except ValueError:
        raise bad_request("A mapping is a JSON object.") from None
    if not isinstance(given, dict):
        raise bad_request("A mapping is a JSON object.")
    with application.world.store.transaction():
        return images.keep(application.world.store, given)


async def unmap_image(application: Application, request: Request, rest: list[str]) -> Body:
    """Forget a mapping; what runs goes on until its revision serves no more."""
    _require_key(application, request)
    image = "/".join(rest)
    with application.world.store.transaction():
        if application.world.store.get(images.KIND, image) is None:
            raise not_found(f"No mapping for the image {image}.")
        application.world.store.delete(images.KIND, image)
    return {"ok": True}


def _require_key(application: Application, request: Request) -> None:
    given = request.authorization.removeprefix("Bearer ").strip()
    if not hmac.compare_digest(given.encode(), key(application.world.state).encode()):
        raise ApiError(
            "PERMISSION_DENIED",
            "This needs the key in the sandbox's state folder as a bearer token.",
        )
