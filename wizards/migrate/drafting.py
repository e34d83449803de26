"""A new revision file, written by the project's own Alembic and judged at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from wizards.events import Emit, Json
from wizards.migrate.model import Severity
from wizards.migrate.providers.provider import Provider
from wizards.migrate.review.lint import JudgedFile, lint_texts


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What one `new` wrote; ``empty`` where its ``upgrade()`` runs no SQL yet."""

    id: str
    path: Path
    judged: JudgedFile

    @property
    def empty(self) -> bool:
        """Whether there is nothing to judge yet."""
        return not self.judged.statements and not self.judged.findings

    def as_json(self) -> dict[str, Json]:
        """Return ``{"id", "path", "empty"}``."""
        return {"id": self.id, "path": str(self.path), "empty": self.empty}


def draft(
    provider: Provider,
    message: str,
    emit: Emit,
    *,
    autogenerate: bool,
    head: str,
    levels: Mapping[str, Severity | None],
) -> tuple[Draft, ...]:
    """Write a revision on top of ``head`` and judge it with the live database's facts.

    ``autogenerate`` compares the models with the database; Alembic refuses (a Failure) while
    revisions are pending.
    """
    request: dict[str, Json] = {"message": message, "autogenerate": autogenerate, "head": head}
    made = provider.new(request, emit)
    paths = {name: (provider.directory / path).resolve() for name, path in made.items()}
    texts = [(_shown(path, provider.directory), path.read_text("utf-8")) for path in paths.values()]
    url = provider.target.address.url() if provider.target is not None else None
    judged = lint_texts(texts, database=url, levels=levels)
    return tuple(
        Draft(id=name, path=path, judged=file)
        for (name, path), file in zip(paths.items(), judged, strict=True)
    )


def _shown(path: Path, directory: Path) -> str:
    return str(path.relative_to(directory) if path.is_relative_to(directory) else path)
