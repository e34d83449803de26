"""What Cloud SQL has and this version of the sandbox has not: said clearly, never pretended."""

from __future__ import annotations

from typing import Any

from sandbox.call import Api, Call
from sandbox.errors import ApiError

api = Api("sqladmin", "v1", "v1beta4")
LATER = (
    "backupRuns.insert",
    "backupRuns.list",
    "backupRuns.get",
    "backupRuns.delete",
    "instances.clone",
    "instances.restoreBackup",
    "instances.export",
    "instances.import",
)


def _refuse(call: Call) -> dict[str, Any]:
    raise ApiError(
        "NOT_FOUND",
        f"The sandbox has no {call.method.id} yet: backups, clones and restores of whole instances "
        "are not imitated. pg_dump and pg_restore work against the instance.",
        legacy="notImitated",
    )


for _name in LATER:
    api.method(_name)(_refuse)
