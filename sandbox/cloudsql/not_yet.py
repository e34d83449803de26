"""What Cloud SQL has and this version of the sandbox has not: said clearly, never pretended."""

from __future__ import annotations

from typing import Any

from sandbox.call import Api, Call
from sandbox.errors import ApiError

api = Api("sqladmin", "v1", "v1beta4")
LATER = ("instances.export", "instances.import", "instances.pointInTimeRestore")


def _refuse(call: Call) -> dict[str, Any]:
    raise ApiError(
        "NOT_FOUND",
        f"The sandbox has no {call.method.id}. pg_dump, pg_restore, backups, restores and clones "
        "work.",
        legacy="notImitated",
    )


for _name in LATER:
    api.method(_name)(_refuse)
