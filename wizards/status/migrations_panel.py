"""The migrations panel: which revision a target has, and what is pending."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from generators.language import _, ngettext
from wizards.blueprint import Blueprint
from wizards.postgres.sandbox_address import SandboxAddress
from wizards.status.panel import Light, Panel, Row, of_rows

_SHOWN = 5
_BETWEEN = " · "


def names(root: Path, blueprint: Blueprint, environment: str | None) -> list[str]:
    """Return the targets to look at: the chosen one, else every environment, each once for every
    stream where there are several; none without migrations that can be read here.
    """
    readable = any(not stream.job_only for stream in blueprint.migrations.values())
    if not readable and (blueprint.migrations or not (root / "alembic.ini").exists()):
        return []
    chosen = [environment] if environment is not None else list(blueprint.environments)
    streams = [name for name, one in blueprint.migrations.items() if not one.job_only]
    if len(streams) < 2:
        return chosen
    return [f"{name}{_BETWEEN}{stream}" for name in chosen for stream in streams]


def title(name: str) -> str:
    """Return the panel's title for a target."""
    return _("Migrations · {target}").format(target=name)


def fetch(root: Path, name: str, address: SandboxAddress | None) -> Callable[[], Panel]:
    """Return what fetches the panel of one target."""

    def fetched() -> Panel:
        from wizards.migrate.console import Console

        environment, _between, stream = name.partition(_BETWEEN)
        console = Console(root, environment, stream=stream, sandbox=address)
        try:
            history = console.history()
        finally:
            console.close()
        pending = history.pending
        rows = [
            Row(_("server"), f"PostgreSQL {history.server_version}"),
            Row(_("current"), ", ".join(history.current) or _("nothing applied")),
            Row(
                _("pending"),
                ngettext("{count} revision", "{count} revisions", len(pending)).format(
                    count=len(pending)
                ),
                Light.WARNING if pending else Light.OK,
            ),
        ]
        rows += [Row("", f"{part.id} {part.message}") for part in pending[:_SHOWN]]
        if len(pending) > _SHOWN:
            more = _("and {count} more").format(count=len(pending) - _SHOWN)
            rows.append(Row("", more))
        return of_rows(f"migrations:{name}", title(name), rows)

    return fetched
