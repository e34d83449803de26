"""A cluster made once per release and copied ever after: initdb is the slow part of a start."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

from wizards.postgres import scram
from wizards.postgres.account import Account, shared_place
from wizards.postgres.binaries import ServerTools


def copy_to(data: Path, account: Account, tools: ServerTools, superuser: str) -> None:
    """Fill the absent folder ``data`` with a fresh cluster of that superuser."""
    template = _folder(account) / f"initdb-{'.'.join(map(str, tools.version))}-{superuser}"
    if not (template / "PG_VERSION").exists():
        _make(template, account, tools, superuser)
    shutil.copytree(template, data, symlinks=True)
    account.give(data)
    data.chmod(0o700)


def _folder(account: Account) -> Path:
    if account.dropped:
        return shared_place(account)
    from platformdirs import user_cache_path

    folder = user_cache_path("tarmac") / "postgres"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def _make(template: Path, account: Account, tools: ServerTools, superuser: str) -> None:
    fresh = Path(tempfile.mkdtemp(prefix=".initdb-", dir=template.parent))
    account.give(fresh)
    password = fresh / "password"
    try:
        password.touch(mode=0o600)
        password.write_text(scram.token(), encoding="utf-8")
        account.give(password)
        account.run(
            (
                tools.program("initdb"),
                *("--pgdata", fresh / "data", "--username", superuser),
                *("--pwfile", password, "--auth", "scram-sha-256"),
                *("--encoding", "UTF8", "--no-sync", "--no-instructions"),
                *_locale(tools),
            )
        )
        _settle(fresh / "data", template)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def _settle(made: Path, template: Path) -> None:
    """Put the finished template in place; whoever was first wins."""
    try:
        made.rename(template)
    except OSError:
        if not (template / "PG_VERSION").exists():
            raise


def _locale(tools: ServerTools) -> tuple[str, ...]:
    """Full Unicode case rules and code-point order: the same on every machine."""
    if tools.version[0] >= 17:
        return ("--locale", "C", "--locale-provider", "builtin", "--builtin-locale", "C.UTF-8")
    return ("--locale", "C.UTF-8" if os.uname().sysname == "Linux" else "C")
