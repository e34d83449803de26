"""The manifest beside a dump: what it holds, to the row; JSON, readable only by its owner."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import cast

from wizards.disk import writing
from wizards.events import Json, rfc3339
from wizards.migrate import dumps
from wizards.migrate.model import Backup, Moment

SUFFIX = ".json"


def write(backup: Backup) -> None:
    """Write a backup's manifest beside its dump (0600), whole or not at all.

    Raises the card of a disk that does not take it.
    """
    path = beside(backup.path)
    fresh = path.with_suffix(".partial")
    try:
        with writing(path):
            descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                file.write(text(backup))
                file.flush()
                os.fsync(descriptor)
            fresh.replace(path)
    except BaseException:
        fresh.unlink(missing_ok=True)
        raise


def text(backup: Backup) -> str:
    """Return a manifest as it is written."""
    return json.dumps(as_json(backup), ensure_ascii=False, indent=1) + "\n"


def verified(backup: Backup) -> Backup:
    """Return the backup marked as restored and compared, on disk too."""
    proved = replace(backup, verified=True)
    write(proved)
    return proved


def read(path: Path) -> Backup | None:
    """Return the backup of a manifest; None when it, or its dump, is not whole."""
    try:
        said = path.read_text(encoding="utf-8")
    except (OSError, ValueError):
        return None
    backup = of_text(path.with_name(path.name.removesuffix(SUFFIX)), said)
    return backup if backup is not None and dumps.there(backup.path) else None


def of_text(dump: Path, said: str) -> Backup | None:
    """Return the backup that a manifest's text describes, with its dump at ``dump``."""
    try:
        return _backup(dump, json.loads(said))
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def all_in(folder: Path) -> list[Backup]:
    """Return the backups of a folder, the newest first."""
    found = [read(path) for path in folder.glob(f"*.dump{SUFFIX}")]
    return sorted(
        (backup for backup in found if backup is not None),
        key=lambda backup: backup.taken_at,
        reverse=True,
    )


def beside(dump: Path) -> Path:
    """Return the manifest's path of a dump."""
    return dump.with_name(dump.name + SUFFIX)


def as_json(backup: Backup) -> dict[str, Json]:
    """Return the manifest's object; also the shape of a backup in ``--json`` output."""
    return {
        "path": str(backup.path),
        "database": backup.database,
        "target": backup.target,
        "taken_at": rfc3339(backup.taken_at),
        "bytes": backup.bytes,
        "sha256": backup.sha256,
        "rows": dict(backup.rows),
        "schema": backup.schema,
        "signature": backup.signature,
        "portable": backup.portable,
        "current": list(backup.current),
        "verified": backup.verified,
        "seconds": round(backup.seconds, 3),
        "server": backup.server,
        "version_table": backup.version_table,
        "moment": {
            "oldest_unseen": backup.moment.oldest_unseen,
            "in_progress": list(backup.moment.in_progress),
        },
        "origin": backup.origin,
        "database_bytes": backup.database_bytes,
        "copy": backup.copy,
        "cloud": dict(backup.cloud) or None,
    }


def _backup(dump: Path, said: Mapping[str, Json]) -> Backup:
    moment = cast(Mapping[str, Json], said["moment"])
    return Backup(
        path=dump,
        database=str(said["database"]),
        target=str(said["target"]),
        taken_at=datetime.fromisoformat(str(said["taken_at"])),
        bytes=int(cast(int, said["bytes"])),
        sha256=str(said["sha256"]),
        rows=dict(cast(Mapping[str, int], said["rows"])),
        schema=str(said["schema"]),
        signature=str(said["signature"]),
        portable=str(said["portable"]),
        current=tuple(cast(list[str], said["current"])),
        verified=bool(said["verified"]),
        seconds=float(cast(float, said["seconds"])),
        server=int(cast(int, said["server"])),
        version_table=str(said["version_table"]),
        moment=Moment(
            oldest_unseen=int(cast(int, moment["oldest_unseen"])),
            in_progress=tuple(cast(list[int], moment["in_progress"])),
        ),
        origin=str(said.get("origin", "")),
        database_bytes=int(cast(int, said.get("database_bytes", 0))),
        copy=str(said.get("copy", "")),
        cloud=cast(Mapping[str, Json], said.get("cloud") or {}),
    )
