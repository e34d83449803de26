"""This machine: may Tarmac write where it has to, and is there room?"""

from __future__ import annotations

import os
import platform
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from shlex import quote

from generators.language import _
from wizards.plan import Check

_GIGABYTE = 1_000_000_000
LITTLE = 2 * _GIGABYTE
"""Less than this is little for a dump and its restored copy."""
TOO_LITTLE = _GIGABYTE // 5


def probes(root: Path) -> list[Callable[[], Iterable[Check]]]:
    """Return what looks at the machine."""
    return [lambda: [_system()], lambda: [_writable(root)], lambda: _space(root), _own_folders]


def _system() -> Check:
    name = platform.platform(terse=True)
    with suppress(OSError):
        name = platform.freedesktop_os_release().get("PRETTY_NAME", name)
    return Check(id="system", title=_("system"), level="ok", says=f"{name} · {platform.machine()}")


def _writable(root: Path) -> Check:
    title = _("project folder")
    if os.access(root, os.W_OK | os.X_OK):
        return Check(id="folder", title=title, level="ok", says=str(root))
    says = _("{folder} cannot be written to").format(folder=root)
    fix = f'sudo chown -R "$USER" {quote(str(root))}'
    return Check(id="folder", title=title, level="red", says=says, fix=fix)


def _space(root: Path) -> Iterator[Check]:
    """The disks of the project (backups) and of temporary files, each once."""
    import tempfile

    seen: set[int] = set()
    for key, folder in (("disk", root), ("disk-tmp", Path(tempfile.gettempdir()))):
        try:
            device, free = folder.stat().st_dev, shutil.disk_usage(folder).free
        except OSError:
            continue
        if device in seen:
            continue
        seen.add(device)
        says = _("{size} GB free at {folder}").format(size=f"{free / _GIGABYTE:.1f}", folder=folder)
        level = "red" if free < TOO_LITTLE else "warning" if free < LITTLE else "ok"
        if level != "ok":
            says += _("; backups and rehearsals need room")
        fix = "" if level == "ok" else f"du -xh -d1 {quote(str(folder))} | sort -h | tail"
        yield Check(id=key, title=_("disk"), level=level, says=says, fix=fix)


def _own_folders() -> Iterator[Check]:
    """The folders for logs, keys and caches; they need not exist yet."""
    from platformdirs import user_cache_path, user_state_path

    title = _("Tarmac's folders")
    folders = (user_state_path("tarmac"), user_cache_path("tarmac"))
    closed = [folder for folder in folders if not _can_be_made(folder)]
    if not closed:
        says = " · ".join(str(folder) for folder in folders)
        yield Check(id="folders", title=title, level="ok", says=says)
        return
    yield Check(
        id="folders",
        title=title,
        level="red",
        says=_("cannot be written to: {folders}").format(folders=", ".join(map(str, closed))),
        fix="\n".join(f'sudo chown -R "$USER" {quote(str(_nearest(folder)))}' for folder in closed),
    )


def _nearest(folder: Path) -> Path:
    return next(place for place in (folder, *folder.parents) if place.exists())


def _can_be_made(folder: Path) -> bool:
    nearest = _nearest(folder)
    return nearest.is_dir() and os.access(nearest, os.W_OK | os.X_OK)
